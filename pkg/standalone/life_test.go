package standalone_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/standalone"
)

// wrap returns a program that does something before it becomes Envoy.
func wrap(t *testing.T, envoy, before string) string {
	path := filepath.Join(t.TempDir(), "envoy")
	script := fmt.Sprintf("#!/bin/sh\ncase \"$*\" in *--version*) ;; *) %s ;; esac\nexec %q \"$@\"\n", before, envoy)
	require.NoError(t, os.WriteFile(path, []byte(script), 0o700))
	return path
}

func TestReadyOnlyWhenEnvoyServes(t *testing.T) {
	g, c := prepare(t)
	g.write("all.yaml", service("v1", backend(t, "v1"))+ingress("web", "v1"))
	gate := filepath.Join(t.TempDir(), "gate")
	c.Envoy = wrap(t, c.Envoy, fmt.Sprintf("until [ -e %q ]; do sleep 0.01; done", gate))
	g.run(c)
	require.Eventually(t, func() bool {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", g.admin)
		if err == nil {
			conn.Close()
		}
		return err == nil
	}, patience, 5*time.Millisecond)
	status, body := g.fetch("/readyz")
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, body, "not ready")
	status, _ = g.fetch("/healthz")
	require.Equal(t, http.StatusOK, status)

	require.NoError(t, os.WriteFile(gate, nil, 0o600))
	require.Equal(t, []string{fmt.Sprintf("http://127.0.0.1:%d", g.http), fmt.Sprintf("https://127.0.0.1:%d", g.https)}, g.untilReady())
	status, _ = g.fetch("/readyz")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "200 v1", get(t.Context(), g.client(), g.url("web.example", "/")), "ready means that the first request is answered")
}

func TestAnEmptyDirectoryGetsReady(t *testing.T) {
	g := start(t, nil)
	require.Equal(t, "404 ", get(t.Context(), g.client(), g.url("web.example", "/")))
}

func TestEnvoyThatIsKilledComesBack(t *testing.T) {
	g, c := prepare(t)
	g.write("all.yaml", service("v1", backend(t, "v1"))+ingress("web", "v1"))
	pids := filepath.Join(t.TempDir(), "pids")
	c.Envoy = wrap(t, c.Envoy, fmt.Sprintf("echo $$ >>%q", pids))
	g.run(c)
	g.untilReady()
	for range 2 {
		text, err := os.ReadFile(pids)
		require.NoError(t, err)
		all := strings.Fields(string(text))
		pid, err := strconv.Atoi(all[len(all)-1])
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(pid, syscall.SIGKILL))
		require.Eventually(t, func() bool { return syscall.Kill(pid, 0) != nil }, patience, time.Millisecond)
		g.until(g.url("web.example", "/"), "200 v1")
	}
	g.write("more.yaml", ingress("more", "v1"))
	g.until(g.url("more.example", "/"), "200 v1")
}

// slowBackend answers when it is released; it tells of each request.
func slowBackend(t *testing.T) (port int, arrived, release chan struct{}) {
	arrived, release = make(chan struct{}, 1), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
		w.Header().Set("Backend", "slow")
	}))
	t.Cleanup(server.Close)
	return portOf(t, server.Listener.Addr()), arrived, release
}

func TestDrainFinishesWhatIsUnderWay(t *testing.T) {
	port, arrived, release := slowBackend(t)
	g := start(t, map[string]string{"all.yaml": service("slow", port) + ingress("slow", "slow")})
	answer := make(chan string, 1)
	go func() { answer <- get(context.WithoutCancel(t.Context()), g.client(), g.url("slow.example", "/")) }()
	<-arrived
	g.stop()
	select {
	case err := <-g.ended:
		require.FailNow(t, "did not wait for the request", "%v", err)
	case <-time.After(200 * time.Millisecond):
	}
	close(release)
	require.Equal(t, "200 slow", <-answer)
	require.NoError(t, <-g.ended)
	_, err := new(net.Dialer).DialContext(t.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", g.http))
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestKillEndsTheDrain(t *testing.T) {
	port, arrived, _ := slowBackend(t)
	g := start(t, map[string]string{"all.yaml": service("slow", port) + ingress("slow", "slow")})
	answer := make(chan string, 1)
	go func() { answer <- get(context.WithoutCancel(t.Context()), g.client(), g.url("slow.example", "/")) }()
	<-arrived
	g.stop()
	g.kill()
	require.ErrorContains(t, <-g.ended, "cut off")
	require.NotEqual(t, "200 slow", <-answer)
}

func TestStopBeforeAnythingIsServedIsNoError(t *testing.T) {
	_, c := prepare(t)
	stopped, stop := context.WithCancel(t.Context())
	running, err := standalone.New(stopped, c)
	require.NoError(t, err)
	stop()
	require.NoError(t, running.Run(stopped, t.Context()))
}

func TestConfigurationsThatCannotWorkAreRefused(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file.yaml")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for want, change := range map[string]func(*standalone.Config){
		"not an IP address":         func(c *standalone.Config) { c.BindAddress = "localhost" },
		"concurrency is -1":         func(c *standalone.Config) { c.Concurrency = -1 },
		"drain time is -1s":         func(c *standalone.Config) { c.DrainTime = -time.Second },
		"cannot run Envoy":          func(c *standalone.Config) { c.Envoy = "/does/not/exist" },
		"no such file or directory": func(c *standalone.Config) { c.Dir += "/missing" },
		"not a directory":           func(c *standalone.Config) { c.Dir = file },
		"address already in use":    func(c *standalone.Config) { c.AdminAddress = taken.Addr().String() },
		"missing port in address":   func(c *standalone.Config) { c.AdminAddress = "localhost" },
	} {
		_, c := prepare(t)
		change(&c)
		running, err := standalone.New(t.Context(), c)
		if err == nil {
			err = running.Run(t.Context(), t.Context())
		}
		require.ErrorContains(t, err, want)
	}
}

func TestEnvoyThatCannotStartIsAnError(t *testing.T) {
	g, c := prepare(t)
	c.Envoy = wrap(t, c.Envoy, "echo cannot go on >&2; exit 3")
	g.run(c)
	select {
	case err := <-g.ended:
		require.ErrorContains(t, err, "cannot go on")
	case <-time.After(patience):
		require.Error(t, errors.New("it runs"))
	}
}
