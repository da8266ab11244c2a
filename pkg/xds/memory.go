package xds

import "time"

// memory is what outlives a stream, by type: what its Envoy refused, what it had of
// those names instead, and what it may have without having said so. A nil memory is an empty one.
type memory struct{ types map[string]recollection }

type recollection struct {
	refused map[string]map[string]refusal
	have    map[string]held
	maybe   map[string]bool
}

// remember returns the memory of a stream that has ended, or nil if there is nothing to remember.
func (s *stream) remember() *memory {
	m := &memory{types: map[string]recollection{}}
	if s.memory != nil {
		m = s.memory // what the client did not ask for this time
	}
	for _, k := range s.kinds {
		k.doubtFlights()
		if len(k.refused) == 0 && len(k.maybe) == 0 {
			continue
		}
		r := recollection{refused: k.refused, have: map[string]held{}, maybe: k.maybe}
		for name := range k.refused {
			if had, has := k.have[name]; has {
				r.have[name] = had
			}
		}
		m.types[k.url] = r
	}
	if len(m.types) == 0 {
		return nil
	}
	return m
}

// doubtFlights counts what is in flight as what the client may have: the answer will not come, and if it
// was a refusal, the client does not list what it took of the response all the same.
func (k *kind) doubtFlights() {
	for _, l := range k.order {
		if l.flight == nil {
			continue
		}
		for _, ship := range l.flight.sent {
			k.maybe[ship.name] = true
		}
	}
}

// restore gives a type on a new stream of the same node what is remembered of it.
func (m *memory) restore(k *kind) {
	if m == nil {
		return
	}
	r, ok := m.types[k.url]
	if !ok {
		return
	}
	delete(m.types, k.url)
	k.refused, k.maybe = r.refused, r.maybe
	for name, had := range r.have {
		if got, has := k.have[name]; has && got.hash == had.hash {
			k.have[name] = had
		}
	}
}

// refusal returns what is remembered of a resource or part that was refused.
func (m *memory) refusal(ref Ref, part string) (refusal, bool) {
	if m == nil {
		return refusal{}, false
	}
	r, refused := m.types[ref.Type].refused[ref.Name][part]
	return r, refused
}

// expireMemory ends the refusals of types that the client has not asked for again: it has no
// use for them any more.
func (s *stream) expireMemory(now time.Time) {
	if s.memory == nil || len(s.memory.types) > 0 && s.before(s.started.Add(rememberFor), now) {
		return
	}
	for _, r := range s.memory.rejections() {
		s.events = append(s.events, event{Rejection: r, cleared: true})
	}
	s.memory = nil
}

func (m *memory) rejections() []Rejection {
	var out []Rejection
	for url, r := range m.types {
		k := &kind{url: url, refused: r.refused}
		out = append(out, k.rejections()...)
	}
	return out
}
