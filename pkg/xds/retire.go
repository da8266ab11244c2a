package xds

import (
	"bytes"
	"time"
)

// scanBudget bounds the bytes searched at once for references to retired resources. Where it
// is spent, a resource counts as in use until the next time.
const scanBudget = 256 << 20

// expire lets the removals go whose grace is over, and reports whether there are any. What may
// still be in use gets another grace.
func (s *stream) expire(now time.Time) bool {
	moved := false
	var used *users
	for _, k := range s.kinds {
		for name, due := range k.retired {
			if s.source(k, name) != nil || s.exists(k, name) {
				delete(k.retired, name)
				continue
			}
			if s.before(due, now) {
				continue
			}
			if used == nil {
				used = s.users()
			}
			if used.use(k.ref(name)) {
				k.retired[name] = now.Add(s.grace)
				s.before(k.retired[name], now)
				continue
			}
			delete(k.retired, name)
			k.removals[name] = true
			k.lane(name)
			moved = true
		}
	}
	return moved
}

// users is what a client has, or is getting, that is not what the store has: it refuses the
// store's, has not acknowledged it yet, or is still to be told of a removal.
type users struct {
	needs   map[Ref]bool     // needed by clusters
	text    map[Ref][][]byte // bytes of listeners, routes and all else
	size    int              // of the text
	budget  int
	unknown bool // a listener or route configuration of unknown content is among them
}

// users collects the users. A route configuration that the store has no longer, and that
// the client is still subscribed to, serves a listener that drains.
func (s *stream) users() *users {
	u := &users{needs: map[Ref]bool{}, text: map[Ref][][]byte{}, budget: scanBudget}
	for _, k := range s.kinds {
		if k.stage == stageAtOnce {
			continue
		}
		u.unknown = u.unknown || s.usesUnknown(k)
		for name, had := range k.have {
			u.add(k, name, had.item, s.base.get(k.ref(name)))
		}
		for _, l := range k.order {
			if l.flight == nil {
				continue
			}
			for _, ship := range l.flight.sent {
				u.add(k, ship.name, ship.item, s.base.get(k.ref(ship.name)))
			}
		}
	}
	return u
}

// usesUnknown reports whether the client is subscribed to a route configuration that neither the
// store nor this stream has: on an earlier stream it was told that it is gone.
func (s *stream) usesUnknown(k *kind) bool {
	if k.url != RouteType {
		return false
	}
	for name := range k.names {
		if !k.has(name) && s.base.get(k.ref(name)) == nil {
			return true
		}
	}
	return false
}

// add counts an item in, as far as it differs from the store's. Clusters declare what they refer to;
// what routes and listeners refer to is not known here, but it is literal in their bytes.
func (u *users) add(k *kind, name string, it, stored *item) {
	switch {
	case it == stored && it != nil:
	case it == nil:
		u.unknown = u.unknown || k.stage == stageRoutes
	case k.stage == stageClusters:
		for _, need := range it.needs {
			u.needs[need] = true
		}
	default:
		ref := k.ref(name)
		u.addText(ref, it.body.ReadOnlyData())
		var parts *index
		if stored != nil {
			parts = stored.parts
		}
		diff(parts, it.parts, func(_ string, _, part *item) {
			if part != nil {
				u.addText(ref, part.body.ReadOnlyData())
			}
		})
	}
}

func (u *users) addText(ref Ref, text []byte) {
	u.text[ref] = append(u.text[ref], text)
	u.size += len(text)
}

// use reports whether one of the users may refer to a resource.
func (u *users) use(ref Ref) bool {
	if u.needs[ref] || u.unknown && ref.Type != RouteType {
		return true
	}
	if u.budget -= u.size; u.budget < 0 {
		return true
	}
	for user, texts := range u.text {
		if user == ref {
			continue
		}
		for _, text := range texts {
			if bytes.Contains(text, []byte(ref.Name)) {
				return true
			}
		}
	}
	return false
}
