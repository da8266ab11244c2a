package xds

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"github.com/stretchr/testify/require"
)

func virtualHost(host, cluster, pattern string) *route.VirtualHost {
	match := &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: "/"}}
	if pattern != "" {
		match.PathSpecifier = &route.RouteMatch_SafeRegex{SafeRegex: &matcher.RegexMatcher{Regex: pattern}}
	}
	return &route.VirtualHost{Name: host, Domains: []string{host}, Routes: []*route.Route{{
		Match:  match,
		Action: &route.Route_Route{Route: &route.RouteAction{ClusterSpecifier: &route.RouteAction_Cluster{Cluster: cluster}}},
	}}}
}

// basic is a listener, two hosts and a cluster.
func (b *bench) basic(port int) []Change {
	return []Change{
		aCluster(b, "c0", time.Second), someEndpoints(b, "c0", port),
		aListener(b, "l", b.traffic, "rc"), aHead(b, "rc"),
		aHost(b, "rc", "a.example", "c0", ""), aHost(b, "rc", "b.example", "c0", ""),
	}
}

// Routes move to clusters made in the same change set, and the clusters left behind go, while
// clusters, endpoints and listeners change too: no request may notice.
func TestNoRequestFailsWhileRoutesAndClustersChange(t *testing.T) {
	b := newBench(t)
	port := upstream(t, "up")
	b.start()
	b.store.MarkReady()
	b.apply(b.basic(port)...)
	stop := b.load("a.example", "/")
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range 60 {
		old, next := fmt.Sprintf("c%d", i), fmt.Sprintf("c%d", i+1)
		changes := []Change{
			aCluster(t, next, time.Second), someEndpoints(t, next, port), aHost(t, "rc", "a.example", next, ""),
			aHost(t, "rc", "b.example", next, ""), Remove(ClusterType, old), Remove(EndpointType, old),
		}
		b.apply(changes...)
		switch rng.IntN(3) {
		case 0: // a cluster in use changes, its endpoints stay
			b.apply(aCluster(t, next, 2*time.Second))
		case 1:
			b.apply(someEndpoints(t, next, port, port))
		default:
			b.apply(aHost(t, "rc", fmt.Sprintf("new%d.example", i), next, ""))
		}
	}
	sent, failed := stop()
	require.Greater(t, sent, 60)
	require.Empty(t, failed)
	require.Empty(t, b.rejections())
	require.Eventually(t, func() bool { return b.stat("cluster_manager.active_clusters") == 2 }, patience, 20*time.Millisecond, "old clusters stay")
	require.Zero(t, b.stat("cluster_manager.warming_clusters"))
}

func TestRefusedPartsAreFoundAndTheGoodRestIsServed(t *testing.T) {
	b := newBench(t)
	port := upstream(t, "up")
	b.start()
	b.store.MarkReady()
	b.apply(b.basic(port)...)
	stop := b.load("a.example", "/")
	var changes []Change
	for i := range 40 {
		pattern := ""
		if i == 7 || i == 8 || i == 31 {
			pattern = "/(unclosed" // Envoy refuses the whole route configuration
		}
		changes = append(changes, aHost(t, "rc", fmt.Sprintf("h%d.example", i), "c0", pattern))
	}
	b.apply(append(changes, aHost(t, "rc", "b.example", "c0", "/[unclosed"))...)
	for i := range 40 {
		want := http.StatusOK
		if i == 7 || i == 8 || i == 31 {
			want = http.StatusNotFound
		}
		code, _ := b.get(fmt.Sprintf("h%d.example", i), "/")
		require.Equal(t, want, code, i)
	}
	code, _ := b.get("b.example", "/")
	require.Equal(t, http.StatusOK, code, "what was accepted before stays")
	got := b.rejections()
	require.Len(t, got, 4)
	for _, part := range []string{"h7.example", "h8.example", "h31.example", "b.example"} {
		require.Contains(t, got["rc/"+part].Message, "unclosed", part)
		require.Equal(t, "node-1", got["rc/"+part].Node)
	}
	b.apply(aHost(t, "rc", "h7.example", "c0", "/(closed)?"), aHost(t, "rc", "b.example", "c0", ""), RemovePart(RouteType, "rc", "h8.example"))
	require.Len(t, b.rejections(), 1)
	code, _ = b.get("h7.example", "/")
	require.Equal(t, http.StatusOK, code)
	_, failed := stop()
	require.Empty(t, failed)
}

func TestRefusedClustersAndListenersAreFoundAndTheGoodRestIsServed(t *testing.T) {
	b := newBench(t)
	port := upstream(t, "up")
	b.start()
	b.store.MarkReady()
	changes := b.basic(port)
	for i := range 10 {
		name := fmt.Sprintf("good%d", i)
		changes = append(changes, aCluster(t, name, time.Second), someEndpoints(t, name, port), aHost(t, "rc", name+".example", name, ""))
	}
	changes = append(changes, aCluster(t, "bad1", -time.Second), aCluster(t, "bad2", 0),
		Put(ListenerType, "broken", []byte("not a listener")), aListener(t, "taken", b.admin, "rc"))
	b.apply(changes...)
	got := b.rejections()
	require.Len(t, got, 4)
	for _, name := range []string{"bad1", "bad2", "broken", "taken"} {
		require.NotEmpty(t, got[name+"/"].Message, name)
	}
	for i := range 10 {
		code, _ := b.get(fmt.Sprintf("good%d.example", i), "/")
		require.Equal(t, http.StatusOK, code)
	}
	b.apply(aCluster(t, "bad1", time.Second), someEndpoints(t, "bad1", port), Remove(ClusterType, "bad2"),
		Remove(ListenerType, "broken"), Remove(ListenerType, "taken"), aHost(t, "rc", "bad1.example", "bad1", ""))
	require.Empty(t, b.rejections())
	code, _ := b.get("bad1.example", "/")
	require.Equal(t, http.StatusOK, code)
}

