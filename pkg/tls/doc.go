// Package tls turns Secrets into certificates that Envoy is sure to accept.
//
//	Secret ─ secret.go ─→ tls.crt, tls.key ─ pem.go ─→ DER blocks ─┬ chain.go: leaf, order, validity ─┐
//	         type, keys,                     strict,               └ key.go: kind, size, fits leaf ───┴→ ir.Certificate
//	         size                            bounded                                                     or an ir.Problem
//
// Envoy refuses a whole listener, or a whole SDS update, for one certificate
// that it cannot load. So every rule of Envoy's loader (BoringSSL's, and its own
// checks in the TLS context) is checked here first, and a test feeds the same
// inputs to both. What leaves this package has been encoded again from what
// was parsed: the PEM that Envoy reads cannot mean anything else to it than it
// meant here.
//
// Some rules are stricter than Envoy's, on purpose: keys longer than 8192 bits, a
// chain of more than 16 certificates, and the PEM types that carry OpenSSL's
// trust settings.
package tls
