// Package standalone is Sluice without a cluster: a directory of YAML, the control
// plane and one Envoy in one process.
//
//	directory ──→ controlplane ──Unix socket──→ Envoy ──→ 8080, 8443, …
//	                  │
//	                  └→ admin address: /readyz, /metrics, /debug/…
package standalone
