package virtualservice

import (
	"cmp"
	"strconv"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// report collects what is wrong with one object.
type report struct {
	problems []ir.Problem
	// errors counts the problems of severity ir.Error.
	errors int
}

func (r *report) add(p ir.Problem) {
	r.problems = append(r.problems, p)
	if p.Severity == ir.Error {
		r.errors++
	}
}

// sorted returns the problems for a status; nil if there are none.
func (r *report) sorted() []ir.Problem {
	return ir.SortProblems(r.problems)
}

// place is a field of an object, where problems are noted.
type place struct {
	report *report
	field  string
}

// at is the place of a field below.
func (p place) at(sub string) place { return place{p.report, p.field + sub} }

// index is the place of an element of a list below.
func (p place) index(sub string, i int) place {
	return place{p.report, p.field + sub + "[" + strconv.Itoa(i) + "]"}
}

// invalid notes an error in what was written at sub.
func (p place) invalid(sub, message, remedy string) {
	p.note(ir.Error, ir.ReasonInvalid, sub, message, cmp.Or(remedy, "correct it"))
}

// doubt notes something at sub that is served, but not as written.
func (p place) doubt(sub, message, remedy string) {
	p.note(ir.Warning, ir.ReasonInvalid, sub, message, remedy)
}

// refuse notes a feature at sub that is not done yet and without which
// requests must not be served.
func (p place) refuse(sub, consequence string) {
	p.note(ir.Error, ir.ReasonNotSupported, sub, "not supported yet, so "+consequence, "remove it, or keep this host elsewhere")
}

// ignore notes a feature at sub that is not done yet and left out.
func (p place) ignore(sub string) {
	p.note(ir.Warning, ir.ReasonNotSupported, sub, "not supported yet, so it has no effect", "remove it, or do without")
}

func (p place) note(severity ir.Severity, reason, sub, message, remedy string) {
	p.report.add(ir.Problem{Severity: severity, Reason: reason, Field: p.field + sub, Message: message, Remedy: remedy})
}

// pass notes a problem that a lookup returned, at sub and with the severity
// that it has here.
func (p place) pass(severity ir.Severity, sub string, found *ir.Problem) {
	q := *found
	q.Severity, q.Field = severity, p.field+sub
	p.report.add(q)
}
