// Package translator turns the routing model of package ir into Envoy
// resources: marshalled, validated, and the same bytes for the same value.
//
//	ir.Listener ────→ Listener ── names ─→ RouteConfiguration "ns/gw/port/shard", Secrets
//	ir.ListenerKey ─→ RouteConfiguration without hosts (RouteConfigHead)
//	ir.VirtualHost ─→ one entry of its virtual_hosts: a list of routes, or a prefix tree when there are many
//	ir.Cluster ─────→ Cluster ─── names ─→ ClusterLoadAssignment, Secrets
//	ir.Endpoints ───→ ClusterLoadAssignment
//	ir.Certificate ─→ Secret
//
// How to read it: translator.go is the API. listener.go, edge.go, filters.go and
// servertls.go make a listener; filters.go holds the order of the HTTP filters.
// virtualhost.go and tree.go make a host of routes; route.go lists the features
// of a route, and each has a file named like its file in package ir. cluster.go
// lists the features of a cluster in the same way.
//
// Regular expressions need room: Envoy has to run with the runtime value
// re2.max_program_size.error_level raised from 100 to about 10000.
//
// An error means that a value breaks a promise that package ir makes; users'
// mistakes never get here.
package translator
