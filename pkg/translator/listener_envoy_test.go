package translator

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func serverName(sni string, certificates ...ir.Certificate) ir.ServerName {
	n := ir.ServerName{SNI: sni}
	for _, c := range certificates {
		n.TLS.Certificates = append(n.TLS.Certificates, c.Name)
	}
	return n
}

// served returns the common name of the certificate that is shown for a server
// name.
func served(t *testing.T, k ir.ListenerKey, config *tls.Config) (name, protocol string, err error) {
	t.Helper()
	config.InsecureSkipVerify = true
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: 10 * time.Second}, Config: config}
	conn, err := dialer.DialContext(t.Context(), "tcp", address(k))
	if err != nil {
		return "", "", err
	}
	defer conn.Close()
	state := conn.(*tls.Conn).ConnectionState()
	return state.PeerCertificates[0].Subject.CommonName, state.NegotiatedProtocol, nil
}

func TestEnvoyChoosesTheCertificateByServerName(t *testing.T) {
	one, two, three := selfSigned(t, "one"), selfSigned(t, "two"), selfSigned(t, "three")
	open, closed, rest := httpListener(t), httpListener(t), httpListener(t)
	open.Protocol, closed.Protocol, rest.Protocol = ir.HTTPS, ir.HTTPS, ir.HTTPS
	open.ServerNames = []ir.ServerName{
		serverName("a.example", one), serverName("b.example", one), serverName("*.example", two), serverName("broken.example"),
	}
	old := serverName("old.example", three)
	old.TLS.MaxVersion, old.TLS.ALPN = "1.2", []string{"http/1.1"}
	open.ServerNames = append(open.ServerNames, old)
	rest.ServerNames = []ir.ServerName{serverName("", two), serverName("a.example", two), serverName("b.example", one)}
	w := world{listeners: []ir.Listener{open, closed, rest}, certificates: []ir.Certificate{one, two, three}}
	w.start(t)

	for _, c := range []struct {
		listener ir.ListenerKey
		sni      string
		offered  uint16
		want     string // certificate and protocol; "" if refused
	}{
		{open.Key, "a.example", 0, "one h2"},
		{open.Key, "b.example", 0, "one h2"},
		{open.Key, "c.example", 0, "two h2"},
		{open.Key, "c.d.example", 0, "two h2"},
		{open.Key, "A.EXAMPLE", 0, "one h2"},
		{open.Key, "old.example", 0, "three http/1.1"},
		{open.Key, "broken.example", 0, "two h2"},
		{open.Key, "other.test", 0, ""},
		{open.Key, "", 0, ""},
		{open.Key, "a.example", tls.VersionTLS11, ""},
		{open.Key, "a.example", tls.VersionTLS12, "one h2"},
		{closed.Key, "a.example", 0, ""},
		{closed.Key, "", 0, ""},
		{rest.Key, "a.example", 0, "two h2"},
		{rest.Key, "b.example", 0, "one h2"},
		{rest.Key, "other.test", 0, "two h2"},
		{rest.Key, "", 0, "two h2"},
	} {
		t.Run(fmt.Sprint(c.sni, " on ", c.listener.Port, " up to ", c.offered), func(t *testing.T) {
			name, protocol, err := served(t, c.listener, &tls.Config{
				ServerName: c.sni, MinVersion: tls.VersionTLS10, MaxVersion: c.offered, NextProtos: []string{"h2", "http/1.1"},
			})
			if c.want == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, name+" "+protocol)
		})
	}
}

