package table

// A Source is a table that is written from outside.
type Source[K comparable, V any] struct {
	*Table[K, V]
	staged map[K]slot[V] // what the dirty rows will be
}

// NewSource adds an empty source to g. Writing a value that equal finds equal
// to the row is no change; with a nil equal every write is one.
func NewSource[K comparable, V any](g *Graph, name string, equal func(a, b V) bool) *Source[K, V] {
	s := &Source[K, V]{Table: newTable[K](g, name, equal)}
	g.steps = append(g.steps, s)
	return s
}

// Set stages v as the row of k. It shows after the next Commit. Of several
// writes to one key the last one counts.
func (s *Source[K, V]) Set(k K, v V) { s.stage(k, slot[V]{v, true}) }

// Delete stages the end of the row of k, if there is one.
func (s *Source[K, V]) Delete(k K) { s.stage(k, slot[V]{}) }

func (s *Source[K, V]) stage(k K, v slot[V]) {
	if s.staged == nil {
		s.staged = map[K]slot[V]{}
	}
	s.staged[k] = v
	s.at(k).mark()
}

func (s *Source[K, V]) update() {
	for _, r := range s.dirty {
		r.put(s.staged[r.key])
	}
	s.dirty, s.staged = nil, nil
}
