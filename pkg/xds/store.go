package xds

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc/mem"
)

// Store holds what is to be delivered. Its methods may be called from any goroutine;
// none of them waits for an Envoy.
type Store struct {
	mu      sync.Mutex // orders writers and guards watchers
	state   atomic.Pointer[state]
	ready   bool
	watches map[chan struct{}]bool
}

// state is the content of a Store at one revision, immutable.
type state struct {
	revision Revision
	types    map[string]*index
	// owners has an item for each EDS name that a cluster needs: its hash is the sum of
	// the hashes of those clusters, its size their number.
	owners *index
}

// Resource is a copy of what a Store holds under a name.
type Resource struct {
	Ref
	Version string   // hash of the bytes, hexadecimal
	Bytes   []byte   // the whole marshalled message
	Parts   []string // keys of the parts, sorted; nil in a plain resource
	Needs   []Ref
}

// NewStore returns an empty store that is not ready.
func NewStore() *Store {
	s := &Store{watches: map[chan struct{}]bool{}}
	s.state.Store(&state{})
	return s
}

// Apply makes one revision of all the changes and returns it; if they change nothing, the
// present one. Their order does not matter, except that of several changes of the same resource
// or part the last one counts, and that a resource comes before its parts: one that is removed
// takes along the parts put beside. A change that makes no sense (no type or name, a part of something that is
// not a composite) is an error, and then nothing is applied.
func (s *Store) Apply(changes []Change) (Revision, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.state.Load()
	next, err := old.with(changes)
	if err != nil {
		return old.revision, fmt.Errorf("xds: %w", err)
	}
	if next != old {
		s.state.Store(next)
		s.wake()
	}
	return next.revision, nil
}

// MarkReady says that the store holds a whole configuration. Before it nothing is sent to
// anybody: an Envoy that reconnects to a restarted controller keeps what it has.
func (s *Store) MarkReady() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = true
	s.wake()
}

// Revision returns the present revision.
func (s *Store) Revision() Revision { return s.state.Load().revision }

// Names returns the names of all resources of a type, sorted.
func (s *Store) Names(typeURL string) []string {
	x := s.state.Load().types[typeURL]
	names := make([]string, 0, x.len())
	for it := range x.all {
		names = append(names, it.name)
	}
	return names
}

// Get returns a copy of a resource, and whether there is one.
func (s *Store) Get(ref Ref) (Resource, bool) {
	it := s.state.Load().get(ref)
	if it == nil {
		return Resource{}, false
	}
	r := Resource{Ref: ref, Version: version(it.hash), Needs: slices.Clone(it.needs)}
	r.Bytes = appendPieces(nil, it).Materialize()
	for part := range it.parts.all {
		r.Parts = append(r.Parts, part.name)
	}
	return r, true
}

// current returns the newest state, or nil before MarkReady.
func (s *Store) current() *state {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ready {
		return nil
	}
	return s.state.Load()
}

// watch returns a channel that gets a token after each change, and a function that ends that.
func (s *Store) watch() (wake <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watches[c] = true
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watches, c)
	}
}

func (s *Store) wake() {
	for c := range s.watches {
		select {
		case c <- struct{}{}:
		default: // it has a token already
		}
	}
}

func (s *state) get(ref Ref) *item {
	if s == nil {
		return nil
	}
	return s.types[ref.Type].get(ref.Name)
}

// with returns the state after the changes, s itself if nothing changes.
func (s *state) with(changes []Change) (*state, error) {
	changes = sorted(changes)
	next := &state{revision: s.revision + 1, types: make(map[string]*index, len(s.types)+1), owners: s.owners}
	maps.Copy(next.types, s.types)
	same := true
	for len(changes) > 0 {
		typeURL := changes[0].Type
		n := run(changes, func(c Change) bool { return c.Type == typeURL })
		edits, err := s.edits(changes[:n])
		if err != nil {
			return nil, err
		}
		before := s.types[typeURL]
		after := before.with(edits)
		if after != before {
			same = false
			next.types[typeURL] = after
			next.own(before, edits)
		}
		changes = changes[n:]
	}
	if same {
		return s, nil
	}
	return next, nil
}

