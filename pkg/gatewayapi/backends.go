package gatewayapi

import (
	"fmt"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// backends is the action of a rule that does not redirect. A backendRef that
// cannot be used keeps its share of the requests, which get 500; with none that
// can, all do (HTTPRouteRule.backendRefs).
func (t *routeTranslation) backends(i int, rule *gwv1.HTTPRouteRule) ir.Action {
	at := place{i, -1, -1}
	if len(rule.BackendRefs) == 0 {
		t.warn(ir.ReasonBackendNotFound, at.path(""), "the rule has no backendRefs, so its requests get 500", "add one")
		return ir.Broken()
	}
	forward := &ir.Forward{Backends: make([]ir.WeightedBackend, 0, len(rule.BackendRefs))}
	usable := false
	for j := range rule.BackendRefs {
		b, weight := t.backend(place{i, j, -1}, &rule.BackendRefs[j], rule)
		if weight <= 0 {
			continue
		}
		b.Weight = uint32(weight)
		forward.Backends = append(forward.Backends, b)
		usable = usable || b.Cluster != ir.ClusterKey{}
	}
	if len(forward.Backends) == 0 {
		t.warn(ir.ReasonInvalid, at.path(".backendRefs"), "every weight is 0, so requests get 500", "give one a weight")
	}
	if !usable {
		return ir.Broken()
	}
	return forward
}

// backend reads one backendRef, whose weight defaults to 1.
func (t *routeTranslation) backend(at place, ref *gwv1.HTTPBackendRef, rule *gwv1.HTTPRouteRule) (out ir.WeightedBackend, weight int32) {
	weight = 1
	if ref.Weight != nil {
		weight = *ref.Weight
	}
	b, ok := t.resolve(at, "", &ref.BackendObjectReference)
	set := t.filters(at, ref.Filters, rule)
	if ok && !set.failed {
		out.Cluster.Backend, out.Policy = b.Key, set.policy
	}
	return out, weight
}

// resolve finds what a reference in a field below a place names.
func (t *routeTranslation) resolve(at place, field string, ref *gwv1.BackendObjectReference) (ir.Backend, bool) {
	to := ir.BackendRef{From: t.origin, Kind: "Service", Name: ir.Name{Namespace: t.route.Namespace, Name: string(ref.Name)}}
	if ref.Group != nil {
		to.Group = string(*ref.Group)
	}
	if ref.Kind != nil {
		to.Kind = string(*ref.Kind)
	}
	if ref.Namespace != nil {
		to.Name.Namespace = string(*ref.Namespace)
	}
	if ref.Port != nil {
		to.Port = *ref.Port
	}
	switch {
	case to.Group == "" && to.Kind == "Service":
		if to.Port == 0 {
			t.unresolved(ir.ReasonBackendNotFound, at.path(field+".port"), fmt.Sprintf("Service %s is named without a port", to.Name), "add its port")
			return ir.Backend{}, false
		}
	case (to.Group == "sluice.dev" || to.Group == "gloo.solo.io") && to.Kind == "Upstream":
	default:
		t.unresolved(string(gwv1.RouteReasonInvalidKind), at.path(field+".kind"),
			fmt.Sprintf("requests cannot be sent to kind %s", groupKind(ref.Group, ref.Kind, "Service")), "name a Service")
		return ir.Backend{}, false
	}
	b, p := t.world.Backend(to)
	if p != nil {
		t.unresolved(p.Reason, at.path(field), p.Message, p.Remedy)
		return ir.Backend{}, false
	}
	return b, true
}