func TestEnvoyServesAllServerNamesFromTheSameRoutesOverBothVersionsOfHTTP(t *testing.T) {
	certificate := selfSigned(t, "one", "a.example")
	l := httpListener(t)
	l.Protocol, l.ServerNames = ir.HTTPS, []ir.ServerName{serverName("a.example", certificate), serverName("", certificate)}
	cluster, endpoints := echo(t, "a")
	w := world{
		listeners: []ir.Listener{l}, certificates: []ir.Certificate{certificate},
		clusters: []ir.Cluster{cluster}, endpoints: []ir.Endpoints{endpoints},
		hosts: []ir.VirtualHost{{Key: ir.HostKey{Listener: l.Key, Host: "*"}, Routes: one(ir.AnyPath(), ir.Policy{})}},
	}
	w.start(t)
	for _, h2 := range []bool{true, false} {
		for _, sni := range []string{"a.example", "b.example"} {
			protocols := new(http.Protocols)
			protocols.SetHTTP1(!h2)
			protocols.SetHTTP2(h2)
			transport := &http.Transport{
				Protocols:       protocols,
				TLSClientConfig: &tls.Config{InsecureSkipVerify: true, ServerName: sni},
				DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
					return new(net.Dialer).DialContext(ctx, network, address(l.Key))
				},
			}
			t.Cleanup(transport.CloseIdleConnections)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+sni+"/x", nil)
			require.NoError(t, err)
			response, err := transport.RoundTrip(request)
			require.NoError(t, err)
			body, err := io.ReadAll(response.Body)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			require.Equal(t, http.StatusOK, response.StatusCode)
			require.Contains(t, string(body), "GET "+sni+" /x\n")
			require.Contains(t, string(body), "X-Forwarded-Proto: https")
			require.Equal(t, h2, response.ProtoMajor == 2)
		}
	}
}

func TestEnvoyPassesWebsocketsOn(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", r.Header.Get("Upgrade"))
		w.WriteHeader(http.StatusSwitchingProtocols)
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		line, err := buffered.ReadString('\n')
		if err == nil {
			_, _ = io.WriteString(conn, "heard "+line)
		}
	}))
	t.Cleanup(server.Close)
	l := httpListener(t)
	cluster := serviceCluster("a")
	w := world{
		listeners: []ir.Listener{l}, clusters: []ir.Cluster{cluster},
		endpoints: []ir.Endpoints{{Backend: cluster.Key.Backend, Localities: []ir.Locality{{Endpoints: []ir.Endpoint{
			{Address: "127.0.0.1", Port: int32(server.Listener.Addr().(*net.TCPAddr).Port)},
		}}}}},
		hosts: []ir.VirtualHost{{Key: ir.HostKey{Listener: l.Key, Host: "*"}, Routes: one(ir.AnyPath(), ir.Policy{})}},
	}
	w.start(t)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address(l.Key))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	require.NoError(t, err)
	reader := bufio.NewReader(conn)
	response, err := http.ReadResponse(reader, nil)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusSwitchingProtocols, response.StatusCode)
	_, err = io.WriteString(conn, "ping\n")
	require.NoError(t, err)
	line, err := reader.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "heard ping\n", line)
}

