package xds

import "time"

// round is the delivery of one state, stream.base: its clusters; then, when they are warm, its
// listeners and routes; then the removals.
type round struct {
	routes   bool // listeners and routes may go out
	removing bool // what else is gone is being removed
	// cold holds the clusters and listeners that the client has but whose needs it has not
	// acknowledged, with the end of the wait.
	cold map[Ref]time.Time
}

// advance moves the rounds on as far as they get and reports whether new responses may have become due.
func (s *stream) advance(now time.Time) bool {
	s.wakeAt = time.Time{}
	moved := false
	for s.newest != nil && s.step(now) {
		moved = true
	}
	if s.expire(now) {
		moved = true
	}
	if s.retryListeners(now) {
		moved = true
	}
	s.expireMemory(now)
	s.countAcked()
	return moved
}

// step does one move of the round and reports whether it did.
func (s *stream) step(now time.Time) bool {
	switch {
	case s.round == nil:
		return s.startRound()
	case !s.round.routes:
		if !s.clustersDone(now) {
			return false
		}
		s.round.routes = true
		s.removeListeners()
	case !s.round.removing:
		if !s.routesIdle() || !s.allWarm(now, "") {
			return false
		}
		s.startRemovals()
	default:
		if !s.routesIdle() {
			return false
		}
		s.endRound(now)
	}
	return true
}

// startRound takes the newest state as the base, and begins a round if that means work.
func (s *stream) startRound() bool {
	fresh := s.base == nil
	if s.base == s.newest && !s.anyDirty() {
		return false
	}
	s.base = s.newest
	if !fresh && !s.anyDirty() {
		return false
	}
	s.round = &round{cold: map[Ref]time.Time{}}
	for _, k := range s.kinds {
		s.absorb(k)
	}
	return true
}

// absorb takes what is dirty of a type into the round.
func (s *stream) absorb(k *kind) {
	for name := range k.dirty {
		if s.base.get(k.ref(name)) == nil {
			k.gone[name] = true
			s.acquit(k, name, nil) // a removal may wait long, but nobody asks for these bytes any more
		}
		if k.stage != stageAtOnce {
			k.ask(name, changed)
		}
	}
	clear(k.dirty)
}

func (s *stream) anyDirty() bool {
	for _, k := range s.kinds {
		if len(k.dirty) > 0 {
			return true
		}
	}
	return false
}

// clustersDone reports whether the round's clusters are acknowledged and warm. A client that
// has not asked for clusters yet is given time to: on a reconnect the types come in any order.
func (s *stream) clustersDone(now time.Time) bool {
	k := s.kind(ClusterType)
	if k == nil {
		return !s.before(s.started.Add(s.warm), now)
	}
	return k.idle() && s.allWarm(now, ClusterType)
}

// routesIdle reports whether all that the round sends after its clusters is acknowledged.
func (s *stream) routesIdle() bool {
	for _, k := range s.kinds {
		if k.stage == stageRoutes && !(k.idle() && len(k.removals) == 0) {
			return false
		}
	}
	return true
}

// allWarm reports whether nothing of a type (of any, if it is empty) is left that should be waited for.
func (s *stream) allWarm(now time.Time, typeURL string) bool {
	warm := true
	for ref, deadline := range s.round.cold {
		if typeURL != "" && ref.Type != typeURL {
			continue
		}
		if s.warmed(ref) || !s.before(deadline, now) {
			delete(s.round.cold, ref)
			continue
		}
		warm = false
	}
	return warm
}

// warmed reports whether the client has acknowledged what a resource needs. What the
// store does not have, or the client refuses, is not waited for.
func (s *stream) warmed(ref Ref) bool {
	k := s.kind(ref.Type)
	had, has := k.have[ref.Name]
	if !has || had.item == nil {
		return true
	}
	for _, need := range had.item.needs {
		n := s.kind(need.Type)
		if n == nil {
			return false
		}
		if s.source(n, need.Name) == nil || n.refuses(need.Name) {
			continue
		}
		got, ok := n.have[need.Name]
		if !ok || got.item == nil || need.Type == EndpointType && got.owner != s.owned[need.Name] {
			return false
		}
	}
	return true
}

// removeListeners sends the removals of listeners along with what takes their place: Envoy removes
// first, hands the socket over, and refuses a listener whose address another one still has.
func (s *stream) removeListeners() {
	if k := s.kind(ListenerType); k != nil {
		s.remove(k)
	}
}

// startRemovals sends the removals that nothing takes the place of. Route configurations wait:
// a listener that drains still uses its own.
func (s *stream) startRemovals() {
	s.round.removing = true
	for _, k := range s.kinds {
		if k.stage == stageRoutes && k.url != RouteType {
			s.remove(k)
		}
	}
}

// remove sends the removals of a type.
func (s *stream) remove(k *kind) {
	for name := range k.gone {
		k.removals[name] = true
		k.lane(name)
	}
	clear(k.gone)
}

// endRound gives what is no longer used its grace. At the start of a stream it is longer, since the
// client has yet to say what it has.
func (s *stream) endRound(now time.Time) {
	due := now.Add(s.grace)
	if first := s.started.Add(s.warm + s.grace); due.Before(first) {
		due = first
	}
	s.round = nil
	s.settled = s.base.revision
	for _, k := range s.kinds {
		for name := range k.gone {
			k.retired[name] = due
		}
		clear(k.gone)
	}
}

// before reports whether a time is still to come, and then asks for a tick at it.
func (s *stream) before(at, now time.Time) bool {
	if !now.Before(at) {
		return false
	}
	if s.wakeAt.IsZero() || at.Before(s.wakeAt) {
		s.wakeAt = at
	}
	return true
}

// countAcked brings acked up to date. Nothing counts before listeners are subscribed to.
func (s *stream) countAcked() {
	if s.base == nil || s.kind(ListenerType) == nil {
		return
	}
	if s.round == nil && s.base == s.newest && s.routesIdle() && s.clustersIdle() {
		s.settled = s.base.revision
	}
	acked := s.settled
	for _, k := range s.kinds {
		if k.stage != stageAtOnce {
			continue
		}
		if k.idle() {
			k.clean = s.newest.revision
		}
		acked = min(acked, k.clean)
	}
	s.acked = max(s.acked, acked)
}

func (s *stream) clustersIdle() bool {
	k := s.kind(ClusterType)
	return k == nil || k.idle()
}
