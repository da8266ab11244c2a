package table

import (
	"iter"
	"maps"
	"slices"
)

// A Table is a set of rows by key. Rows are immutable: a reader may keep one,
// nobody may write to it.
type Table[K comparable, V any] struct {
	place
	equal      func(a, b V) bool // nil: no two values are equal
	rows       map[K]*row[K, V]  // with a placeholder for each absent key that is read
	size       int               // rows without placeholders
	dirty      []*row[K, V]      // rows to put in this commit, in the order of marking
	recomputed int               // rows put in the last commit
	changed    []Change[K, V]    // by the last commit
}

// A row is one cell of the spreadsheet. It stays in its table as long as it
// has a value, is read, or reads.
type row[K comparable, V any] struct {
	node
	slot[V]
	table *Table[K, V]
	key   K
}

// A slot is a value or, without ok, the absence of one.
type slot[V any] struct {
	value V
	ok    bool
}

// A Change is the net effect of one commit on one row.
type Change[K comparable, V any] struct {
	Key            K
	Old, New       V    // zero where there is none
	HadOld, HasNew bool // added: only HasNew; deleted: only HadOld; replaced: both
}

func newTable[K comparable, V any](g *Graph, name string, equal func(a, b V) bool) *Table[K, V] {
	return &Table[K, V]{place: place{g, name, len(g.steps)}, equal: equal, rows: map[K]*row[K, V]{}}
}

// Name returns the name that the table was built with.
func (t *Table[K, V]) Name() string { return t.name }

// Len returns the number of rows.
func (t *Table[K, V]) Len() int { return t.size }

// Get returns the row of k, and whether there is one. It is for readers outside
// the graph: a function given to Derive calls Read, which is remembered.
func (t *Table[K, V]) Get(k K) (v V, ok bool) {
	if r := t.rows[k]; r != nil {
		return r.value, r.ok
	}
	return v, false
}

// All yields every row, in no particular order.
func (t *Table[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		for k, r := range t.rows {
			if r.ok && !yield(k, r.value) {
				return
			}
		}
	}
}

// Changes yields what the last commit changed: one Change per key, in an order
// that depends on nothing but the edits. Where the table has an equal function,
// Old and New differ.
func (t *Table[K, V]) Changes() iter.Seq[Change[K, V]] { return slices.Values(t.changed) }

// Changed returns the number of rows that the last commit changed.
func (t *Table[K, V]) Changed() int { return len(t.changed) }

func (t *Table[K, V]) forget() { t.changed, t.recomputed = nil, 0 }

func (t *Table[K, V]) stat() Stat { return Stat{t.name, t.size, t.recomputed, len(t.changed)} }

// reserve makes room for the first n rows of a table, which is cheaper than to
// grow into them.
func (t *Table[K, V]) reserve(n int) {
	if len(t.rows) == 0 && n >= wide {
		t.rows = make(map[K]*row[K, V], n)
		t.changed = make([]Change[K, V], 0, n)
	}
}

// shrink gives back the room of n rows where next to none of them came to be:
// a map does not by itself.
func (t *Table[K, V]) shrink(n int) {
	if n < wide || len(t.rows) > n/8 {
		return
	}
	rows := make(map[K]*row[K, V], len(t.rows))
	maps.Copy(rows, t.rows)
	t.rows = rows
}

// at returns the row of k, a placeholder if there is none.
func (t *Table[K, V]) at(k K) *row[K, V] {
	r := t.rows[k]
	if r == nil {
		r = &row[K, V]{table: t, key: k}
		r.self = r
		t.rows[k] = r
	}
	return r
}

// mark puts the row on its table's dirty list, once.
func (r *row[K, V]) mark() {
	if !r.dirty {
		r.dirty = true
		r.table.dirty = append(r.table.dirty, r)
	}
}

// put makes now the value of the row in this commit, which ends its being dirty.
// If that is a change, the rows that read this one are marked.
func (r *row[K, V]) put(now slot[V]) {
	t, old := r.table, r.slot
	t.recomputed++
	r.dirty = false
	switch {
	case !now.ok && !old.ok:
	case now.ok && old.ok && t.equal != nil && t.equal(old.value, now.value): // early cutoff
	default:
		if !now.ok {
			now = slot[V]{}
			t.size--
		} else if !old.ok {
			t.size++
		}
		r.slot = now
		t.changed = append(t.changed, Change[K, V]{r.key, old.value, now.value, old.ok, now.ok})
		for e := r.readers; e != nil; e = e.next {
			e.reader.self.mark()
		}
	}
	r.release()
}

// release takes the row out of its table if nothing holds it there.
func (r *row[K, V]) release() {
	if !r.ok && r.readers == nil && len(r.reads) == 0 {
		delete(r.table.rows, r.key)
	}
}
