package gatewayapi

import (
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// TranslateHTTPRoute translates an HTTPRoute.
func TranslateHTTPRoute(w World, r *gwv1.HTTPRoute) ir.Output {
	return ir.Output{Status: ir.Status{Object: ir.Object{Group: Group, Kind: routeKind, Namespace: r.Namespace, Name: r.Name}}}
}
