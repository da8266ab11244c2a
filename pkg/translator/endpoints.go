package translator

import (
	"cmp"
	"slices"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Endpoints translates the addresses of a backend. The order of localities and
// endpoints does not matter. A backend without endpoints gives an empty
// assignment, so that its clusters get ready and answer 503.
func (*Translator) Endpoints(e ir.Endpoints) (Resource, error) {
	name := EndpointsName(e.Backend)
	zones := slices.SortedFunc(slices.Values(e.Localities), func(a, b ir.Locality) int {
		return cmp.Compare(a.Zone, b.Zone)
	})
	cla := &endpointv3.ClusterLoadAssignment{ClusterName: name}
	for _, z := range zones {
		if len(z.Endpoints) > 0 {
			cla.Endpoints = append(cla.Endpoints, locality(z))
		}
	}
	b, err := encode(cla)
	return Resource{Name: name, Bytes: b}, err
}

// locality weighs a zone by the number of its endpoints. Envoy uses the weight
// where the cluster balances by locality, and would send nothing without one.
func locality(l ir.Locality) *endpointv3.LocalityLbEndpoints {
	es := slices.SortedFunc(slices.Values(l.Endpoints), compareEndpoints)
	es = slices.Compact(es)
	out := &endpointv3.LocalityLbEndpoints{
		LbEndpoints:         make([]*endpointv3.LbEndpoint, len(es)),
		LoadBalancingWeight: wrapperspb.UInt32(count(int64(len(es)))),
	}
	if l.Zone != "" {
		out.Locality = &corev3.Locality{Zone: l.Zone}
	}
	for i, e := range es {
		out.LbEndpoints[i] = lbEndpoint(e.Address, e.Port)
		if e.Draining {
			out.LbEndpoints[i].HealthStatus = corev3.HealthStatus_DRAINING
		}
	}
	return out
}

func compareEndpoints(a, b ir.Endpoint) int {
	return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(a.Port, b.Port), compareBools(a.Draining, b.Draining))
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

func lbEndpoint(address string, port int32) *endpointv3.LbEndpoint {
	return &endpointv3.LbEndpoint{HostIdentifier: &endpointv3.LbEndpoint_Endpoint{
		Endpoint: &endpointv3.Endpoint{Address: socketAddress(address, port)},
	}}
}

func socketAddress(address string, port int32) *corev3.Address {
	return &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: &corev3.SocketAddress{
		Address:       address,
		PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: count(int64(port))},
	}}}
}
