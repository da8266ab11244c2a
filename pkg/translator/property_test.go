package translator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// checked fails unless a message and all that is packed inside is valid, and
// calls visit with each message.
func checked(t *testing.T, m proto.Message, visit func(proto.Message)) {
	t.Helper()
	if v, ok := m.(message); ok {
		require.NoError(t, v.ValidateAll())
	}
	visit(m)
	m.ProtoReflect().Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap() && f.MapValue().Message() != nil:
			v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
				checked(t, v.Message().Interface(), visit)
				return true
			})
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				checked(t, v.List().Get(i).Message().Interface(), visit)
			}
		case !f.IsMap() && !f.IsList() && f.Message() != nil:
			checked(t, v.Message().Interface(), visit)
		}
		return true
	})
	if packed, ok := m.(*anypb.Any); ok {
		inner, err := packed.UnmarshalNew()
		require.NoError(t, err)
		checked(t, inner, visit)
	}
}

func nothing(proto.Message) {}

func TestHostsAreValidAndStable(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	tr := New(Options{})
	for range 300 {
		v := fullHost(rng, ir.HostKey{Host: pick(rng, "a.example", "*.a.example", "a.*", "*")}, rng.IntN(30))
		for _, threshold := range []int{0, 1000} {
			first, err := tr.virtualHost(v, threshold)
			require.NoError(t, err)
			second, err := tr.virtualHost(v, threshold)
			require.NoError(t, err)
			require.Equal(t, first, second)
			known := clustersOf(v)
			checked(t, decode(t, first, &routev3.VirtualHost{}), func(m proto.Message) {
				if a, ok := m.(*routev3.RouteAction); ok && a.GetCluster() != "" {
					require.Contains(t, known, a.GetCluster())
				}
				if w, ok := m.(*routev3.WeightedCluster_ClusterWeight); ok {
					require.Contains(t, known, w.GetName())
				}
			})
		}
	}
}

// clustersOf lists the names that a host may refer to.
func clustersOf(v ir.VirtualHost) []string {
	out := []string{brokenCluster}
	for _, r := range v.Routes {
		if f, ok := r.Action.(*ir.Forward); ok {
			for _, b := range f.Backends {
				out = append(out, b.Cluster.String())
			}
		}
	}
	return out
}

func TestClustersAreValidAndStableAndNameTheirNeeds(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	tr := New(Options{})
	for i := range 1000 {
		u := randomUpstream(rng, "u")
		if u.TLS != nil && chance(rng, 50) {
			u.TLS.Certificate, u.TLS.System, u.TLS.SubjectAltNames = &ir.Name{Namespace: "a", Name: "b"}, true, []string{"a.example", "10.0.0.1", "spiffe://x/y"}
		}
		c := ir.Cluster{Key: ir.ClusterKey{Backend: u.Key, Variant: pick(rng, "", fmt.Sprint(i))}, Upstream: &u}
		first, err := tr.Cluster(c)
		require.NoError(t, err)
		second, err := tr.Cluster(c)
		require.NoError(t, err)
		require.Equal(t, first, second)
		var want []Need
		if u.Service != nil {
			want = append(want, Need{EndpointsType, EndpointsName(u.Key)})
		}
		if u.TLS != nil && u.TLS.Certificate != nil {
			want = append(want, Need{SecretType, "a/b"})
		}
		require.Equal(t, want, first.Needs)
		checked(t, decode(t, first.Bytes, &clusterv3.Cluster{}), nothing)
	}
}

func TestEndpointsDoNotDependOnTheirOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	tr := New(Options{})
	for range 500 {
		e := randomEndpoints(rng)
		first, err := tr.Endpoints(e)
		require.NoError(t, err)
		shuffled := ir.Endpoints{Backend: e.Backend, Localities: slices.Clone(e.Localities)}
		rng.Shuffle(len(shuffled.Localities), func(i, j int) {
			shuffled.Localities[i], shuffled.Localities[j] = shuffled.Localities[j], shuffled.Localities[i]
		})
		for i := range shuffled.Localities {
			es := slices.Clone(shuffled.Localities[i].Endpoints)
			rng.Shuffle(len(es), func(i, j int) { es[i], es[j] = es[j], es[i] })
			shuffled.Localities[i].Endpoints = es
		}
		second, err := tr.Endpoints(shuffled)
		require.NoError(t, err)
		require.Equal(t, first, second)
	}
}

func TestListenersDoNotDependOnTheOrderOfServerNames(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	tr := New(Options{AccessLog: true})
	certificates := []ir.Name{{Namespace: "a", Name: "one"}, {Namespace: "a", Name: "two"}}
	for range 300 {
		l := randomListener(rng, ir.ListenerKey{Gateway: ir.Name{Namespace: "n", Name: "g"}, Port: 443}, certificates)
		first, err := tr.Listener(l)
		require.NoError(t, err)
		rng.Shuffle(len(l.ServerNames), func(i, j int) { l.ServerNames[i], l.ServerNames[j] = l.ServerNames[j], l.ServerNames[i] })
		second, err := tr.Listener(l)
		require.NoError(t, err)
		require.Equal(t, first, second)
		out := decode(t, first.Bytes, &listenerv3.Listener{})
		checked(t, out, nothing)
		requireDistinctChains(t, out)
	}
}

// requireDistinctChains fails where Envoy would find two chains for one server
// name, or two of one name.
func requireDistinctChains(t *testing.T, l *listenerv3.Listener) {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range l.GetFilterChains() {
		keys := append([]string{"chain " + c.GetName()}, c.GetFilterChainMatch().GetServerNames()...)
		if len(keys) == 1 {
			keys = append(keys, "")
		}
		for _, k := range keys {
			require.False(t, seen[k], k)
			seen[k] = true
		}
	}
	require.NotEmpty(t, seen)
}

// Envoy takes what random values become: its own checks go beyond those of the
// protos.
func TestEnvoyAcceptsRandomValues(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	w := world{certificates: []ir.Certificate{selfSigned(t, "one", "s0.example"), selfSigned(t, "two", "s1.example")}}
	names := []ir.Name{w.certificates[0].Name, w.certificates[1].Name}
	for i := range 20 {
		key := ir.ListenerKey{Gateway: ir.Name{Namespace: "test", Name: "gw"}, Port: int32(10000 + i)}
		w.listeners = append(w.listeners, randomListener(rng, key, names))
		for j := range 10 {
			w.hosts = append(w.hosts, fullHost(rng, ir.HostKey{
				Listener: key, Host: fmt.Sprintf(pick(rng, "h%d.example", "*.h%d.example", "h%d.*"), j),
			}, rng.IntN(260)))
		}
	}
	for i := range 200 {
		u := randomUpstream(rng, fmt.Sprint("u", i))
		if u.TLS != nil {
			u.TLS.CA, u.TLS.Certificate = pick(rng, nil, w.certificates[0].Chain), maybe(rng, names[0])
		}
		w.clusters = append(w.clusters, ir.Cluster{Key: ir.ClusterKey{Backend: u.Key}, Upstream: &u})
	}
	w.validate(t)
}