// Each case speaks TLS to the same backend, which asks for a certificate and
// shows one for backend.example.
func TestEnvoyVerifiesBackendsAsAsked(t *testing.T) {
	own, shown, other := selfSigned(t, "client"), selfSigned(t, "shown", "backend.example"), selfSigned(t, "other")
	pair, err := tls.X509KeyPair(shown.Chain, shown.Key)
	require.NoError(t, err)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		client := "nobody"
		if len(r.TLS.PeerCertificates) > 0 {
			client = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		fmt.Fprintf(w, "%s %q %s", client, r.TLS.ServerName, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // refused handshakes are part of the test
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	require.True(t, x509.NewCertPool().AppendCertsFromPEM(shown.Chain))
	cases := []struct {
		name     string
		tls      ir.UpstreamTLS
		protocol ir.AppProtocol
		want     string
	}{
		{"not verified", ir.UpstreamTLS{}, ir.HTTP1, `nobody "" HTTP/1.1`},
		{"HTTP/2", ir.UpstreamTLS{}, ir.HTTP2, `nobody "" HTTP/2.0`},
		{"authority", ir.UpstreamTLS{CA: shown.Chain, SNI: "x.example"}, ir.HTTP1, `nobody "x.example" HTTP/1.1`},
		{"authority and name", ir.UpstreamTLS{CA: shown.Chain, SubjectAltNames: []string{"backend.example"}}, ir.HTTP1, `nobody "" HTTP/1.1`},
		{"other name", ir.UpstreamTLS{CA: shown.Chain, SubjectAltNames: []string{"x.example"}}, ir.HTTP1, ""},
		{"other authority", ir.UpstreamTLS{CA: other.Chain}, ir.HTTP1, ""},
		{"name of the request", ir.UpstreamTLS{CA: shown.Chain, AutoSNI: true}, ir.HTTP1, `nobody "backend.example" HTTP/1.1`},
		{"client's certificate", ir.UpstreamTLS{Certificate: &own.Name}, ir.HTTP1, `client "" HTTP/1.1`},
		{"too old", ir.UpstreamTLS{MaxVersion: "1.1", MinVersion: "1.0"}, ir.HTTP1, ""},
	}
	l := httpListener(t)
	w := world{listeners: []ir.Listener{l}, certificates: []ir.Certificate{own}}
	host := ir.VirtualHost{Key: ir.HostKey{Listener: l.Key, Host: "backend.example"}}
	port := int32(server.Listener.Addr().(*net.TCPAddr).Port)
	for i, c := range cases {
		key := ir.ClusterKey{Backend: ir.BackendKey{Kind: ir.UpstreamBackend, Name: ir.Name{Namespace: "test", Name: fmt.Sprint("u", i)}}}
		w.clusters = append(w.clusters, ir.Cluster{Key: key, Upstream: &ir.Upstream{
			Key: key.Backend, Hosts: []ir.UpstreamHost{{Address: "localhost", Port: port}}, TLS: &c.tls, Protocol: c.protocol,
		}})
		host.Routes = append(host.Routes, ir.Route{
			Match:  ir.Match{Path: exact(fmt.Sprint("/", i))},
			Action: &ir.Forward{Backends: []ir.WeightedBackend{{Cluster: key, Weight: 1}}},
		})
	}
	w.hosts = []ir.VirtualHost{host}
	w.start(t)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := newClient(t, l.Key).do(t, request{method: "GET", host: "backend.example", path: fmt.Sprint("/", i)})
			if c.want == "" {
				require.Equal(t, http.StatusServiceUnavailable, a.code)
				return
			}
			require.Equal(t, c.want, a.body)
		})
	}
}

func TestEnvoyClosesConnectionsOfAPortWithoutServerNames(t *testing.T) {
	l := httpListener(t)
	l.Protocol = ir.HTTPS
	world{listeners: []ir.Listener{l}}.start(t)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address(l.Key))
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	_, err = conn.Read(make([]byte, 1))
	require.ErrorIs(t, err, io.EOF)
}

func TestEnvoyLogsARequestAsOneLineOfJSON(t *testing.T) {
	l := httpListener(t)
	log := world{
		listeners: []ir.Listener{l},
		hosts: []ir.VirtualHost{{
			Key: ir.HostKey{Listener: l.Key, Host: "*"}, Routes: []ir.Route{{Action: &ir.Respond{Code: 204}}},
		}},
	}.start(t)
	agent := `a"b\c%d{"status":1}`
	newClient(t, l.Key).do(t, request{method: "GET", host: "a.example", path: "/x?y", headers: []string{"User-Agent: " + agent}})
	var line map[string]any
	require.Eventually(t, func() bool {
		said, err := os.ReadFile(log)
		for l := range bytes.Lines(said) {
			if err == nil && l[0] == '{' { // the other lines are Envoy's own
				return json.Unmarshal(l, &line) == nil
			}
		}
		return false
	}, time.Minute, 50*time.Millisecond)
	require.Equal(t, agent, line["user_agent"])
	require.Equal(t, "/x?y", line["path"])
	require.InDelta(t, 204, line["status"], 0)
}
