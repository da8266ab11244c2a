package gatewayapi

import (
	"fmt"
	"slices"
	"strings"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Delivery is what the data plane says of a section.
type Delivery struct {
	// Programmed is true once the proxies have taken the section's port.
	Programmed bool
	// Problem is why they will not take it; nil if they only have not yet.
	// With the reason PortUnavailable the listener is not accepted either.
	Problem *ir.Problem
}

// The conditions that Gateway and listener share.
const (
	condAccepted     = string(gwv1.ListenerConditionAccepted)
	condProgrammed   = string(gwv1.ListenerConditionProgrammed)
	condResolvedRefs = string(gwv1.ListenerConditionResolvedRefs)
	condConflicted   = string(gwv1.ListenerConditionConflicted)
	condOverlapping  = string(gwv1.ListenerConditionOverlappingTLSConfig)
)

// status returns the Gateway's status but for what depends on the data plane.
func (t *gatewayTranslation) status() ir.Status {
	st := ir.Status{Object: t.origin, Generation: t.gw.Generation, Problems: slices.Clone(t.warnings)}
	if t.refused != nil {
		st.Problems = append(st.Problems, *t.refused)
	}
	for i := range t.sections {
		s := &t.sections[i]
		if p := s.rejection(); p != nil {
			st.Problems = append(st.Problems, *p)
		}
		st.Problems = append(st.Problems, s.refs...)
		st.Listeners = append(st.Listeners, ir.ListenerStatus{
			Name: s.Name, SupportedKinds: s.Kinds, Conditions: t.listenerConditions(s),
		})
	}
	st.Problems = ir.SortProblems(st.Problems)
	st.Conditions = []ir.Condition{t.accepted()}
	return st
}

// listenerConditions returns a listener's conditions. Programmed is among them
// only where it is false whatever the data plane says.
func (t *gatewayTranslation) listenerConditions(s *section) []ir.Condition {
	out := []ir.Condition{
		yes(condAccepted, string(gwv1.ListenerReasonAccepted), "the listener is valid"),
		no(condConflicted, string(gwv1.ListenerReasonNoConflicts), "no other listener is in its way"),
		yes(condResolvedRefs, string(gwv1.ListenerReasonResolvedRefs), "all references resolve"),
	}
	if p := s.rejection(); p != nil {
		out[0] = no(condAccepted, p.Reason, p.String())
	}
	if p := s.conflict; p != nil {
		out[1] = yes(condConflicted, p.Reason, p.String())
	}
	if len(s.refs) > 0 {
		out[2] = no(condResolvedRefs, s.refs[0].Reason, list(s.refs))
	}
	if s.overlaps != "" {
		out = append(out, yes(condOverlapping, string(gwv1.ListenerReasonOverlappingHostnames),
			fmt.Sprintf("the hostname overlaps with that of listener %q on the same port, so clients may use a connection made for one for the other", s.overlaps)))
	}
	if p := t.unservable(s); p != nil {
		out = append(out, *p)
	}
	return out
}

// unservable returns the Programmed condition of a listener that cannot be
// served, nil if it can.
func (t *gatewayTranslation) unservable(s *section) *ir.Condition {
	var c ir.Condition
	switch {
	case t.refused != nil:
		c = no(condProgrammed, string(gwv1.ListenerReasonInvalid), "the Gateway is not accepted: "+t.refused.String())
	case s.conflict != nil && s.refused == nil:
		c = no(condProgrammed, s.conflict.Reason, s.conflict.String())
	case s.refused != nil:
		c = no(condProgrammed, string(gwv1.ListenerReasonInvalid), s.refused.String())
	case s.Protocol == ir.HTTPS && len(s.certificates) == 0 && !s.RouteCertificates:
		c = no(condProgrammed, string(gwv1.ListenerReasonInvalid), "without a usable certificate: "+list(s.refs))
	default:
		return nil
	}
	return &c
}

// accepted is the Gateway's Accepted condition: true as long as one listener
// can be accepted.
func (t *gatewayTranslation) accepted() ir.Condition {
	if t.refused != nil {
		return no(condAccepted, t.refused.Reason, t.refused.String())
	}
	var bad []string
	for i := range t.sections {
		if t.sections[i].rejection() != nil {
			bad = append(bad, t.sections[i].Name)
		}
	}
	const notValid = string(gwv1.GatewayReasonListenersNotValid)
	switch {
	case len(bad) == 0:
		return yes(condAccepted, string(gwv1.GatewayReasonAccepted), "the Gateway is valid")
	case len(bad) < len(t.sections):
		return yes(condAccepted, notValid, "served without the listeners "+strings.Join(bad, ", ")+"; see their conditions")
	default:
		return no(condAccepted, notValid, "no listener is valid; see their conditions")
	}
}

// GatewayStatus completes the status of a Gateway that is ours: the Gateway's
// Programmed condition, and that of each listener with its number of attached
// routes. delivered is asked only for sections that are to be served.
func GatewayStatus(out GatewayOutput, attached func(section string) int, delivered func(section string) Delivery) ir.Status {
	st := out.Status
	st.Problems = slices.Clone(st.Problems)
	st.Listeners = slices.Clone(st.Listeners)
	for i := range st.Listeners {
		l := &st.Listeners[i]
		l.AttachedRoutes = attached(l.Name)
		if condition(l.Conditions, condProgrammed) != nil {
			continue
		}
		d := delivered(l.Name)
		l.Conditions = deliver(l.Conditions, d)
		if !d.Programmed && d.Problem != nil {
			p := *d.Problem
			p.Field = fmt.Sprintf("spec.listeners[%d]", i)
			st.Problems = append(st.Problems, p)
		}
	}
	st.Conditions = append(slices.Clone(st.Conditions), programmed(&st))
	st.Problems = ir.SortProblems(st.Problems)
	return st
}

// deliver returns a listener's conditions with what the data plane says.
func deliver(conditions []ir.Condition, d Delivery) []ir.Condition {
	out := slices.Clone(conditions)
	switch {
	case d.Programmed:
		return append(out, yes(condProgrammed, string(gwv1.ListenerReasonProgrammed), "the proxies serve the listener"))
	case d.Problem == nil:
		return append(out, no(condProgrammed, string(gwv1.ListenerReasonPending), "waiting for the proxies"))
	}
	if d.Problem.Reason == string(gwv1.ListenerReasonPortUnavailable) {
		*condition(out, condAccepted) = no(condAccepted, d.Problem.Reason, d.Problem.String())
	}
	return append(out, no(condProgrammed, string(gwv1.ListenerReasonInvalid), d.Problem.String()))
}

// programmed is the Gateway's Programmed condition: true once one listener is
// programmed and none is still on its way.
func programmed(st *ir.Status) ir.Condition {
	if c := condition(st.Conditions, condAccepted); !c.True {
		return no(condProgrammed, string(gwv1.GatewayReasonInvalid), "not accepted: "+c.Message)
	}
	var served, pending, bad []string
	for _, l := range st.Listeners {
		switch c := condition(l.Conditions, condProgrammed); {
		case c.True:
			served = append(served, l.Name)
		case c.Reason == string(gwv1.ListenerReasonPending):
			pending = append(pending, l.Name)
		default:
			bad = append(bad, l.Name)
		}
	}
	switch {
	case len(pending) > 0:
		return no(condProgrammed, string(gwv1.GatewayReasonPending), "waiting for the proxies: "+strings.Join(pending, ", "))
	case len(served) == 0:
		return no(condProgrammed, string(gwv1.GatewayReasonInvalid), "no listener can be served; see their conditions")
	case len(bad) > 0:
		return yes(condProgrammed, string(gwv1.GatewayReasonProgrammed), "served without the listeners "+strings.Join(bad, ", ")+"; see their conditions")
	default:
		return yes(condProgrammed, string(gwv1.GatewayReasonProgrammed), "the proxies serve every listener")
	}
}

// condition finds a condition by its type.
func condition(cs []ir.Condition, kind string) *ir.Condition {
	if i := slices.IndexFunc(cs, func(c ir.Condition) bool { return c.Type == kind }); i >= 0 {
		return &cs[i]
	}
	return nil
}
