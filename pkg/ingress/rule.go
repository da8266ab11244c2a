package ingress

import (
	"cmp"
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// host is a host of the Ingress with its routes.
type host struct {
	// name is "*" for rules that name no host.
	name  string
	field string
	paths []path
}

// path is a route, and its path as it was written.
type path struct {
	written string
	route   ir.Route
}

// hosts returns the hosts of the Ingress, exact ones first, each with the
// routes of all its rules and with the default backend behind them.
func (t *translation) hosts() []*host {
	var all hosts
	for i, rule := range t.ing.Spec.Rules {
		field := fmt.Sprintf("spec.rules[%d]", i)
		name := cmp.Or(rule.Host, anyHost)
		if message, remedy := checkHost(rule.Host); rule.Host != "" && message != "" {
			t.invalid(field+".host", message, remedy)
			continue
		}
		h := all.named(name, field)
		if rule.HTTP != nil {
			h.paths = append(h.paths, t.paths(rule.HTTP.Paths, field+".http")...)
		}
	}
	t.addDefault(&all)
	for _, h := range all.list {
		t.settle(h)
	}
	slices.SortStableFunc(all.list, func(a, b *host) int { return cmp.Compare(specificity(a.name), specificity(b.name)) })
	return all.list
}

// hosts collects hosts by name, in the order of their first rule.
type hosts struct {
	list   []*host
	byName map[string]*host
}

// named returns the host of a name; field is where a new one is written.
func (hs *hosts) named(name, field string) *host {
	if h := hs.byName[name]; h != nil {
		return h
	}
	if hs.byName == nil {
		hs.byName = map[string]*host{}
	}
	h := &host{name: name, field: field}
	hs.byName[name], hs.list = h, append(hs.list, h)
	return h
}

func (t *translation) paths(ps []networkingv1.HTTPIngressPath, field string) []path {
	var out []path
	for i, p := range ps {
		field := fmt.Sprintf("%s.paths[%d]", field, i)
		match, message, remedy := parsePath(p)
		if message != "" {
			t.invalid(field, message, remedy)
			continue
		}
		out = append(out, path{p.Path, ir.Route{
			Origin: ir.Origin{Object: t.object, Field: field},
			Match:  ir.Match{Path: match},
			Action: t.action(&p.Backend, field+".backend"),
		}})
	}
	return out
}

// addDefault puts the default backend behind the routes of every host, and on
// the host for everything else.
func (t *translation) addDefault(all *hosts) {
	const field = "spec.defaultBackend"
	b := t.ing.Spec.DefaultBackend
	if b == nil {
		if len(t.ing.Spec.Rules) == 0 {
			t.invalid("spec", "the Ingress has neither rules nor a default backend", "write spec.rules or spec.defaultBackend")
		}
		return
	}
	route := ir.Route{
		Origin:   ir.Origin{Object: t.object, Field: field},
		Match:    ir.Match{Path: ir.AnyPath()},
		Action:   t.action(b, field),
		Fallback: true,
	}
	all.named(anyHost, field)
	for _, h := range all.list {
		h.paths = append(h.paths, path{route: route})
	}
}

// settle orders paths that match the same: the longest as written goes first
// ("/foo/" before "/foo", PathTypePrefix), then the first listed. Of each kind
// one is kept.
func (t *translation) settle(h *host) {
	type claim struct {
		match    ir.PathMatch
		fallback bool
	}
	slices.SortStableFunc(h.paths, func(a, b path) int { return cmp.Compare(len(b.written), len(a.written)) })
	owners := map[claim]path{}
	h.paths = slices.DeleteFunc(h.paths, func(p path) bool {
		c := claim{p.route.Match.Path, p.route.Fallback}
		owner, taken := owners[c]
		if taken {
			t.report(ir.Warning, ir.ReasonConflict, p.route.Origin.Field,
				fmt.Sprintf("the path %s is never used: %s matches the same requests", quote(p.written), owner.route.Origin.Field), "remove one of them")
			return true
		}
		owners[c] = p
		return false
	})
}

// routes returns the host's routes for a virtual host whose wildcard stands for
// labels.
func (h *host) routes(labels ir.WildcardLabels) []ir.Route {
	var out []ir.Route
	for _, p := range h.paths {
		p.route.Match.Labels = labels
		out = append(out, p.route)
	}
	return out
}
