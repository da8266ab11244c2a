// Package proxytest finds the Envoy that tests run.
//
//	go test ──→ proxytest.Envoy(t) ──→ ENVOY, PATH, or .cache/bin/envoy of this repository
package proxytest
