package xds

import (
	"fmt"
	"slices"
	"testing"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/stretchr/testify/require"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
)

// client drives a stream by hand.
type client struct {
	*testing.T
	store  *Store
	stream *stream
	now    time.Time
}

func newClient(t *testing.T, changes ...Change) *client {
	c := &client{T: t, store: NewStore(), now: time.Unix(1000, 0)}
	c.stream = newStream(limits{warm: 5 * time.Second, grace: 10 * time.Second, probes: 256}, nil, c.now)
	c.store.MarkReady()
	c.apply(changes...)
	return c
}

func (c *client) apply(changes ...Change) {
	apply(c, c.store, changes...)
	c.stream.update(c.store.current(), c.now)
}

func (c *client) wait(d time.Duration) {
	c.now = c.now.Add(d)
	c.stream.tick(c.now)
}

func (c *client) send(req *discovery.DeltaDiscoveryRequest) {
	require.NoError(c, c.stream.receive(req, c.now))
}

func (c *client) subscribe(url string, names ...string) {
	c.send(&discovery.DeltaDiscoveryRequest{TypeUrl: url, ResourceNamesSubscribe: names})
}

// expect takes the next response, which must be of a type and hold these names; removed ones have a minus.
func (c *client) expect(url string, names ...string) *response {
	r := c.stream.next(c.now)
	require.NotNil(c, r, "no response, want %v", names)
	var got []string
	for _, d := range r.resources {
		got = append(got, d.item.name)
	}
	for _, name := range r.removed {
		got = append(got, "-"+name)
	}
	slices.Sort(got)
	require.Equal(c, append([]string{url}, names...), append([]string{r.typeURL}, got...))
	return r
}

func (c *client) nothing() {
	r := c.stream.next(c.now)
	require.Nil(c, r, "unexpected %+v", r)
}

func (c *client) ack(r *response) {
	c.send(&discovery.DeltaDiscoveryRequest{TypeUrl: r.typeURL, ResponseNonce: r.nonce})
}

func (c *client) nack(r *response) {
	c.send(&discovery.DeltaDiscoveryRequest{TypeUrl: r.typeURL, ResponseNonce: r.nonce, ErrorDetail: &statuspb.Status{Message: "no"}})
}

func plain(url, name, text string, needs ...Ref) Change {
	return Put(url, name, []byte(text), needs...)
}

// served returns a client that has cluster c with its endpoints, listener l and route configuration rc.
func served(t *testing.T) *client {
	c := newClient(t,
		plain(ClusterType, "c", "1", Ref{EndpointType, "c"}), plain(EndpointType, "c", "1"),
		plain(ListenerType, "l", "1", Ref{RouteType, "rc"}),
		PutHead(RouteType, "rc", []byte("h"), VirtualHostField), PutPart(RouteType, "rc", "p", []byte("cluster c")))
	c.subscribe(ClusterType)
	c.ack(c.expect(ClusterType, "c"))
	c.subscribe(ListenerType)
	c.nothing() // the cluster is cold
	c.subscribe(EndpointType, "c")
	c.ack(c.expect(EndpointType, "c"))
	c.ack(c.expect(ListenerType, "l"))
	require.Zero(t, c.stream.acked)
	c.subscribe(RouteType, "rc")
	c.ack(c.expect(RouteType, "rc"))
	c.nothing()
	require.Equal(t, c.store.Revision(), c.stream.acked)
	return c
}

func TestEndpointsAreNotHeldUpByRoutesOrClusters(t *testing.T) {
	c := served(t)
	c.apply(PutPart(RouteType, "rc", "p", []byte("2")))
	rds := c.expect(RouteType, "rc")
	c.apply(plain(EndpointType, "c", "2"), plain(ClusterType, "d", "1", Ref{EndpointType, "d"}), plain(EndpointType, "d", "1"))
	c.ack(c.expect(EndpointType, "c"))
	c.nothing()
	c.ack(rds)
	cds := c.expect(ClusterType, "d")
	c.apply(plain(EndpointType, "c", "3"))
	c.ack(c.expect(EndpointType, "c"))
	c.ack(cds)
	c.nothing()
}

