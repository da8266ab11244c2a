package translator

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bootstrapv3 "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/proxy/proxytest"
)

// world is what an Envoy is given. Envoy gets it in a static bootstrap, so that
// these tests need no ADS server: where a resource names another one, that one
// is put in its place.
type world struct {
	listeners    []ir.Listener
	hosts        []ir.VirtualHost
	clusters     []ir.Cluster
	endpoints    []ir.Endpoints
	certificates []ir.Certificate
	// rawHosts are marshalled hosts, beside hosts.
	rawHosts map[ir.ListenerKey][][]byte
}

// listener is an HTTP listener on a free port.
func httpListener(t *testing.T) ir.Listener {
	t.Helper()
	return ir.Listener{Key: ir.ListenerKey{Gateway: ir.Name{Namespace: "test", Name: "gw"}, Port: freePort(t)}, Protocol: ir.HTTP}
}

func freePort(t *testing.T) int32 {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return int32(l.Addr().(*net.TCPAddr).Port)
}

// bootstrap translates a world.
func (w world) bootstrap(t *testing.T) *bootstrapv3.Bootstrap {
	t.Helper()
	tr := New(Options{BindAddress: "127.0.0.1", AccessLog: true})
	static := &bootstrapv3.Bootstrap_StaticResources{}
	for _, l := range w.listeners {
		static.Listeners = append(static.Listeners, w.staticListener(t, tr, l))
	}
	for _, c := range w.clusters {
		static.Clusters = append(static.Clusters, w.staticCluster(t, tr, c))
	}
	for _, c := range w.certificates {
		r, err := tr.Secret(c)
		require.NoError(t, err)
		static.Secrets = append(static.Secrets, decode(t, r.Bytes, &tlsv3.Secret{}))
	}
	runtime, err := structpb.NewStruct(map[string]any{"re2.max_program_size.error_level": 10000})
	require.NoError(t, err)
	return &bootstrapv3.Bootstrap{
		StaticResources: static,
		LayeredRuntime: &bootstrapv3.LayeredRuntime{Layers: []*bootstrapv3.RuntimeLayer{{
			Name: "static", LayerSpecifier: &bootstrapv3.RuntimeLayer_StaticLayer{StaticLayer: runtime},
		}}},
	}
}

func decode[M proto.Message](t *testing.T, b []byte, m M) M {
	t.Helper()
	require.NoError(t, proto.Unmarshal(b, m))
	return m
}

func (w world) staticListener(t *testing.T, tr *Translator, l ir.Listener) *listenerv3.Listener {
	t.Helper()
	r, err := tr.Listener(l)
	require.NoError(t, err)
	out := decode(t, r.Bytes, &listenerv3.Listener{})
	for _, c := range out.GetFilterChains() {
		if len(c.GetFilters()) > 0 {
			hcm := &hcmv3.HttpConnectionManager{}
			require.NoError(t, c.GetFilters()[0].GetTypedConfig().UnmarshalTo(hcm))
			hcm.RouteSpecifier = &hcmv3.HttpConnectionManager_RouteConfig{RouteConfig: w.routeConfig(t, tr, l.Key)}
			require.NoError(t, c.GetFilters()[0].GetTypedConfig().MarshalFrom(hcm))
		}
		if config := c.GetTransportSocket().GetTypedConfig(); config != nil {
			tls := &tlsv3.DownstreamTlsContext{}
			require.NoError(t, config.UnmarshalTo(tls))
			for _, s := range tls.GetCommonTlsContext().GetTlsCertificateSdsSecretConfigs() {
				s.SdsConfig = nil
			}
			require.NoError(t, config.MarshalFrom(tls))
		}
	}
	return out
}

// routeConfig joins a head and hosts on the wire, as delivery does.
func (w world) routeConfig(t *testing.T, tr *Translator, key ir.ListenerKey) *routev3.RouteConfiguration {
	t.Helper()
	b, err := tr.RouteConfigHead(key, 0)
	require.NoError(t, err)
	hosts := w.rawHosts[key]
	for _, h := range w.hosts {
		if h.Key.Listener == key {
			host, err := tr.VirtualHost(h)
			require.NoError(t, err)
			hosts = append(hosts, host)
		}
	}
	for _, h := range hosts {
		b = protowire.AppendBytes(protowire.AppendTag(b, VirtualHostField, protowire.BytesType), h)
	}
	out := decode(t, b, &routev3.RouteConfiguration{})
	out.ValidateClusters = wrapperspb.Bool(false) // as for those that come by RDS
	return out
}

func (w world) staticCluster(t *testing.T, tr *Translator, c ir.Cluster) *clusterv3.Cluster {
	t.Helper()
	r, err := tr.Cluster(c)
	require.NoError(t, err)
	out := decode(t, r.Bytes, &clusterv3.Cluster{})
	if config := out.GetTransportSocket().GetTypedConfig(); config != nil {
		tls := &tlsv3.UpstreamTlsContext{}
		require.NoError(t, config.UnmarshalTo(tls))
		for _, s := range tls.GetCommonTlsContext().GetTlsCertificateSdsSecretConfigs() {
			s.SdsConfig = nil
		}
		require.NoError(t, config.MarshalFrom(tls))
	}
	if out.GetEdsClusterConfig() == nil {
		return out
	}
	out.ClusterDiscoveryType = &clusterv3.Cluster_Type{Type: clusterv3.Cluster_STATIC}
	out.LoadAssignment = &endpointv3.ClusterLoadAssignment{ClusterName: out.GetName()}
	for _, e := range w.endpoints {
		if EndpointsName(e.Backend) == out.GetEdsClusterConfig().GetServiceName() {
			r, err := tr.Endpoints(e)
			require.NoError(t, err)
			out.LoadAssignment = decode(t, r.Bytes, &endpointv3.ClusterLoadAssignment{})
		}
	}
	out.EdsClusterConfig = nil
	return out
}

