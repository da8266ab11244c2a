// Package virtualservice is the frontend for the native API: pure functions
// from VirtualServices and what belongs to them (api/v1, in the shape of Gloo's
// gateway.solo.io/v1 and gloo.solo.io/v1) to the routing model.
//
//	VirtualService ─ Translate ──────────────→ ir.Output: Fragments, ServerNames, Attached, Status
//	      │ delegates to
//	RouteTable ──────────────────────────────→ its routes in the Fragments, its problems in Visits
//	Upstream ─────── TranslateUpstream ──────→ *ir.Upstream, ir.Status
//	UpstreamGroup ── TranslateUpstreamGroup ─→ ir.Status (its destinations are read by the routes)
//	Settings ─────── TranslateSettings ──────→ Settings, ir.Status
//
// Read translate.go first. A route becomes one ir.Route for each of its
// matchers (route.go), in the order written: matcher.go says when, action.go
// what happens, options.go with which features. delegate.go walks into
// RouteTables, inherit.go says what they take over. attach.go finds the
// listeners, tls.go the server names.
//
// What is wrong is noted in report.go at the place where it stands, and costs
// as little as it can: a matcher that cannot be expressed answers 500 to what it
// might have matched or, if that were everything, is left out (region.go); an
// action or option that cannot be done makes its route answer 500; a missing
// upstream only its share. Features that protect something and are not done yet
// are such errors, never silence: see unsupported.go.
package virtualservice
