package xds

import (
	"errors"
	"fmt"
	"slices"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
)

// maxKinds bounds the resource types that one stream may ask for.
const maxKinds = 64

var errTooManyTypes = errors.New("too many resource types on one stream")

// stream is the state machine of one Envoy's connection. It has no clock, lock or
// goroutine: the caller tells it what happened and when, and then takes responses from next
// until there is none.
type stream struct {
	limits
	newest  *state // of the store; nil before it is ready
	base    *state // of the round under way or, between rounds, the last one
	kinds   []*kind
	round   *round            // nil between rounds
	owned   map[string]uint64 // endpoints → the hash of the clusters sent that need them
	nonces  uint64
	started time.Time
	wakeAt  time.Time // tick is wanted then; zero means no need
	settled Revision  // what rounds deliver is acknowledged up to here
	acked   Revision  // everything is
	events  []event
	memory  *memory // of the node's last stream
}

type limits struct {
	warm, grace time.Duration
	retry       time.Duration // 0 means never
	probes      int
}

// event is a Rejection that begins or ends.
type event struct {
	Rejection
	cleared bool
}

func newStream(l limits, m *memory, now time.Time) *stream {
	return &stream{limits: l, owned: map[string]uint64{}, started: now, memory: m}
}

// update tells of a new state of the store.
func (s *stream) update(newest *state, now time.Time) {
	if newest == nil || newest == s.newest {
		return
	}
	var before map[string]*index
	if s.newest != nil {
		before = s.newest.types
	}
	s.newest = newest
	for _, k := range s.kinds {
		diff(before[k.url], newest.types[k.url], func(name string, _, after *item) {
			s.mark(k, name, after != nil)
		})
	}
	s.advance(now)
}

// mark notes that a name has another resource in the store, or none.
func (s *stream) mark(k *kind, name string, exists bool) {
	switch {
	case !k.subscribed(name):
	case k.stage == stageAtOnce && exists:
		delete(k.dirty, name)
		k.ask(name, changed)
	default:
		k.dirty[name] = true
	}
}

// tick tells the time; it is due at wakeAt.
func (s *stream) tick(now time.Time) { s.advance(now) }

// receive takes a request.
func (s *stream) receive(req *discovery.DeltaDiscoveryRequest, now time.Time) error {
	k := s.kind(req.GetTypeUrl())
	first := k == nil
	if first {
		if len(s.kinds) == maxKinds {
			return fmt.Errorf("%q: %w", req.GetTypeUrl(), errTooManyTypes)
		}
		k = s.addKind(req)
	}
	if nonce := req.GetResponseNonce(); nonce != "" {
		s.answer(k, nonce, req, now)
	}
	why := forced
	if first {
		why = asked
	}
	for _, name := range req.GetResourceNamesSubscribe() {
		s.subscribe(k, name, why)
	}
	for _, name := range req.GetResourceNamesUnsubscribe() {
		s.unsubscribe(k, name)
	}
	s.advance(now)
	return nil
}

func (s *stream) kind(url string) *kind {
	for _, k := range s.kinds {
		if k.url == url {
			return k
		}
	}
	return nil
}

// addKind starts a type at its first request, which also tells what the client still has from an
// earlier stream. A first request that names nothing subscribes to everything.
func (s *stream) addKind(req *discovery.DeltaDiscoveryRequest) *kind {
	k := newKind(req.GetTypeUrl())
	s.kinds = append(s.kinds, k)
	slices.SortStableFunc(s.kinds, func(a, b *kind) int { return a.rank - b.rank })
	s.settled = 0
	for name, v := range req.GetInitialResourceVersions() {
		hash, withheld := parseVersion(v)
		k.have[name] = held{hash: hash}
		if len(withheld) > 0 {
			k.withheld[name] = withheld
		}
	}
	s.memory.restore(k)
	for name := range k.have {
		if !s.exists(k, name) {
			k.dirty[name] = true
		}
	}
	for name := range k.refused {
		k.dirty[name] = true
	}
	for name := range k.maybe {
		k.dirty[name] = true
	}
	if len(req.GetResourceNamesSubscribe()) == 0 {
		s.subscribeAll(k)
	}
	return k
}

func (s *stream) subscribe(k *kind, name string, why cause) {
	if name == wildcard {
		s.subscribeAll(k)
		return
	}
	k.names[name] = true
	k.ask(name, why)
	s.markLate(k, name)
}

// markLate marks a name whose resource changed after the base, before it was subscribed to.
func (s *stream) markLate(k *kind, name string) {
	if s.base.get(k.ref(name)) != s.newest.get(k.ref(name)) {
		s.mark(k, name, s.exists(k, name))
	}
}

func (s *stream) subscribeAll(k *kind) {
	if k.wildcard {
		return
	}
	k.wildcard = true
	if k.url != RouteType && len(k.have) == 0 { // routes have a lane per name, and no client wants all
		k.owed = true
		k.lane("")
	}
	if s.newest == nil {
		return // update marks all of the first state
	}
	for it := range s.newest.types[k.url].all {
		s.mark(k, it.name, true)
	}
	s.join(k)
}

// join lets a type that is new on the stream take part in the round under way, if its turn is not over.
func (s *stream) join(k *kind) {
	late := s.round == nil || s.round.removing || s.round.routes && k.stage == stageClusters
	if late || k.stage == stageAtOnce {
		return
	}
	for it := range s.base.types[k.url].all {
		k.dirty[it.name] = true
	}
	s.absorb(k)
	diff(s.base.types[k.url], s.newest.types[k.url], func(name string, _, after *item) {
		s.mark(k, name, after != nil)
	})
}

func (s *stream) unsubscribe(k *kind, name string) {
	if name == wildcard {
		k.wildcard = false
		for name := range k.have {
			if !k.names[name] {
				s.drop(k, name)
			}
		}
		return
	}
	delete(k.names, name)
	if k.wildcard {
		k.ask(name, forced) // the client no longer knows whether it has it
		return
	}
	s.drop(k, name)
}

func (s *stream) drop(k *kind, name string) {
	k.forget(name)
	s.acquit(k, name, nil)
	if k.url == EndpointType {
		delete(s.owned, name)
	}
}

func (s *stream) exists(k *kind, name string) bool { return s.newest.get(k.ref(name)) != nil }

// source returns what the store has for the stream under a name: the content of the round's
// state, or the newest of what goes out at once, for as long as either has it.
func (s *stream) source(k *kind, name string) *item {
	if k.stage == stageAtOnce {
		if it := s.newest.get(k.ref(name)); it != nil {
			return it
		}
	}
	return s.base.get(k.ref(name))
}

// open reports whether responses of a type may go out now.
func (s *stream) open(k *kind) bool {
	switch {
	case s.base == nil:
		return false
	case k.stage == stageRoutes:
		return s.round == nil || s.round.routes
	default:
		return true
	}
}

// next returns a response to send now, or nil.
func (s *stream) next(now time.Time) *response {
	for {
		r := s.pick(now)
		if r != nil {
			return r
		}
		if !s.advance(now) {
			return nil
		}
	}
}

func (s *stream) pick(now time.Time) *response {
	for _, k := range s.kinds {
		if !s.open(k) {
			continue
		}
		for _, l := range slices.Clone(k.order) { // a lane may go
			if l.flight != nil {
				continue
			}
			if r := s.load(k, l, now); r != nil {
				return r
			}
		}
	}
	return nil
}
