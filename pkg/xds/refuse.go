package xds

import (
	"fmt"
	"maps"
	"slices"
)

// refusal is what the client refuses under a name and part.
type refusal struct {
	hash    uint64 // of the refused bytes
	message string
}

// refuses reports whether the client refuses a resource or a part of it.
func (k *kind) refuses(name string) bool { return len(k.refused[name]) > 0 }

// offer returns what the client may be given of a resource: refused bytes are replaced by those
// it acknowledged last, or left out. Nil means nothing at all.
func (k *kind) offer(source *item) *item {
	bad := k.refused[source.name]
	if len(bad) == 0 {
		return source
	}
	had := k.have[source.name].item
	if !source.composite() {
		if bad[""].hash == source.hash {
			return had
		}
		return source
	}
	out := source
	for _, part := range slices.Sorted(maps.Keys(bad)) {
		if source.partHash(part) != bad[part].hash {
			continue
		}
		if out = out.replaced([]string{part}, had); out == nil {
			return nil
		}
	}
	return out
}

// partHash returns the hash of a part, of the head for the empty key, of the bytes of a plain
// resource; 0 if there is no such part.
func (it *item) partHash(part string) uint64 {
	switch {
	case part != "":
		if p := it.parts.get(part); p != nil {
			return p.hash
		}
		return 0
	case it.composite():
		return it.headHash()
	default:
		return it.hash
	}
}

// replaced returns the composite with the sorted parts as another version of it has them; with no such version they
// are left out. It returns nil if the head is among them and cannot be replaced.
func (it *item) replaced(parts []string, by *item) *item {
	if by != nil && by.field != it.field {
		by = nil
	}
	head := it
	edits := make([]edit, 0, len(parts))
	for _, part := range parts {
		switch {
		case part != "" && by != nil:
			edits = append(edits, edit{part, by.parts.get(part)})
		case part != "":
			edits = append(edits, edit{name: part})
		case by != nil:
			head = by
		default:
			return nil
		}
	}
	return newComposite(head, it.field, it.parts.with(edits))
}

// convict notes that the client refuses a resource, or a part of it, with these bytes.
func (s *stream) convict(k *kind, name, part string, hash uint64, message string) {
	if k.refused[name] == nil {
		k.refused[name] = map[string]refusal{}
	}
	k.refused[name][part] = refusal{hash, message}
	s.events = append(s.events, event{Rejection: k.rejection(name, part)})
}

// acquit ends the refusals under a name that the store's bytes have left behind; all, if it has none.
func (s *stream) acquit(k *kind, name string, source *item) {
	for _, part := range slices.Sorted(maps.Keys(k.refused[name])) {
		if source != nil && source.partHash(part) == k.refused[name][part].hash {
			continue
		}
		s.events = append(s.events, event{Rejection: k.rejection(name, part), cleared: true})
		delete(k.refused[name], part)
	}
	if len(k.refused[name]) == 0 {
		delete(k.refused, name)
	}
}

func (k *kind) rejection(name, part string) Rejection {
	r := k.refused[name][part]
	return Rejection{Ref: k.ref(name), Part: part, Version: version(r.hash), Message: r.message}
}

// refusal returns the client's refusal of a resource or part, on this stream or, where it has
// not asked for the type again yet, on the last one.
func (s *stream) refusal(ref Ref, part string) (refusal, bool) {
	if k := s.kind(ref.Type); k != nil {
		r, refused := k.refused[ref.Name][part]
		return r, refused
	}
	return s.memory.refusal(ref, part)
}

// rejections returns all that the client refuses of a type, in order.
func (k *kind) rejections() []Rejection {
	var out []Rejection
	for _, name := range slices.Sorted(maps.Keys(k.refused)) {
		for _, part := range slices.Sorted(maps.Keys(k.refused[name])) {
			out = append(out, k.rejection(name, part))
		}
	}
	return out
}

