// Package xds delivers configuration to Envoy: a store of marshalled resources and a delta
// ADS server over it. It knows names and bytes, never what they mean.
//
//	Apply(changes) → Store ── immutable state, one per revision ──┐
//	                                                              │ wake
//	            one per Envoy:   envoy (goroutines, gRPC, clock) ─┴→ stream (pure state machine)
//	                                                                   │
//	  round:  clusters → ACK, warm → listeners, routes → ACK, warm → listeners removed → grace → clusters removed
//	  at once: endpoints and secrets that Envoy has subscribed to
//
// How to read it: change.go is what callers write; index.go the persistent sorted list that
// everything is kept in, item.go what is in it, store.go the states made of it. stream.go is one
// Envoy's state machine: kind.go one resource type of it, send.go the way of a response out and of its answer in,
// round.go the order of delivery, retire.go removals, refuse.go and hunt.go what happens when Envoy refuses, memory.go
// and recall.go what is known after a reconnect. server.go and envoy.go run streams over gRPC; wire.go
// encodes responses without copying resources; status.go says how far each Envoy is.
//
// # Order
//
// Envoy warms clusters and listeners but not routes: the management server "must ensure that
// clusters referenced by a route are in place" (xDS protocol, eventual consistency
// considerations). So each stream delivers in rounds; a round is one state of the store, and
// its routes go out when its clusters are acknowledged together with what they need. A listener
// that is gone is removed in the response that brings the new ones, since Envoy refuses two with
// one address. Each type, and each route configuration, has one response in flight; what changes meanwhile goes into the next.
//
// Envoy withholds the acknowledgement of clusters until all of them are warm: named hosts resolved, and the
// first active health check of each new or changed one answered. So no route gets to a cluster too
// early; and one slow health check holds up the routes and listeners of all, for as long as its timeout.
//
// Envoy warms a changed cluster only when its endpoints come again, changed or not. The version of endpoints
// therefore includes that of their cluster: they are sent after it, also when a reconnect fell between.
//
// A cluster goes when its grace is over and nothing that Envoy may still use mentions it: refused
// routes, of which Envoy keeps the old ones, or those of a listener that drains. Envoy ignores the removal of
// a route configuration in use, so it counts as used until Envoy gives up its subscription.
//
// # Names that do not exist
//
// A subscription to what the store does not have is answered with a removal, so that Envoy need not wait for
// its timeout: a cluster gets ready without endpoints, a handshake fails at once. The resource is
// sent when it comes into being.
//
// # Refusals
//
// A NACK names no culprit that could be relied on. The stream finds it by bisection, among the resources
// of the response or among the parts of a composite one that changed; Envoy's words only
// decide what is tried first. What is accepted on the way stays. The culprit is withheld until its bytes
// change; Envoy keeps the bytes it acknowledged last, or does without.
package xds