// A server that comes back with the same content sends nothing at all, and one that is not ready yet
// takes nothing away.
func TestARestartedServerSendsNothingThatEnvoyHas(t *testing.T) {
	b := newBench(t)
	port := upstream(t, "up")
	b.start()
	b.store.MarkReady()
	changes := b.basic(port)
	b.apply(changes...)
	b.apply(aCluster(t, "c0", 3*time.Second))
	stop := b.load("a.example", "/")
	b.grpc.Stop()
	b.mu.Lock()
	b.pushes = nil
	b.mu.Unlock()
	b.store = NewStore()
	b.serve()
	require.Eventually(t, func() bool { return len(b.server.Status()) == 1 }, patience, 10*time.Millisecond)
	require.False(t, b.server.Programmed())
	changes[0] = aCluster(t, "c0", 3*time.Second)
	_, err := b.store.Apply(changes)
	require.NoError(t, err)
	b.store.MarkReady()
	b.apply()
	require.True(t, b.server.Programmed())
	b.mu.Lock()
	require.Empty(t, b.pushes)
	b.mu.Unlock()
	b.apply(aHost(t, "rc", "new.example", "c0", ""))
	sent, failed := stop()
	require.Positive(t, sent)
	require.Empty(t, failed)
	code, _ := b.get("new.example", "/")
	require.Equal(t, http.StatusOK, code)
}

func TestSeveralEnvoysEachGetAll(t *testing.T) {
	b := newBench(t)
	port := upstream(t, "up")
	b.start()
	b.startEnvoy("node-2", freePort(t))
	b.store.MarkReady()
	require.Eventually(t, func() bool { return len(b.server.Status()) == 2 }, patience, 10*time.Millisecond)
	changes := b.basic(port)
	b.apply(append(changes[:2:2], changes[3:]...)...) // two cannot listen on one port
	for _, n := range b.server.Status() {
		require.True(t, strings.HasPrefix(n.Node, "node-"))
		require.Equal(t, ClusterType, n.Types[0].Type)
		require.Equal(t, 1, n.Types[0].Acked)
		require.Equal(t, b.store.Revision(), n.Acked)
	}
}

// A restarted server does not know what Envoy refuses, but must not take good routes away to find out.
func TestARestartedServerFindsRefusedPartsWithoutTakingGoodOnesAway(t *testing.T) {
	b := newBench(t)
	port := upstream(t, "up")
	b.start()
	b.store.MarkReady()
	changes := b.basic(port)
	for i := range 30 {
		changes = append(changes, aHost(t, "rc", fmt.Sprintf("h%d.example", i), "c0", strings.Repeat("/(unclosed", i/28)))
	}
	b.apply(changes...)
	require.Len(t, b.rejections(), 2)
	stops := []func() (int, []string){b.load("a.example", "/"), b.load("h0.example", "/"), b.load("h27.example", "/")}
	b.grpc.Stop()
	b.mu.Lock()
	clear(b.rejected)
	b.mu.Unlock()
	b.serve()
	b.apply(aHost(t, "rc", "new.example", "c0", ""))
	require.Len(t, b.rejections(), 2)
	for _, stop := range stops {
		_, failed := stop()
		require.Empty(t, failed)
	}
	code, _ := b.get("new.example", "/")
	require.Equal(t, http.StatusOK, code)
}

func TestAnEnvoyThatNeedsNoClusterListens(t *testing.T) {
	b := newBench(t)
	b.start()
	b.store.MarkReady()
	b.apply(aListener(b, "l", b.traffic, "rc"), aHead(b, "rc"))
	code, _ := b.get("a.example", "/")
	require.Equal(t, http.StatusNotFound, code)
}

// As when a Gateway is renamed: another listener on the same port.
func TestNoRequestFailsWhileAListenerTakesThePlaceOfAnother(t *testing.T) {
	b := newBench(t)
	b.start()
	b.store.MarkReady()
	b.apply(b.basic(upstream(t, "up"))...)
	stop := b.load("a.example", "/")
	for i := range 20 {
		old, next := fmt.Sprintf("l%d", i), fmt.Sprintf("l%d", i+1)
		if i == 0 {
			old = "l"
		}
		b.apply(Remove(ListenerType, old), aListener(b, next, b.traffic, "rc"+next), aHead(b, "rc"+next), aHost(b, "rc"+next, "a.example", "c0", ""))
	}
	sent, failed := stop()
	require.Greater(t, sent, 20)
	require.Empty(t, failed)
	require.Empty(t, b.rejections())
}
