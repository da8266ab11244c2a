package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Finding is one problem of one object or file.
type Finding struct {
	ir.Problem
	// Object is the zero value for problems of a file as a whole.
	Object ir.Object
	Place  Place
}

// Place is where an object is written. The zero value is unknown.
type Place struct {
	File string
	// Line is 1-based; zero means the whole file.
	Line int
}

// Book holds all current findings. It is not safe for concurrent use. The zero
// value is not usable; see NewBook.
type Book struct {
	objects map[ir.Object][]ir.Problem
	places  map[ir.Object]Place
	locate  func(ir.Object) (Place, bool)
	files   map[string][]Finding
	count   map[ir.Severity]int // of all problems
}

// NewBook returns an empty book.
func NewBook() *Book {
	return &Book{
		objects: map[ir.Object][]ir.Problem{}, places: map[ir.Object]Place{}, files: map[string][]Finding{},
		count: map[ir.Severity]int{},
	}
}

// Locate has the book ask where an object is written now: it can move within
// its file without being changed. For one that is not known there, the place
// noted last counts.
func (b *Book) Locate(locate func(ir.Object) (Place, bool)) { b.locate = locate }

// SetPlace notes where an object is written.
func (b *Book) SetPlace(o ir.Object, p Place) { b.places[o] = p }

// Forget drops the place of an object that is gone. Its problems end when
// SetObject says so.
func (b *Book) Forget(o ir.Object) { delete(b.places, o) }

// Place returns where an object is written.
func (b *Book) Place(o ir.Object) Place {
	if b.locate != nil {
		if p, ok := b.locate(o); ok {
			return p
		}
	}
	return b.places[o]
}

// SetObject replaces the problems of an object and returns those that are new
// and those that are gone.
func (b *Book) SetObject(o ir.Object, problems []ir.Problem) (added, gone []Finding) {
	old := b.objects[o]
	for _, p := range old {
		b.count[p.Severity]--
	}
	for _, p := range problems {
		b.count[p.Severity]++
	}
	if len(problems) == 0 {
		delete(b.objects, o)
	} else {
		b.objects[o] = problems
	}
	return b.differ(o, old, problems), b.differ(o, problems, old)
}

// differ returns the findings for what is in now but not in was.
func (b *Book) differ(o ir.Object, was, now []ir.Problem) []Finding {
	var out []Finding
	for _, p := range now {
		if !slices.Contains(was, p) {
			out = append(out, Finding{Problem: p, Object: o, Place: b.Place(o)})
		}
	}
	return out
}

// SetFile replaces the problems of a file and returns those that are new and
// those that are gone.
func (b *Book) SetFile(file string, findings []Finding) (added, gone []Finding) {
	old := b.files[file]
	for _, f := range old {
		b.count[f.Severity]--
	}
	for _, f := range findings {
		b.count[f.Severity]++
	}
	if len(findings) == 0 {
		delete(b.files, file)
	} else {
		b.files[file] = findings
	}
	without := func(all, some []Finding) []Finding {
		return slices.DeleteFunc(slices.Clone(all), func(f Finding) bool { return slices.Contains(some, f) })
	}
	return without(findings, old), without(old, findings)
}

// Findings returns everything in the book: errors first, then by place and
// object.
func (b *Book) Findings() []Finding {
	var out []Finding
	for o, problems := range b.objects {
		out = append(out, b.differ(o, nil, problems)...)
	}
	for _, fs := range b.files {
		out = append(out, fs...)
	}
	slices.SortFunc(out, compare)
	return out
}

func compare(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(b.Severity, a.Severity),
		strings.Compare(a.Place.File, b.Place.File), cmp.Compare(a.Place.Line, b.Place.Line),
		a.Object.Compare(b.Object),
		strings.Compare(a.Field, b.Field), strings.Compare(a.Reason, b.Reason), strings.Compare(a.Message, b.Message),
	)
}

// Count returns the number of errors and warnings.
func (b *Book) Count() (errors, warnings int) { return b.count[ir.Error], b.count[ir.Warning] }
