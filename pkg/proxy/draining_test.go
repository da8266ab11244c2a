package proxy_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/proxy"
	"github.com/sluice-gateway/sluice/pkg/proxy/proxytest"
)

// slowBackend answers each request when told to.
type slowBackend struct{ came, answer chan struct{} }

func newSlowBackend() slowBackend {
	return slowBackend{came: make(chan struct{}), answer: make(chan struct{})}
}

func (b slowBackend) serve(w http.ResponseWriter, r *http.Request) {
	b.came <- struct{}{}
	select {
	case <-b.answer:
		hello(w, r)
	case <-r.Context().Done():
	}
}

type answer struct {
	response *http.Response
	err      error
}

// ask makes a request that waits in the backend.
func ask(t *testing.T, g *gateway, backend slowBackend) chan answer {
	t.Helper()
	answers := make(chan answer, 1)
	get := newRequest(t, g.url)
	go func() {
		response, err := newConnection().Do(get)
		if err == nil {
			err = response.Body.Close()
		}
		answers <- answer{response, err}
	}()
	<-backend.came
	return answers
}

func TestDrainLetsARequestOfOneSecondFinish(t *testing.T) {
	backend := newSlowBackend()
	g := startGateway(t, backend.serve)
	answers := ask(t, g, backend)
	pid := g.Status().PID
	go func() {
		time.Sleep(time.Second)
		backend.answer <- struct{}{}
	}()

	require.NoError(t, g.Drain(t.Context(), patience))
	got := <-answers
	require.NoError(t, got.err)
	require.Equal(t, http.StatusOK, got.response.StatusCode)
	require.NoError(t, <-g.ended)
	require.True(t, gone(pid))
	require.Equal(t, []proxy.State{proxy.Starting, proxy.Ready, proxy.Draining, proxy.Stopped}, g.states)
	require.NotContains(t, g.log.String(), "level=WARN", "an end that was wanted is no warning")
}

func TestDrainingEnvoyServesNewRequestsAndAsksClientsToLeave(t *testing.T) {
	backend := newSlowBackend()
	g := startGateway(t, backend.serve)
	first := ask(t, g, backend)
	drained := make(chan error, 1)
	go func() { drained <- g.Drain(t.Context(), patience) }()
	g.await(t, proxy.Draining, 1)
	var waits *proxy.NotReadyError
	require.Eventually(t, func() bool {
		return errors.As(g.Admin().Ready(t.Context()), &waits)
	}, patience, 5*time.Millisecond)
	require.Equal(t, "DRAINING", waits.State)

	second := ask(t, g, backend)
	for range 2 {
		backend.answer <- struct{}{}
	}
	for _, answers := range []chan answer{first, second} {
		got := <-answers
		require.NoError(t, got.err)
		require.Equal(t, http.StatusOK, got.response.StatusCode)
		require.True(t, got.response.Close, "the connection ends with this response")
	}
	require.NoError(t, <-drained)
}

func TestDrainGivesUpAfterTheTimeGiven(t *testing.T) {
	backend := newSlowBackend()
	g := startGateway(t, backend.serve)
	answers := ask(t, g, backend)
	err := g.Drain(t.Context(), 300*time.Millisecond)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "1 requests and connections were cut off")
	require.Error(t, (<-answers).err)
	require.NoError(t, <-g.ended)
}

func TestDrainEndsAtOnceWithItsContext(t *testing.T) {
	backend := newSlowBackend()
	g := startGateway(t, backend.serve)
	answers := ask(t, g, backend)
	ctx, cancel := context.WithCancel(t.Context())
	drained := make(chan error, 1)
	go func() { drained <- g.Drain(ctx, time.Hour) }()
	g.await(t, proxy.Draining, 1)
	cancel()
	require.ErrorIs(t, <-drained, context.Canceled)
	require.Error(t, (<-answers).err)
	require.Equal(t, proxy.Stopped, g.Status().State)
}

func TestDrainDoesNotWaitForIdleConnections(t *testing.T) {
	g := startGateway(t, hello)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(newRequest(t, g.url))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.NoError(t, g.Drain(t.Context(), time.Hour))
}

func TestDrainBeforeRunIsAnError(t *testing.T) {
	g := newGateway(t, proxytest.Envoy(t))
	require.ErrorContains(t, g.Drain(t.Context(), time.Second), "before Run")
}

func TestDrainOfAnEnvoyThatDoesNotServeEndsItAtOnce(t *testing.T) {
	g := newGateway(t, proxytest.Envoy(t))
	g.run(t)
	g.await(t, proxy.Starting, 1)
	require.NoError(t, g.Drain(t.Context(), time.Hour))
	require.NoError(t, <-g.ended)

	again := startGateway(t, hello)
	kill(t, again.Status().PID)
	again.await(t, proxy.Restarting, 1)
	require.NoError(t, again.Drain(t.Context(), time.Hour))
	require.NoError(t, <-again.ended)
	require.NoError(t, again.Drain(t.Context(), time.Hour), "there is nothing left to drain")
	require.Equal(t, proxy.Stopped, again.Status().State)
}

func TestEnvoyThatDiesWhileDrainingIsNotStartedAgain(t *testing.T) {
	backend := newSlowBackend()
	g := startGateway(t, backend.serve)
	answers := ask(t, g, backend)
	pid := g.Status().PID
	drained := make(chan error, 1)
	go func() { drained <- g.Drain(t.Context(), time.Hour) }()
	g.await(t, proxy.Draining, 1)
	kill(t, pid)
	require.Error(t, <-drained)
	require.Error(t, (<-answers).err)
	require.Zero(t, g.Status().Restarts)
}
