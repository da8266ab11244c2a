// Package ir is the routing model: the one form that Ingress, Gateway API and
// VirtualService objects become before anything is said to Envoy.
//
//	Ingress ─────────┐               ┌ Fragment{Listener, Host, Routes} ─┐
//	HTTPRoute ───────┼─ a frontend ──┼ ServerName{Listener, SNI, Cert}    ├─ merged and ordered per {listener, host}
//	VirtualService ──┘               └ Status{Conditions, Problems}       ┘        → VirtualHost
//
//	Gateway ──→ Gateway (what routes may attach to) ──→ Listener (a bound port)
//	Service, Upstream ──→ Upstream ──→ Cluster, Endpoints
//
// Every value is final: references are resolved, durations are time.Duration,
// regular expressions are compiled, host names are lower case, keys are
// comparable structs. What a user wrote wrongly is a Problem beside a Route
// that answers 500 (or denies, where security is at stake), so the data plane
// and the status come from one value and one bad object never touches another.
//
// A feature of a route is one file: its type, its merge rule and its
// documentation; see policy.go for the list. Package ir imports only the
// standard library.
package ir
