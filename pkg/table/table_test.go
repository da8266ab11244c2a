package table_test

import (
	"maps"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/table"
)

type change = table.Change[string, int]

func changes[K comparable, V any](t *table.Table[K, V]) []table.Change[K, V] {
	return slices.Collect(t.Changes())
}

func TestWritesShowAfterCommitAsNetEffect(t *testing.T) {
	cases := map[string]struct {
		write func(*table.Source[string, int])
		want  []change
	}{
		"nothing":         {func(*table.Source[string, int]) {}, nil},
		"add":             {func(s *table.Source[string, int]) { s.Set("new", 2) }, []change{{Key: "new", New: 2, HasNew: true}}},
		"replace":         {func(s *table.Source[string, int]) { s.Set("old", 2) }, []change{{"old", 1, 2, true, true}}},
		"same value":      {func(s *table.Source[string, int]) { s.Set("old", 1) }, nil},
		"delete":          {func(s *table.Source[string, int]) { s.Delete("old") }, []change{{Key: "old", Old: 1, HadOld: true}}},
		"delete nothing":  {func(s *table.Source[string, int]) { s.Delete("new") }, nil},
		"add, delete":     {func(s *table.Source[string, int]) { s.Set("new", 2); s.Delete("new") }, nil},
		"delete, restore": {func(s *table.Source[string, int]) { s.Delete("old"); s.Set("old", 1) }, nil},
		"last wins": {
			func(s *table.Source[string, int]) { s.Set("old", 2); s.Set("old", 3) },
			[]change{{"old", 1, 3, true, true}},
		},
		"in the order of first writes": {
			func(s *table.Source[string, int]) { s.Set("b", 1); s.Set("a", 1); s.Set("b", 2) },
			[]change{{Key: "b", New: 2, HasNew: true}, {Key: "a", New: 1, HasNew: true}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g := table.New()
			s := table.NewSource[string](g, "s", equal[int])
			s.Set("old", 1)
			g.Commit()
			c.write(s)
			require.Equal(t, map[string]int{"old": 1}, maps.Collect(s.All()), "before the commit")
			require.Equal(t, 1, s.Len())
			g.Commit()
			require.Equal(t, c.want, changes(s.Table))
			require.Equal(t, len(c.want), s.Changed())
			g.Commit()
			require.Empty(t, changes(s.Table), "after the next commit")
		})
	}
}

func TestNilEqualMakesEveryWriteAChange(t *testing.T) {
	g := table.New()
	s := table.NewSource[string, int](g, "s", nil)
	d := table.Derive(g, "d", s.Table, nil, func(_ *table.Reader, _ string, v int) (int, bool) { return v / 10, true })
	s.Set("k", 1)
	g.Commit()
	s.Set("k", 1)
	g.Commit()
	require.Equal(t, []change{{"k", 1, 1, true, true}}, changes(s.Table))
	require.Equal(t, []change{{"k", 0, 0, true, true}}, changes(d))
}

func TestEqualRowsStopTheCommitEarly(t *testing.T) {
	g := table.New()
	s := table.NewSource[string](g, "s", equal[int])
	var tens, texts int
	ten := table.Derive(g, "tens", s.Table, equal, func(_ *table.Reader, _ string, v int) (int, bool) {
		tens++
		return v / 10, true
	})
	table.Derive(g, "texts", ten, equal, func(_ *table.Reader, _ string, v int) (string, bool) {
		texts++
		return strconv.Itoa(v), true
	})
	for i, step := range []struct{ value, tens, texts int }{
		{11, 1, 1}, // new
		{12, 2, 1}, // another row, the same ten
		{12, 2, 1}, // the same row
		{21, 3, 2}, // another ten
	} {
		s.Set("k", step.value)
		g.Commit()
		require.Equal(t, []int{step.tens, step.texts}, []int{tens, texts}, "step %d", i)
	}
}

