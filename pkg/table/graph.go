package table

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
)

// wide is the number of dirty rows from which a table spreads its work over
// cores. Below it, waking the cores costs more than they save.
const wide = 64

// A Graph holds tables in the order in which they were built. A table can name
// only tables that exist already, so that order is a topological one, and a
// commit is a single walk along it.
//
// One goroutine owns a graph and all of its tables: there are no locks.
type Graph struct {
	steps   []step
	workers int
}

// A step is a table of any type, as a commit sees it.
type step interface {
	forget() // drops the changes of the last commit
	update() // makes those of this one
	stat() Stat
}

// New returns a graph without tables, which uses as many cores as Go does.
func New() *Graph { return &Graph{workers: runtime.GOMAXPROCS(0)} }

// Commit applies the staged writes of every source and brings every derived
// table up to date with them. It costs what changed, not what is there. The
// changes of the previous commit are forgotten as it starts.
//
// A panic in a function given to Derive, Group or Count is not caught, and the
// graph is of no use after it.
func (g *Graph) Commit() {
	for _, s := range g.steps {
		s.forget()
	}
	for _, s := range g.steps {
		s.update()
	}
}

// A Stat says what a table holds, and what the last commit did to it.
type Stat struct {
	Name       string
	Rows       int // rows in the table now
	Recomputed int // rows the last commit looked at: written, computed, regrouped or dropped
	Changed    int // rows that differ for it
}

// Stats returns one Stat per table, in the order in which they were built.
func (g *Graph) Stats() []Stat {
	stats := make([]Stat, len(g.steps))
	for i, s := range g.steps {
		stats[i] = s.stat()
	}
	return stats
}

// each calls do(0) … do(n-1), on all cores if n is large.
func (g *Graph) each(n int, do func(i int)) {
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
			do(i - 1)
		}
	}
	var wg sync.WaitGroup
	for w := 1; w < g.workers && n >= wide; w++ {
		wg.Go(work)
	}
	work()
	wg.Wait()
}

// A place is where a table stands in its graph.
type place struct {
	graph *Graph
	name  string
	index int
}

// mustPrecede panics unless a table at p is up to date when one at q is computed.
func (p *place) mustPrecede(q *place) {
	if p.graph != q.graph || p.index >= q.index {
		panic(fmt.Sprintf("table: %q cannot read %q: a table reads only tables built before it in its graph", q.name, p.name))
	}
}
