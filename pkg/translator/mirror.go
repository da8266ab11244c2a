package translator

import (
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

var denominators = map[uint32]typev3.FractionalPercent_DenominatorType{
	100:       typev3.FractionalPercent_HUNDRED,
	10_000:    typev3.FractionalPercent_TEN_THOUSAND,
	1_000_000: typev3.FractionalPercent_MILLION,
}

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
				Numerator: to.Numerator, Denominator: denominators[to.Denominator],
			}}
		}
		a.RequestMirrorPolicies = append(a.RequestMirrorPolicies, policy)
	}
}
