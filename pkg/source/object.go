package source

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// KubeObject is a typed Kubernetes object with metadata.
type KubeObject interface {
	metav1.Object
	runtime.Object
}

// Object is a valid object with its defaults set, and where it was written.
// It is shared: nobody may change it.
type Object struct {
	Obj KubeObject
	// File is the file's path, below the root the directory was made with.
	File string
	// Line is the 1-based line on which the object's document starts.
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
	File string
	// Line is 1-based: the line of the field if it could be found, else the
	// line on which the document starts, else 0 (the problem is the file's).
	Line int
	// Object is the object that the document describes, as far as it is known.
	Object ir.Object
	ir.Problem
}

// Batch is what one or more changes of files came to.
type Batch struct {
	// Events are sorted by key and name each key at most once.
	Events []Event
	// Problems holds all current problems of every file whose problems may
	// have changed. An empty list says that the file has none any more.
	Problems map[string][]FileProblem
}

// Empty reports whether the batch says nothing.
func (b Batch) Empty() bool { return len(b.Events) == 0 && len(b.Problems) == 0 }
