package table_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/table"
)

const (
	scripts = 150
	commits = 40
)

// TestCommitEqualsBuildFromScratch runs random edit scripts. After each commit
// every table holds what the model computes from nothing, the changes lead from
// the rows before to the rows now, and many workers do what one does.
func TestCommitEqualsBuildFromScratch(t *testing.T) {
	for seed := range uint64(scripts) {
		s := newScript(t, seed)
		for range commits {
			s.edit()
			s.commit()
		}
		s.compareWithFreshGraph()
		s.deleteAll()
		s.commit()
		for _, c := range s.checks {
			c.empty()
		}
	}
}

// A script edits two worlds and a model alike.
type script struct {
	t         *testing.T
	seed      uint64
	random    *rand.Rand
	one, many *world
	model     *model
	checks    []check
}

func newScript(t *testing.T, seed uint64) *script {
	s := &script{
		t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 1)),
		one: newWorld(1), many: newWorld(2 + int(seed%4)), model: newModel(),
	}
	m, a, b := s.model, s.one, s.many
	s.checks = []check{
		mirror(s, a.routes.Table, b.routes.Table, equal, &m.routes),
		mirror(s, a.ports.Table, b.ports.Table, equal, &m.ports),
		mirror(s, a.gates.Table, b.gates.Table, equal, &m.gates).loose(),
		mirror(s, a.targets, b.targets, equal, &m.targets),
		mirror(s, a.byHost, b.byHost, slices.Equal, &m.byHost),
		mirror(s, a.load, b.load, equal, &m.load),
		mirror(s, a.configs, b.configs, equal, &m.configs),
		mirror(s, a.audits, b.audits, equal, &m.audits),
		mirror(s, a.scores, b.scores, equal, &m.scores).loose(),
		mirror(s, a.ranks, b.ranks, sameMembers, &m.ranks).loose(),
		mirror(s, a.lengths, b.lengths, equal, &m.lengths),
	}
	return s
}

// sameMembers compares groups without an order.
func sameMembers(a, b []member) bool {
	return slices.Equal(slices.SortedFunc(slices.Values(a), byWeight), slices.SortedFunc(slices.Values(b), byWeight))
}

// edit stages nothing, a few writes or, now and then, enough for all workers.
func (s *script) edit() {
	n := s.random.IntN(6)
	if s.random.IntN(8) == 0 {
		n = 200
	}
	for range n {
		s.write()
	}
}

func (s *script) write() {
	below := s.random.IntN
	switch k := below(150); below(12) {
	case 0, 1, 2:
		s.deleteRoute(k)
	case 3:
		s.setPort(k%16, below(16))
	case 4:
		s.deletePort(k % 16)
	case 5:
		s.setGate(k%10, below(2) == 0)
	case 6:
		s.deleteGate(k % 10)
	case 7: // there and back in one commit
		if r, ok := s.model.routes[k]; ok {
			s.deleteRoute(k)
			s.setRoute(k, r)
		} else {
			s.setRoute(k, route{})
			s.deleteRoute(k)
		}
	default:
		s.setRoute(k, route{below(10), below(10), below(16), below(6)})
	}
}

func (s *script) setRoute(k int, r route) {
	s.model.routes[k] = r
	s.one.routes.Set(k, r)
	s.many.routes.Set(k, r)
}

func (s *script) deleteRoute(k int) {
	delete(s.model.routes, k)
	s.one.routes.Delete(k)
	s.many.routes.Delete(k)
}

func (s *script) setPort(k, port int) {
	s.model.ports[k] = port
	s.one.ports.Set(k, port)
	s.many.ports.Set(k, port)
}

func (s *script) deletePort(k int) {
	delete(s.model.ports, k)
	s.one.ports.Delete(k)
	s.many.ports.Delete(k)
}

func (s *script) setGate(k int, closed bool) {
	s.model.gates[k] = closed
	s.one.gates.Set(k, closed)
	s.many.gates.Set(k, closed)
}

func (s *script) deleteGate(k int) {
	delete(s.model.gates, k)
	s.one.gates.Delete(k)
	s.many.gates.Delete(k)
}

