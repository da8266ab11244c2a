package source

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/source/manifest"
	"github.com/sluice-gateway/sluice/pkg/source/schema"
)

// file is what is known of one file. It is never changed: a new version of the
// content makes a new one, which shares the documents that are the same.
type file struct {
	path  string
	stamp stamp
	docs  []document
	// kept are objects of earlier versions that no document names any more,
	// while there is a document that does not say what it is.
	kept []holding
	// problems of the file as a whole: it does not parse, or a document in it
	// defines an object that an earlier one defines already.
	problems []FileProblem
}

// document is what one document of a file came to.
type document struct {
	hash uint64
	line int
	// holds are its objects. One that is invalid now is held as it last was.
	holds    []holding
	problems []FileProblem
	// nameless says that an object in it does not say what it is.
	nameless bool
}

type holding struct {
	key    ir.Object
	object *Object
	// hidden says that an earlier document of the file has the same object.
	hidden bool
}

// objects calls yield for each object that the file puts forward.
func (f *file) objects(yield func(holding) bool) {
	if f == nil {
		return
	}
	for i := range f.docs {
		for _, h := range f.docs[i].holds {
			if !h.hidden && !yield(h) {
				return
			}
		}
	}
	for _, h := range f.kept {
		if !yield(h) {
			return
		}
	}
}

// unusable is the file with nothing changed but that its present content
// cannot be used.
func (f *file) unusable(path string, at stamp, line int, reason, message string) *file {
	next := &file{path: path, stamp: at}
	if f != nil {
		next.docs, next.kept = f.docs, f.kept
	}
	next.problems = []FileProblem{{File: path, Line: line, Problem: ir.Problem{
		Severity: ir.Error, Reason: reason, Message: message,
		Remedy: "mend it; until then the file counts as it last was",
	}}}
	return next
}

// parse makes the file's next version from text. The receiver may be nil.
func (f *file) parse(schemas *Schemas, path string, at stamp, text []byte) *file {
	texts, err := manifest.Split(path, text)
	if err == nil {
		var next *file
		if next, err = f.next(schemas, path, texts); err == nil {
			next.stamp = at
			return next
		}
	}
	var syntax *manifest.SyntaxError
	if !errors.As(err, &syntax) {
		syntax = &manifest.SyntaxError{Message: err.Error()}
	}
	return f.unusable(path, at, syntax.Line, schema.ReasonSyntax, "the file cannot be parsed: "+syntax.Message)
}

func (f *file) next(schemas *Schemas, path string, texts []manifest.Document) (*file, error) {
	next := &file{path: path, docs: make([]document, len(texts))}
	fresh := f.reuse(next.docs, texts)
	decoded := make([]manifest.Decoded, len(fresh))
	errs := make([]error, len(fresh))
	spread(len(fresh), func(i int) { decoded[i], errs[i] = texts[fresh[i]].Decode() })
	if err := firstError(errs); err != nil {
		return nil, err // one that does not parse leaves the others in doubt
	}
	last := sync.OnceValue(f.last)
	spread(len(fresh), func(i int) {
		r := reader{schemas: schemas, path: path, text: texts[fresh[i]], last: last}
		next.docs[fresh[i]] = r.read(decoded[i])
	})
	next.keep(last)
	next.hideRepeated()
	return next, nil
}

func firstError(errs []error) error {
	i := slices.IndexFunc(errs, func(err error) bool { return err != nil })
	if i < 0 {
		return nil
	}
	return errs[i]
}

// reuse fills in the documents whose text the file held before, and returns the
// indices of the others.
func (f *file) reuse(docs []document, texts []manifest.Document) []int {
	var fresh []int
	var old map[uint64]*document
	if f != nil {
		old = make(map[uint64]*document, len(f.docs))
		for i := range f.docs {
			old[f.docs[i].hash] = &f.docs[i]
		}
	}
	for i, text := range texts {
		if doc, ok := old[text.Hash]; ok {
			docs[i] = doc.at(text.Line)
		} else {
			fresh = append(fresh, i)
		}
	}
	return fresh
}

// at is the document when it starts on another line.
func (d *document) at(line int) document {
	moved := *d
	moved.line = line
	moved.holds = slices.Clone(d.holds)
	moved.problems = slices.Clone(d.problems)
	for i := range moved.problems {
		moved.problems[i].Line += line - d.line
	}
	for i := range moved.holds {
		h := &moved.holds[i]
		h.hidden = false
		if h.object.Line == d.line && line != d.line {
			o := *h.object
			o.Line = line
			h.object = &o
		}
	}
	return moved
}

// last returns what the file held, by key.
func (f *file) last() map[ir.Object]*Object {
	held := map[ir.Object]*Object{}
	for h := range f.objects {
		held[h.key] = h.object
	}
	return held
}

// keep holds on to what vanished, if a document is there that may be meant to
// define it.
func (f *file) keep(last func() map[ir.Object]*Object) {
	if !slices.ContainsFunc(f.docs, func(d document) bool { return d.nameless }) {
		return
	}
	named := f.last()
	for key, object := range last() {
		if _, ok := named[key]; !ok {
			f.kept = append(f.kept, holding{key: key, object: object})
		}
	}
	slices.SortFunc(f.kept, func(a, b holding) int { return a.key.Compare(b.key) })
}

// hideRepeated lets the first document of the file win that defines an object.
func (f *file) hideRepeated() {
	if len(f.docs) == 1 && len(f.docs[0].holds) == 1 {
		return
	}
	first := map[ir.Object]int{}
	for i := range f.docs {
		d := &f.docs[i]
		for j := range d.holds {
			h := &d.holds[j]
			line, repeated := first[h.key]
			if h.hidden = repeated; !repeated {
				first[h.key] = d.line
				continue
			}
			f.problems = append(f.problems, conflict(f.path, d.line, h.key, fmt.Sprintf("line %d", line)))
		}
	}
}

func conflict(path string, line int, key ir.Object, owner string) FileProblem {
	return FileProblem{File: path, Line: line, Object: key, Problem: ir.Problem{
		Severity: ir.Error, Reason: ir.ReasonConflict,
		Message: fmt.Sprintf("%s is defined by %s already", key, owner),
		Remedy:  "remove one of them",
	}}
}

// spread runs f for each i below n, on all cores if there is enough to do.
func spread(n int, f func(i int)) {
	const worthIt = 16
	workers := min(runtime.GOMAXPROCS(0), n/worthIt)
	if workers < 2 {
		for i := range n {
			f(i)
		}
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}
