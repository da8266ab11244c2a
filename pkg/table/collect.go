package table

// A collector is the table behind Group and Count. It folds the difference
// between what the changed rows of in emitted and what they emit now into the
// rows of the groups. What a row emitted is not kept: its old value tells.
type collector[K comparable, V any, G comparable, M, O any] struct {
	*Table[G, O]
	in      *Table[K, V]
	members func(k K, v V, emit func(G, M))
	fold    func(old O, was, now []Member[K, M]) (O, bool)
	moves   map[*row[G, O]]*move[K, M] // of the dirty groups
}

// A move is what the changed rows of in had in a group, and what they have now.
type move[K comparable, M any] struct{ was, now []Member[K, M] }

func collect[K comparable, V any, G comparable, M, O any](
	g *Graph, name string, in *Table[K, V], members func(k K, v V, emit func(G, M)),
	equal func(a, b O) bool, fold func(old O, was, now []Member[K, M]) (O, bool),
) *Table[G, O] {
	c := &collector[K, V, G, M, O]{newTable[G](g, name, equal), in, members, fold, nil}
	in.mustPrecede(&c.place)
	g.steps = append(g.steps, c)
	return c.Table
}

func (c *collector[K, V, G, M, O]) update() {
	for i := range c.in.changed {
		c.regroup(&c.in.changed[i])
	}
	for _, r := range c.dirty {
		m := c.moves[r]
		v, ok := c.fold(r.value, m.was, m.now)
		r.put(slot[O]{v, ok})
	}
	c.dirty, c.moves = nil, nil
}

// regroup notes what a changed row takes out of its groups and puts into them.
func (c *collector[K, V, G, M, O]) regroup(row *Change[K, V]) {
	if row.HadOld {
		c.members(row.Key, row.Old, func(group G, v M) {
			m := c.move(group)
			m.was = append(m.was, Member[K, M]{row.Key, v})
		})
	}
	if row.HasNew {
		c.members(row.Key, row.New, func(group G, v M) {
			m := c.move(group)
			m.now = append(m.now, Member[K, M]{row.Key, v})
		})
	}
}

func (c *collector[K, V, G, M, O]) move(group G) *move[K, M] {
	r := c.at(group)
	if r.mark(); c.moves == nil {
		c.moves = map[*row[G, O]]*move[K, M]{}
	}
	if c.moves[r] == nil {
		c.moves[r] = &move[K, M]{}
	}
	return c.moves[r]
}
