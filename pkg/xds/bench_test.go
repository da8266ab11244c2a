package xds

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
)

// wide is a virtual host with n routes, of which the first answers with a text.
func wide(host string, n int, text string) *route.VirtualHost {
	v := &route.VirtualHost{Name: host, Domains: []string{host}}
	for i := range n {
		r := &route.Route{
			Match: &route.RouteMatch{PathSpecifier: &route.RouteMatch_PathSeparatedPrefix{PathSeparatedPrefix: fmt.Sprintf("/p%d", i)}},
			Action: &route.Route_Route{Route: &route.RouteAction{
				ClusterSpecifier: &route.RouteAction_Cluster{Cluster: "c0"},
			}},
			RequestHeadersToAdd: []*core.HeaderValueOption{{Header: &core.HeaderValue{Key: "x-added", Value: "value"}}},
		}
		if i == 0 {
			r.Action = &route.Route_DirectResponse{DirectResponse: &route.DirectResponseAction{
				Status: http.StatusOK, Body: &core.DataSource{Specifier: &core.DataSource_InlineString{InlineString: text}},
			}}
		}
		v.Routes = append(v.Routes, r)
	}
	return v
}

func hostName(i int) string { return fmt.Sprintf("route-%05d.example.com", i) }

func wideStore(t testing.TB, hosts, routes int) *Store {
	s := NewStore()
	changes := []Change{aHead(t, "rc")}
	for i := range hosts {
		changes = append(changes, PutPart(RouteType, "rc", hostName(i), marshal(t, wide(hostName(i), routes, "v"))))
	}
	apply(t, s, changes...)
	return s
}

// onePart returns a function that edits one part each time it is called.
func onePart(t testing.TB, s *Store, hosts int) func() {
	bodies := [][]byte{marshal(t, wide(hostName(hosts/2), 10, "a")), marshal(t, wide(hostName(hosts/2), 10, "b"))}
	i := 0
	return func() {
		i++
		apply(t, s, PutPart(RouteType, "rc", hostName(hosts/2), bodies[i%2]))
	}
}

func TestAnEditOfOnePartAllocatesTheSameAmongTenAndTenThousand(t *testing.T) {
	few := testing.AllocsPerRun(50, onePart(t, wideStore(t, 10, 10), 10))
	many := testing.AllocsPerRun(50, onePart(t, wideStore(t, 10_000, 10), 10_000))
	require.InDelta(t, few, many, 2)
}