// refuse takes a NACK: it looks for the culprits in the flight by sending smaller pieces of it.
func (s *stream) refuse(k *kind, l *lane, f *flight, message string) {
	if l.hunt == nil {
		l.hunt = newHunt(k, f)
	}
	h := l.hunt
	h.message = message
	switch {
	case h.probes >= s.probes:
		s.giveUp(k, h)
	case h.bare:
		s.convict(k, h.source.name, "", h.source.headHash(), message)
		h.queue = nil
	case h.probing != nil && len(h.probing.names) > 1:
		h.split(h.probing, message)
	case h.probing != nil && h.composite() && !h.headGood:
		h.doubted = h.probing.names[0] // it, or the head: ask with the head alone
		h.queue = append(h.queue, &group{})
	case h.probing != nil:
		s.convictOne(k, h, f)
	default: // nothing to take away: it is the head
		s.convict(k, h.source.name, "", h.source.headHash(), message)
	}
	h.probing, h.bare = nil, false
	s.endHunt(k, l)
}

// convictOne convicts the only suspect of a probe.
func (s *stream) convictOne(k *kind, h *hunt, f *flight) {
	name := h.probing.names[0]
	switch {
	case h.composite():
		s.convict(k, h.source.name, name, h.source.partHash(name), h.message)
	case f.sent[0].source.composite():
		// sent again alone when this hunt is over, and then its parts are suspects
	default:
		s.convict(k, name, "", f.sent[0].source.hash, h.message)
	}
}

// settleDoubt convicts the doubted part once the head is known to be good.
func (s *stream) settleDoubt(k *kind, h *hunt) {
	if h.doubted == "" || !h.headGood {
		return
	}
	s.convict(k, h.source.name, h.doubted, h.source.partHash(h.doubted), h.message)
	h.doubted = ""
}

// giveUp convicts all suspects that are left.
func (s *stream) giveUp(k *kind, h *hunt) {
	message := fmt.Sprintf("not tried alone, since %d attempts did not find what is refused: %s", h.probes, h.message)
	groups := h.queue
	if h.probing != nil {
		groups = append(groups, h.probing)
	}
	if h.doubted != "" {
		groups = append(groups, &group{names: []string{h.doubted}})
	}
	for _, g := range groups {
		for _, name := range g.names {
			if h.composite() {
				s.convict(k, h.source.name, name, h.source.partHash(name), message)
			} else if source := s.source(k, name); source != nil {
				s.convict(k, name, "", source.partHash(""), message)
			}
		}
	}
	h.queue = nil
}

// probe fills a flight with the next piece to try.
func (s *stream) probe(k *kind, l *lane, f *flight) {
	h := l.hunt
	if h.composite() && (s.source(k, h.source.name) != h.source || !k.subscribed(h.source.name)) {
		h.queue = nil // overtaken by a newer version, or not wanted any more
	}
	for len(f.sent) == 0 {
		g := h.pop()
		if g == nil {
			break
		}
		if h.composite() {
			f.sent = append(f.sent, s.shipment(k, h.source.name, h.source, h.piece(g)))
		} else {
			s.probeNames(k, g, f)
		}
		h.probing, h.bare = g, len(g.names) == 0
	}
	if len(f.sent) == 0 {
		h.probing = nil
		s.endHunt(k, l)
		return
	}
	h.probes++
}

func (s *stream) probeNames(k *kind, g *group, f *flight) {
	for _, name := range g.names {
		source := s.source(k, name)
		if source == nil || !k.subscribed(name) {
			continue
		}
		if it := k.offer(source); it != nil {
			f.sent = append(f.sent, s.shipment(k, name, source, it))
		}
	}
}

// endHunt ends a hunt that has nothing left to try; its names are then looked at once more.
func (s *stream) endHunt(k *kind, l *lane) {
	h := l.hunt
	if h.probing != nil || len(h.queue) > 0 {
		return
	}
	l.hunt = nil
	for _, name := range h.names {
		if k.subscribed(name) {
			k.ask(name, changed)
		}
	}
}