// sorted returns a copy ordered by type, name and part, a resource before its parts, equal
// keys in their old order.
func sorted(changes []Change) []Change {
	out := slices.Clone(changes)
	slices.SortStableFunc(out, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Part, b.Part))
	})
	return out
}

// run returns how many of the leading changes fulfil the condition.
func run(changes []Change, same func(Change) bool) int {
	n := 0
	for n < len(changes) && same(changes[n]) {
		n++
	}
	return n
}

// edits turns the sorted changes of one type into one edit for each resource.
func (s *state) edits(changes []Change) ([]edit, error) {
	var edits []edit
	for len(changes) > 0 {
		ref := changes[0].Ref
		if ref.Type == "" || ref.Name == "" {
			return nil, fmt.Errorf("change of %+v: type and name must not be empty", ref)
		}
		n := run(changes, func(c Change) bool { return c.Name == ref.Name })
		it, err := edited(s.get(ref), changes[:n])
		if err != nil {
			return nil, fmt.Errorf("change of %s %q: %w", ref.Type, ref.Name, err)
		}
		edits = append(edits, edit{ref.Name, it})
		changes = changes[n:]
	}
	return edits, nil
}

// edited returns a resource after its changes; nil means that there is none.
func edited(it *item, changes []Change) (*item, error) {
	whole := run(changes, func(c Change) bool { return c.Part == "" })
	for _, c := range changes[:whole] {
		switch {
		case c.Removed:
			it = nil
		case c.Field == 0:
			it = newPlain(c)
		case it == nil || it.field != c.Field:
			it = newComposite(newPlain(c), c.Field, nil)
		default:
			it = newComposite(newPlain(c), c.Field, it.parts)
		}
	}
	if it == nil && whole > 0 {
		return nil, nil // removed, so are its parts
	}
	return editedParts(it, changes[whole:])
}

func editedParts(it *item, changes []Change) (*item, error) {
	edits := make([]edit, 0, len(changes))
	for i, c := range changes {
		if i+1 < len(changes) && changes[i+1].Part == c.Part {
			continue // a later change of the part counts
		}
		if c.Removed {
			edits = append(edits, edit{name: c.Part})
			continue
		}
		if it == nil || !it.composite() {
			return nil, fmt.Errorf("part %q: the resource is not a composite", c.Part)
		}
		edits = append(edits, edit{c.Part, newPart(c, it.field)})
	}
	if it == nil || len(edits) == 0 {
		return it, nil
	}
	return it.withParts(it.parts.with(edits)), nil
}

// withParts returns the composite with other parts, itself if they are its own.
func (it *item) withParts(parts *index) *item {
	if parts == it.parts {
		return it
	}
	return newComposite(it, it.field, parts)
}

// own brings owners up to date after edits of resources that may need endpoints.
func (s *state) own(before *index, edits []edit) {
	counts := map[string]*item{}
	add := func(it *item, sign int) {
		if it == nil {
			return
		}
		for _, need := range it.needs {
			if need.Type != EndpointType {
				continue
			}
			c := counts[need.Name]
			if c == nil {
				c = &item{name: need.Name, body: mem.SliceBuffer(nil)}
				if old := s.owners.get(need.Name); old != nil {
					*c = *old
				}
				counts[need.Name] = c
			}
			c.size += sign
			c.hash += uint64(sign) * it.hash
		}
	}
	for _, e := range edits {
		add(before.get(e.name), -1)
		add(e.item, 1)
	}
	s.owners = s.owners.with(ownerEdits(counts))
}

func ownerEdits(counts map[string]*item) []edit {
	edits := make([]edit, 0, len(counts))
	for name, c := range counts {
		if c.size == 0 {
			c = nil
		}
		edits = append(edits, edit{name, c})
	}
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.name, b.name) })
	return edits
}
