package source

import (
	"io/fs"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/source/schema"
)

// KubeObject is a typed Kubernetes object with metadata.
type KubeObject = schema.KubeObject

// Schemas knows the kinds that a directory may hold and checks objects as an
// API server does. It is safe for concurrent use.
type Schemas = schema.Schemas

// NewSchemas returns the schemas of the API server's own kinds and of the
// CustomResourceDefinitions in the files <group>_<plural>.yaml of crds. It
// returns an error if crds cannot be read.
func NewSchemas(crds fs.FS) (*Schemas, error) { return schema.New(crds) }

// Object is a valid object with its defaults set, and where it was written. It
// is shared: nobody may change it.
//
// Its generation is 1 when the object first appears and counts the changes of
// anything but metadata. Its creation timestamp is what the document says, else
// zero, so that nothing depends on the order of loading. It has no resource
// version.
type Object struct {
	Obj KubeObject
	// File is the path of the file, starting with the directory's root.
	File string
	// Line is the 1-based line on which the object's document starts. Edits
	// elsewhere in the file move it without an event; see [Directory.Where].
	Line int
}

// Event says that an object is now this one, or is gone.
type Event struct {
	Key ir.Object
	// Object is nil when the object was deleted.
	Object *Object
}

// FileProblem is a document that cannot be used, or not wholly.
type FileProblem struct {
	// File is the path of the file, or of a directory that cannot be read or
	// watched.
	File string
	// Line is the 1-based line of the field, or of the nearest around it that
	// is written; 0 if the problem is about the whole file.
	Line int
	// Object is what the document describes, as far as it is known.
	Object ir.Object
	ir.Problem
}

// Batch is what one or more changes of files came to.
type Batch struct {
	// Events are sorted by key and name each key at most once.
	Events []Event
	// Problems holds all current problems of each file whose problems changed.
	// An empty list says that the file has none any more.
	Problems map[string][]FileProblem
}

// Empty reports whether the batch says nothing.
func (b Batch) Empty() bool { return len(b.Events) == 0 && len(b.Problems) == 0 }
