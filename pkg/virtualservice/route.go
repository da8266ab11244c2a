package virtualservice

import (
	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// maxSteps bounds how many routes and tables one VirtualService may reach, for
// tables that delegate to each other without a cycle but many times over.
const maxSteps = 200_000

// scope is the object whose routes are being translated.
type scope struct {
	object ir.Object
	// place is that of the list of routes.
	place place
	// namespace is the object's own, for references that name none.
	namespace string
	// parent is what the delegating route hands down; nil at the top.
	parent *handover
	// chain names the RouteTables from the top to this one.
	chain []ir.Name
}

// handover is what a delegating route hands down to the routes of its tables.
type handover struct {
	matcher        *v1.Matcher
	options        options
	name           string
	inheritPath    bool
	inheritMatches bool
}

func (t *translation) routes(sc *scope, routes []v1.Route) []ir.Route {
	out := make([]ir.Route, 0, len(routes))
	for i := range routes {
		if !t.step() {
			break
		}
		out = append(out, t.route(sc, sc.place.index("", i), &routes[i])...)
	}
	return out
}

// step counts a route or a visit, and reports whether there may be more.
func (t *translation) step() bool {
	t.steps++
	if t.steps == maxSteps {
		t.at("spec.virtualHost.routes").invalid("", "the VirtualService reaches more than 200000 routes, so the rest is left out",
			"split it, or check which tables delegate to which")
	}
	return t.steps < maxSteps
}

// route translates one route: one ir.Route for each matcher, or what the
// tables make of it that it delegates to.
func (t *translation) route(sc *scope, at place, r *v1.Route) []ir.Route {
	in := t.inherit(sc, at, r)
	opts := at.routeOptions(t, sc, r)
	name := r.Name
	if sc.parent != nil {
		opts = opts.under(sc.parent.options)
		if name == "" {
			name = sc.parent.name
		}
	}
	origin := ir.Origin{Object: sc.object, Field: at.field}
	if r.DelegateAction != nil {
		return t.delegate(sc, at, r, delegation{inherited: in, options: opts, name: name, origin: origin})
	}
	before := at.report.errors
	act := t.action(sc, at, r)
	if at.report.errors > before || opts.broken {
		act = action{Action: ir.Broken()}
	}
	at.checkHash(r, act)
	return in.emit(ir.Route{Origin: origin, Name: name, Action: act.Action, Policy: t.policy(opts)})
}

// emit makes a route for each matcher.
func (in *inherited) emit(route ir.Route) []ir.Route {
	out := make([]ir.Route, 0, len(in.matchers))
	for _, placed := range in.matchers {
		m := in.match(placed)
		if m.void {
			continue
		}
		one := route
		one.Origin.Field = placed.place.field
		one.Match = m.Match
		if m.broken {
			one.Action = ir.Broken()
		}
		out = append(out, fitPath(one))
	}
	return out
}

// fitPath turns the replacement of a prefix into one of the whole path where
// the match has no prefix, as Envoy does for regular expressions.
func fitPath(r ir.Route) ir.Route {
	if r.Match.Path.Kind != ir.Regex {
		return r
	}
	if p := r.Policy.PathRewrite; p != nil && p.Prefix != nil {
		r.Policy.PathRewrite = &ir.PathRewrite{Full: p.Prefix}
	}
	if redirect, ok := r.Action.(*ir.Redirect); ok && redirect.Path != nil && redirect.Path.Prefix != nil {
		whole := *redirect
		whole.Path = &ir.PathRewrite{Full: redirect.Path.Prefix}
		r.Action = &whole
	}
	return r
}

// policy is the effective policy of a route: its own (with what it inherited
// from delegating routes) over that of the virtual host.
func (t *translation) policy(o options) ir.Policy {
	p := o.policy.Over(t.level.policy)
	if own, host := o.policy.CORS, t.level.policy.CORS; t.level.uniteExpose && own != nil && host != nil && !own.Disabled {
		united := *p.CORS
		united.Expose = unite(own.Expose, host.Expose)
		p.CORS = &united
	}
	return p
}
