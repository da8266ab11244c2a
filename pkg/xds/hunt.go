package xds

import (
	"slices"
	"strings"
)

// hunt is the search for what a client refuses in a response, by bisection: among several
// resources, or among the parts of a composite one that differ from what it acknowledged
// last. What it accepts on the way stays with it, so the good rest is delivered by the
// search itself.
type hunt struct {
	names   []string // resources in the refused response
	queue   []*group // to be tried
	probing *group   // in flight
	probes  int      // responses sent
	message string   // of the last NACK

	// Of a composite resource:
	source   *item           // the store's version; nil in a search among resources
	target   *item           // what was refused
	good     *item           // what the client acknowledged before; nil if nothing
	open     map[string]bool // suspects not accepted
	headGood bool            // the head, or one like it, was accepted
	doubted  string          // a part that was refused when headGood was not known
	bare     bool            // in flight is the head alone
}

// group is a set of suspects, tried together.
type group struct {
	names  []string
	twin   *group // the other half, if the two together were refused
	guilty bool   // known to be refused
}

// newHunt starts a search in a refused flight.
func newHunt(k *kind, f *flight) *hunt {
	h := &hunt{}
	for _, ship := range f.sent {
		h.names = append(h.names, ship.name)
	}
	first := f.sent[0]
	if len(f.sent) > 1 || !first.source.composite() {
		h.probing = &group{names: h.names}
		return h
	}
	h.source, h.target, h.good = first.source, first.item, k.have[first.name].item
	if h.good != nil && h.good.field != h.target.field {
		h.good = nil
	}
	h.headGood = h.good != nil
	h.suspect()
	return h
}

// suspect makes a group of all parts that the client has not accepted, and of the head.
func (h *hunt) suspect() {
	h.open = map[string]bool{}
	g := &group{}
	var before *index
	if h.good != nil {
		before = h.good.parts
		if h.good.headHash() != h.target.headHash() {
			g.names = append(g.names, "")
		}
	}
	diff(before, h.target.parts, func(part string, _, after *item) {
		if after != nil {
			g.names = append(g.names, part)
		}
	})
	for _, name := range g.names {
		h.open[name] = true
	}
	if len(g.names) > 0 {
		h.probing = g
	}
}

func (h *hunt) composite() bool { return h.source != nil }

// piece returns the composite with the suspects of a group and none of the others.
func (h *hunt) piece(g *group) *item {
	in := make(map[string]bool, len(g.names))
	for _, name := range g.names {
		in[name] = true
	}
	var out []string
	for name := range h.open {
		if !in[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return h.target.replaced(out, h.good)
}

// pop returns the group to try next: the head alone if that is wanted, else the largest, so
// that as much as possible is soon in service. A group known to be refused is cut without trying.
func (h *hunt) pop() *group {
	for len(h.queue) > 0 {
		at := 0
		for i, g := range h.queue {
			if len(g.names) == 0 {
				at = i
				break
			}
			if len(g.names) > len(h.queue[at].names) {
				at = i
			}
		}
		g := h.queue[at]
		h.queue = slices.Delete(h.queue, at, at+1)
		if !g.guilty || len(g.names) == 1 {
			return g
		}
		h.split(g, "")
	}
	return nil
}

// split queues two pieces of a refused group: suspects that the message names and the others if
// that tells them apart, else halves.
func (h *hunt) split(g *group, message string) {
	var named, others []string
	for _, name := range g.names {
		if name != "" && strings.Contains(message, name) {
			named = append(named, name)
		} else {
			others = append(others, name)
		}
	}
	if len(named) == 0 || len(others) == 0 {
		half := len(g.names) / 2
		named, others = g.names[:half], g.names[half:]
	}
	a, b := &group{names: named}, &group{names: others}
	a.twin, b.twin = b, a
	h.queue = append(h.queue, a, b)
}

// accepted takes the ACK of a probe.
func (h *hunt) accepted() {
	h.headGood = true
	if h.probing == nil {
		return
	}
	for _, name := range h.probing.names {
		delete(h.open, name)
	}
	if h.probing.twin != nil {
		h.probing.twin.guilty = true
	}
	h.probing, h.bare = nil, false
}
