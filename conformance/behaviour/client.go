package behaviour

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// patience bounds every wait: long enough for a busy machine, short enough for
// a person.
const patience = 15 * time.Second

// client sends requests to the gateway, each on a connection of its own, so that
// none is answered by a listener that is draining.
type client struct {
	ports    *Ports
	backends *Backends
}

// send sends a request and says what came of it. The error is for what no case
// can expect.
func (c *client) send(ctx context.Context, r *Request) (*Result, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	id := strconv.FormatInt(time.Now().UnixNano(), 36)
	result, err := c.exchange(ctx, r, id)
	if err != nil {
		return nil, err
	}
	result.id, result.Tries = id, c.backends.Tries(id)
	if mark, ok := result.Headers[strings.ToLower(echoMark)]; ok && len(mark) == 1 {
		result.Seen = &Seen{}
		if err := json.Unmarshal([]byte(mark[0]), result.Seen); err != nil {
			return nil, err
		}
		delete(result.Seen.Headers, strings.ToLower(echoID))
	}
	return result, nil
}

// waitForCopy waits until a backend has seen a request.
func (c *client) waitForCopy(ctx context.Context, r *Result, backend string) bool {
	return eventually(ctx, func() bool { return slices.Contains(c.backends.Tries(r.id), backend) })
}

func (c *client) exchange(ctx context.Context, r *Request, id string) (*Result, error) {
	result := &Result{}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(int(c.ports.Bind(r.Port)))))
	if errors.Is(err, syscall.ECONNREFUSED) {
		result.Outcome = Refused
		return result, nil
	}
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return nil, err
		}
	}
	if r.TLS {
		secured, ok := handshake(ctx, conn, r, result)
		if !ok {
			result.Outcome = Handshake
			return result, nil
		}
		conn = secured
	}
	if r.HTTP2 {
		return result, overHTTP2(ctx, conn, r, id, result)
	}
	return result, overHTTP1(conn, r, id, result)
}

// handshake makes the connection TLS and notes what it agreed on. The gateway's
// certificate is looked at by the case, not verified.
func handshake(ctx context.Context, conn net.Conn, r *Request, result *Result) (net.Conn, bool) {
	config := &tls.Config{InsecureSkipVerify: true, ServerName: r.serverName(), NextProtos: []string{"http/1.1"}} //nolint:gosec // see above
	if r.HTTP2 {
		config.NextProtos = []string{"h2"}
	}
	if v := tlsVersions()[r.TLSVersion]; v != 0 {
		config.MinVersion, config.MaxVersion = v, v
	}
	secured := tls.Client(conn, config)
	if err := secured.HandshakeContext(ctx); err != nil {
		return nil, false
	}
	state := secured.ConnectionState()
	result.ALPN = state.NegotiatedProtocol
	if len(state.PeerCertificates) > 0 && len(state.PeerCertificates[0].DNSNames) > 0 {
		result.Certificate = state.PeerCertificates[0].DNSNames[0]
	}
	return secured, true
}

func tlsVersions() map[string]uint16 {
	return map[string]uint16{"1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}
}

func (r *Request) serverName() string {
	switch r.SNI {
	case "":
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		return host
	case "-":
		return ""
	default:
		return r.SNI
	}
}

// overHTTP1 writes the request by hand, so that nothing is corrected or added.
func overHTTP1(conn net.Conn, r *Request, id string, result *Result) error {
	version := "HTTP/1.1"
	if r.HTTP10 {
		version = "HTTP/1.0"
	}
	var b strings.Builder
	b.WriteString(r.Method + " " + r.Target + " " + version + "\r\n")
	if !r.has("host") {
		b.WriteString("Host: " + r.Host + "\r\n")
	}
	for _, h := range r.Headers {
		b.WriteString(h.Name + ": " + h.Value + "\r\n")
	}
	body := r.Body
	if r.has("upgrade") {
		body = "" // it is sent after the upgrade
	} else if body != "" && !r.has("content-length") {
		b.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	if !r.has("connection") {
		b.WriteString("Connection: close\r\n")
	}
	b.WriteString(echoID + ": " + id + "\r\n\r\n" + body)
	if _, err := io.WriteString(conn, b.String()); err != nil {
		result.Outcome = Closed
		return nil //nolint:nilerr // that is the outcome
	}
	in := bufio.NewReader(conn)
	response, err := http.ReadResponse(in, &http.Request{Method: r.Method})
	if err != nil {
		return closedOr(err, result)
	}
	if err := result.take(response); err != nil || response.StatusCode != http.StatusSwitchingProtocols {
		return err
	}
	return talk(conn, in, r.Body, result)
}

// talk sends a text over an upgraded connection and reads as much back.
func talk(conn net.Conn, in io.Reader, text string, result *Result) error {
	if _, err := io.WriteString(conn, text); err != nil {
		return closedOr(err, result)
	}
	back := make([]byte, len(text))
	if _, err := io.ReadFull(in, back); err != nil {
		return closedOr(err, result)
	}
	result.Body = string(back)
	return nil
}

// closedOr notes that the connection ended, unless it is time that did.
func closedOr(err error, result *Result) error {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return err
	}
	result.Outcome = Closed
	return nil
}

func (r *Request) has(header string) bool {
	for _, h := range r.Headers {
		if strings.EqualFold(h.Name, header) {
			return true
		}
	}
	return false
}

func overHTTP2(ctx context.Context, conn net.Conn, r *Request, id string, result *Result) error {
	var protocols http.Protocols
	protocols.SetHTTP2(r.TLS)
	protocols.SetUnencryptedHTTP2(!r.TLS)
	dial := func(context.Context, string, string) (net.Conn, error) { return conn, nil }
	transport := &http.Transport{Protocols: &protocols, DialContext: dial, DialTLSContext: dial, DisableCompression: true}
	defer transport.CloseIdleConnections()
	scheme := "http"
	if r.TLS {
		scheme = "https"
	}
	request := &http.Request{
		Method: r.Method, URL: &url.URL{Scheme: scheme, Host: "gateway", Opaque: r.Target}, Host: r.Host,
		Header: http.Header{"User-Agent": nil, echoID: {id}}, Body: http.NoBody,
	}
	if r.Body != "" {
		request.Body, request.ContentLength = io.NopCloser(strings.NewReader(r.Body)), int64(len(r.Body))
	}
	for _, h := range r.Headers {
		request.Header.Add(h.Name, h.Value)
	}
	response, err := transport.RoundTrip(request.WithContext(ctx))
	if err != nil {
		return closedOr(err, result)
	}
	return result.take(response)
}

func (r *Result) take(response *http.Response) error {
	r.Outcome, r.Headers = strconv.Itoa(response.StatusCode), lower(response.Header)
	if response.StatusCode == http.StatusSwitchingProtocols {
		return nil // what follows is no body
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 4<<20))
	if err != nil {
		return closedOr(err, r)
	}
	r.Body = string(body)
	return nil
}

// eventually asks until the answer is yes or patience or ctx ends.
func eventually(ctx context.Context, ask func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ask() {
		select {
		case <-ctx.Done():
			return ask()
		case <-tick.C:
		}
	}
	return true
}
