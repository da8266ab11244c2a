// Package source turns a watched directory of Kubernetes YAML and JSON into
// object events, checked as an API server would check them.
//
//	files ── split ──→ documents ── decode ──→ generic objects ── Schemas ──→ typed objects
//	  ↑                 (hash: an unchanged      (strict: no field   (defaults,     │
//	fsnotify,            document costs no        twice, bounded      schema, CEL,  ↓
//	polling              more than its hash)      size and depth)     conversion)  claims ──→ Batch
//	                                                                               (who owns a key)
//
// A file that does not parse keeps what it last held; a document that parses
// but is not valid keeps its object's last good version. Both are FileProblems
// with file and line, and touch nothing else.
//
// How to read it: object.go holds what comes out. split.go, decode.go and
// locate.go turn text into generic objects. schemas.go finds the schema of a
// kind; crd.go checks objects of CustomResourceDefinitions, builtin.go those of
// the API server's own kinds. file.go holds what is known of one file,
// claims.go which file's object counts, directory.go puts them together,
// watch.go keeps them up to date.
package source
