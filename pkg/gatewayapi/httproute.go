package gatewayapi

import (
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// TranslateHTTPRoute translates an HTTPRoute: its rules once, then a Fragment
// with those same routes for each host under which a listener takes it.
//
// A route of which no rule can be served is not accepted, but its matches
// answer 500 all the same: what a filter guards must not fall to another route.
func TranslateHTTPRoute(w World, r *gwv1.HTTPRoute) ir.Output {
	t := routeTranslation{
		world: w, route: r,
		origin: ir.Object{Group: Group, Kind: routeKind, Namespace: r.Namespace, Name: r.Name},
	}
	t.rules()
	return t.attach()
}

// routeTranslation is one run of TranslateHTTPRoute.
type routeTranslation struct {
	report
	world  World
	route  *gwv1.HTTPRoute
	origin ir.Object
	routes []ir.Route
	// served is true once a rule is served, if only in part.
	served bool
	// variants are the routes as they differ between ports; see redirect.go.
	variants []variant
	// relative is true where a redirect depends on the listener.
	relative bool
}

func (t *routeTranslation) rules() {
	rules := t.route.Spec.Rules
	if len(rules) == 0 {
		rules = make([]gwv1.HTTPRouteRule, 1) // the default of spec.rules
	}
	n := 0
	for i := range rules {
		n += max(1, len(rules[i].Matches))
	}
	t.routes = make([]ir.Route, 0, n)
	for i := range rules {
		t.rule(i, &rules[i])
	}
}

// rule appends the routes of one rule, one for each match.
func (t *routeTranslation) rule(i int, rule *gwv1.HTTPRouteRule) {
	f := t.filters(place{i, -1, -1}, rule.Filters, rule)
	t.timeouts(i, rule, &f.policy)
	if rule.SessionPersistence != nil { //nolint:staticcheck // who still writes it must hear that it does nothing
		t.warn(ir.ReasonNotSupported, place{i, -1, -1}.path(".sessionPersistence"), "sessions are not kept: sessionPersistence is not supported", "remove it")
	}
	route := ir.Route{Policy: f.policy}
	switch {
	case f.failed:
		route.Action, route.Policy = ir.Broken(), ir.Policy{}
	case f.redirect != nil:
		route.Action = f.redirect
		if f.policy.Mirrors != nil {
			t.warn(ir.ReasonNotSupported, place{i, -1, -1}.path(".filters"), "requests that are redirected are not mirrored", "remove the RequestMirror filter")
		}
		t.relative = t.relative || f.redirect.Scheme == ""
	default:
		route.Action = t.backends(i, rule)
	}
	if rule.Name != nil {
		route.Name = string(*rule.Name)
	}
	if t.matches(i, rule.Matches, route) && !f.failed {
		t.served = true
	}
}
