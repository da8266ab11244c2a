package gatewayapi

import (
	"fmt"
	"slices"
	"strings"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// attach finds the listeners that take the route, and makes its output.
func (t *routeTranslation) attach() ir.Output {
	spec := &t.route.Spec
	if spec.UseDefaultGateways != "" && spec.UseDefaultGateways != gwv1.GatewayDefaultScopeNone {
		t.warn(ir.ReasonNotSupported, "spec.useDefaultGateways", "default Gateways are not supported yet", "name the Gateway in parentRefs")
	}
	if len(spec.ParentRefs) == 0 {
		t.warn(ir.ReasonNotAttached, "spec.parentRefs", "the route names no Gateway, so nothing serves it", "add a parentRef")
	}
	var out ir.Output
	hosts := t.hostnames()
	for i := range spec.ParentRefs {
		t.parent(i, hosts, &out)
	}
	out.Status.Object, out.Status.Generation = t.origin, t.route.Generation
	out.Status.Problems = ir.SortProblems(t.problems)
	return out
}

func (t *routeTranslation) hostnames() []string {
	if len(t.route.Spec.Hostnames) == 0 {
		return nil
	}
	out := make([]string, len(t.route.Spec.Hostnames))
	for i, h := range t.route.Spec.Hostnames {
		out[i] = strings.ToLower(string(h))
	}
	return out
}

// parent attaches the route to one parent. Parents that are not Gateways of
// ours are left to others: they get no status.
func (t *routeTranslation) parent(i int, hosts []string, out *ir.Output) {
	ref := &t.route.Spec.ParentRefs[i]
	key := t.parentRef(ref)
	if key.Group != Group || key.Kind != "Gateway" {
		if key.Group == Group && key.Kind == "ListenerSet" {
			t.warn(ir.ReasonNotSupported, parentField(i), "ListenerSets are not supported yet", "name a Gateway")
		}
		return
	}
	g, ok := t.world.Gateway(ir.Name{Namespace: key.Namespace, Name: key.Name})
	if !ok {
		t.warn(ir.ReasonNotFound, parentField(i), fmt.Sprintf("no Gateway %s/%s is served here", key.Namespace, key.Name),
			"create it, correct the name, or look at its gatewayClassName")
		return
	}
	if !t.world.GatewayClass(g.Class) {
		return
	}
	accepted := t.attachTo(g, i, key, hosts, out)
	if accepted.True && !t.served {
		accepted = t.invalid()
	}
	conditions := []ir.Condition{accepted, t.resolvedRefs()}
	if accepted.True && len(t.drops) > 0 {
		conditions = append(conditions, t.partiallyInvalid())
	}
	out.Status.Parents = append(out.Status.Parents, ir.ParentStatus{Ref: key, Conditions: conditions})
}

func parentField(i int) string { return fmt.Sprintf("spec.parentRefs[%d]", i) }

// parentRef fills in the defaults of a parentRef.
func (t *routeTranslation) parentRef(ref *gwv1.ParentReference) ir.ParentRef {
	out := ir.ParentRef{Group: Group, Kind: "Gateway", Namespace: t.route.Namespace, Name: string(ref.Name)}
	if ref.Group != nil {
		out.Group = string(*ref.Group)
	}
	if ref.Kind != nil {
		out.Kind = string(*ref.Kind)
	}
	if ref.Namespace != nil {
		out.Namespace = string(*ref.Namespace)
	}
	if ref.SectionName != nil {
		out.Section = string(*ref.SectionName)
	}
	if ref.Port != nil {
		out.Port = *ref.Port
	}
	return out
}

// attachTo attaches the route to the sections of a Gateway that a parentRef
// names, and returns its Accepted condition. A listener takes a route whether
// or not it is itself in service (ListenerStatus.attachedRoutes).
func (t *routeTranslation) attachTo(g *ir.Gateway, i int, ref ir.ParentRef, hosts []string, out *ir.Output) ir.Condition {
	const kind = string(gwv1.RouteConditionAccepted)
	named, allowed, taken, bound := 0, 0, 0, 0
	for j := range g.Sections {
		s := &g.Sections[j]
		if ref.Section != "" && ref.Section != s.Name || ref.Port != 0 && ref.Port != s.Port {
			continue
		}
		named++
		if !t.allowedBy(g, s) {
			continue
		}
		allowed++
		if !meets(s.Hostname, hosts) {
			continue
		}
		taken++
		bound += t.take(g, s, hosts, out)
	}
	var c ir.Condition
	switch {
	case named == 0:
		c = no(kind, string(gwv1.RouteReasonNoMatchingParent), noSuchListener(g, ref))
	case allowed == 0:
		c = no(kind, string(gwv1.RouteReasonNotAllowedByListeners), t.notAllowed(g))
	case taken == 0:
		c = no(kind, string(gwv1.RouteReasonNoMatchingListenerHostname), noHostname(g, hosts))
	default:
		if bound == 0 {
			t.warn(ir.ReasonNotAttached, parentField(i), fmt.Sprintf("the listeners of Gateway %s that take the route serve none of its hosts", g.Name),
				"see the Gateway's status, and whether another listener has a closer hostname")
		}
		return yes(kind, string(gwv1.RouteReasonAccepted), "the route is attached")
	}
	t.problems = append(t.problems, ir.Problem{Severity: ir.Error, Reason: ir.ReasonNotAttached, Field: parentField(i), Message: c.Message})
	return c
}

// take attaches the route to a section and returns under how many hosts.
func (t *routeTranslation) take(g *ir.Gateway, s *ir.Section, hosts []string, out *ir.Output) int {
	if a := (ir.Attachment{Gateway: g.Name, Section: s.Name}); t.served && !slices.Contains(out.Attached, a) {
		out.Attached = append(out.Attached, a)
	}
	if !s.Accepted {
		return 0
	}
	bindings := g.Bind(*s, hosts)
	for _, b := range bindings {
		if !slices.ContainsFunc(out.Fragments, func(f ir.Fragment) bool { return f.Host == b.Host }) {
			out.Fragments = append(out.Fragments, ir.Fragment{
				Host: b.Host, Asked: b.Asked, Origin: t.origin, Created: t.route.CreationTimestamp.Time, Routes: t.routesFor(b),
			})
		}
	}
	return len(bindings)
}

// allowedBy reports whether a section takes routes of this kind and namespace.
// The namespace's labels are asked for only where they count.
func (t *routeTranslation) allowedBy(g *ir.Gateway, s *ir.Section) bool {
	if !slices.Contains(s.Kinds, routeKind) {
		return false
	}
	var labels map[string]string
	if n := &s.Namespaces; !n.All && !n.Same && !n.Selector.None {
		labels = t.world.NamespaceLabels(t.route.Namespace)
	}
	return s.Namespaces.Allows(g.Name.Namespace, t.route.Namespace, labels)
}

// meets reports whether a section's host name and a route's have a host in
// common. No host names mean every host.
func meets(section string, hosts []string) bool {
	return len(hosts) == 0 || slices.ContainsFunc(hosts, func(h string) bool {
		_, ok := ir.Intersect(section, h)
		return ok
	})
}

func noSuchListener(g *ir.Gateway, ref ir.ParentRef) string {
	var have []string
	for _, s := range g.Sections {
		have = append(have, fmt.Sprintf("%s (port %d)", s.Name, s.Port))
	}
	want := "listener"
	if ref.Section != "" {
		want += fmt.Sprintf(" %q", ref.Section)
	}
	if ref.Port != 0 {
		want += fmt.Sprintf(" on port %d", ref.Port)
	}
	return fmt.Sprintf("Gateway %s has no %s; it has %s", g.Name, want, strings.Join(have, ", "))
}

func (t *routeTranslation) notAllowed(g *ir.Gateway) string {
	return fmt.Sprintf("the listeners of Gateway %s take no HTTPRoute from namespace %s; allow it in their allowedRoutes", g.Name, t.route.Namespace)
}

func noHostname(g *ir.Gateway, hosts []string) string {
	return fmt.Sprintf("no listener of Gateway %s that the route names has a hostname that meets %s", g.Name, strings.Join(hosts, ", "))
}