func TestOnePushOfARouteConfigurationCarriesAllThatCameMeanwhile(t *testing.T) {
	c := served(t)
	c.apply(PutPart(RouteType, "rc", "p", []byte("2")))
	first := c.expect(RouteType, "rc")
	for i := range 10 {
		c.apply(PutPart(RouteType, "rc", fmt.Sprint(i), []byte("3")))
		c.nothing()
	}
	c.ack(first)
	second := c.expect(RouteType, "rc")
	require.Equal(t, 11, second.resources[0].item.parts.len())
	c.ack(second)
	c.nothing()
	require.Equal(t, c.store.Revision(), c.stream.acked)
}

func TestRoutesWaitForTheirClustersButNotForEver(t *testing.T) {
	c := served(t)
	c.apply(plain(ClusterType, "sick", "1", Ref{EndpointType, "sick"}), plain(EndpointType, "sick", "1"), PutPart(RouteType, "rc", "q", []byte("cluster sick")))
	c.ack(c.expect(ClusterType, "sick"))
	c.nothing()
	c.wait(4 * time.Second)
	c.nothing()
	require.Equal(t, c.now.Add(time.Second), c.stream.wakeAt)
	c.wait(time.Second)
	c.ack(c.expect(RouteType, "rc"))
}

func TestAChangedClusterGetsItsEndpointsAgain(t *testing.T) {
	c := served(t)
	c.apply(plain(ClusterType, "c", "2", Ref{EndpointType, "c"}), PutPart(RouteType, "rc", "p", []byte("2")))
	cds := c.expect(ClusterType, "c")
	eds := c.expect(EndpointType, "c")
	c.ack(cds)
	c.nothing() // not warm
	c.ack(eds)
	c.ack(c.expect(RouteType, "rc"))
}

func TestAClusterIsRemovedAfterItsRoutesAndAGrace(t *testing.T) {
	c := served(t)
	c.apply(Remove(ClusterType, "c"), Remove(EndpointType, "c"), PutPart(RouteType, "rc", "p", []byte("none")))
	r := c.expect(RouteType, "rc")
	c.wait(time.Hour)
	c.nothing()
	c.ack(r)
	c.wait(9 * time.Second)
	c.nothing()
	c.wait(time.Second)
	c.ack(c.expect(ClusterType, "-c"))
	c.nothing()
}

func TestAClusterThatComesBackInItsGraceIsNotRemoved(t *testing.T) {
	c := served(t)
	c.apply(Remove(ClusterType, "c"), PutPart(RouteType, "rc", "p", []byte("none")))
	c.ack(c.expect(RouteType, "rc"))
	c.wait(5 * time.Second)
	c.apply(plain(ClusterType, "c", "1", Ref{EndpointType, "c"}))
	c.nothing()
	c.wait(time.Hour)
	c.nothing()
}

func TestAClusterStaysWhileRefusedRoutesStillUseIt(t *testing.T) {
	c := served(t)
	c.apply(Remove(ClusterType, "c"), PutPart(RouteType, "rc", "p", []byte("bad")))
	c.nack(c.expect(RouteType, "rc"))
	c.nothing()
	require.Len(t, c.stream.events, 1)
	for range 5 {
		c.wait(20 * time.Second)
		c.nothing()
	}
	c.apply(PutPart(RouteType, "rc", "p", []byte("none")))
	c.ack(c.expect(RouteType, "rc"))
	c.wait(20 * time.Second)
	c.ack(c.expect(ClusterType, "-c"))
}

func TestNamesThatDoNotExistAreAnsweredWithARemovalAndDeliveredLater(t *testing.T) {
	c := served(t)
	c.subscribe(SecretType, "s")
	c.ack(c.expect(SecretType, "-s"))
	c.subscribe(EndpointType, "none")
	c.ack(c.expect(EndpointType, "-none"))
	c.apply(plain(SecretType, "s", "1"))
	c.ack(c.expect(SecretType, "s"))
	c.nothing()
}

