package xds

import (
	"testing"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/stretchr/testify/require"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
)

// refuser connects an Envoy that asks for all clusters and refuses the first answer.
func refuser(t *testing.T, server *Server, node, why string) *envoy {
	e := server.join(node)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	r, err := e.step(&discovery.DeltaDiscoveryRequest{TypeUrl: ClusterType}, true, timer)
	require.NoError(t, err)
	require.NotNil(t, r)
	_, err = e.step(&discovery.DeltaDiscoveryRequest{
		TypeUrl: ClusterType, ResponseNonce: r.nonce, ErrorDetail: &statuspb.Status{Message: why},
	}, true, timer)
	require.NoError(t, err)
	return e
}

func refusingServer(t *testing.T) (server *Server, refusal func() string) {
	store := NewStore()
	apply(t, store, Put(ClusterType, "c", []byte("bad")))
	store.MarkReady()
	server = NewServer(store, Config{})
	return server, func() string {
		r, refused := server.Refusal(Ref{ClusterType, "c"}, "")
		if !refused {
			return ""
		}
		return r.Node + ": " + r.Message
	}
}

func TestARefusalHoldsAsLongAsAnyEnvoyRefuses(t *testing.T) {
	server, refusal := refusingServer(t)
	require.Empty(t, refusal())
	b := refuser(t, server, "b", "no from b")
	require.Equal(t, "b: no from b", refusal())
	a := refuser(t, server, "a", "no from a")
	require.Equal(t, "a: no from a", refusal(), "that of the first node")

	server.leave(a, nil)
	require.Equal(t, "a: no from a", refusal(), "it is expected back")
	server.forget("a", server.remembered["a"])
	require.Equal(t, "b: no from b", refusal())
	server.leave(b, nil)
	server.forget("b", server.remembered["b"])
	require.Empty(t, refusal())
}

// A broken connection may be noticed after the Envoy behind it has come back.
func TestARefusalOutlivesAStaleConnectionOfItsEnvoy(t *testing.T) {
	server, refusal := refusingServer(t)
	stale := refuser(t, server, "n", "no")
	refuser(t, server, "n", "no")
	server.leave(stale, nil)
	server.forget("n", server.remembered["n"])
	require.Equal(t, "n: no", refusal())
}

// What is remembered goes to the next stream, which writes to it.
func TestAnEnvoyThatLeftSharesNothingWithItsSuccessor(t *testing.T) {
	server, refusal := refusingServer(t)
	old := refuser(t, server, "n", "no")
	require.NotEmpty(t, old.status().Rejections)
	server.leave(old, nil)
	server.join("n")
	require.Equal(t, "n: no", refusal(), "though it has not asked for clusters yet")
	require.Empty(t, old.status().Rejections)
}

func TestRefusalsOfTypesThatAreNotAskedForAgainEnd(t *testing.T) {
	server, _ := refusingServer(t)
	old := refuser(t, server, "n", "no")
	server.leave(old, nil)
	s := server.join("n").stream
	s.update(server.store.current(), s.started)
	s.tick(s.started.Add(rememberFor - time.Second))
	require.Empty(t, s.events)
	require.False(t, s.wakeAt.IsZero(), "it asks to be woken")
	s.tick(s.wakeAt)
	require.Len(t, s.events, 1)
	require.True(t, s.events[0].cleared)
	require.Equal(t, Ref{ClusterType, "c"}, s.events[0].Ref)
	s.tick(s.wakeAt.Add(time.Hour))
	require.Len(t, s.events, 1)
}
