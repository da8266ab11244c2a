package gatewayapi

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// reasonIncompatible is the reason of problems with filters that exclude each
// other.
const reasonIncompatible = string(gwv1.RouteReasonIncompatibleFilters)

// report collects what is wrong with a route, by the condition it ends in.
type report struct {
	// problems are all problems.
	problems []ir.Problem
	// refs are the problems that make ResolvedRefs false.
	refs []ir.Problem
	// drops are the problems of parts that are not served: PartiallyInvalid,
	// or Accepted false where nothing is left.
	drops []ir.Problem
}

// warn notes something that is served, but not wholly as written.
func (r *report) warn(reason, field, message, remedy string) {
	r.problems = append(r.problems, ir.Problem{
		Severity: ir.Warning, Reason: reason, Field: field, Message: message, Remedy: cmp.Or(remedy, "correct it"),
	})
}

// unresolved notes a reference that cannot be used.
func (r *report) unresolved(reason, field, message, remedy string) {
	p := ir.Problem{Severity: ir.Error, Reason: reason, Field: field, Message: message, Remedy: remedy}
	r.problems = append(r.problems, p)
	r.refs = append(r.refs, p)
}

// drop notes a part that is not served.
func (r *report) drop(reason, field, message, remedy string) {
	p := ir.Problem{Severity: ir.Error, Reason: reason, Field: field, Message: message, Remedy: cmp.Or(remedy, "correct it")}
	r.problems = append(r.problems, p)
	r.drops = append(r.drops, p)
}

// resolvedRefs is the ResolvedRefs condition of every parent.
func (r *report) resolvedRefs() ir.Condition {
	const kind = string(gwv1.RouteConditionResolvedRefs)
	if len(r.refs) == 0 {
		return yes(kind, string(gwv1.RouteReasonResolvedRefs), "all references resolve")
	}
	return no(kind, r.refs[0].Reason, list(r.refs))
}

// dropReason is the condition reason for what was dropped.
func (r *report) dropReason() string {
	if r.drops[0].Reason == reasonIncompatible {
		return reasonIncompatible
	}
	return string(gwv1.RouteReasonUnsupportedValue)
}

// invalid is the Accepted condition of a route of which nothing is served.
func (r *report) invalid() ir.Condition {
	return no(string(gwv1.RouteConditionAccepted), r.dropReason(), list(r.drops))
}

// partiallyInvalid is the condition of a route of which a part is served. Its
// message begins as the specification demands.
func (r *report) partiallyInvalid() ir.Condition {
	return yes(string(gwv1.RouteConditionPartiallyInvalid), r.dropReason(), "Dropped Rule or a part of it: "+list(r.drops))
}

// maxListed bounds the problems spelled out in one condition's message.
const maxListed = 3

// list joins problems into a condition's message.
func list(ps []ir.Problem) string {
	var b strings.Builder
	for i, p := range ps {
		if i == maxListed {
			fmt.Fprintf(&b, " (and %d more)", len(ps)-i)
			break
		}
		if i > 0 {
			b.WriteString(". ")
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// place is a part of a rule: a backendRef, a filter, or a filter of a
// backendRef. It is rendered only when there is something to say of it.
type place struct {
	rule int
	// backend and filter are -1 where the part is not in one.
	backend, filter int
}

// path renders the place and a field below it.
func (p place) path(field string) string {
	b := make([]byte, 0, 64)
	b = index(b, "spec.rules[", p.rule)
	if p.backend >= 0 {
		b = index(b, ".backendRefs[", p.backend)
	}
	if p.filter >= 0 {
		b = index(b, ".filters[", p.filter)
	}
	return string(append(b, field...))
}

func index(b []byte, name string, i int) []byte {
	return append(strconv.AppendInt(append(b, name...), int64(i), 10), ']')
}
