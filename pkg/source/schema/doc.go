// Package schema checks Kubernetes objects as an API server does when they are
// created with strict field validation, and gives them their types.
//
//	generic object ── Identify ──→ key, kind
//	       └──────── Check ──┬─ builtin: typed, defaults, checks ─────────────┬──→ typed object
//	                         └─ custom:  unknown fields, defaults, schema, CEL ┘    or problems
//
// The API server's own kinds are those in builtin.go; their rules are written
// out, because the API server keeps its own to itself. Every other kind has a
// CustomResourceDefinition, whose schema, defaults and CEL rules are applied by
// the code that an API server runs; package fastcheck spares valid objects most
// of that work.
//
// How to read it: schemas.go finds the kind, custom.go checks objects of a
// CustomResourceDefinition, builtin.go and the files named after kinds check
// the others, typed.go makes typed objects, problem.go words what is wrong.
package schema