func TestASecondSubscriptionIsAnsweredThoughNothingChanged(t *testing.T) {
	c := served(t)
	c.subscribe(EndpointType, "c")
	c.ack(c.expect(EndpointType, "c"))
	c.subscribe(RouteType, "rc")
	c.ack(c.expect(RouteType, "rc"))
	c.nothing()
}

func TestWildcardsAreExplicitOrImplied(t *testing.T) {
	for _, names := range [][]string{nil, {"*"}} {
		c := newClient(t, plain(ClusterType, "a", "1"), plain(ClusterType, "b", "1"))
		c.subscribe(ClusterType, names...)
		c.ack(c.expect(ClusterType, "a", "b"))
		c.send(&discovery.DeltaDiscoveryRequest{TypeUrl: ClusterType, ResourceNamesUnsubscribe: []string{"*"}})
		c.apply(plain(ClusterType, "a", "2"))
		c.nothing()
	}
	c := newClient(t, plain(ClusterType, "a", "1"), plain(ClusterType, "b", "1"))
	c.subscribe(ClusterType, "b")
	c.ack(c.expect(ClusterType, "b"))
	c.nothing()
}

func TestAReconnectSendsOnlyDifferences(t *testing.T) {
	c := served(t)
	old := c.stream
	has := func(url string) map[string]string {
		out := map[string]string{"old": "1"}
		for name, had := range old.kind(url).have {
			out[name] = version(had.hash)
		}
		return out
	}
	c.apply(plain(ClusterType, "new", "1"))
	c.stream = newStream(old.limits, old.remember(), c.now)
	c.stream.update(c.store.current(), c.now)
	for _, k := range old.kinds {
		req := &discovery.DeltaDiscoveryRequest{TypeUrl: k.url, InitialResourceVersions: has(k.url)}
		for name := range k.names {
			req.ResourceNamesSubscribe = append(req.ResourceNamesSubscribe, name)
		}
		c.send(req)
	}
	c.ack(c.expect(ClusterType, "new"))
	c.ack(c.expect(ListenerType, "-old"))
	c.nothing()
	c.wait(time.Minute)
	c.ack(c.expect(ClusterType, "-old"))
}

func TestTheSearchForCulpritsIsBounded(t *testing.T) {
	c := newClient(t)
	c.stream.probes = 10
	c.subscribe(ClusterType)
	var changes []Change
	for i := range 1000 {
		changes = append(changes, plain(ClusterType, fmt.Sprintf("c%03d", i), "1"))
	}
	c.apply(changes...)
	for range 11 {
		r := c.stream.next(c.now)
		require.NotNil(t, r)
		c.nack(r)
	}
	c.nothing()
	require.Len(t, c.stream.events, 1000)
	c.apply(plain(ClusterType, "c000", "2"))
	c.ack(c.expect(ClusterType, "c000"))
	c.nothing()
	require.True(t, c.stream.events[1000].cleared)
}

// One bad part among many costs about two responses for each halving.
func TestABadPartIsFoundInLogarithmicTime(t *testing.T) {
	c := served(t)
	var changes []Change
	for i := range 1024 {
		changes = append(changes, PutPart(RouteType, "rc", fmt.Sprintf("%04d", i), fmt.Appendf(nil, "%d", i)))
	}
	c.apply(changes...)
	responses := 0
	for r := c.stream.next(c.now); r != nil; r = c.stream.next(c.now) {
		responses++
		if r.resources[0].item.parts.get("0700") != nil {
			c.nack(r)
			continue
		}
		c.ack(r)
	}
	require.LessOrEqual(t, responses, 22)
	require.Equal(t, 1024, c.stream.kind(RouteType).have["rc"].item.parts.len()) // p and all but one
	require.Equal(t, "0700", c.stream.events[0].Part)
	require.Equal(t, c.store.Revision(), c.stream.acked)
}

