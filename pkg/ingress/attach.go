package ingress

import (
	"fmt"
	"slices"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// sections returns the Gateway of the class, and those of its sections that
// Ingresses of this namespace may attach to.
func (t *translation) sections(class ir.IngressClass) (*ir.Gateway, []ir.Section, bool) {
	g, ok := t.gateway(class)
	if !ok {
		return nil, nil, false
	}
	var out []ir.Section
	for _, s := range g.Sections {
		if s.Accepted && (s.Protocol == ir.HTTP || s.Protocol == ir.HTTPS) && slices.Contains(s.Kinds, "HTTPRoute") && t.allowed(g, s) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		t.report(ir.Error, ir.ReasonNotAttached, classField,
			fmt.Sprintf("no listener of the Gateway %s takes Ingresses of the namespace %s", g.Name, t.ing.Namespace),
			"change allowedRoutes of a listener with protocol HTTP or HTTPS")
	}
	return g, out, len(out) > 0
}

// allowed asks for the namespace's labels only where a selector needs them, so
// that relabelling a namespace recomputes nothing else.
func (t *translation) allowed(g *ir.Gateway, s ir.Section) bool {
	var labels map[string]string
	if !s.Namespaces.All && !s.Namespaces.Same {
		labels = t.world.NamespaceLabels(t.ing.Namespace)
	}
	return s.Namespaces.Allows(g.Name.Namespace, t.ing.Namespace, labels)
}

// attachment binds what an Ingress asks for to the sections of its Gateway.
type attachment struct {
	*translation
	gateway  *ir.Gateway
	sections []ir.Section
}

// attachHosts makes the fragments: every host on the HTTP sections, and those
// over TLS on the HTTPS sections as well.
func (a attachment) attachHosts(hosts []*host, entries []tlsEntry) {
	taken, https := map[ir.HostKey]bool{}, coverageOf(entries)
	for _, h := range hosts {
		secure, bound := https.covers(h.name), false
		for _, s := range a.sections {
			if s.Protocol == ir.HTTPS && !secure {
				continue
			}
			key, labels, ok := a.bind(s, h.name)
			if !ok {
				continue
			}
			bound = true
			a.attached(s)
			if !taken[key] { // else a more specific host of this Ingress has it
				taken[key] = true
				a.addFragment(key, h.name, h.routes(labels))
			}
		}
		if !bound {
			a.unbound(h)
		}
	}
}

func (a attachment) unbound(h *host) {
	name := "hosts that no rule names"
	if h.name != anyHost {
		name = "the host " + h.name
	}
	a.report(ir.Error, ir.ReasonNotAttached, h.field, fmt.Sprintf("no listener of the Gateway %s takes %s", a.gateway.Name, name),
		"add an HTTP listener for it, or an HTTPS listener and an entry in spec.tls")
}

// bind returns the virtual host under which a host is reachable through a
// section. A wildcard stands for one label, so a section with a narrower host
// name takes it only if that name is exact and one label longer.
func (a attachment) bind(s ir.Section, name string) (ir.HostKey, ir.WildcardLabels, bool) {
	bs := a.gateway.Bind(s, []string{name})
	if len(bs) == 0 {
		return ir.HostKey{}, 0, false
	}
	key := bs[0].Host
	switch {
	case !isWildcard(name):
		return key, ir.AnyLabels, true
	case key.Host == name:
		return key, ir.OneLabel, true
	default:
		return key, ir.AnyLabels, coversLabel(name, key.Host) && !isWildcard(key.Host)
	}
}

func (a attachment) attached(s ir.Section) {
	at := ir.Attachment{Gateway: a.gateway.Name, Section: s.Name}
	if !slices.Contains(a.out.Attached, at) {
		a.out.Attached = append(a.out.Attached, at)
	}
}

func (a attachment) addFragment(key ir.HostKey, asked string, routes []ir.Route) {
	a.out.Fragments = append(a.out.Fragments, ir.Fragment{
		Host: key, Asked: asked, Origin: a.object, Created: a.ing.CreationTimestamp.Time, Ordering: ir.BySpecificity, Routes: routes,
	})
}

// attachNames asks the HTTPS sections for the server names of spec.tls.
func (a attachment) attachNames(entries []tlsEntry) {
	owners := map[ir.HostKey]tlsEntry{}
	for _, e := range entries {
		for _, name := range e.hosts {
			keys, closed := a.bindName(name)
			if len(keys)+len(closed) == 0 {
				a.report(ir.Error, ir.ReasonNotAttached, e.field, fmt.Sprintf("no HTTPS listener of the Gateway %s takes %s", a.gateway.Name, quote(name)),
					"add an HTTPS listener for it")
			}
			if len(closed) > 0 && e.secure {
				a.report(ir.Warning, ir.ReasonNotAttached, e.field,
					fmt.Sprintf("listener %s of the Gateway %s takes no certificate of routes for %s", closed[0], a.gateway.Name, quote(name)),
					"leave the Secret out, or set tls.options sluice.dev/certificates: routes on the listener")
			}
			for _, key := range keys {
				a.addName(owners, e, key)
			}
		}
	}
}

// bindName returns where the HTTPS sections take a server name, and the sections
// that would but take no certificates of routes.
func (a attachment) bindName(name string) (keys []ir.HostKey, closed []string) {
	for _, s := range a.sections {
		if s.Protocol != ir.HTTPS {
			continue
		}
		for _, b := range a.gateway.Bind(s, []string{name}) {
			if s.RouteCertificates {
				keys = append(keys, b.Host)
			} else {
				closed = append(closed, s.Name)
			}
		}
	}
	return keys, closed
}

func (a attachment) addName(owners map[ir.HostKey]tlsEntry, e tlsEntry, key ir.HostKey) {
	owner, taken := owners[key]
	switch {
	case !e.secure:
		return
	case taken && owner.certificate != e.certificate:
		a.report(ir.Warning, ir.ReasonConflict, e.field, quote(key.Host)+" has the certificate of "+owner.field+" already", "name each host in one entry")
		return
	case taken:
		return
	}
	owners[key] = e
	n := ir.ServerName{
		Listener: key.Listener,
		SNI:      key.Host,
		TLS:      ir.ServerTLS{Certificates: []ir.Name{e.certificate}},
		Origin:   ir.Origin{Object: a.object, Field: e.field},
		Created:  a.ing.CreationTimestamp.Time,
	}
	if n.SNI == anyHost {
		n.SNI = ""
	}
	a.out.ServerNames = append(a.out.ServerNames, n)
}
