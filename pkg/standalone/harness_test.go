package standalone_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/proxy/proxytest"
	"github.com/sluice-gateway/sluice/pkg/standalone"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// gateway is a standalone gateway that runs in the test's process.
type gateway struct {
	*testing.T
	dir         string
	http, https int // ports of the Gateway in gateway.yaml
	admin       string
	log         *locked
	stop, kill  context.CancelFunc
	ready       chan []string
	ended       chan error // gets what Run returned
}

// prepare makes a directory with a Gateway on free ports, and the configuration
// of a gateway that serves it.
func prepare(t *testing.T) (*gateway, standalone.Config) {
	g := &gateway{
		T: t, dir: t.TempDir(), http: freePort(t), https: freePort(t), admin: fmt.Sprintf("127.0.0.1:%d", freePort(t)),
		log: &locked{}, ready: make(chan []string, 1), ended: make(chan error, 1),
	}
	g.write("gateway.yaml", g.gatewayYAML())
	return g, standalone.Config{
		Dir: g.dir, AdminAddress: g.admin, Envoy: proxytest.Envoy(t).Path, Concurrency: 1,
		OnReady: func(addresses []string) { g.ready <- addresses },
		Log:     slog.New(slog.NewTextHandler(g.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// run starts what was prepared. The test ends it, if it has not ended by then.
func (g *gateway) run(c standalone.Config) {
	var stopped, killed context.Context
	stopped, g.stop = context.WithCancel(context.Background())
	killed, g.kill = context.WithCancel(context.Background())
	running, err := standalone.New(stopped, c)
	require.NoError(g, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.ended <- running.Run(stopped, killed)
	}()
	g.Cleanup(func() {
		g.kill()
		g.stop()
		<-done
	})
}

// start runs a gateway before the files, and waits until it serves.
func start(t *testing.T, files map[string]string) *gateway {
	g, c := prepare(t)
	for name, text := range files {
		g.write(name, text)
	}
	g.run(c)
	g.untilReady()
	return g
}

func (g *gateway) untilReady() []string {
	select {
	case addresses := <-g.ready:
		return addresses
	case err := <-g.ended:
		require.FailNow(g, "ended before it was ready", "%v\n%s", err, g.log)
	case <-time.After(patience):
		require.FailNow(g, "not ready", "%s", g.log)
	}
	return nil
}

// write replaces a file at once, as careful editors do.
func (g *gateway) write(name, text string) {
	path := filepath.Join(g.dir, name)
	require.NoError(g, os.MkdirAll(filepath.Dir(path), 0o700))
	temporary := filepath.Join(filepath.Dir(path), ".new")
	require.NoError(g, os.WriteFile(temporary, []byte(text), 0o600))
	require.NoError(g, os.Rename(temporary, path))
}

func (g *gateway) remove(name string) { require.NoError(g, os.RemoveAll(filepath.Join(g.dir, name))) }

// client sends every request to the gateway, whatever host it names.
func (g *gateway) client() *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
	}
	transport := &http.Transport{DialContext: dial, TLSClientConfig: anyCertificate()}
	g.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

// url is the address of a host's path, over HTTPS if the path says so.
func (g *gateway) url(host, path string) string {
	return fmt.Sprintf("http://%s:%d%s", host, g.http, path)
}

// get returns "200 v1": the status, and the backend that answered.
func get(ctx context.Context, c *http.Client, url string) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err.Error()
	}
	resp, err := c.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%d %s", resp.StatusCode, resp.Header.Get("Backend"))
}

// until waits for an answer.
func (g *gateway) until(url, want string) {
	c, got := g.client(), ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if got = get(g.Context(), c, url); got == want {
			return
		}
	}
	require.FailNow(g, "another answer", "%s: %q, want %q\n%s", url, got, want, g.log)
}

// fetch returns the status and the body of a page of the admin address.
func (g *gateway) fetch(path string) (int, string) {
	req, err := http.NewRequestWithContext(g.Context(), http.MethodGet, "http://"+g.admin+path, http.NoBody)
	require.NoError(g, err)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(g, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(g, err)
	return resp.StatusCode, string(body)
}

// waitLog waits for a word in the log.
func (g *gateway) waitLog(word string) {
	require.Eventually(g, func() bool { return bytes.Contains(g.log.Bytes(), []byte(word)) }, patience, 5*time.Millisecond, word)
}

// locked is a buffer for several writers.
type locked struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *locked) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.buf.Bytes())
}

func (l *locked) String() string { return string(l.Bytes()) }

// backend serves until the test ends. Its answers say its name; the path /slow waits
// for the request's end or for release.
func backend(t *testing.T, name string) int {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Backend", name) }))
	t.Cleanup(server.Close)
	return portOf(t, server.Listener.Addr())
}

func portOf(t *testing.T, a net.Addr) int {
	tcp, ok := a.(*net.TCPAddr)
	require.True(t, ok)
	return tcp.Port
}

func freePort(t *testing.T) int {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return portOf(t, l.Addr())
}
