package behaviour

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log" //nolint:depguard // http.Server takes no other
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Headers with which a request tells a backend what to do.
const (
	echoID     = "X-Echo-Id"         // names the request, so that it can be counted
	echoStatus = "X-Echo-Status"     // answer with this status
	echoDelay  = "X-Echo-Delay"      // wait before the answer, or until the client is gone
	echoSet    = "X-Echo-Set-Header" // "Name: value" to set in the answer; may repeat
	echoBody   = "X-Echo-Body"       // answer with this body instead of what was seen
	echoFail   = "X-Echo-Fail"       // "2" or "2:503": answer the first tries with 503
	echoMark   = "X-Echo-Seen"       // in answers: what the backend saw, as JSON
)

// Seen is a request as a backend saw it.
type Seen struct {
	Backend string              `json:"backend"`
	Port    int32               `json:"port"`
	Method  string              `json:"method"`
	Path    string              `json:"path"`  // as it came, without the query
	Query   string              `json:"query"` // as it came, without the question mark
	Host    string              `json:"host"`
	Proto   string              `json:"proto"`
	SNI     string              `json:"sni,omitempty"` // of the connection from the gateway
	TLS     bool                `json:"tls"`
	Headers map[string][]string `json:"headers"` // names in lower case
	Body    string              `json:"body"`
}

func (s *Seen) value(name string) string {
	switch name {
	case "backend":
		return s.Backend
	case "port":
		return strconv.Itoa(int(s.Port))
	case "method":
		return s.Method
	case "path":
		return s.Path
	case "query":
		return s.Query
	case "host":
		return s.Host
	case "proto":
		return s.Proto
	case "sni":
		return orAbsent(s.SNI)
	case "sent":
		return s.Body
	default:
		return absent
	}
}

// backendKey names a backend: a port of a Service.
type backendKey struct {
	name string // "v1", or "namespace/v1" outside the namespace default
	port int32
}

// Backends are echo servers on 127.0.0.1, one for each name and port, started
// when they are first asked for. They speak HTTP/1, HTTP/2 and TLS on the same
// port.
type Backends struct {
	certificates *Certificates

	mu    sync.Mutex
	ports map[backendKey]int
	names map[int]backendKey
	tries map[string][]string // request id to the backends that saw it
	stops []func()
}

// NewBackends returns backends of which none runs yet.
func NewBackends(certificates *Certificates) *Backends {
	return &Backends{certificates: certificates, ports: map[backendKey]int{}, names: map[int]backendKey{}, tries: map[string][]string{}}
}

// Port returns the port on which a backend listens.
func (b *Backends) Port(name string, port int32) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := backendKey{name, port}
	if p, ok := b.ports[key]; ok {
		return p, nil
	}
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return 0, fmt.Errorf("%v is not a TCP address", listener.Addr())
	}
	b.serve(key, listener)
	b.ports[key], b.names[address.Port] = address.Port, key
	return address.Port, nil
}

func (b *Backends) serve(key backendKey, listener net.Listener) {
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Protocols: &protocols, ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.answer(key, w, r) }),
	}
	plain, secure := sniff(listener)
	go server.Serve(plain)                                             //nolint:errcheck // it ends with its listener
	go server.Serve(tls.NewListener(secure, b.certificates.Backend())) //nolint:errcheck // it ends with its listener
	b.stops = append(b.stops, func() {
		_ = server.Close()
		_ = listener.Close()
	})
}

// Stop ends all backends.
func (b *Backends) Stop() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, stop := range b.stops {
		stop()
	}
}

// Name returns the name and port of the backend that listens on a port.
func (b *Backends) Name(port int) (name string, servicePort int32, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key, ok := b.names[port]
	return key.name, key.port, ok
}

// Tries returns the backends that saw a request, in order.
func (b *Backends) Tries(id string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.tries[id]...)
}

func (b *Backends) note(id, name string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tries[id] = append(b.tries[id], name)
	return len(b.tries[id])
}

func (b *Backends) answer(key backendKey, w http.ResponseWriter, r *http.Request) {
	seen := look(key, r)
	try := b.note(r.Header.Get(echoID), key.name)
	mark, err := json.Marshal(seen)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if delay, err := time.ParseDuration(r.Header.Get(echoDelay)); err == nil {
		wait := time.NewTimer(delay)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-r.Context().Done():
			return
		}
	}
	for _, h := range r.Header.Values(echoSet) {
		name, value, _ := strings.Cut(h, ":")
		w.Header().Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	body, replaced := string(mark)+"\n", r.Header.Values(echoBody)
	if len(replaced) > 0 {
		body = replaced[0]
	}
	if r.Header.Get("Upgrade") != "" {
		upgrade(w, string(mark))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(echoMark, string(mark))
	w.WriteHeader(statusFor(r.Header, try))
	_, _ = io.WriteString(w, body) //nolint:gosec // an echo; the client may have gone
}

// upgrade agrees to whatever protocol is asked for, and sends back what comes.
func upgrade(w http.ResponseWriter, mark string) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+echoMark+": "+mark+"\r\n\r\n")
	if err == nil {
		_, _ = io.Copy(conn, buffered) // it ends with the connection
	}
}

func look(key backendKey, r *http.Request) Seen {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20)) // what came of it is what was seen
	path, query, _ := strings.Cut(r.RequestURI, "?")
	seen := Seen{
		Backend: key.name, Port: key.port, Method: r.Method, Path: path, Query: query, Host: r.Host, Proto: r.Proto,
		TLS: r.TLS != nil, Headers: lower(r.Header), Body: string(body),
	}
	if r.TLS != nil {
		seen.SNI = r.TLS.ServerName
	}
	return seen
}

func lower(h http.Header) map[string][]string {
	out := map[string][]string{}
	for name, values := range h {
		out[strings.ToLower(name)] = values
	}
	return out
}

func statusFor(h http.Header, try int) int {
	if times, status, _ := strings.Cut(h.Get(echoFail), ":"); times != "" {
		if n, err := strconv.Atoi(times); err == nil && try <= n {
			return statusOr(status, http.StatusServiceUnavailable)
		}
	}
	return statusOr(h.Get(echoStatus), http.StatusOK)
}

func statusOr(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n >= 200 && n <= 599 {
		return n
	}
	return otherwise
}