// writeBootstrap returns the file that Envoy is started with.
func writeBootstrap(t *testing.T, b *bootstrapv3.Bootstrap) string {
	t.Helper()
	require.NoError(t, b.ValidateAll())
	bytes, err := proto.Marshal(b)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "bootstrap.pb")
	require.NoError(t, os.WriteFile(file, bytes, 0o600))
	return file
}

// validate fails the test unless Envoy accepts the world.
func (w world) validate(t *testing.T) {
	t.Helper()
	config := writeBootstrap(t, w.bootstrap(t))
	cmd := exec.CommandContext(t.Context(), proxytest.Envoy(t).Path,
		"--mode", "validate", "--config-path", config, "--disable-hot-restart", "--log-level", "error")
	cmd.SysProcAttr = processAttributes()
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}

// start runs Envoy until the test ends, waits until its listeners are open and
// returns the file that its output goes to.
func (w world) start(t *testing.T) string {
	t.Helper()
	config := writeBootstrap(t, w.bootstrap(t))
	cmd := exec.CommandContext(t.Context(), proxytest.Envoy(t).Path,
		"--config-path", config, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warn")
	cmd.SysProcAttr = processAttributes()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // what it said is in the log
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
	})
	for _, l := range w.listeners {
		waitOpen(t, address(l.Key), ended, log.Name())
	}
	return log.Name()
}

func waitOpen(t *testing.T, address string, ended <-chan struct{}, log string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		select {
		case <-ended:
			said, err := os.ReadFile(log)
			t.Fatalf("envoy ended (%v):\n%s", err, said)
		default:
		}
		if c, err := new(net.Dialer).DialContext(t.Context(), "tcp", address); err == nil {
			_ = c.Close()
			return
		}
	}
	t.Fatalf("envoy does not listen on %s", address)
}

func address(k ir.ListenerKey) string { return fmt.Sprintf("127.0.0.1:%d", k.Port) }

// client sends requests as written, which net/http would tidy up, over one
// connection.
type client struct {
	address string
	conn    net.Conn
	reader  *bufio.Reader
}

func newClient(t *testing.T, k ir.ListenerKey) *client {
	t.Helper()
	c := &client{address: address(k)}
	t.Cleanup(c.close)
	return c
}

func (c *client) close() {
	if c.conn != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
}

// request is what a client asks.
type request struct {
	method, host, path string
	headers            []string // "name: value"
}

func (r request) String() string {
	return strings.Join(append([]string{r.method + " " + r.host + r.path}, r.headers...), " | ")
}

// answer is what a client gets.
type answer struct {
	code   int
	header http.Header
	body   string
}

func (c *client) do(t *testing.T, r request) answer {
	t.Helper()
	if c.conn == nil {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", c.address)
		require.NoError(t, err)
		c.conn, c.reader = conn, bufio.NewReader(conn)
	}
	require.NoError(t, c.conn.SetDeadline(time.Now().Add(30*time.Second)))
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.method, r.path, r.host)
	for _, h := range r.headers {
		b.WriteString(h + "\r\n")
	}
	_, err := c.conn.Write([]byte(b.String() + "\r\n"))
	require.NoError(t, err)
	response, err := http.ReadResponse(c.reader, &http.Request{Method: r.method})
	require.NoError(t, err, r.String())
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if response.Close {
		c.close()
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

// echo starts a backend that answers with what it was asked, and returns its
// endpoints and a cluster of them. The name is in the answer.
func echo(t *testing.T, name string) (ir.Cluster, ir.Endpoints) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "echo")
		w.Header().Set("X-Backend", name)
		fmt.Fprintf(w, "%s %s %s\n", r.Method, r.Host, r.RequestURI)
		_ = r.Header.Write(w)
	}))
	t.Cleanup(server.Close)
	addr := server.Listener.Addr().(*net.TCPAddr)
	return serviceCluster(name), ir.Endpoints{
		Backend:    serviceCluster(name).Key.Backend,
		Localities: []ir.Locality{{Zone: "z", Endpoints: []ir.Endpoint{{Address: "127.0.0.1", Port: int32(addr.Port)}}}},
	}
}

// serviceCluster is a cluster of port 80 of a Service.
func serviceCluster(name string) ir.Cluster {
	service := ir.Name{Namespace: "test", Name: name}
	return ir.Cluster{
		Key:      ir.ClusterKey{Backend: ir.BackendKey{Kind: ir.ServiceBackend, Name: service, Port: 80}},
		Upstream: &ir.Upstream{Service: &ir.ServicePort{Service: service, Port: 80}},
	}
}

func forward(names ...string) *ir.Forward {
	out := &ir.Forward{}
	for _, n := range names {
		out.Backends = append(out.Backends, ir.WeightedBackend{Cluster: serviceCluster(n).Key, Weight: 1})
	}
	return out
}
