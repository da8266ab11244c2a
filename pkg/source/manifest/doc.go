// Package manifest reads the text of Kubernetes manifests: YAML streams, JSON
// streams, and lists of objects inside them.
//
//	text ── Split ──→ Document{Line, Hash} ── Decode ──→ Item{Object, Path}
//	                                               └──→ Duplicates, or *SyntaxError
//	Document.Locate("spec.rules[0].host") ──→ line, for whoever finds a field wrong
//
// Scalars mean what they mean to kubectl (YAML 1.1: an unquoted yes is a
// boolean), numbers are int64 or float64 as in the API machinery. Everything is
// bounded: bytes per file and document, nesting, and what aliases expand to.
//
// How to read it: split.go finds where documents start, decode.go makes generic
// objects of one, value.go gives them JSON's types, locate.go finds lines.
package manifest
