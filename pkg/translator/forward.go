package translator

import (
	"math"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// brokenCluster is the name of a cluster that never exists: those of clusters
// begin with a kind of backend. Shares that cannot be served go there.
const brokenCluster = "broken"

// setForward sends requests to the backends that have weight. With none, or
// only broken ones, the answer is 500 (Gateway API HTTPRouteRule.backendRefs).
func setForward(route *routev3.Route, r *ir.Route, f *ir.Forward) error {
	shares := weighted(f.Backends)
	if !anyUsable(shares) {
		return setRespond(route, &ir.Respond{Code: 500})
	}
	action := &routev3.RouteAction{}
	if len(shares) == 1 && shares[0].Policy == (ir.Policy{}) {
		action.ClusterSpecifier = &routev3.RouteAction_Cluster{Cluster: shares[0].Cluster.String()}
	} else if err := setShares(action, shares, r); err != nil {
		return err
	}
	setForwardPolicy(action, r.Match.Path, &r.Policy)
	route.Action = &routev3.Route_Route{Route: action}
	return nil
}

// weighted returns the backends that take requests. It returns its argument
// where it can, since nearly all routes have one backend.
func weighted(backends []ir.WeightedBackend) []ir.WeightedBackend {
	var out []ir.WeightedBackend
	for i, b := range backends {
		if b.Weight > 0 {
			continue
		}
		out = append(out, backends[:i]...)
		for _, b := range backends[i+1:] {
			if b.Weight > 0 {
				out = append(out, b)
			}
		}
		return out
	}
	return backends
}

func anyUsable(shares []ir.WeightedBackend) bool {
	for i := range shares {
		if shares[i].Cluster != (ir.ClusterKey{}) {
			return true
		}
	}
	return false
}

func setShares(a *routev3.RouteAction, shares []ir.WeightedBackend, r *ir.Route) error {
	modify := sharesModify(shares)
	out := &routev3.WeightedCluster{Clusters: make([]*routev3.WeightedCluster_ClusterWeight, len(shares))}
	divisor := weightDivisor(shares)
	for i := range shares {
		s := share(&shares[i], divisor)
		if modify {
			if err := setShareHeaders(s, &shares[i].Policy, &r.Policy); err != nil {
				return err
			}
		}
		out.Clusters[i] = s
		if s.Name == brokenCluster {
			a.ClusterNotFoundResponseCode = routev3.RouteAction_INTERNAL_SERVER_ERROR
		}
	}
	a.ClusterSpecifier = &routev3.RouteAction_WeightedClusters{WeightedClusters: out}
	return nil
}

// weightDivisor scales weights so that their sum fits Envoy's 32 bits.
func weightDivisor(shares []ir.WeightedBackend) int64 {
	var sum int64
	for _, s := range shares {
		sum += int64(s.Weight)
	}
	return sum/math.MaxUint32 + 1
}

// share translates a backend among several. Only header changes and a literal
// host can be a share's own in Envoy.
func share(b *ir.WeightedBackend, divisor int64) *routev3.WeightedCluster_ClusterWeight {
	out := &routev3.WeightedCluster_ClusterWeight{
		Name:   brokenCluster,
		Weight: wrapperspb.UInt32(count(int64(b.Weight) / divisor)),
	}
	if b.Cluster != (ir.ClusterKey{}) {
		out.Name = b.Cluster.String()
	}
	if h := b.Policy.HostRewrite; h != nil && h.Literal != "" {
		out.HostRewriteSpecifier = &routev3.WeightedCluster_ClusterWeight_HostRewriteLiteral{HostRewriteLiteral: h.Literal}
	}
	return out
}