func TestRowFollowsOnlyWhatItReadLast(t *testing.T) {
	g := table.New()
	signs := table.NewSource[string](g, "signs", equal[string])
	values := table.NewSource[string](g, "values", equal[int])
	var calls int
	d := table.Derive(g, "d", signs.Table, equal, func(r *table.Reader, _ string, sign string) (int, bool) {
		calls++
		return table.Read(r, values.Table, sign)
	})
	signs.Set("k", "a")
	g.Commit()
	require.Empty(t, maps.Collect(d.All()))

	values.Set("a", 1) // the key that was absent appears
	g.Commit()
	require.Equal(t, []change{{Key: "k", New: 1, HasNew: true}}, changes(d))

	signs.Set("k", "b")
	values.Set("b", 2)
	g.Commit()
	require.Equal(t, []change{{"k", 1, 2, true, true}}, changes(d))

	calls = 0
	values.Set("a", 3) // nobody reads it any more
	g.Commit()
	require.Zero(t, calls)

	values.Delete("b")
	g.Commit()
	require.Equal(t, []change{{Key: "k", Old: 2, HadOld: true}}, changes(d))

	signs.Delete("k")
	g.Commit()
	require.Equal(t, 1, values.Held(), "a placeholder that nobody reads")
	require.Zero(t, d.Held())
}

func TestReadingATableThatIsNotOlderPanics(t *testing.T) {
	g, other := table.New(), table.New()
	s := table.NewSource[int](g, "s", equal[int])
	foreign := table.NewSource[int](other, "foreign", equal[int])
	var target *table.Table[int, int]
	d := table.Derive(g, "d", s.Table, equal, func(r *table.Reader, k, _ int) (int, bool) { return table.Read(r, target, k) })
	later := table.NewSource[int](g, "later", equal[int])
	for name, read := range map[string]*table.Table[int, int]{`"d"`: d, `"later"`: later.Table, `"foreign"`: foreign.Table} {
		target = read
		s.Set(1, 1)
		require.PanicsWithValue(t, "table: \"d\" cannot read "+name+": a table reads only tables built before it in its graph", g.Commit)
	}
	require.Panics(t, func() { table.Count(g, "c", foreign.Table, func(_, _ int, _ func(int)) {}) })
}

func TestPanicOfAFunctionReachesTheOwner(t *testing.T) {
	g := table.New()
	s := table.NewSource[int](g, "s", equal[int])
	table.Derive(g, "d", s.Table, equal, func(*table.Reader, int, int) (int, bool) { panic("mistake") })
	s.Set(1, 1)
	require.PanicsWithValue(t, "mistake", g.Commit)
}

func TestManyRowsAreComputedSideBySide(t *testing.T) {
	g := table.New()
	g.SetWorkers(2)
	s := table.NewSource[int](g, "s", equal[int])
	var calls atomic.Int32
	second := make(chan struct{})
	d := table.Derive(g, "d", s.Table, equal, func(*table.Reader, int, int) (bool, bool) {
		switch calls.Add(1) {
		case 1: // waits for the other worker
			select {
			case <-second:
			case <-time.After(time.Minute):
				return false, true
			}
		case 2:
			close(second)
		}
		return true, true
	})
	for k := range 100 {
		s.Set(k, k)
	}
	g.Commit()
	require.Equal(t, 100, d.Len())
	for k, met := range d.All() {
		require.True(t, met, "row %d was computed alone", k)
	}
}

func TestLargeCommitKeepsRowsApart(t *testing.T) {
	const rows = 3000 // more than are computed at a time
	g := table.New()
	s := table.NewSource[int](g, "s", equal[int])
	others := table.NewSource[int](g, "others", equal[int])
	d := table.Derive(g, "d", s.Table, equal, func(r *table.Reader, k, v int) (int, bool) {
		other, _ := table.Read(r, others.Table, k)
		return v + other, true
	})
	want := map[int]int{}
	for k := range rows {
		s.Set(k, k)
	}
	g.Commit()
	for k := range rows {
		if k < rows/2 {
			s.Set(k, -k)
			want[k] = -k
		} else {
			s.Delete(k)
		}
	}
	g.Commit()
	require.Equal(t, want, maps.Collect(d.All()))
	require.Equal(t, rows, d.Changed()+1, "all but row 0 differ")
	require.Equal(t, rows/2, d.Held())
	require.Equal(t, rows/2, others.Held(), "placeholders that are read")

	others.Set(7, 1)
	g.Commit()
	require.Equal(t, []table.Change[int, int]{{Key: 7, Old: -7, New: -6, HadOld: true, HasNew: true}}, changes(d))
}

