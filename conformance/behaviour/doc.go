// Package behaviour runs behaviour cases: txtar files that say what the gateway
// does, in each dialect that can say it, against a real Envoy.
//
//	case.txtar ── Load ──→ Case ── Run ──→ files in a directory ─→ source ─→ control plane ─→ xds ─→ Envoy
//	                                                                   │                            ↑ │
//	                          ir, xds, status ←── compared ── Snapshot ┘                    traffic │ ↓
//	                                                                                     Echo backends
//
// The form of a case and the grammar of traffic lines are in
// conformance/cases/README.md.
//
// How to read it: case.go is what a file says and run.go what is done with it.
// gateway.go is the gateway under test, made of the same parts as `sluice run`;
// workload.go gives it objects and echo.go backends. request.go, client.go and
// expect.go are the traffic lines: parsed, sent, judged. text_ir.go, text_xds.go
// and text_status.go print what is compared with the golden sections.
package behaviour
