package translator

import (
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setMirrors copies requests. A receiver that does not exist gets none.
func setMirrors(a *routev3.RouteAction, m *ir.Mirrors) {
	if m == nil {
		return
	}
	for _, to := range m.To {
		if to.Cluster == (ir.ClusterKey{}) || to.Numerator == 0 {
			continue
		}
		policy := &routev3.RouteAction_RequestMirrorPolicy{
			Cluster:                       to.Cluster.String(),
			DisableShadowHostSuffixAppend: to.KeepHost,
		}
		if to.Numerator < to.Denominator {
			policy.RuntimeFraction = &corev3.RuntimeFractionalPercent{DefaultValue: &typev3.FractionalPercent{
				Numerator: to.Numerator, Denominator: denominator(to.Denominator),
			}}
		}
		a.RequestMirrorPolicies = append(a.RequestMirrorPolicies, policy)
	}
}

func denominator(d uint32) typev3.FractionalPercent_DenominatorType {
	switch d {
	case 10_000:
		return typev3.FractionalPercent_TEN_THOUSAND
	case 1_000_000:
		return typev3.FractionalPercent_MILLION
	default:
		return typev3.FractionalPercent_HUNDRED
	}
}
