package source

import (
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/source/manifest"
	"github.com/sluice-gateway/sluice/pkg/source/schema"
)

// remedyUntilThen is what to do about an object that is not valid.
const remedyUntilThen = "correct it; until then the object counts as it last was"

// reader makes a document's objects from its text.
type reader struct {
	schemas *Schemas
	path    string
	text    manifest.Document
	// last returns what the file held before.
	last func() map[ir.Object]*Object
	doc  document
}

func (r *reader) read(decoded manifest.Decoded) document {
	r.doc = document{hash: r.text.Hash, line: r.text.Line}
	for _, item := range decoded.Items {
		r.readItem(item, decoded.Duplicates)
	}
	return r.doc
}

func (r *reader) readItem(item manifest.Item, duplicates []manifest.Field) {
	key, bad := r.schemas.Identify(item.Object)
	if bad != nil {
		r.doc.nameless = r.doc.nameless || bad.Severity == ir.Error
		r.report(item, key, *bad)
		return
	}
	if r.repeats(item, key, duplicates) {
		r.hold(key, r.last()[key])
		return
	}
	obj, found := r.schemas.Check(item.Object)
	for _, bad := range found {
		r.report(item, key, bad)
	}
	if obj == nil {
		r.hold(key, r.last()[key])
		return
	}
	r.hold(key, &Object{Obj: obj, File: r.path, Line: r.text.Line})
}

// repeats reports the fields that the item has twice, and whether there are any.
func (r *reader) repeats(item manifest.Item, key ir.Object, duplicates []manifest.Field) bool {
	found := false
	for _, field := range duplicates {
		path, inside := within(item.Path, field.Path)
		if !inside {
			continue
		}
		found = true
		r.doc.problems = append(r.doc.problems, FileProblem{File: r.path, Line: field.Line, Object: key, Problem: ir.Problem{
			Severity: ir.Error, Reason: schema.ReasonDuplicateField, Field: path, Message: "the field is written twice",
			Remedy: "remove one of them; until then the object counts as it last was",
		}})
	}
	return found
}

func (r *reader) hold(key ir.Object, object *Object) {
	if object == nil {
		return
	}
	key.Name, key.Namespace = object.Obj.GetName(), object.Obj.GetNamespace() // one string for both
	r.doc.holds = append(r.doc.holds, holding{key: key, object: object})
}

func (r *reader) report(item manifest.Item, key ir.Object, bad ir.Problem) {
	if bad.Severity == ir.Error && bad.Remedy == "" {
		bad.Remedy = remedyUntilThen
	}
	at := item.Path + "." + bad.Field
	r.doc.problems = append(r.doc.problems, FileProblem{
		File: r.path, Line: r.text.Locate(at), Object: key, Problem: bad,
	})
}

// within returns the path below the item, and whether it is one. A field that
// the document has twice above its items is every item's.
func within(item, path string) (string, bool) {
	if len(path) > len(item) && path[:len(item)] == item && (item == "" || path[len(item)] == '.') {
		return path[len(item)+min(1, len(item)):], true
	}
	return path, item == "" || len(path) < len(item) && path == item[:len(path)]
}