// city is the shape of the house in small: every host has ten routes, every
// service ten readers, one settings row is read by all.
type city struct {
	graph    *table.Graph
	routes   *table.Source[int, route]
	services *table.Source[int, int]
	settings *table.Source[string, int]
	configs  *table.Table[int, int]
}

func newCity(routes int) *city {
	g := table.New()
	c := &city{graph: g}
	c.routes = table.NewSource[int](g, "routes", equal[route])
	c.services = table.NewSource[int](g, "services", equal[int])
	c.settings = table.NewSource[string](g, "settings", equal[int])
	targets := table.Derive(g, "targets", c.routes.Table, equal, func(r *table.Reader, _ int, row route) (target, bool) {
		port, ok := table.Read(r, c.services.Table, row.service)
		table.Read(r, c.settings.Table, "timeout")
		return target{row.host, row.alias, port, row.weight}, ok
	})
	byHost := table.Group(g, "by host", targets, func(_ int, t target, emit func(int, target)) { emit(t.host, t) }, equal, byKey)
	table.Count(g, "load", targets, func(_ int, _ target, emit func(string)) { emit("all") })
	c.configs = table.Derive(g, "configs", byHost, equal, func(_ *table.Reader, _ int, row []table.Member[int, target]) (int, bool) {
		sum := 0
		for _, m := range row {
			sum += m.Value.port + m.Value.weight
		}
		return sum, true
	})
	for k := range routes {
		c.routes.Set(k, route{host: k / 10, service: k / 10})
		c.services.Set(k/10, 80)
	}
	c.settings.Set("timeout", 15)
	return c
}

func byKey(a, b table.Member[int, target]) int { return a.Key - b.Key }

func TestCommitCostsTheSameInASmallAndALargeGraph(t *testing.T) {
	edits := []func(*city){
		func(*city) {},
		func(c *city) { c.routes.Set(42, route{host: 4, service: 4, weight: 1}) },
		func(c *city) { c.routes.Set(42, route{host: 5, service: 4}) },
		func(c *city) { c.routes.Delete(42) },
		func(c *city) { c.services.Set(3, 81) },
		func(c *city) { c.services.Delete(3) },
		func(c *city) { c.services.Set(3, 80) },
	}
	small, large := newCity(100), newCity(100_000)
	small.graph.Commit()
	large.graph.Commit()
	require.Equal(t, 10_000, large.configs.Len())
	for i, edit := range edits {
		edit(small)
		edit(large)
		small.graph.Commit()
		large.graph.Commit()
		few, many := small.graph.Stats(), large.graph.Stats()
		for j := range few {
			few[j].Rows, many[j].Rows = 0, 0
			require.Equal(t, few[j], many[j], "edit %d", i)
		}
	}
}

func TestStatsTellWhatACommitDid(t *testing.T) {
	c := newCity(100)
	c.graph.Commit()
	c.routes.Set(42, route{host: 5, service: 4})
	c.services.Set(9, 80)
	c.graph.Commit()
	require.Equal(t, []table.Stat{
		{Name: "routes", Rows: 100, Recomputed: 1, Changed: 1},
		{Name: "services", Rows: 10, Recomputed: 1},
		{Name: "settings", Rows: 1},
		{Name: "targets", Rows: 100, Recomputed: 1, Changed: 1},
		{Name: "by host", Rows: 10, Recomputed: 2, Changed: 2},
		{Name: "load", Rows: 1, Recomputed: 1},
		{Name: "configs", Rows: 10, Recomputed: 2, Changed: 2},
	}, c.graph.Stats())
	require.Equal(t, "configs", c.configs.Name())
}
