package ingress

import (
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// action returns what is done with requests for a backend: they are forwarded,
// or answered with 500 where the backend cannot be used, or with 503 where the
// Ingress is denied.
func (t *translation) action(b *networkingv1.IngressBackend, field string) ir.Action {
	ref, ok := t.backendRef(b, field)
	if !ok {
		return t.unlessDenied(ir.Broken())
	}
	backend, p := t.world.Backend(ref)
	if p != nil {
		t.report(p.Severity, p.Reason, field+refField(b), p.Message, p.Remedy)
		if p.Severity == ir.Error {
			return t.unlessDenied(ir.Broken())
		}
	}
	return t.unlessDenied(&ir.Forward{Backends: []ir.WeightedBackend{
		{Cluster: ir.ClusterKey{Backend: backend.Key}, Weight: 1},
	}})
}

// unlessDenied is 503, ingress-nginx's answer, for an Ingress with a
// restriction that is not honoured.
func (t *translation) unlessDenied(a ir.Action) ir.Action {
	if t.effect == deny {
		return &ir.Respond{Code: 503}
	}
	return a
}

func refField(b *networkingv1.IngressBackend) string {
	if b.Resource != nil {
		return ".resource"
	}
	return ".service"
}

// backendRef reads a reference to a Service by port number or name, or to an
// Upstream as a resource. Both are in the Ingress's namespace.
func (t *translation) backendRef(b *networkingv1.IngressBackend, field string) (ir.BackendRef, bool) {
	switch {
	case b.Service != nil && b.Resource != nil:
		t.invalid(field, "the backend names both a service and a resource", "keep one of them")
	case b.Service != nil:
		return t.serviceRef(b.Service, field+".service")
	case b.Resource != nil:
		return t.resourceRef(b, field+".resource")
	default:
		t.invalid(field, "there is no backend", "name a service and its port")
	}
	return ir.BackendRef{}, false
}

func (t *translation) serviceRef(s *networkingv1.IngressServiceBackend, field string) (ir.BackendRef, bool) {
	switch {
	case s.Name == "":
		t.invalid(field+".name", "the name of the service is missing", "")
	case (s.Port.Name == "") == (s.Port.Number == 0):
		t.invalid(field+".port", "the port needs either a name or a number", "write port.number or port.name")
	case s.Port.Number < 0 || s.Port.Number > 65535:
		t.invalid(field+".port.number", "the port number is not between 1 and 65535", "")
	default:
		return ir.BackendRef{
			From: t.object, Kind: "Service", Name: ir.Name{Namespace: t.ing.Namespace, Name: s.Name},
			Port: s.Port.Number, PortName: s.Port.Name,
		}, true
	}
	return ir.BackendRef{}, false
}

func (t *translation) resourceRef(b *networkingv1.IngressBackend, field string) (ir.BackendRef, bool) {
	r, group := b.Resource, ""
	if r.APIGroup != nil {
		group = *r.APIGroup
	}
	if r.Kind != "Upstream" || group != "sluice.dev" && group != "gloo.solo.io" {
		t.report(ir.Error, ir.ReasonNotSupported, field, "a resource of kind "+quote(r.Kind)+" of "+quote(group)+" cannot be a backend",
			"name a service, or an Upstream of sluice.dev or gloo.solo.io")
		return ir.BackendRef{}, false
	}
	return ir.BackendRef{From: t.object, Group: group, Kind: r.Kind, Name: ir.Name{Namespace: t.ing.Namespace, Name: r.Name}}, true
}
