package ingress

import (
	"fmt"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const (
	// ClassAnnotation is what named a controller before classes existed.
	ClassAnnotation = "kubernetes.io/ingress.class"
	classField      = "spec.ingressClassName"
	gatewayGroup    = "gateway.networking.k8s.io"
)

// class returns the class of the Ingress, and false if it is not ours: what
// the old annotation names, else spec.ingressClassName, else the default class.
func (t *translation) class() (ir.IngressClass, bool) {
	old, field := t.ing.Annotations[ClassAnnotation], t.ing.Spec.IngressClassName
	switch {
	case old != "":
		c, ok := t.world.IngressClass(old)
		if !ok && old == ClassName {
			c, ok = ir.IngressClass{Name: old, Ours: true}, true
		}
		if ok && c.Ours && field != nil && *field != old {
			t.report(ir.Warning, ir.ReasonConflict, classField,
				fmt.Sprintf("the annotation %s says %q and goes before this %q", ClassAnnotation, old, *field), "remove the annotation")
		}
		return c, ok && c.Ours
	case field != nil:
		c, ok := t.world.IngressClass(*field)
		return c, ok && c.Ours
	default:
		name := t.world.DefaultIngressClass()
		if name == "" {
			return ir.IngressClass{}, false
		}
		c, ok := t.world.IngressClass(name)
		return c, ok && c.Ours
	}
}

// gateway returns the Gateway that an Ingress of a class attaches to. A class
// that cannot be honoured takes no traffic: the default Gateway may be open to
// others than the one that was meant.
func (t *translation) gateway(class ir.IngressClass) (*ir.Gateway, bool) {
	if p := class.Problem; p != nil {
		t.report(ir.Error, ir.ReasonNotAttached, classField, "the IngressClass "+class.Name+" cannot be used: "+p.Message, p.Remedy)
		return nil, false
	}
	if class.Gateway == (ir.Name{}) {
		g, ok := t.world.DefaultGateway()
		if !ok {
			t.report(ir.Error, ir.ReasonNotAttached, classField, "there is no default Gateway", "name one in spec.parameters of the IngressClass")
		}
		return g, ok
	}
	g, ok := t.world.Gateway(class.Gateway)
	if !ok {
		t.report(ir.Error, ir.ReasonNotAttached, classField,
			"the IngressClass "+class.Name+" names the Gateway "+class.Gateway.String()+", which does not exist or is not ours",
			"create the Gateway or change spec.parameters of the IngressClass")
	}
	return g, ok
}

// TranslateClass returns what Ingresses read of an IngressClass, and its
// status, which is empty for a class that is not ours. Its parameters may name
// a Gateway: apiGroup gateway.networking.k8s.io, kind Gateway, scope Namespace.
func TranslateClass(c *networkingv1.IngressClass) (ir.IngressClass, ir.Status) {
	out := ir.IngressClass{Name: c.Name, Ours: c.Spec.Controller == ControllerName}
	status := ir.Status{
		Object:     ir.Object{Group: networkingv1.GroupName, Kind: "IngressClass", Name: c.Name},
		Generation: c.Generation,
	}
	if !out.Ours || c.Spec.Parameters == nil {
		return out, status
	}
	if out.Problem = checkParameters(c.Spec.Parameters); out.Problem != nil {
		status.Problems = []ir.Problem{*out.Problem}
		return out, status
	}
	out.Gateway = ir.Name{Namespace: *c.Spec.Parameters.Namespace, Name: c.Spec.Parameters.Name}
	return out, status
}

func checkParameters(p *networkingv1.IngressClassParametersReference) *ir.Problem {
	const remedy = "name a Gateway with apiGroup " + gatewayGroup + ", kind Gateway, scope Namespace, its namespace and name, or leave parameters out"
	problem := func(field, message string) *ir.Problem {
		return &ir.Problem{Severity: ir.Error, Reason: ir.ReasonInvalid, Field: "spec.parameters" + field, Message: message, Remedy: remedy}
	}
	switch {
	case p.APIGroup == nil || *p.APIGroup != gatewayGroup || p.Kind != "Gateway":
		return problem("", "the parameters name the kind "+p.Kind+"; only a Gateway is understood")
	case p.Scope == nil || *p.Scope != networkingv1.IngressClassParametersReferenceScopeNamespace:
		return problem(".scope", "a Gateway lives in a namespace, so the scope cannot be Cluster, which is the default")
	case p.Namespace == nil || *p.Namespace == "":
		return problem(".namespace", "the namespace of the Gateway is missing")
	case p.Name == "":
		return problem(".name", "the name of the Gateway is missing")
	default:
		return nil
	}
}
