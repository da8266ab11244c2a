package virtualservice

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// maxDepth bounds how many RouteTables may delegate to one another in a row.
const maxDepth = 32

// delegation is a route with a delegateAction on its way.
type delegation struct {
	inherited
	options options
	name    string
	origin  ir.Origin
}

// delegate returns the routes of the tables that a route delegates to. If it
// cannot, all that the route matches is answered with 500.
func (t *translation) delegate(sc *scope, at place, r *v1.Route, d delegation) []ir.Route {
	if len(d.matchers) == 0 {
		return nil
	}
	if !at.mayDelegate(d) {
		return d.broken()
	}
	tables, found := t.selectTables(sc, at.at(".delegateAction"), r.DelegateAction)
	if !found {
		return d.broken()
	}
	down := &handover{
		matcher: d.matchers[0].Matcher, options: d.options, name: d.name,
		inheritPath: d.inheritPath, inheritMatches: d.inheritMatches,
	}
	var out []ir.Route
	for _, group := range byWeight(tables) {
		var routes []ir.Route
		for _, table := range group {
			routes = append(routes, t.table(sc, at, d, down, table)...)
		}
		if len(group) > 1 {
			at.sortRoutes(group, routes)
		}
		out = append(out, routes...)
	}
	return out
}

// broken answers 500 to all that the route matches.
func (d *delegation) broken() []ir.Route {
	return d.emit(ir.Route{Origin: d.origin, Name: d.name, Action: ir.Broken()})
}

// mayDelegate checks the matcher of a delegating route: there is one at most,
// and its path is a prefix unless the tables inherit it.
func (p place) mayDelegate(d delegation) bool {
	if len(d.matchers) > 1 {
		p.invalid(".matchers", "a delegating route has more than one matcher", "write a route for each of them")
		return false
	}
	m := d.matchers[0].Matcher
	if hasPath(m) && m.Prefix == nil && !d.inheritPath {
		p.invalid(".matchers[0]", "the path of a delegating route is not a prefix", "use a prefix, or set inheritablePathMatchers")
		return false
	}
	// What is broken in the matcher is noted where the route answers for it.
	check := place{&report{}, p.field}.match(m)
	return !check.broken && !check.void
}

// table returns the routes of one table.
func (t *translation) table(sc *scope, at place, d delegation, down *handover, rt *v1.RouteTable) []ir.Route {
	name := ir.Name{Namespace: rt.Namespace, Name: rt.Name}
	switch {
	case slices.Contains(sc.chain, name):
		at.invalid(".delegateAction", "the delegation is a cycle: "+chainText(append(slices.Clone(sc.chain), name)),
			"delegate to a table that does not lead back")
		return d.broken()
	case len(sc.chain) >= maxDepth:
		at.invalid(".delegateAction", "more than "+strconv.Itoa(maxDepth)+" tables delegate to one another", "delegate more directly")
		return d.broken()
	case !t.step():
		return nil
	}
	object := objectOf(rt.TypeMeta, rt.ObjectMeta, v1.GatewaySoloGroup, v1.KindRouteTable)
	r := t.tables[object]
	if r == nil {
		r = &report{}
		t.tables[object] = r
	}
	return t.routes(&scope{
		object: object, place: place{r, "spec.routes"}, namespace: rt.Namespace,
		parent: down, chain: append(slices.Clone(sc.chain), name),
	}, rt.Spec.Routes)
}

func chainText(chain []ir.Name) string {
	names := make([]string, len(chain))
	for i, n := range chain {
		names[i] = n.String()
	}
	return strings.Join(names, " → ")
}

// byWeight groups tables by weight, lowest first; within a group they stand in
// the order of their names.
func byWeight(tables []*v1.RouteTable) [][]*v1.RouteTable {
	slices.SortFunc(tables, func(a, b *v1.RouteTable) int {
		return cmp.Or(cmp.Compare(orZero(a.Spec.Weight), orZero(b.Spec.Weight)),
			strings.Compare(a.Namespace, b.Namespace), strings.Compare(a.Name, b.Name))
	})
	var out [][]*v1.RouteTable
	for i, table := range tables {
		if i == 0 || orZero(table.Spec.Weight) != orZero(tables[i-1].Spec.Weight) {
			out = append(out, nil)
		}
		out[len(out)-1] = append(out[len(out)-1], table)
	}
	return out
}

// sortRoutes sorts the routes of tables with equal weight by specificity, so
// that none hides another by chance of names, and says so if it changes
// anything.
func (p place) sortRoutes(group []*v1.RouteTable, routes []ir.Route) {
	compare := func(a, b ir.Route) int { return ir.CompareMatches(a.Match, b.Match) }
	if slices.IsSortedFunc(routes, compare) {
		return
	}
	slices.SortStableFunc(routes, compare)
	p.doubt(".delegateAction.selector", strconv.Itoa(len(group))+" tables have the same weight "+
		strconv.Itoa(int(orZero(group[0].Spec.Weight)))+", so their routes are sorted by specificity", "give the tables different weights")
}
