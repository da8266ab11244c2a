// Package xds delivers configuration to Envoy: a store of marshalled resources and a delta
// ADS server over it. It knows names and bytes, never what they mean.
//
//	Apply(changes) → Store ── immutable state, one per revision ──┐
//	                                                              │ wake
//	            one per Envoy:   shell (goroutine, gRPC, clock) ──┴→ stream (pure state machine)
//	                                                                   │
//	  round:  clusters, secrets, endpoints → ACK, warm → listeners, routes → ACK → removals → grace → clusters removed
//
// How to read it: change.go is what callers write, index.go the persistent sorted list that
// everything is kept in, store.go the states made of it. stream.go is one Envoy's state
// machine: lane.go is one type's queue with at most one response in flight, round.go the order of
// delivery, refuse.go what happens when Envoy refuses. server.go and shell.go run it
// over gRPC; wire.go encodes responses without copying resources.
//
// # Order
//
// Envoy warms clusters and listeners but not routes: the management server "must ensure that
// clusters referenced by a route are in place" (xDS protocol, eventual consistency
// considerations). So each stream delivers in rounds; a round is one state of the store, and
// its routes go out when its clusters are acknowledged together with what they need.
// Endpoints and secrets of names that Envoy has subscribed to go out at once, in no round.
package xds
