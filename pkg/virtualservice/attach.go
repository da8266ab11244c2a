package virtualservice

import (
	"slices"
	"strconv"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// routeKind is the kind of route that a section must allow for VirtualServices
// to attach (see ir.Section).
const routeKind = "HTTPRoute"

// attachment is a virtual host on its way to its listeners.
type attachment struct {
	out     *ir.Output
	domains []domain
	names   serverNames
	routes  []ir.Route
	hosts   map[ir.HostKey]bool
	// served marks the domains that some section takes.
	served []bool
}

// attach adds to out a fragment for each host on each listener that takes it,
// all with the same routes, and the server names on HTTPS listeners.
func (t *translation) attach(out *ir.Output, domains []domain, names serverNames, routes []ir.Route) {
	a := &attachment{
		out: out, domains: domains, names: names, routes: routes,
		hosts: map[ir.HostKey]bool{}, served: make([]bool, len(domains)),
	}
	if len(domains) == 0 {
		return
	}
	if len(t.vs.Spec.ParentRefs) == 0 {
		t.attachDefault(a)
		return
	}
	for i := range t.vs.Spec.ParentRefs {
		t.attachParent(a, t.at("spec").index(".parentRefs", i), &t.vs.Spec.ParentRefs[i])
	}
	t.unserved(a)
}

func (t *translation) attachDefault(a *attachment) {
	gw, ok := t.world.DefaultGateway()
	if !ok {
		t.at("spec").unattached("there is no default Gateway",
			`name one in spec.parentRefs, or label one sluice.dev/default-gateway: "true"`)
		return
	}
	t.attachGateway(a, t.at("spec"), gw, &v1.ParentRef{})
	t.unserved(a)
}

func (t *translation) attachParent(a *attachment, at place, ref *v1.ParentRef) {
	name := resolve(&v1.ResourceRef{Name: ref.Name, Namespace: ref.Namespace}, t.vs.Namespace)
	gw, ok := t.world.Gateway(name)
	if !ok {
		at.unattached("Gateway "+name.String()+" does not exist or is not ours", "create it, or correct the reference")
		return
	}
	t.attachGateway(a, at, gw, ref)
}

func (p place) unattached(message, remedy string) {
	p.note(ir.Error, ir.ReasonNotAttached, "", message, remedy)
}

// attachGateway binds the domains to the sections of one Gateway.
func (t *translation) attachGateway(a *attachment, at place, gw *ir.Gateway, ref *v1.ParentRef) {
	sections, why := t.sections(gw, ref)
	if len(sections) == 0 {
		at.unattached(why, "")
		return
	}
	before := len(a.out.Attached)
	for _, s := range sections {
		t.attachSection(a, gw, s)
	}
	if len(a.out.Attached) == before {
		at.unattached("no domain is among the host names of Gateway "+gw.Name.String(), "use a domain that its listeners take")
	}
}

func (t *translation) attachSection(a *attachment, gw *ir.Gateway, s ir.Section) {
	taken := false
	for i, d := range a.domains {
		for _, b := range gw.Bind(s, []string{d.host}) {
			taken, a.served[i] = true, true
			if a.hosts[b.Host] {
				continue
			}
			a.hosts[b.Host] = true
			a.out.Fragments = append(a.out.Fragments, ir.Fragment{
				Host: b.Host, Origin: t.object, Created: t.vs.CreationTimestamp.Time, Ordering: ir.Listed, Routes: a.routes,
			})
		}
	}
	if !taken {
		return
	}
	a.out.Attached = append(a.out.Attached, ir.Attachment{Gateway: gw.Name, Section: s.Name})
	t.addServerNames(a, gw, s)
}

// unserved notes the domains that no listener takes where others are taken.
func (t *translation) unserved(a *attachment) {
	if !slices.Contains(a.served, true) {
		return
	}
	for i, d := range a.domains {
		if !a.served[i] {
			place{t.report, d.field}.note(ir.Warning, ir.ReasonNotAttached, "",
				"the domain "+strconv.Quote(d.host)+" is not among the host names of any listener", "use a domain that the Gateway takes")
		}
	}
}

// sections returns the sections of a Gateway that take this VirtualService, or
// why there are none.
func (t *translation) sections(gw *ir.Gateway, ref *v1.ParentRef) ([]ir.Section, string) {
	protocol, need := ir.HTTP, "an HTTP listener, since there is no spec.sslConfig"
	if t.vs.Spec.SSLConfig != nil {
		protocol, need = ir.HTTPS, "an HTTPS listener, since there is a spec.sslConfig"
	}
	var out []ir.Section
	why := "Gateway " + gw.Name.String() + " has no such listener"
	for _, s := range gw.Sections {
		switch {
		case ref.SectionName != "" && ref.SectionName != s.Name || ref.Port != nil && *ref.Port != s.Port:
		case s.Protocol != protocol:
			why = "the VirtualService needs " + need + ", which Gateway " + gw.Name.String() + " does not have there"
		case !s.Accepted:
			why = "listener " + s.Name + " of Gateway " + gw.Name.String() + " is not valid"
		case !slices.Contains(s.Kinds, routeKind):
			why = "listener " + s.Name + " of Gateway " + gw.Name.String() + " does not take routes of kind " + routeKind
		case !s.Namespaces.Allows(gw.Name.Namespace, t.vs.Namespace, t.world.NamespaceLabels(t.vs.Namespace)):
			why = "listener " + s.Name + " of Gateway " + gw.Name.String() + " does not take routes from namespace " + t.vs.Namespace
		default:
			out = append(out, s)
		}
	}
	return out, why
}
