// Package cases is the specification of Sluice: each file below testdata shows
// one behaviour, in every dialect that can say it, and the tests prove it on a
// real Envoy. README.md says how to read and write one.
package cases
