package gatewayapi

import (
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// routeKind is the only kind of route done so far.
const routeKind = "HTTPRoute"

// listener translates one listener, without regard to its neighbours.
func (t *gatewayTranslation) listener(i int, s *section) {
	l := &t.gw.Spec.Listeners[i]
	s.field = fmt.Sprintf("spec.listeners[%d]", i)
	s.Section = ir.Section{Name: string(l.Name), Port: l.Port, Protocol: ir.Protocol(l.Protocol)}
	if l.Hostname != nil {
		s.Hostname = strings.ToLower(string(*l.Hostname))
	}
	t.namespaces(s, l.AllowedRoutes)
	if !s.speaksHTTP() {
		s.refuse(string(gwv1.ListenerReasonUnsupportedProtocol), ".protocol",
			fmt.Sprintf("protocol %q is not supported yet", l.Protocol), "use HTTP or HTTPS")
		return
	}
	s.kinds(l.AllowedRoutes)
	if l.Filters != nil && len(l.Filters.Requests) > 0 {
		s.refuse(string(gwv1.ListenerReasonUnsupportedValue), ".filters",
			"filters of listeners are not supported, and requests must not pass without them", "remove filters")
	}
	t.tls(s, l)
}

func (s *section) speaksHTTP() bool { return s.Protocol == ir.HTTP || s.Protocol == ir.HTTPS }

// refuse makes the listener not accepted. The first reason counts.
func (s *section) refuse(reason, field, message, remedy string) {
	if s.refused == nil {
		s.refused = &ir.Problem{Severity: ir.Error, Reason: reason, Field: s.field + field, Message: message, Remedy: remedy}
	}
}

func (s *section) unresolved(reason, field, message, remedy string) {
	s.refs = append(s.refs, ir.Problem{
		Severity: ir.Error, Reason: reason, Field: s.field + field, Message: message, Remedy: remedy,
	})
}

// kinds reads allowedRoutes.kinds. Kinds that are not done are left out of the
// section's kinds and make ResolvedRefs false.
func (s *section) kinds(a *gwv1.AllowedRoutes) {
	if a == nil || len(a.Kinds) == 0 {
		s.Kinds = []string{routeKind}
		return
	}
	for i, k := range a.Kinds {
		if k.Kind == routeKind && (k.Group == nil || *k.Group == Group) {
			if !slices.Contains(s.Kinds, routeKind) {
				s.Kinds = append(s.Kinds, routeKind)
			}
			continue
		}
		s.unresolved(string(gwv1.ListenerReasonInvalidRouteKinds), fmt.Sprintf(".allowedRoutes.kinds[%d]", i),
			fmt.Sprintf("routes of kind %q cannot attach to protocol %s", k.Kind, s.Protocol), "use HTTPRoute")
	}
}

// namespaces reads allowedRoutes.namespaces, whose default is Same.
func (t *gatewayTranslation) namespaces(s *section, a *gwv1.AllowedRoutes) {
	from := gwv1.NamespacesFromSame
	if a != nil && a.Namespaces != nil && a.Namespaces.From != nil {
		from = *a.Namespaces.From
	}
	s.Namespaces.Selector.None = true
	switch from {
	case gwv1.NamespacesFromAll:
		s.Namespaces.All = true
	case gwv1.NamespacesFromSame:
		s.Namespaces.Same = true
	case gwv1.NamespacesFromNone:
	case gwv1.NamespacesFromSelector:
		s.selector(a.Namespaces.Selector)
	default:
		s.refuse(string(gwv1.ListenerReasonUnsupportedValue), ".allowedRoutes.namespaces.from",
			fmt.Sprintf("%q is not a known value", from), "use All, Same or Selector")
	}
}

func (s *section) selector(sel *metav1.LabelSelector) {
	const field = ".allowedRoutes.namespaces.selector"
	if sel == nil {
		s.refuse(string(gwv1.ListenerReasonUnsupportedValue), field, "the selector is missing, so no namespace is allowed", "add a selector")
		return
	}
	var out ir.LabelSelector
	for k, v := range sel.MatchLabels {
		out.Requirements = append(out.Requirements, ir.LabelRequirement{Key: k, Operator: "In", Values: []string{v}})
	}
	slices.SortFunc(out.Requirements, func(a, b ir.LabelRequirement) int { return strings.Compare(a.Key, b.Key) })
	for i, e := range sel.MatchExpressions {
		if why := checkExpression(e); why != "" {
			s.refuse(string(gwv1.ListenerReasonUnsupportedValue), fmt.Sprintf("%s.matchExpressions[%d]", field, i), why, "")
			return
		}
		out.Requirements = append(out.Requirements, ir.LabelRequirement{Key: e.Key, Operator: string(e.Operator), Values: e.Values})
	}
	s.Namespaces.Selector = out
}

// checkExpression says why a requirement is not valid, "" if it is.
func checkExpression(e metav1.LabelSelectorRequirement) string {
	switch e.Operator {
	case metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn:
		if len(e.Values) == 0 {
			return fmt.Sprintf("operator %s needs values", e.Operator)
		}
	case metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist:
		if len(e.Values) > 0 {
			return fmt.Sprintf("operator %s takes no values", e.Operator)
		}
	default:
		return fmt.Sprintf("operator %q is not known", e.Operator)
	}
	return ""
}

// markConflicts finds listeners that cannot be told apart. All of them are
// refused: none may win (Gateway API, "Handling indistinct Listeners").
// Protocols that are not supported take no part.
func markConflicts(ss []section) {
	for i := range ss {
		for j := range ss {
			a, b := &ss[i], &ss[j]
			if i == j || a.Port != b.Port || !a.speaksHTTP() || !b.speaksHTTP() {
				continue
			}
			switch {
			case a.Protocol != b.Protocol:
				a.conflict = protocolConflict(a, b)
			case a.Hostname == b.Hostname && a.conflict == nil:
				a.conflict = hostnameConflict(a, b)
			}
		}
	}
}

func protocolConflict(a, b *section) *ir.Problem {
	return &ir.Problem{
		Severity: ir.Error, Reason: string(gwv1.ListenerReasonProtocolConflict), Field: a.field + ".protocol",
		Message: fmt.Sprintf("port %d is %s here and %s in listener %q, so neither is served", a.Port, a.Protocol, b.Protocol, b.Name),
		Remedy:  "give one of them another port",
	}
}

func hostnameConflict(a, b *section) *ir.Problem {
	return &ir.Problem{
		Severity: ir.Error, Reason: string(gwv1.ListenerReasonHostnameConflict), Field: a.field + ".hostname",
		Message: fmt.Sprintf("listener %q has the same port %d and hostname %q, so neither is served", b.Name, a.Port, a.Hostname),
		Remedy:  "give one of them another hostname or port",
	}
}

// markOverlaps finds HTTPS listeners of one port whose host names overlap: a
// client may use a connection made for one of them for the other
// (Gateway API, condition OverlappingTLSConfig).
func markOverlaps(ss []section) {
	for i := range ss {
		for j := range ss {
			a, b := &ss[i], &ss[j]
			if i == j || a.overlaps != "" || a.Port != b.Port || a.Protocol != ir.HTTPS || b.Protocol != ir.HTTPS {
				continue
			}
			if _, ok := ir.Intersect(a.Hostname, b.Hostname); ok {
				a.overlaps = b.Name
			}
		}
	}
}
