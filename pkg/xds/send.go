package xds

import (
	"maps"
	"slices"
	"strconv"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
)

// load fills a lane's next flight from what is pending and returns its response, or nil.
func (s *stream) load(k *kind, l *lane, now time.Time) *response {
	f := &flight{}
	switch {
	case l.hunt != nil:
		s.probe(k, l, f)
	default:
		s.unload(k, l, f, now)
		s.loadRemovals(k, l, f)
	}
	if len(f.sent) == 0 && len(f.removed) == 0 && !k.owed {
		return nil
	}
	return s.launch(k, l, f)
}

// unload empties the pending names of a lane into a flight.
func (s *stream) unload(k *kind, l *lane, f *flight, now time.Time) {
	for _, name := range slices.Sorted(maps.Keys(l.pending)) {
		why := l.pending[name]
		delete(l.pending, name)
		if !k.subscribed(name) {
			s.drop(k, name)
			continue
		}
		s.decide(k, f, name, why, now)
	}
}

// decide adds to a flight what a name calls for.
func (s *stream) decide(k *kind, f *flight, name string, why cause, now time.Time) {
	source := s.source(k, name)
	had, has := k.have[name]
	if source == nil {
		s.decideMissing(k, f, name, why)
		return
	}
	it := k.offer(source)
	if k.retried[name] {
		delete(k.retried, name)
		it = source
	}
	if known := k.recall(name, source); known != nil && had.item == nil {
		it = known
		k.ask(name, changed) // afterwards, all of it
	}
	if it == nil { // refused, and nothing older to give
		if why != changed && !k.has(name) {
			f.removed = append(f.removed, name)
		}
		return
	}
	ship := s.shipment(k, name, source, it)
	if has && had.hash == ship.hash && why != forced {
		k.have[name] = held{ship.hash, ship.owner, it}
		s.arrived(k, ship, now)
		return
	}
	f.sent = append(f.sent, ship)
}

// decideMissing handles a name that the store does not have. A subscription is answered
// with a removal, so that the client need not wait for its timeout. What the client has is
// removed in its turn by a round; until then a repeated subscription gets it again.
func (s *stream) decideMissing(k *kind, f *flight, name string, why cause) {
	if s.exists(k, name) {
		k.dirty[name] = true // the next round brings it
		return
	}
	s.acquit(k, name, nil)
	had := k.have[name]
	switch {
	case why == forced && had.item != nil:
		f.sent = append(f.sent, s.shipment(k, name, had.item, had.item))
	case why != changed && !k.has(name):
		f.removed = append(f.removed, name)
	}
}

func (s *stream) shipment(k *kind, name string, source, it *item) shipment {
	ship := shipment{name: name, source: source, item: it, hash: it.hash}
	if k.url == EndpointType {
		// Envoy warms a changed cluster only when it gets its endpoints again, changed or not. So
		// their version depends on the cluster's, also over reconnects.
		ship.owner = s.owned[name]
		ship.hash += ship.owner
	}
	return ship
}

// loadRemovals adds the removals that are due.
func (s *stream) loadRemovals(k *kind, l *lane, f *flight) {
	for _, name := range slices.Sorted(maps.Keys(k.removals)) {
		if k.lane(name) != l || f.carries(name) {
			continue
		}
		delete(k.removals, name)
		if s.source(k, name) != nil || s.exists(k, name) {
			continue
		}
		s.acquit(k, name, nil)
		if k.has(name) {
			f.removed = append(f.removed, name)
		}
	}
}

func (s *stream) launch(k *kind, l *lane, f *flight) *response {
	s.nonces++
	f.nonce = strconv.FormatUint(s.nonces, 10)
	f.revision = s.newest.revision
	l.flight, k.owed = f, false
	r := &response{typeURL: k.url, nonce: f.nonce, revision: f.revision, removed: f.removed}
	for _, ship := range f.sent {
		r.resources = append(r.resources, delivery{ship.item, wireVersion(ship)})
		if k.url == ClusterType {
			s.own(ship.item)
		}
	}
	return r
}

// own notes that endpoints must follow a cluster that is being sent, or that the client has.
func (s *stream) own(cluster *item) {
	for _, need := range cluster.needs {
		if need.Type != EndpointType {
			continue
		}
		owner := s.base.owners.get(need.Name)
		if owner == nil || s.owned[need.Name] == owner.hash {
			continue
		}
		s.owned[need.Name] = owner.hash
		if k := s.kind(EndpointType); k != nil && k.subscribed(need.Name) {
			k.ask(need.Name, changed)
		}
	}
}

// answer takes an ACK or a NACK. One that answers nothing in flight is stale.
func (s *stream) answer(k *kind, nonce string, req *discovery.DeltaDiscoveryRequest, now time.Time) {
	for _, l := range k.lanes {
		f := l.flight
		if f == nil || f.nonce != nonce {
			continue
		}
		l.flight = nil
		if detail := req.GetErrorDetail(); detail != nil && len(f.sent) > 0 {
			k.nacks++
			for _, ship := range f.sent {
				k.maybe[ship.name] = true
			}
			for _, name := range f.removed {
				k.removals[name] = true // once more, when the culprit is found
			}
			s.refuse(k, l, f, detail.GetMessage())
			return
		}
		s.accept(k, l, f, now)
		return
	}
}

func (s *stream) accept(k *kind, l *lane, f *flight, now time.Time) {
	for _, name := range f.removed {
		s.removed(k, name)
	}
	for _, ship := range f.sent {
		if !k.subscribed(ship.name) {
			continue
		}
		k.have[ship.name] = held{ship.hash, ship.owner, ship.item}
		delete(k.maybe, ship.name)
		if l.hunt == nil || !l.hunt.composite() {
			s.arrived(k, ship, now)
		}
	}
	if l.hunt != nil {
		l.hunt.accepted()
		s.settleDoubt(k, l.hunt)
		s.endHunt(k, l)
	}
	if k.stage == stageAtOnce && l.hunt == nil && len(l.pending) == 0 {
		k.clean = max(k.clean, f.revision)
	}
}

// removed notes that the client knows of a removal. Envoy ignores that of a route
// configuration as long as a listener, though it drains, uses it: what it had stays known.
func (s *stream) removed(k *kind, name string) {
	had, has := k.have[name]
	delete(k.have, name)
	delete(k.maybe, name)
	if has && k.url == RouteType && k.subscribed(name) {
		k.have[name] = held{item: had.item}
	}
	s.acquit(k, name, nil)
}

// arrived notes that the client has a resource as the stream wants it to.
func (s *stream) arrived(k *kind, ship shipment, now time.Time) {
	if ship.item == ship.source {
		s.acquit(k, ship.name, nil) // it is taken whole, so nothing in it is refused
	} else {
		s.acquit(k, ship.name, ship.source)
	}
	if k.url == ClusterType {
		s.own(ship.item)
	}
	if s.round != nil && len(ship.item.needs) > 0 && k.stage != stageAtOnce {
		s.round.cold[k.ref(ship.name)] = now.Add(s.warm)
	}
}
