package table_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/sluice-gateway/sluice/pkg/table"
)

func BenchmarkFirstBuild100k(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		c := newCity(100_000)
		c.graph.Commit()
	}
}

// BenchmarkHeap100k reports what 100,000 routes, their 10,000 hosts and services
// and the edges between them keep in memory.
func BenchmarkHeap100k(b *testing.B) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	for b.Loop() {
		before := heap()
		c := newCity(100_000)
		c.graph.Commit()
		c.graph.Commit()
		b.ReportMetric(float64(heap()-before)/(1<<20), "MiB")
		runtime.KeepAlive(c)
	}
}

func BenchmarkOneEdit(b *testing.B) {
	for _, rows := range []int{100, 10_000, 100_000} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			c := newCity(rows)
			c.graph.Commit()
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				k := i * 37 % rows
				c.routes.Set(k, route{host: k / 10, service: k / 10, weight: i})
				c.graph.Commit()
			}
		})
	}
}

func BenchmarkThousandEdits(b *testing.B) {
	c := newCity(100_000)
	c.graph.Commit()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		for j := range 1000 {
			k := (i*1000 + j*37) % 100_000
			c.routes.Set(k, route{host: k / 10, service: k / 10, weight: i + 1})
		}
		c.graph.Commit()
	}
}

func BenchmarkNoEdit(b *testing.B) {
	c := newCity(100_000)
	c.graph.Commit()
	b.ReportAllocs()
	for b.Loop() {
		c.graph.Commit()
	}
}

// BenchmarkEqualWrite is the edit that turns out to be none.
func BenchmarkEqualWrite(b *testing.B) {
	c := newCity(100_000)
	c.graph.Commit()
	b.ReportAllocs()
	for b.Loop() {
		c.routes.Set(42, route{host: 4, service: 4})
		c.graph.Commit()
	}
}

// BenchmarkEditInGroupOf10k changes one of 10,000 members of one group.
func BenchmarkEditInGroupOf10k(b *testing.B) {
	g := table.New()
	s := table.NewSource[string](g, "members", equal[int])
	table.Group(g, "one group", s.Table, func(_ string, v int, emit func(string, int)) { emit("all", v) },
		equal, func(a, b table.Member[string, int]) int { return len(a.Key) - len(b.Key) })
	for k := range 10_000 {
		s.Set(fmt.Sprintf("namespace-%d/name-%d", k%100, k), 0)
	}
	g.Commit()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Set("namespace-42/name-42", i+1)
		g.Commit()
	}
}

// BenchmarkRowOf100Members changes a row that emits to 100 groups.
func BenchmarkRowOf100Members(b *testing.B) {
	g := table.New()
	s := table.NewSource[int](g, "rows", equal[int])
	table.Group(g, "groups", s.Table, func(k, v int, emit func(int, int)) {
		for i := range 100 {
			emit(k+i, v)
		}
	}, equal, nil)
	for k := range 1000 {
		s.Set(k*10, 0)
	}
	g.Commit()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Set(5000, i+1)
		g.Commit()
	}
}

// BenchmarkLeave100kReaders moves one row away from a row that 100,000 read.
func BenchmarkLeave100kReaders(b *testing.B) {
	g := table.New()
	s := table.NewSource[int](g, "rows", equal[int])
	d := table.NewSource[string](g, "read", equal[int])
	table.Derive(g, "readers", s.Table, equal, func(r *table.Reader, _, v int) (int, bool) {
		table.Read(r, d.Table, []string{"one", "two"}[v])
		return v, true
	})
	d.Set("one", 1)
	for k := range 100_000 {
		s.Set(k, 0)
	}
	g.Commit()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Set(50_000, (i+1)%2)
		g.Commit()
	}
}
