package pipeline

import (
	"cmp"
	"slices"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
	gwv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ingress"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
)

// only is the key of tables with one row.
type only struct{}

// class is what became of a GatewayClass.
type class struct {
	// named is true where the class names our controller, accepted where
	// we take its Gateways too.
	named, accepted bool
	status          ir.Status
}

func (c class) equal(o class) bool {
	return c.named == o.named && c.accepted == o.accepted && c.status.Equal(o.status)
}

func translateClass(_ *table.Reader, _ ir.Object, gc *gwv1.GatewayClass) (class, bool) {
	named, status := gatewayapi.TranslateClass(gc)
	return class{named, named && gatewayapi.ClassAccepted(status), status}, true
}

// classViewOf leaves to Gateways and routes whether a class is ours and accepted.
func classViewOf(_ *table.Reader, _ ir.Object, c class) (bool, bool) { return c.accepted, true }

// ingressClass is what became of an IngressClass.
type ingressClass struct {
	class  ir.IngressClass
	status ir.Status
}

func translateIngressClass(_ *table.Reader, _ ir.Object, c *networkingv1.IngressClass) (ingressClass, bool) {
	ic, status := ingress.TranslateClass(c)
	return ingressClass{ic, status}, true
}

// ingressViewOf leaves to Ingresses what they read of their class.
func ingressViewOf(_ *table.Reader, _ ir.Object, c ingressClass) (ir.IngressClass, bool) {
	return c.class, true
}

func sameIngressClass(a, b ir.IngressClass) bool {
	if a.Problem != nil && b.Problem != nil && *a.Problem == *b.Problem {
		a.Problem = b.Problem
	}
	return a == b
}

func defaultClassMembers(_ ir.Object, c *networkingv1.IngressClass, emit func(only, bool)) {
	emit(only{}, c.Annotations[networkingv1.AnnotationIsDefaultIngressClass] == "true")
}

func grantMembers(k ir.Object, g *gwv1.ReferenceGrant, emit func(string, ir.Grant)) {
	emit(k.Namespace, gatewayapi.TranslateGrant((*gwv1beta1.ReferenceGrant)(g)))
}

// translateGateway yields rows for all Gateways: routes keep silent about those
// of others.
func (p *Pipeline) translateGateway(r *table.Reader, _ ir.Object, o attachable) (gatewayapi.GatewayOutput, bool) {
	gw, ok := o.(*gwv1.Gateway)
	if !ok {
		return gatewayapi.GatewayOutput{}, false
	}
	return gatewayapi.TranslateGateway(view{p, r}, gw), true
}

func viewOf(_ *table.Reader, _ ir.Object, out gatewayapi.GatewayOutput) (*ir.Gateway, bool) {
	return &out.Gateway, true
}

// candidate is a Gateway that may be the default one.
type candidate struct {
	name    ir.Name
	marked  bool
	created time.Time
}

func candidateMembers(k ir.Object, out gatewayapi.GatewayOutput, emit func(only, candidate)) {
	if out.Ours {
		emit(only{}, candidate{k.Key(), out.Default, out.Created})
	}
}

// chooseDefault takes the Gateway marked as default (the oldest of several),
// else the only one, else one with the assumed one's name.
func chooseDefault(_ *table.Reader, _ only, all []table.Member[ir.Object, candidate]) (ir.Name, bool) {
	var marked []candidate
	for _, m := range all {
		if m.Value.marked {
			marked = append(marked, m.Value)
		}
	}
	slices.SortFunc(marked, func(a, b candidate) int { return cmp.Or(a.created.Compare(b.created), a.name.Compare(b.name)) })
	switch {
	case len(marked) > 0:
		return marked[0].name, true
	case len(all) == 1:
		return all[0].Value.name, true
	}
	i := slices.IndexFunc(all, func(m table.Member[ir.Object, candidate]) bool { return m.Key == assumedKey() })
	if i < 0 {
		return ir.Name{}, false
	}
	return assumedKey().Key(), true
}
