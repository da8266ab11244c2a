package table

// A collector is the table behind Group and Count. It knows what each row of in
// emits, and folds what changes about that into the rows of the groups.
type collector[K comparable, V any, G comparable, M, O any] struct {
	*Table[G, O]
	in      *Table[K, V]
	members func(k K, v V, emit func(G, M))
	fold    func(old O, was, now []Member[K, M]) (O, bool)
	emitted map[K][]emission[G, M]
	moves   map[*row[G, O]]*move[K, M] // of the dirty groups
}

type emission[G comparable, M any] struct {
	value M // first: Go pads a struct that ends in struct{}
	group G
}

// A move is what the changed rows of in had in a group, and what they have now.
type move[K comparable, M any] struct{ was, now []Member[K, M] }

func collect[K comparable, V any, G comparable, M, O any](
	g *Graph, name string, in *Table[K, V], members func(k K, v V, emit func(G, M)),
	equal func(a, b O) bool, fold func(old O, was, now []Member[K, M]) (O, bool),
) *Table[G, O] {
	c := &collector[K, V, G, M, O]{newTable[G](g, name, equal), in, members, fold, map[K][]emission[G, M]{}, nil}
	in.mustPrecede(&c.place)
	g.steps = append(g.steps, c)
	return c.Table
}

func (c *collector[K, V, G, M, O]) update() {
	for _, change := range c.in.changed {
		c.regroup(change)
	}
	for _, r := range c.dirty {
		m := c.moves[r]
		v, ok := c.fold(r.value, m.was, m.now)
		r.put(slot[O]{v, ok})
	}
	c.dirty, c.moves = nil, nil
}

// regroup notes what a changed row takes out of its groups and puts into them.
func (c *collector[K, V, G, M, O]) regroup(row Change[K, V]) {
	for _, e := range c.emitted[row.Key] {
		m := c.move(e.group)
		m.was = append(m.was, Member[K, M]{row.Key, e.value})
	}
	delete(c.emitted, row.Key)
	if !row.HasNew {
		return
	}
	c.members(row.Key, row.New, func(group G, v M) {
		c.emitted[row.Key] = append(c.emitted[row.Key], emission[G, M]{v, group})
		m := c.move(group)
		m.now = append(m.now, Member[K, M]{row.Key, v})
	})
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
