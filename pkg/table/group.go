package table

import "slices"

// A Member is what the row Key of a table put into a group.
type Member[K comparable, M any] struct {
	Key   K
	Value M
}

// Group adds the table that collects, under each group key, what the rows of in
// emit. A row may emit to several groups, and several times to one. There are no
// empty groups. A group whose members equal finds all equal is not changed; with
// a nil equal, every group of a row that changes is.
//
// A group is sorted by order. Members between which order, or a nil order, sees
// no difference stand in the order in which their rows last changed them, those
// of one row in the order of emission; an order that tells any two keys apart
// makes the group a function of the rows alone.
//
// A group that changes is a new slice, and costs a copy of the old one.
func Group[K comparable, V any, G comparable, M any](
	g *Graph, name string, in *Table[K, V], members func(k K, v V, emit func(G, M)),
	equal func(a, b M) bool, order func(a, b Member[K, M]) int,
) *Table[G, []Member[K, M]] {
	if order == nil {
		order = func(_, _ Member[K, M]) int { return 0 }
	}
	same := func(a, b Member[K, M]) bool { return equal != nil && a.Key == b.Key && equal(a.Value, b.Value) }
	fold := func(group, was, now []Member[K, M]) ([]Member[K, M], bool) {
		slices.SortStableFunc(was, order)
		slices.SortStableFunc(now, order)
		if slices.EqualFunc(was, now, same) {
			return group, true
		}
		return replace(group, was, now, order), len(group)-len(was)+len(now) > 0
	}
	return collect(g, name, in, members, unmoved[Member[K, M]], fold)
}

// replace returns group without the members of the rows in was, and with now.
// Both group and now are in order.
func replace[K comparable, M any](group, was, now []Member[K, M], order func(a, b Member[K, M]) int) []Member[K, M] {
	gone := make(map[K]struct{}, len(was))
	for _, m := range was {
		gone[m.Key] = struct{}{}
	}
	merged := make([]Member[K, M], 0, len(group)-len(was)+len(now))
	for _, m := range group {
		if _, ok := gone[m.Key]; ok {
			continue
		}
		for len(now) > 0 && order(now[0], m) < 0 {
			merged, now = append(merged, now[0]), now[1:]
		}
		merged = append(merged, m)
	}
	return append(merged, now...)
}

// unmoved reports whether a and b, which are not empty, are one slice.
func unmoved[T any](a, b []T) bool { return len(a) == len(b) && &a[0] == &b[0] }

// Count adds the table that counts how often the rows of in emit each key. A key
// that none emits has no row. A commit costs what the changed rows emit, however
// high the counts.
func Count[K comparable, V any, G comparable](
	g *Graph, name string, in *Table[K, V], keys func(k K, v V, emit func(G)),
) *Table[G, int] {
	members := func(k K, v V, emit func(G, struct{})) {
		keys(k, v, func(group G) { emit(group, struct{}{}) })
	}
	fold := func(n int, was, now []Member[K, struct{}]) (int, bool) {
		n += len(now) - len(was)
		return n, n > 0
	}
	return collect(g, name, in, members, func(a, b int) bool { return a == b }, fold)
}
