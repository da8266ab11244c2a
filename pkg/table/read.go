package table

import "slices"

// A Reader records what one row reads while it is computed. It is of no use
// after that.
type Reader struct {
	table  *place
	reads  []*node
	absent []func() *node // finds or makes the placeholder of a key without a row
}

// Read returns the row of k in t, and whether there is one. The row being
// computed will be computed again when that answer changes, also when it was no.
// It panics if t was not built before the table that reads it.
func Read[K comparable, V any](r *Reader, t *Table[K, V], k K) (v V, ok bool) {
	t.mustPrecede(r.table)
	if x := t.rows[k]; x != nil && x.ok {
		r.reads = append(r.reads, &x.node)
		return x.value, true
	}
	r.absent = append(r.absent, func() *node { return &t.at(k).node })
	return v, false
}

// A node is a row's place in the web of reads, the same for rows of any type.
type node struct {
	self interface { // the row
		mark()
		release()
	}
	readers *edge  // one for each read of this row, the newest first
	reads   []edge // what this row read when it was last computed
	dirty   bool
}

// An edge says that reader read read. It lives in the reader's reads, and is a
// link in the list of read's readers: both ends find it without a search, and
// to leave 100,000 fellow readers costs what it costs to leave one.
type edge struct {
	read, reader *node
	next         *edge
	prev         **edge // what points to this edge
}

func (e *edge) link() {
	e.prev, e.next = &e.read.readers, e.read.readers
	if *e.prev = e; e.next != nil {
		e.next.prev = &e.next
	}
}

func (e *edge) unlink() {
	if *e.prev = e.next; e.next != nil {
		e.next.prev = e.prev
	}
	if e.read.readers == nil {
		e.read.self.release()
	}
}

// relink makes n a reader of what r recorded, and of nothing else. Most rows
// read what they read before, which costs a comparison.
func (n *node) relink(r *Reader) {
	for _, placeholder := range r.absent {
		r.reads = append(r.reads, placeholder())
	}
	if slices.EqualFunc(n.reads, r.reads, func(e edge, x *node) bool { return e.read == x }) {
		return
	}
	old := n.reads
	n.reads = make([]edge, len(r.reads))
	for i, x := range r.reads {
		n.reads[i] = edge{read: x, reader: n}
		n.reads[i].link()
	}
	for i := range old { // not before: a placeholder read again must not be released
		old[i].unlink()
	}
}
