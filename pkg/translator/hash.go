package translator

import (
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setHash says what of a request chooses the endpoint.
func setHash(a *routev3.RouteAction, h *ir.Hash) {
	if h == nil {
		return
	}
	for _, key := range h.On {
		policy := &routev3.RouteAction_HashPolicy{Terminal: key.Terminal}
		switch {
		case key.Header != "":
			policy.PolicySpecifier = &routev3.RouteAction_HashPolicy_Header_{
				Header: &routev3.RouteAction_HashPolicy_Header{HeaderName: key.Header},
			}
		case key.Cookie != nil:
			policy.PolicySpecifier = &routev3.RouteAction_HashPolicy_Cookie_{
				Cookie: &routev3.RouteAction_HashPolicy_Cookie{
					Name: key.Cookie.Name, Path: key.Cookie.Path, Ttl: optionalDuration(key.Cookie.TTL),
				},
			}
		default:
			policy.PolicySpecifier = &routev3.RouteAction_HashPolicy_ConnectionProperties_{
				ConnectionProperties: &routev3.RouteAction_HashPolicy_ConnectionProperties{SourceIp: true},
			}
		}
		a.HashPolicy = append(a.HashPolicy, policy)
	}
}
