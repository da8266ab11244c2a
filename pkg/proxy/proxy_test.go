package proxy_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/proxy"
	"github.com/sluice-gateway/sluice/pkg/proxy/proxytest"
)

// patience is how long tests wait for what must happen in the end.
const patience = 30 * time.Second

func TestEnvoyServesWhatTheADSServerSays(t *testing.T) {
	g := startGateway(t, hello)
	require.Equal(t, "hello", g.get(t))
	require.NoError(t, g.Admin().Ready(t.Context()))
	require.Empty(t, g.ads.refused)

	listeners := g.page(t, "/listeners")
	require.Equal(t, 1, strings.Count(listeners, "\n"), "no port but the listener's own: %s", listeners)
	require.Contains(t, g.page(t, "/config_dump"), `"backend"`)

	memory, err := g.Admin().Memory(t.Context())
	require.NoError(t, err)
	require.Positive(t, memory.Allocated)
	require.Greater(t, memory.HeapSize, memory.Allocated)
	require.Positive(t, memory.Physical)
}

func TestAdminSocketIsForItsOwnerOnly(t *testing.T) {
	g := startGateway(t, hello)
	info, err := os.Stat(g.dir.AdminSocket())
	require.NoError(t, err)
	require.Equal(t, os.ModeSocket|0o600, info.Mode())
}

func TestEnvoyKeepsOnlyTheListedStats(t *testing.T) {
	g := startGateway(t, hello)
	g.get(t)
	stats, err := g.Admin().Stats(t.Context(), `\.(upstream|downstream)_`)
	require.NoError(t, err)
	require.EqualValues(t, 1, stats["cluster.backend.upstream_rq_total"])
	require.EqualValues(t, 1, stats["http.web.downstream_rq_total"])
	require.NotContains(t, stats, "cluster.backend.upstream_cx_destroy")
	require.NotContains(t, stats, "http.web.downstream_cx_destroy")
}

func TestEnvoyIsNotReadyBeforeItsFirstConfiguration(t *testing.T) {
	g := newGateway(t, proxytest.Envoy(t))
	g.run(t)
	g.await(t, proxy.Starting, 1)
	var waits *proxy.NotReadyError
	require.Eventually(t, func() bool {
		return errors.As(g.Admin().Ready(t.Context()), &waits)
	}, patience, 5*time.Millisecond)
	require.Equal(t, "PRE_INITIALIZING", waits.State)
	require.Equal(t, proxy.Starting, g.Status().State)

	g.serve(t, hello)
	g.await(t, proxy.Ready, 1)
	require.Equal(t, "hello", g.get(t))
}

func TestKilledEnvoyIsStartedAgain(t *testing.T) {
	g := startGateway(t, hello)
	first := g.Status().PID
	kill(t, first)
	g.await(t, proxy.Restarting, 1)
	g.await(t, proxy.Ready, 2)
	require.Equal(t, "hello", g.get(t))

	status := g.Status()
	require.Equal(t, 1, status.Restarts)
	require.ErrorContains(t, status.Err, "signal: killed")
	require.NotEqual(t, first, status.PID)
	require.Contains(t, g.log.String(), "Envoy died and will be started again")
}

func TestEnvoyEndsWithTheContext(t *testing.T) {
	g := startGateway(t, hello)
	pid := g.Status().PID
	g.cancel()
	require.NoError(t, <-g.ended)
	require.True(t, gone(pid))
	require.Equal(t, proxy.Stopped, g.Status().State)
	require.Zero(t, g.Status().PID)
}

func TestRunTellsWhyEnvoyCannotStart(t *testing.T) {
	script := filepath.Join(t.TempDir(), "envoy")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\necho wrong kind of machine >&2\nexit 3\n"), 0o755))
	tests := map[string]struct {
		binary proxy.Binary
		level  string
		want   []string
	}{
		"no file":       {proxy.Binary{Path: script + "x"}, "", []string{"cannot start Envoy", "no such file"}},
		"not Envoy":     {proxy.Binary{Path: script}, "", []string{"exit status 3", "wrong kind of machine"}},
		"bad log level": {proxytest.Envoy(t), "loud", []string{"exit status 1", "loud"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			g := newGatewayAt(t, test.binary, test.level)
			err := g.Run(t.Context())
			for _, want := range test.want {
				require.ErrorContains(t, err, want)
			}
			require.Equal(t, proxy.Stopped, g.Status().State)
		})
	}
}