func TestARefusedHeadRefusesTheResource(t *testing.T) {
	c := served(t)
	c.apply(PutHead(RouteType, "rc2", []byte("bad"), VirtualHostField), PutPart(RouteType, "rc2", "a", []byte("1")), PutPart(RouteType, "rc2", "b", []byte("1")))
	c.subscribe(RouteType, "rc2")
	for r := c.stream.next(c.now); r != nil; r = c.stream.next(c.now) {
		if len(r.resources) == 0 {
			c.ack(r)
			continue
		}
		c.nack(r)
	}
	require.Len(t, c.stream.events, 1)
	require.Equal(t, Rejection{Ref: Ref{RouteType, "rc2"}, Version: c.stream.events[0].Version, Message: "no"}, c.stream.events[0].Rejection)
	require.False(t, c.stream.kind(RouteType).has("rc2") && len(c.stream.kind(RouteType).have) > 1)
}

func TestAStreamBoundsTheTypesAClientMayAskFor(t *testing.T) {
	c := newClient(t)
	for i := range maxKinds {
		c.subscribe(fmt.Sprint("type", i))
	}
	require.ErrorIs(t, c.stream.receive(&discovery.DeltaDiscoveryRequest{TypeUrl: "one more"}, c.now), errTooManyTypes)
}

func TestARejectionEndsWithItsResourceThoughTheRemovalWaits(t *testing.T) {
	c := served(t)
	c.apply(plain(EndpointType, "c", "bad"))
	c.nack(c.expect(EndpointType, "c"))
	c.nothing()
	require.Len(t, c.stream.events, 1)
	c.apply(Remove(ClusterType, "c"), Remove(EndpointType, "c"))
	c.nothing()
	require.Len(t, c.stream.events, 2)
	require.True(t, c.stream.events[1].cleared)
}

func TestASubscriptionToNothingIsAnswered(t *testing.T) {
	c := newClient(t, plain(ListenerType, "l", "1", Ref{RouteType, "rc"}), PutHead(RouteType, "rc", []byte("h"), VirtualHostField))
	c.subscribe(ClusterType)
	c.ack(c.expect(ClusterType)) // Envoy starts nothing before it
	c.subscribe(ListenerType)
	c.ack(c.expect(ListenerType, "l"))
	c.subscribe(RouteType, "rc")
	c.ack(c.expect(RouteType, "rc"))
	c.nothing()
	require.Equal(t, c.store.Revision(), c.stream.acked)
}

func TestAListenerGoesWithWhatTakesItsPlace(t *testing.T) {
	c := served(t)
	c.apply(Remove(ListenerType, "l"), plain(ListenerType, "m", "1", Ref{RouteType, "rc"}))
	c.ack(c.expect(ListenerType, "-l", "m"))
	c.nothing()
	require.Equal(t, c.store.Revision(), c.stream.acked)
}

func TestARefusedListenerIsTriedAgain(t *testing.T) {
	c := served(t)
	c.stream.retry = time.Second
	c.apply(plain(ListenerType, "other", "1"))
	c.nack(c.expect(ListenerType, "other"))
	for r := c.stream.next(c.now); r != nil; r = c.stream.next(c.now) { // once more, alone
		c.nack(r)
	}
	require.Len(t, c.stream.events, 1)
	c.wait(time.Second - 1)
	c.nothing()
	c.wait(1)
	c.nack(c.expect(ListenerType, "other")) // its port is still taken
	c.nothing()
	c.wait(time.Second)
	c.ack(c.expect(ListenerType, "other"))
	c.nothing()
	require.True(t, c.stream.events[len(c.stream.events)-1].cleared)
	require.Empty(t, c.stream.kind(ListenerType).rejections())
	require.Equal(t, c.store.Revision(), c.stream.acked)
	c.wait(time.Hour)
	c.nothing()
}
