// Package gatewayapi is the frontend for Gateway API v1: pure functions from
// its objects to the routing model and to their statuses.
//
//	GatewayClass ── TranslateClass ────→ ours?, Status
//	Gateway ─────── TranslateGateway ──→ GatewayOutput: what routes may attach to (ir.Gateway),
//	                    │                ports, server names, hosts claimed, Status
//	                    └ GatewayStatus ← routes attached, what the data plane says
//	HTTPRoute ───── TranslateHTTPRoute ─→ ir.Output: Fragments, Attached, Status
//	ReferenceGrant  TranslateGrant ────→ ir.Grant
//
// Read httproute.go first: a route's rules become ir.Routes once (match.go,
// filters.go, backends.go, timeouts.go), its parentRefs become bound hosts
// (parents.go), and every bound host gets a Fragment that shares the same
// routes. What is wrong is noted in report.go, from where it ends both in the
// conditions of each parent and in the Status's Problems.
//
// What cannot be honoured fails as narrowly as it can: a match that cannot be
// expressed is left out, a backend that cannot be used answers 500 for its
// share, and a rule with a filter that cannot be done answers 500 whole, since
// a filter must never be skipped.
package gatewayapi
