package gatewayapi

import "github.com/sluice-gateway/sluice/pkg/ir"

// Features says how Gateway API spells each feature of ir.Policy, keyed by the
// name of the Policy's field.
func Features() map[string]ir.Support {
	return map[string]ir.Support{
		"RequestHeaders":  {Field: "spec.rules[].filters[].requestHeaderModifier"},
		"ResponseHeaders": {Field: "spec.rules[].filters[].responseHeaderModifier"},
		"PathRewrite":     {Field: "spec.rules[].filters[].urlRewrite.path"},
		"HostRewrite":     {Field: "spec.rules[].filters[].urlRewrite.hostname"},
		"Timeouts":        {Field: "spec.rules[].timeouts"},
		"Retry":           {Field: "spec.rules[].retry"},
		"CORS":            {Field: "spec.rules[].filters[].cors"},
		"Mirrors":         {Field: "spec.rules[].filters[].requestMirror"},
		"Fault":           {Cannot: "Gateway API has no fault injection"},
		"Hash":            {Cannot: "Gateway API has no choice of load balancer; sessionPersistence is experimental and not done"},
	}
}

// SupportedFeatures lists the features of GatewayClass.status.supportedFeatures
// in ascending order: those whose conformance tests the gateway is built to
// pass. The names are those of sigs.k8s.io/gateway-api/pkg/features.
func SupportedFeatures() []string {
	return []string{
		"Gateway",
		"GatewayHTTPListenerIsolation",
		"GatewayPort8080",
		"HTTPRoute",
		"HTTPRoute303RedirectStatusCode",
		"HTTPRoute307RedirectStatusCode",
		"HTTPRoute308RedirectStatusCode",
		"HTTPRouteBackendRequestHeaderModification",
		"HTTPRouteBackendTimeout",
		"HTTPRouteCORS",
		"HTTPRouteHostRewrite",
		"HTTPRouteMethodMatching",
		"HTTPRouteNamedRouteRule",
		"HTTPRouteParentRefPort",
		"HTTPRoutePathRedirect",
		"HTTPRoutePathRewrite",
		"HTTPRoutePortRedirect",
		"HTTPRouteQueryParamMatching",
		"HTTPRouteRequestMirror",
		"HTTPRouteRequestMultipleMirrors",
		"HTTPRouteRequestPercentageMirror",
		"HTTPRouteRequestTimeout",
		"HTTPRouteResponseHeaderModification",
		"HTTPRouteRetryCodes",
		"HTTPRouteRetryConnectionError",
		"HTTPRouteSchemeRedirect",
		"ReferenceGrant",
	}
}
