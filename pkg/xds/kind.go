package xds

import (
	"slices"
	"time"
)

// stage says when the resources of a type go out.
type stage uint8

const (
	stageClusters stage = iota // first in a round
	stageAtOnce                // in no round: endpoints and secrets that Envoy asked for
	stageRoutes                // in a round when its clusters are warm: listeners, routes and all else
)

// wildcard is the name that stands for all resources of a type.
const wildcard = "*"

// inOrder lists the types as they are sent on a stream; a type that is not listed
// comes last.
func inOrder() []string {
	return []string{ClusterType, EndpointType, SecretType, ListenerType, RouteType}
}

// kind is the state of one resource type on a stream.
type kind struct {
	url      string
	stage    stage
	rank     int
	wildcard bool                          // all names are subscribed to
	owed     bool                          // the first answer to that; Envoy waits for it, even an empty one
	names    map[string]bool               // subscribed to by name
	have     map[string]held               // what the client acknowledged
	maybe    map[string]bool               // was in a refused response: Envoy applies the good ones of some types
	refused  map[string]map[string]refusal // by name and part; the empty part is the head or a plain resource
	retried  map[string]bool               // refused, and to be sent all the same, once
	retryAt  time.Time                     // for that; zero means not planned
	withheld map[string][]uint64           // hashes of parts that the client's version says it was not given
	dirty    map[string]bool               // changed, for the next round
	gone     map[string]bool               // removals of the round under way
	retired  map[string]time.Time
	removals map[string]bool // to be sent now
	lanes    map[string]*lane
	order    []*lane  // the lanes in order of their making
	clean    Revision // stageAtOnce: all of it is acknowledged up to here
	nacks    int
}

// held is a resource as the client has it.
type held struct {
	hash  uint64 // its version on the wire
	owner uint64 // of endpoints: the part of the hash that stands for their clusters
	item  *item  // nil if only its version is known, from an earlier stream
}

func newKind(url string) *kind {
	k := &kind{
		url: url, stage: stageRoutes, rank: slices.Index(inOrder(), url),
		names: map[string]bool{}, have: map[string]held{}, retried: map[string]bool{}, withheld: map[string][]uint64{}, maybe: map[string]bool{}, refused: map[string]map[string]refusal{},
		dirty: map[string]bool{}, gone: map[string]bool{}, retired: map[string]time.Time{},
		removals: map[string]bool{}, lanes: map[string]*lane{},
	}
	if k.rank < 0 {
		k.rank = len(inOrder())
	}
	switch url {
	case ClusterType:
		k.stage = stageClusters
	case EndpointType, SecretType:
		k.stage = stageAtOnce
	}
	return k
}

func (k *kind) ref(name string) Ref { return Ref{k.url, name} }

// has reports whether the client has, or may have, something under a name.
func (k *kind) has(name string) bool {
	_, has := k.have[name]
	return has || k.maybe[name]
}

func (k *kind) subscribed(name string) bool { return k.wildcard || k.names[name] }

// lane returns the queue of a name: each route configuration has its own, since Envoy takes
// long over a large one; the other types have one each.
func (k *kind) lane(name string) *lane {
	if k.url != RouteType {
		name = ""
	}
	l := k.lanes[name]
	if l == nil {
		l = &lane{pending: map[string]cause{}}
		k.lanes[name] = l
		k.order = append(k.order, l)
	}
	return l
}

// ask queues a name to be looked at; the stronger cause stays.
func (k *kind) ask(name string, why cause) {
	l := k.lane(name)
	if old, ok := l.pending[name]; !ok || why > old {
		l.pending[name] = why
	}
}

func (k *kind) idle() bool {
	for _, l := range k.order {
		if !l.idle() {
			return false
		}
	}
	return true
}

// forget drops all that is known of a name that is not subscribed to any more.
func (k *kind) forget(name string) {
	delete(k.have, name)
	delete(k.retried, name)
	delete(k.withheld, name)
	delete(k.maybe, name)
	delete(k.dirty, name)
	delete(k.gone, name)
	delete(k.retired, name)
	delete(k.removals, name)
	if k.url != RouteType {
		delete(k.lane(name).pending, name)
		return
	}
	l := k.lanes[name]
	switch {
	case l == nil:
	case l.flight != nil: // its answer is still to come
		clear(l.pending)
		l.hunt = nil
	default:
		delete(k.lanes, name)
		k.order = slices.DeleteFunc(k.order, func(o *lane) bool { return o == l })
	}
}

// cause is why a name is pending; a later one outweighs an earlier one.
type cause uint8

const (
	changed cause = iota // the store's resource is another
	asked                // first subscription of the stream: answer unless the client has it
	forced               // later subscription: answer in any case, the client may have dropped it
)

// lane is a queue with at most one response in flight. What it sends is
// chosen when it is sent, so a client that reads slowly gets fewer and newer responses.
type lane struct {
	pending map[string]cause
	flight  *flight
	hunt    *hunt
}

func (l *lane) idle() bool { return len(l.pending) == 0 && l.flight == nil && l.hunt == nil }

// flight is a response that waits for its answer.
type flight struct {
	nonce    string
	sent     []shipment
	removed  []string
	revision Revision // newest one when it was sent
}

// shipment is one resource of a flight.
type shipment struct {
	name   string
	source *item // the store's
	item   *item // what was sent of it
	hash   uint64
	owner  uint64
}

// carries reports whether a flight sends the resource of a name.
func (f *flight) carries(name string) bool {
	return slices.ContainsFunc(f.sent, func(ship shipment) bool { return ship.name == name })
}
