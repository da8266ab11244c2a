package xds

import (
	"fmt"
	"math/rand/v2"
	"testing"

	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
)

func marshal(t testing.TB, m proto.Message) []byte {
	b, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	require.NoError(t, err)
	return b
}

// textOf returns n random letters.
func textOf(rng *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + rng.IntN(26))
	}
	return string(b)
}

func randomVirtualHost(rng *rand.Rand, key string) *route.VirtualHost {
	v := &route.VirtualHost{Name: key, Domains: []string{key + ".example"}}
	for range rng.IntN(5) {
		v.Routes = append(v.Routes, &route.Route{
			Match:  &route.RouteMatch{PathSpecifier: &route.RouteMatch_Prefix{Prefix: "/" + textOf(rng, rng.IntN(300))}},
			Action: &route.Route_Route{Route: &route.RouteAction{ClusterSpecifier: &route.RouteAction_Cluster{Cluster: textOf(rng, 5)}}},
		})
	}
	return v
}

// The composite that a random series of change sets leaves behind is, on the wire, the
// RouteConfiguration with the same virtual hosts in the order of their keys.
func TestCompositeIsEncodedAsTheWholeMessage(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		s := NewStore()
		want := map[string]*route.VirtualHost{}
		head := &route.RouteConfiguration{Name: "rc", RequestHeadersToRemove: []string{textOf(rng, rng.IntN(9))}}
		changes := []Change{PutHead(RouteType, "rc", marshal(t, head), VirtualHostField)}
		for range 1 + rng.IntN(6) {
			for range rng.IntN(400) {
				key := fmt.Sprintf("h%04d", rng.IntN(600))
				if rng.IntN(3) == 0 {
					delete(want, key)
					changes = append(changes, RemovePart(RouteType, "rc", key))
					continue
				}
				want[key] = randomVirtualHost(rng, key)
				changes = append(changes, PutPart(RouteType, "rc", key, marshal(t, want[key])))
			}
			_, err := s.Apply(changes)
			require.NoError(t, err)
			changes = nil
		}
		for i := range 600 {
			if v := want[fmt.Sprintf("h%04d", i)]; v != nil {
				head.VirtualHosts = append(head.VirtualHosts, v)
			}
		}
		requireDelivered(t, s, head)
	}
}

func requireDelivered(t *testing.T, s *Store, want *route.RouteConfiguration) {
	it := s.state.Load().get(Ref{RouteType, "rc"})
	r := &response{
		typeURL: RouteType, nonce: "n1", revision: 7, removed: []string{"gone"},
		resources: []delivery{{it, version(it.hash)}, {newPlain(Put(RouteType, "small", []byte{10, 0})), "v"}},
	}
	out, err := newCodec().Marshal(r)
	require.NoError(t, err)
	var got discovery.DeltaDiscoveryResponse
	require.NoError(t, proto.Unmarshal(out.Materialize(), &got))
	require.Equal(t, []string{"gone"}, got.RemovedResources)
	require.Equal(t, []string{"7", RouteType, "n1"}, []string{got.SystemVersionInfo, got.TypeUrl, got.Nonce})
	require.Len(t, got.Resources, 2)
	require.Equal(t, "small", got.Resources[1].Name)
	require.Equal(t, []byte{10, 0}, got.Resources[1].Resource.Value)
	require.Equal(t, version(it.hash), got.Resources[0].Version)
	var rc route.RouteConfiguration
	require.NoError(t, got.Resources[0].Resource.UnmarshalTo(&rc))
	require.True(t, proto.Equal(want, &rc))
	require.Equal(t, len(got.Resources[0].Resource.Value)+2, r.size())
}
