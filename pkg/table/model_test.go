package table_test

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sluice-gateway/sluice/pkg/table"
)

// The property test's world: three sources and eight derived tables over each
// other. The rules are written once, against lookups, so that the engine and
// the model, which computes every table anew with plain maps, share them.

type route struct{ host, alias, service, weight int }

type target struct{ host, alias, port, weight int }

type member = table.Member[int, int]

type lookup[V any] func(k int) (V, bool)

// lookups are the tables that rules read besides their input row.
type lookups struct {
	routes  lookup[route]
	ports   lookup[int]
	gates   lookup[bool]
	targets lookup[target]
	byHost  lookup[[]member]
	load    lookup[int]
	configs lookup[string]
	audits  lookup[string]
}

// targetOf reads other keys depending on what it has read, and its own input.
func targetOf(in lookups, k int, r route) (target, bool) {
	if k%2 == 0 {
		if closed, _ := in.gates(r.host); closed {
			return target{weight: -1}, false // the value of no row is nobody's business
		}
	}
	port, ok := in.ports(r.service)
	if ok && port%2 == 1 {
		port, _ = in.ports(port)
	}
	if next, ok := in.routes(k + 1); ok && next.host == r.host {
		port += next.weight
	}
	return target{r.host, r.alias, port, r.weight}, true
}

// membersOf emits to one or two groups, and sometimes twice to the same.
func membersOf(_ int, t target, emit func(host, weight int)) {
	emit(t.host, t.weight)
	if t.weight%3 > 0 {
		emit(t.alias, -t.weight)
	}
	if t.port > 5 {
		emit(t.host, t.weight%2)
	}
}

func byWeight(a, b member) int {
	return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Key, b.Key))
}

func loadOf(_ int, t target, emit func(port int)) {
	emit(t.port)
	emit(t.host)
	emit(t.port)
}

func configOf(in lookups, host int, members []member) (string, bool) {
	load, _ := in.load(host)
	first, _ := in.targets(members[0].Key)
	second, ok := in.targets(members[0].Key + 1) // may be absent
	return fmt.Sprint(load/2, first.port, second.alias, ok, members), len(members)%5 < 4
}

func auditOf(in lookups, k, port int) (string, bool) {
	config, ok := in.configs(k)
	load, _ := in.load(port)
	return fmt.Sprint(config, ok, load%3), load%4 != 3
}

func scoreOf(in lookups, k int, t target) (int, bool) {
	audit, ok := in.audits(t.port)
	hosts, _ := in.byHost(t.alias)
	return len(audit) + len(hosts) + k, ok || k%3 > 0
}

func scoresBy(_, score int, emit func(group, v int)) {
	emit(score%5, score)
	emit(score%3, score)
}

func lengths(_ int, config string, emit func(int)) { emit(len(config) / 4) }

// A world is the graph of the engine.
type world struct {
	graph   *table.Graph
	routes  *table.Source[int, route]
	ports   *table.Source[int, int]
	gates   *table.Source[int, bool]
	targets *table.Table[int, target]
	byHost  *table.Table[int, []member]
	load    *table.Table[int, int]
	configs *table.Table[int, string]
	audits  *table.Table[int, string]
	scores  *table.Table[int, int]
	ranks   *table.Table[int, []member]
	lengths *table.Table[int, int]
}

func newWorld(workers int) *world {
	g := table.New()
	g.SetWorkers(workers)
	w := &world{graph: g}
	w.routes = table.NewSource[int](g, "routes", equal[route])
	w.ports = table.NewSource[int](g, "ports", equal[int])
	w.gates = table.NewSource[int, bool](g, "gates", nil)
	w.targets = table.Derive(g, "targets", w.routes.Table, equal, func(r *table.Reader, k int, row route) (target, bool) {
		return targetOf(w.reads(r), k, row)
	})
	w.byHost = table.Group(g, "by host", w.targets, membersOf, equal, byWeight)
	w.load = table.Count(g, "load", w.targets, loadOf)
	w.configs = table.Derive(g, "configs", w.byHost, equal, func(r *table.Reader, k int, row []member) (string, bool) {
		return configOf(w.reads(r), k, row)
	})
	w.audits = table.Derive(g, "audits", w.ports.Table, equal, func(r *table.Reader, k, row int) (string, bool) {
		return auditOf(w.reads(r), k, row)
	})
	w.scores = table.Derive(g, "scores", w.targets, nil, func(r *table.Reader, k int, row target) (int, bool) {
		return scoreOf(w.reads(r), k, row)
	})
	w.ranks = table.Group(g, "ranks", w.scores, scoresBy, nil, nil)
	w.lengths = table.Count(g, "lengths", w.configs, lengths)
	return w
}

func (w *world) reads(r *table.Reader) lookups {
	return lookups{
		routes: through(r, w.routes.Table), ports: through(r, w.ports.Table), gates: through(r, w.gates.Table),
		targets: through(r, w.targets), byHost: through(r, w.byHost), load: through(r, w.load),
		configs: through(r, w.configs), audits: through(r, w.audits),
	}
}

func through[V any](r *table.Reader, t *table.Table[int, V]) lookup[V] {
	return func(k int) (V, bool) { return table.Read(r, t, k) }
}

// A model holds the same tables as plain maps.
type model struct {
	routes  map[int]route
	ports   map[int]int
	gates   map[int]bool
	targets map[int]target
	byHost  map[int][]member
	load    map[int]int
	configs map[int]string
	audits  map[int]string
	scores  map[int]int
	ranks   map[int][]member
	lengths map[int]int
}

func newModel() *model {
	return &model{routes: map[int]route{}, ports: map[int]int{}, gates: map[int]bool{}}
}

// compute makes all but the sources from scratch.
func (m *model) compute() {
	in := lookups{routes: within(m.routes), ports: within(m.ports), gates: within(m.gates)}
	m.targets = derive(in, m.routes, targetOf)
	in.targets = within(m.targets)
	m.byHost = group(m.targets, membersOf)
	in.byHost = within(m.byHost)
	m.load = tally(m.targets, loadOf)
	in.load = within(m.load)
	m.configs = derive(in, m.byHost, configOf)
	in.configs = within(m.configs)
	m.audits = derive(in, m.ports, auditOf)
	in.audits = within(m.audits)
	m.scores = derive(in, m.targets, scoreOf)
	m.ranks = group(m.scores, scoresBy)
	m.lengths = tally(m.configs, lengths)
}

func within[V any](rows map[int]V) lookup[V] {
	return func(k int) (V, bool) { v, ok := rows[k]; return v, ok }
}

func derive[I, O any](in lookups, rows map[int]I, f func(lookups, int, I) (O, bool)) map[int]O {
	out := map[int]O{}
	for k, row := range rows {
		if v, ok := f(in, k, row); ok {
			out[k] = v
		}
	}
	return out
}

func group[V any](rows map[int]V, members func(int, V, func(int, int))) map[int][]member {
	out := map[int][]member{}
	for k, row := range rows {
		members(k, row, func(g, v int) { out[g] = append(out[g], member{Key: k, Value: v}) })
	}
	for _, members := range out {
		slices.SortFunc(members, byWeight)
	}
	return out
}

func tally[V any](rows map[int]V, keys func(int, V, func(int))) map[int]int {
	out := map[int]int{}
	for k, row := range rows {
		keys(k, row, func(g int) { out[g]++ })
	}
	return out
}
