// Package pipeline is the wiring of Sluice: one page, pipeline.go, that declares
// every table and what it is derived from.
//
//	Stage(object) … ─→ source tables ─→ gateways, backends, certificates
//	                                          │ read by
//	                                  outputs (one row per route object)
//	                                          │ grouped by host, counted by cluster
//	               hosts ─→ virtualHosts                  clusters, endpoints, secrets, listeners
//	                                          └────────── Commit() ──────────┘
//	                                       Changes{XDS, Statuses}
//
// Nothing here decides anything: translation is in the frontends and in package
// translator, and the order of recomputation is package table's. The other
// files hold the functions that the page names, by subject.
package pipeline
