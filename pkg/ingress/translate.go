package ingress

import (
	"cmp"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Translate returns what an Ingress asks for, and false if its class is not
// ours. The output's status holds all problems; nothing an Ingress says can
// touch another object but by the rules for sharing a host.
func Translate(w World, ing *networkingv1.Ingress) (ir.Output, bool) {
	t := &translation{
		world: w, ing: ing,
		object: ir.Object{Group: networkingv1.GroupName, Kind: "Ingress", Namespace: ing.Namespace, Name: ing.Name},
	}
	class, ok := t.class()
	if !ok {
		return ir.Output{}, false
	}
	t.effect = t.readAnnotations()
	if t.effect != leaveOut {
		t.translate(class)
	}
	t.out.Status = ir.Status{Object: t.object, Generation: ing.Generation, Problems: ir.SortProblems(t.problems)}
	return t.out, true
}

// translation is the translation of one Ingress.
type translation struct {
	world    World
	ing      *networkingv1.Ingress
	object   ir.Object
	effect   effect
	problems []ir.Problem
	out      ir.Output
}

func (t *translation) translate(class ir.IngressClass) {
	hosts := t.hosts()
	entries := t.tlsEntries(hosts)
	g, sections, ok := t.sections(class)
	if !ok {
		return
	}
	a := attachment{translation: t, gateway: g, sections: sections}
	a.attachHosts(hosts, entries)
	a.attachNames(entries)
}

func (t *translation) report(severity ir.Severity, reason, field, message, remedy string) {
	t.problems = append(t.problems, ir.Problem{
		Severity: severity, Reason: reason, Field: field, Message: message, Remedy: remedy,
	})
}

func (t *translation) invalid(field, message, remedy string) {
	t.report(ir.Error, ir.ReasonInvalid, field, message, cmp.Or(remedy, "correct it"))
}
