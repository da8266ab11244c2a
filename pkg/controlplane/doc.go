// Package controlplane is the loop of Sluice: what arrives is staged, one commit
// brings everything up to date, and the change set goes to Envoy and to the
// readers of statuses.
//
//	Offer(batch) ──→ inbox ──→ Stage ─→ Commit ─┬→ xds.Store ──→ every Envoy
//	Envoy's refusals ──↑                        ├→ Book of problems ──→ Observer
//	                                            └→ metrics
//
// What arrives during a commit is the next batch: there is no timer. One
// goroutine owns the pipeline; Ask runs a question on it.
package controlplane
