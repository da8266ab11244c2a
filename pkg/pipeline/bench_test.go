package pipeline_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	kruntime "k8s.io/apimachinery/pkg/runtime"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// The benchmarks guard the promise of the pipeline: an edit costs what it
// touches. Compare a line with the same line at another size:
//
//	go test -run '^$' -bench . ./pkg/pipeline
//
// What is measured is Stage, Commit and the store's Apply. A host has ten
// routes, each an HTTPRoute of its own, and two hosts share a Service.

const (
	benchRoutesPerHost = 10
	benchHostsPerBack  = 2
)

func benchSizes() []int { return []int{100, 10_000, 100_000} }

// bench is a pipeline with n routes, and the store behind it.
type bench struct {
	pipeline *pipeline.Pipeline
	store    *xds.Store
	routes   int
	version  int
}

func newBench(n int) *bench {
	return &bench{pipeline: pipeline.New(pipeline.Options{Standalone: true}), store: xds.NewStore(), routes: n}
}

func httpRoute(name, host, path, service, mark string) *gwv1.HTTPRoute {
	kind, group := gwv1.Kind("Gateway"), gwv1.Group(gwv1.GroupName)
	prefix, port := gwv1.PathMatchPathPrefix, gwv1.PortNumber(80)
	core, serviceKind, weight := gwv1.Group(""), gwv1.Kind("Service"), int32(1)
	return &gwv1.HTTPRoute{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, Generation: 1},
		Spec: gwv1.HTTPRouteSpec{
			CommonRouteSpec: gwv1.CommonRouteSpec{ParentRefs: []gwv1.ParentReference{
				{Group: &group, Kind: &kind, Name: "bench"},
			}},
			Hostnames: []gwv1.Hostname{gwv1.Hostname(host)},
			Rules: []gwv1.HTTPRouteRule{{
				Matches: []gwv1.HTTPRouteMatch{{Path: &gwv1.HTTPPathMatch{Type: &prefix, Value: &path}}},
				Filters: []gwv1.HTTPRouteFilter{{
					Type:                   gwv1.HTTPRouteFilterResponseHeaderModifier,
					ResponseHeaderModifier: &gwv1.HTTPHeaderFilter{Set: []gwv1.HTTPHeader{{Name: "x-mark", Value: mark}}},
				}},
				BackendRefs: []gwv1.HTTPBackendRef{{BackendRef: gwv1.BackendRef{
					BackendObjectReference: gwv1.BackendObjectReference{
						Group: &core, Kind: &serviceKind, Name: gwv1.ObjectName(service), Port: &port,
					},
					Weight: &weight,
				}}},
			}},
		},
	}
}

// gateway has one HTTP listener.
func gateway() *gwv1.Gateway {
	same := gwv1.NamespacesFromSame
	return &gwv1.Gateway{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "bench", Generation: 1},
		Spec: gwv1.GatewaySpec{GatewayClassName: pipeline.DefaultClass, Listeners: []gwv1.Listener{{
			Name: "http", Port: 80, Protocol: gwv1.HTTPProtocolType,
			AllowedRoutes: &gwv1.AllowedRoutes{Namespaces: &gwv1.RouteNamespaces{From: &same}},
		}}},
	}
}

func routeKey(i int) ir.Object { return key(gwv1.GroupName, "HTTPRoute", fmt.Sprintf("r%d", i)) }

// route is route i, with a mark that changes what Envoy gets.
func (b *bench) route(i int, mark string) *gwv1.HTTPRoute {
	host := i / benchRoutesPerHost
	return httpRoute(fmt.Sprintf("r%d", i), fmt.Sprintf("h%d.example", host), fmt.Sprintf("/p%d", i%benchRoutesPerHost),
		fmt.Sprintf("s%d", host/benchHostsPerBack), mark)
}

// object is an object under its key.
type object struct {
	key ir.Object
	obj kruntime.Object
}

// objects are all objects of a bench.
func (b *bench) objects() []object {
	out := []object{{key(gwv1.GroupName, "Gateway", "bench"), gateway()}}
	for s := range b.routes/benchRoutesPerHost/benchHostsPerBack + 1 {
		name := fmt.Sprintf("s%d", s)
		out = append(out, object{key("", "Service", name), service(name)},
			object{key("discovery.k8s.io", "EndpointSlice", name), endpoints(name, "10.0.0.1")})
	}
	for i := range b.routes {
		out = append(out, object{routeKey(i), b.route(i, "first")})
	}
	return out
}

func (b *bench) commit(t testing.TB, objects ...object) {
	for _, o := range objects {
		b.pipeline.Stage(o.key, o.obj)
	}
	_, err := b.store.Apply(b.pipeline.Commit().XDS)
	require.NoError(t, err)
}

// loaded is a bench that holds all of its objects.
func loaded(b *testing.B, n int) *bench {
	b.Helper()
	w := newBench(n)
	w.commit(b, w.objects()...)
	return w
}

// edits returns n routes, spread over all, that are not what they were.
func (b *bench) edits(n int) []object {
	b.version++
	out := make([]object, n)
	for j := range out {
		i := (b.version*7919 + j*(b.routes/n)) % b.routes
		out[j] = object{routeKey(i), b.route(i, fmt.Sprintf("v%d", b.version))}
	}
	return out
}

func atEachSize(b *testing.B, run func(b *testing.B, n int)) {
	for _, n := range benchSizes() {
		b.Run(fmt.Sprintf("routes=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			run(b, n)
		})
	}
}

func BenchmarkFirstBuild(b *testing.B) {
	atEachSize(b, func(b *testing.B, n int) {
		objects := newBench(n).objects()
		before := liveHeap()
		var w *bench
		for b.Loop() {
			w = newBench(n)
			w.commit(b, objects...)
		}
		w.commit(b) // lets the changes of the first commit go
		b.ReportMetric(float64(liveHeap()-before)/float64(n), "heap-B/route")
		runtime.KeepAlive(w)
	})
}

// liveHeap is what is in use, in bytes.
func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func BenchmarkRouteEdit(b *testing.B) {
	atEachSize(b, func(b *testing.B, n int) {
		w := loaded(b, n)
		for b.Loop() {
			w.commit(b, w.edits(1)...)
		}
	})
}

func BenchmarkEndpointEdit(b *testing.B) {
	atEachSize(b, func(b *testing.B, n int) {
		w := loaded(b, n)
		for b.Loop() {
			w.version++
			address := fmt.Sprintf("10.0.%d.%d", w.version>>8&255, w.version&255)
			w.commit(b, object{key("discovery.k8s.io", "EndpointSlice", "s1"), endpoints("s1", address)})
		}
	})
}

// A no-op is an object that comes again as it was.
func BenchmarkNoOp(b *testing.B) {
	atEachSize(b, func(b *testing.B, n int) {
		w := loaded(b, n)
		for b.Loop() {
			w.commit(b, object{routeKey(5), w.route(5, "first")})
		}
	})
}

func BenchmarkThousandEdits(b *testing.B) {
	atEachSize(b, func(b *testing.B, n int) {
		w := loaded(b, n)
		for b.Loop() {
			w.commit(b, w.edits(min(n, 1000))...)
		}
	})
}
