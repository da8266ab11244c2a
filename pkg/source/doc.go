// Package source turns a watched directory of Kubernetes YAML and JSON into
// object events, checked as an API server would check them.
//
//	notifier ── look ──→ files ── manifest ──→ documents ── schema ──→ typed objects ── claims ──→ Batch
//	(what changed)      (read when  (an unchanged one     (defaults,     (which file's
//	                     whole)      costs its hash)       fields, CEL)   object counts)
//
// A file that does not parse keeps what it last held; a document that parses
// but is not valid keeps its object's last good version. Both are FileProblems
// with file and line, and touch nothing else. Whatever is gone counts as gone
// only after a moment, as editors and mounts take things away to put new ones
// in their place; a root that is gone keeps everything.
//
// How to read it: object.go holds what comes out. directory.go loads and
// commits; scan.go and tree.go know directories and links; disk.go reads files.
// file.go and reader.go make the next version of a file from its text, claims.go
// makes events of it. watch.go decides when to look at what, told by notify.go
// and the files named after it. Package manifest reads the text, package schema
// checks the objects.
package source
