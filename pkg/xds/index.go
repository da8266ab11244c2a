package xds

import (
	"slices"
	"strings"
)

// Lengths of a chunk: one that an edit leaves longer than maxChunk is cut, one shorter than
// minChunk joins its left neighbour. An edit copies one chunk and the list of chunks.
const (
	minChunk = 32
	maxChunk = 128
)

// index is an immutable list of items sorted by name. An edit makes a new index that
// shares all chunks but those it touches, so old states stay whole at no cost and two
// states are compared by skipping what they share. A nil index is an empty one.
type index struct {
	chunks []*chunk
	count  int
	size   int    // sum of the items' sizes in bytes
	sum    uint64 // sum of the items' hashes
}

type chunk struct {
	items []*item // sorted by name, never empty
	size  int
	sum   uint64
}

// edit sets the item of a name, or removes it if the item is nil.
type edit struct {
	name string
	item *item
}

func newChunk(items []*item) *chunk {
	c := &chunk{items: items}
	for _, it := range items {
		c.size += it.size
		c.sum += it.hash
	}
	return c
}

func newIndex(chunks []*chunk) *index {
	x := &index{chunks: chunks}
	for _, c := range chunks {
		x.count += len(c.items)
		x.size += c.size
		x.sum += c.sum
	}
	return x
}

func (x *index) len() int {
	if x == nil {
		return 0
	}
	return x.count
}

// get returns the item of a name, or nil.
func (x *index) get(name string) *item {
	if x == nil {
		return nil
	}
	i := x.chunkOf(name)
	if i < 0 {
		return nil
	}
	items := x.chunks[i].items
	at, found := slices.BinarySearchFunc(items, name, compareName)
	if !found {
		return nil
	}
	return items[at]
}

func compareName(it *item, name string) int { return strings.Compare(it.name, name) }

// chunkOf returns the last chunk that starts at or before the name, or -1.
func (x *index) chunkOf(name string) int {
	at, found := slices.BinarySearchFunc(x.chunks, name, func(c *chunk, name string) int {
		return strings.Compare(c.items[0].name, name)
	})
	if found {
		return at
	}
	return at - 1
}

// all calls yield for each item in order of names; it is an iter.Seq.
func (x *index) all(yield func(*item) bool) {
	if x == nil {
		return
	}
	for _, c := range x.chunks {
		for _, it := range c.items {
			if !yield(it) {
				return
			}
		}
	}
}

// with returns the index after the edits, which are sorted by name without repetition.
// It returns x itself if they change nothing.
func (x *index) with(edits []edit) *index {
	if x.len() == 0 {
		items := merge(nil, edits)
		if len(items) == 0 {
			return x
		}
		return newIndex(appendChunks(nil, items))
	}
	chunks := make([]*chunk, 0, len(x.chunks)+1)
	copied, changed := 0, false
	for len(edits) > 0 {
		i := max(x.chunkOf(edits[0].name), 0)
		n := x.editsIn(i, edits)
		if items := merge(x.chunks[i].items, edits[:n]); items != nil {
			chunks = append(chunks, x.chunks[copied:i]...)
			chunks = appendChunks(chunks, items)
			copied, changed = i+1, true
		}
		edits = edits[n:]
	}
	if !changed {
		return x
	}
	return newIndex(append(chunks, x.chunks[copied:]...))
}

// editsIn returns how many of the edits fall into chunk i.
func (x *index) editsIn(i int, edits []edit) int {
	if i+1 == len(x.chunks) {
		return len(edits)
	}
	n, _ := slices.BinarySearchFunc(edits, x.chunks[i+1].items[0].name, func(e edit, name string) int {
		return strings.Compare(e.name, name)
	})
	return n
}

// merge returns the items after the edits, in a new slice; nil if nothing changes.
func merge(items []*item, edits []edit) []*item {
	out := make([]*item, 0, len(items)+len(edits))
	changed := false
	for _, e := range edits {
		at, found := slices.BinarySearchFunc(items, e.name, compareName)
		out = append(out, items[:at]...)
		switch {
		case found && e.item != nil && items[at].equal(e.item):
			out = append(out, items[at])
		case e.item != nil:
			out = append(out, e.item)
			changed = true
		default:
			changed = changed || found
		}
		items = items[at:]
		if found {
			items = items[1:]
		}
	}
	if !changed {
		return nil
	}
	return append(out, items...)
}

// appendChunks appends the items as chunks of a good length.
func appendChunks(chunks []*chunk, items []*item) []*chunk {
	if len(items) == 0 {
		return chunks
	}
	if last := len(chunks) - 1; last >= 0 && len(items) < minChunk && len(items)+len(chunks[last].items) <= maxChunk {
		chunks[last] = newChunk(slices.Concat(chunks[last].items, items))
		return chunks
	}
	for len(items) > maxChunk {
		n := max(len(items)/2, maxChunk/2)
		n = min(n, maxChunk*3/4)
		chunks = append(chunks, newChunk(items[:n:n]))
		items = items[n:]
	}
	return append(chunks, newChunk(items))
}

// diff calls f for each name whose item is not the same in the two indexes, in order; the item
// is nil where the name is missing.
func diff(before, after *index, f func(name string, before, after *item)) {
	a, b := walk(before), walk(after)
	for {
		for a.shares(b) {
			a.skip()
			b.skip()
		}
		x, y := a.item(), b.item()
		switch {
		case x == nil && y == nil:
			return
		case y == nil || x != nil && x.name < y.name:
			f(x.name, x, nil)
			a.next()
		case x == nil || y.name < x.name:
			f(y.name, nil, y)
			b.next()
		default:
			if x != y {
				f(x.name, x, y)
			}
			a.next()
			b.next()
		}
	}
}

// walker is a place in an index.
type walker struct {
	chunks []*chunk
	at     int // in the first of the chunks
}

func walk(x *index) *walker {
	if x == nil {
		return &walker{}
	}
	return &walker{chunks: x.chunks}
}

func (w *walker) shares(v *walker) bool {
	return w.at == 0 && v.at == 0 && len(w.chunks) > 0 && len(v.chunks) > 0 && w.chunks[0] == v.chunks[0]
}

func (w *walker) skip() { w.chunks, w.at = w.chunks[1:], 0 }

func (w *walker) item() *item {
	if len(w.chunks) == 0 {
		return nil
	}
	return w.chunks[0].items[w.at]
}

func (w *walker) next() {
	if w.at++; w.at == len(w.chunks[0].items) {
		w.skip()
	}
}