func TestRunIsCalledOnce(t *testing.T) {
	g := startGateway(t, hello)
	require.ErrorContains(t, g.Run(t.Context()), "called before")
}

func TestEnvoysLogIsPassedOn(t *testing.T) {
	g := startGateway(t, hello)
	require.Contains(t, g.log.String(), "level=INFO")
	require.Contains(t, g.log.String(), "component=main")
	require.NotContains(t, g.log.String(), "level=WARN", "Envoy warns of nothing in the bootstrap")
	require.NotContains(t, g.log.String(), "level=ERROR")
}

func hello(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

// gateway is a Proxy with an ADS server, one listener and a backend.
type gateway struct {
	*proxy.Proxy
	dir    proxy.Dir
	url    string // of the listener
	ads    *adsServer
	log    lockedBuffer
	cancel func()     // ends Run
	ended  chan error // what Run returned

	mu     sync.Mutex
	states []proxy.State
}

// startGateway runs Envoy before a backend and waits until it serves.
func startGateway(t *testing.T, backend http.HandlerFunc) *gateway {
	t.Helper()
	g := newGateway(t, proxytest.Envoy(t))
	g.serve(t, backend)
	g.run(t)
	g.await(t, proxy.Ready, 1)
	return g
}

func newGateway(t *testing.T, binary proxy.Binary) *gateway {
	t.Helper()
	return newGatewayAt(t, binary, "info")
}

func newGatewayAt(t *testing.T, binary proxy.Binary, logLevel string) *gateway {
	t.Helper()
	dir, err := proxy.NewDir()
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, dir.Remove()) })
	g := &gateway{dir: dir, ended: make(chan error, 1)}
	g.Proxy, err = proxy.New(proxy.Config{
		Binary:      binary,
		Dir:         dir,
		Concurrency: 1,
		LogLevel:    logLevel,
		Log:         slog.New(slog.NewTextHandler(&g.log, nil)),
		OnStatus:    g.note,
	})
	require.NoError(t, err)
	return g
}

// serve starts a backend and the ADS server that leads to it.
func (g *gateway) serve(t *testing.T, backend http.HandlerFunc) {
	t.Helper()
	server := httptest.NewServer(backend)
	t.Cleanup(server.Close)
	target, ok := server.Listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	port := freePort(t)
	g.url = "http://" + port.String()
	g.ads = forwarding(t, port, target)
	g.ads.serve(t, g.dir.XDSSocket())
}

func (g *gateway) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	g.cancel = cancel
	done := make(chan struct{})
	go func() {
		g.ended <- g.Run(ctx)
		close(done)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

func (g *gateway) note(status proxy.Status) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.states = append(g.states, status.State)
}

// await waits until the proxy has been in a state that many times.
func (g *gateway) await(t *testing.T, state proxy.State, times int) {
	t.Helper()
	require.Eventually(t, func() bool {
		g.mu.Lock()
		defer g.mu.Unlock()
		seen := 0
		for _, s := range g.states {
			if s == state {
				seen++
			}
		}
		return seen >= times
	}, patience, 5*time.Millisecond, "never %s", state)
}

// get asks the listener, on a new connection, until it answers.
func (g *gateway) get(t *testing.T) string {
	t.Helper()
	var body string
	require.Eventually(t, func() bool {
		response, err := newConnection().Do(newRequest(t, g.url))
		if err != nil {
			return false
		}
		defer response.Body.Close()
		content, err := io.ReadAll(response.Body)
		body = string(content)
		return err == nil && response.StatusCode == http.StatusOK
	}, patience, 5*time.Millisecond)
	return body
}

func (g *gateway) page(t *testing.T, path string) string {
	t.Helper()
	page, err := g.Admin().Get(t.Context(), path, nil)
	require.NoError(t, err)
	defer page.Close()
	content, err := io.ReadAll(page)
	require.NoError(t, err)
	return string(content)
}

func kill(t *testing.T, pid int) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
}

// gone reports whether a process has ended. It may still be listed as a
// zombie, where the machine's first process does not collect orphans.
func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	state, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(state), ") Z ")
}

func newRequest(t *testing.T, url string) *http.Request {
	t.Helper()
	get, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	require.NoError(t, err)
	return get
}

// newConnection returns a client that opens a connection for each request.
func newConnection() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
}

func freePort(t *testing.T) *net.TCPAddr {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	port, ok := l.Addr().(*net.TCPAddr)
	require.True(t, ok)
	return port
}

// lockedBuffer may be written to and read at once.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