func (s *script) deleteAll() {
	for _, k := range slices.Sorted(maps.Keys(s.model.routes)) {
		s.deleteRoute(k)
	}
	for _, k := range slices.Sorted(maps.Keys(s.model.ports)) {
		s.deletePort(k)
	}
	for _, k := range slices.Sorted(maps.Keys(s.model.gates)) {
		s.deleteGate(k)
	}
}

func (s *script) commit() {
	s.one.graph.Commit()
	s.many.graph.Commit()
	s.model.compute()
	for _, c := range s.checks {
		c.commit()
	}
	require.Equal(s.t, s.one.graph.Stats(), s.many.graph.Stats(), "seed %d", s.seed)
}

// compareWithFreshGraph builds the final rows with the engine in one commit.
func (s *script) compareWithFreshGraph() {
	fresh := newWorld(1)
	for k, v := range s.model.routes {
		fresh.routes.Set(k, v)
	}
	for k, v := range s.model.ports {
		fresh.ports.Set(k, v)
	}
	for k, v := range s.model.gates {
		fresh.gates.Set(k, v)
	}
	fresh.graph.Commit()
	require.Equal(s.t, maps.Collect(fresh.configs.All()), maps.Collect(s.one.configs.All()), "seed %d", s.seed)
	require.Equal(s.t, maps.Collect(fresh.scores.All()), maps.Collect(s.one.scores.All()), "seed %d", s.seed)
	require.Equal(s.t, maps.Collect(fresh.lengths.All()), maps.Collect(s.one.lengths.All()), "seed %d", s.seed)
}

// A check watches one table of both worlds.
type check interface {
	commit()
	empty()
}

// A replay is a reader of one table that knows nothing but its changes.
type replay[V any] struct {
	script    *script
	one, many *table.Table[int, V]
	equal     func(a, b V) bool
	want      *map[int]V
	rows      map[int]V
	lax       bool // the table has no equal function: Old may equal New
}

func mirror[V any](s *script, one, many *table.Table[int, V], equal func(a, b V) bool, want *map[int]V) *replay[V] {
	return &replay[V]{script: s, one: one, many: many, equal: equal, want: want, rows: map[int]V{}}
}

func (p *replay[V]) loose() *replay[V] {
	p.lax = true
	return p
}

func (p *replay[V]) commit() {
	seen := map[int]bool{}
	for c := range p.one.Changes() {
		p.require(!seen[c.Key], "second change of", c)
		seen[c.Key] = true
		p.apply(c)
	}
	p.require(len(seen) == p.one.Changed(), "Changed is not the number of changes")
	p.require(maps.EqualFunc(p.rows, *p.want, p.equal), "replayed changes differ from the model")
	p.require(maps.EqualFunc(maps.Collect(p.one.All()), *p.want, p.equal), "rows differ from the model")
	p.require(p.one.Len() == len(*p.want), "wrong Len")
	p.require(slices.EqualFunc(slices.Collect(p.one.Changes()), slices.Collect(p.many.Changes()), p.same),
		"many workers made other changes than one")
}

func (p *replay[V]) apply(c table.Change[int, V]) {
	old, had := p.rows[c.Key]
	p.require(had == c.HadOld && p.equal(old, c.Old), "not the old row", c)
	p.require(c.HadOld || c.HasNew, "nothing became nothing", c)
	p.require(p.lax || !c.HadOld || !c.HasNew || !p.equal(c.Old, c.New), "no difference", c)
	delete(p.rows, c.Key)
	if c.HasNew {
		p.rows[c.Key] = c.New
	}
	got, has := p.one.Get(c.Key)
	p.require(has == c.HasNew && p.equal(got, c.New), "Get is not the new row", c)
}

func (p *replay[V]) same(a, b table.Change[int, V]) bool {
	return a.Key == b.Key && a.HadOld == b.HadOld && a.HasNew == b.HasNew && p.equal(a.Old, b.Old) && p.equal(a.New, b.New)
}

// empty requires that a table without rows holds no memory of any either.
func (p *replay[V]) empty() {
	p.require(p.one.Len() == 0 && p.one.Held() == 0, "rows left", p.one.Len(), "held", p.one.Held())
}

func (p *replay[V]) require(ok bool, why ...any) {
	p.script.t.Helper()
	if !ok {
		p.script.t.Fatalf("seed %d, table %q: %v", p.script.seed, p.one.Name(), why)
	}
}