func TestSendingDoesNotCopyTheResource(t *testing.T) {
	s := wideStore(t, 10_000, 10)
	it := s.state.Load().get(Ref{RouteType, "rc"})
	r := &response{typeURL: RouteType, nonce: "1", resources: []delivery{{it, version(it.hash)}}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	out := r.encode()
	runtime.ReadMemStats(&after)
	require.Greater(t, out.Len(), it.size)
	require.Less(t, int(after.TotalAlloc-before.TotalAlloc), it.size/10)
}

func BenchmarkApplyOnePart(b *testing.B) {
	for _, hosts := range []int{10, 1000, 10_000, 100_000} {
		b.Run(strconv.Itoa(hosts), func(b *testing.B) {
			edit := onePart(b, wideStore(b, hosts, 1), hosts)
			b.ReportAllocs()
			for b.Loop() {
				edit()
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, hosts := range []int{10, 10_000} {
		b.Run(strconv.Itoa(hosts), func(b *testing.B) {
			it := wideStore(b, hosts, 10).state.Load().get(Ref{RouteType, "rc"})
			r := &response{typeURL: RouteType, nonce: "1", resources: []delivery{{it, version(it.hash)}}}
			b.ReportAllocs()
			b.ReportMetric(float64(it.size), "body-B")
			for b.Loop() {
				r.encode()
			}
		})
	}
}

// BenchmarkRealEnvoy measures the time until Envoy has acknowledged an edit of one virtual host of ten
// routes: through the store and server, and as a bare server takes that replays marshalled responses.
func BenchmarkRealEnvoy(b *testing.B) {
	for _, hosts := range []int{10, 100, 1000, 10_000} {
		for _, mode := range []string{"store", "replay", "replay", "store"} {
			b.Run(fmt.Sprintf("%d/%s", hosts, mode), func(b *testing.B) { measureEdits(b, hosts, mode == "replay") })
		}
	}
}

func measureEdits(b *testing.B, hosts int, replay bool) {
	t := newBench(b)
	t.config.Hooks = Hooks{}
	t.store.MarkReady()
	changes := t.basic(1)[:4]
	for i := range hosts {
		changes = append(changes, PutPart(RouteType, "rc", hostName(i), marshal(b, wide(hostName(i), 10, "v"))))
	}
	apply(b, t.store, changes...)
	edit := func(i int) {
		t.apply(PutPart(RouteType, "rc", hostName(hosts/2), marshal(b, wide(hostName(hosts/2), 10, fmt.Sprint(i)))))
	}
	if replay {
		t.grpc.Stop()
		edit = newReplay(t, hosts).edit
	}
	t.start()
	edit(0)
	var times []time.Duration
	cpu := t.mainCPU()
	for i := 1; b.Loop(); i++ {
		start := time.Now()
		edit(i)
		times = append(times, time.Since(start))
	}
	slices.Sort(times)
	b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "median-ms")
	b.ReportMetric(float64((t.mainCPU()-cpu).Microseconds())/1000/float64(len(times)), "envoy-main-ms")
}

// mainCPU is the processor time of Envoy's main thread.
func (b *bench) mainCPU() time.Duration {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(b.process.Pid), "task", strconv.Itoa(b.process.Pid), "schedstat"))
	require.NoError(b, err)
	ns, err := strconv.ParseInt(strings.Fields(string(text))[0], 10, 64)
	require.NoError(b, err)
	return time.Duration(ns)
}

// replay is a bare ADS server: it answers the first request of each type, and then sends two marshalled versions of the
// route configuration in turn.
type replay struct {
	discovery.UnimplementedAggregatedDiscoveryServiceServer
	bench    *bench
	versions [2][]byte // of the RouteConfiguration
	send     chan int
	acked    chan struct{}
}

func newReplay(b *bench, hosts int) *replay {
	r := &replay{bench: b, send: make(chan int), acked: make(chan struct{})}
	for i := range r.versions {
		apply(b, b.store, PutPart(RouteType, "rc", hostName(hosts/2), marshal(b, wide(hostName(hosts/2), 10, strconv.Itoa(i)))))
		got, ok := b.store.Get(Ref{RouteType, "rc"})
		require.True(b, ok)
		r.versions[i] = got.Bytes
	}
	l := b.listen()
	g := grpc.NewServer(GRPCOptions()...)
	discovery.RegisterAggregatedDiscoveryServiceServer(g, r)
	go func() { _ = g.Serve(l) }() // ends with Stop
	b.Cleanup(g.Stop)
	return r
}

func (r *replay) edit(i int) {
	r.send <- i
	select {
	case <-r.acked:
	case <-time.After(patience):
		require.Fail(r.bench, "no answer")
	}
}

func (r *replay) DeltaAggregatedResources(conn discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesServer) error {
	ctx, cancel := context.WithCancel(conn.Context())
	defer cancel()
	for {
		req, err := conn.Recv()
		if err != nil {
			return err
		}
		switch {
		case req.ResponseNonce == "edit":
			r.acked <- struct{}{}
		case req.ResponseNonce != "":
		case req.TypeUrl == RouteType:
			go r.edits(ctx, conn)
		default:
			if err := conn.SendMsg(r.all(req.TypeUrl)); err != nil {
				return err
			}
		}
	}
}

func (r *replay) all(url string) *response {
	out := &response{typeURL: url, nonce: "all"}
	for it := range r.bench.store.state.Load().types[url].all {
		out.resources = append(out.resources, delivery{it, "1"})
	}
	return out
}

func (r *replay) edits(ctx context.Context, conn discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesServer) {
	for {
		select {
		case i := <-r.send:
			it := newPlain(Put(RouteType, "rc", r.versions[i%2]))
			_ = conn.SendMsg(&response{typeURL: RouteType, nonce: "edit", resources: []delivery{{it, strconv.Itoa(i)}}}) // edit times out
		case <-ctx.Done():
			return
		}
	}
}
