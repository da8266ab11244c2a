package table

import "slices"

// chunk is how many rows are computed before their results are put: enough to
// keep all cores busy, few enough to hold little at a time.
const chunk = 1024

// Derive adds the table whose row k is f(in[k]), with no row where f returns
// false. A row is computed again when in[k] changes, or anything that f Read for
// it. If equal finds the result equal to the row, that is the end of it; with a
// nil equal every computation counts as a change.
//
// f must be a function of its arguments and of what it Reads. When many rows
// are dirty, several goroutines call it at once.
func Derive[K comparable, I, O any](
	g *Graph, name string, in *Table[K, I], equal func(a, b O) bool, f func(r *Reader, k K, row I) (O, bool),
) *Table[K, O] {
	d := &derived[K, I, O]{newTable[K](g, name, equal), in, f}
	in.mustPrecede(&d.place)
	g.steps = append(g.steps, d)
	return d.Table
}

type derived[K comparable, I, O any] struct {
	*Table[K, O]
	in *Table[K, I]
	f  func(r *Reader, k K, row I) (O, bool)
}

// A desk is where one row is computed, apart from all others.
type desk[O any] struct {
	Reader
	slot[O]
}

// update computes the dirty rows side by side, then links and puts them one by
// one: f alone runs in parallel, and tables stand still while it does.
func (d *derived[K, I, O]) update() {
	d.reserve(len(d.in.changed))
	for _, c := range d.in.changed {
		d.at(c.Key).mark()
	}
	desks := make([]desk[O], min(len(d.dirty), chunk))
	for rows := range slices.Chunk(d.dirty, chunk) {
		d.graph.each(len(rows), func(i int) { d.compute(rows[i].key, &desks[i]) })
		for i, r := range rows {
			r.relink(&desks[i].Reader)
			r.put(desks[i].slot)
		}
	}
	d.dirty = nil
	d.shrink(len(d.in.changed))
}

func (d *derived[K, I, O]) compute(k K, at *desk[O]) {
	*at = desk[O]{Reader: Reader{&d.place, at.reads[:0], at.absent[:0]}}
	if in, ok := d.in.Get(k); ok {
		at.value, at.ok = d.f(&at.Reader, k, in)
	}
}
