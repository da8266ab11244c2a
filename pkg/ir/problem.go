package ir

import (
	"cmp"
	"slices"
	"strings"
)

// Severity says what a Problem does to its object.
type Severity uint8

// The severities, mildest first.
const (
	// Warning: the object is served, but not wholly as written.
	Warning Severity = iota + 1
	// Error: the part named by the problem's field is not served.
	Error
)

// String returns "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Problem is something a user has to know about an object. It ends in the
// object's status, as an event, and in `sluice check`.
type Problem struct {
	Severity Severity
	// Reason is one CamelCase word for machines, such as "BackendNotFound".
	Reason string
	// Field is the path inside the object, such as "spec.rules[0].backendRefs[0]".
	Field string
	// Message says what is wrong, in lower case and without a full stop.
	Message string
	// Remedy says what to do about it. May be empty where the message says it.
	Remedy string
}

// String joins field, message and remedy into one sentence.
func (p Problem) String() string {
	var b strings.Builder
	if p.Field != "" {
		b.WriteString(p.Field + ": ")
	}
	b.WriteString(p.Message)
	if p.Remedy != "" {
		b.WriteString("; " + p.Remedy)
	}
	return b.String()
}

// Worst returns the highest severity in ps, or zero for none.
func Worst(ps []Problem) Severity {
	var worst Severity
	for _, p := range ps {
		worst = max(worst, p.Severity)
	}
	return worst
}

// SortProblems orders problems by severity (errors first), field and reason,
// and drops repeated ones.
func SortProblems(ps []Problem) []Problem {
	slices.SortFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(b.Severity, a.Severity), strings.Compare(a.Field, b.Field),
			strings.Compare(a.Reason, b.Reason), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(ps)
}

// Reasons shared by the frontends. A frontend may use reasons of its dialect's
// specification beside these.
const (
	ReasonInvalid         = "Invalid"         // a value is malformed
	ReasonNotSupported    = "NotSupported"    // understood, but not done yet
	ReasonConflict        = "Conflict"        // another object owns it
	ReasonBackendNotFound = "BackendNotFound" // a Service, port or Upstream is missing
	ReasonNoEndpoints     = "NoEndpoints"     // nothing serves the requests to a Service
	ReasonRefNotPermitted = "RefNotPermitted" // a reference crosses namespaces without a grant
	ReasonNotFound        = "NotFound"        // another referenced object is missing
	ReasonNotAttached     = "NotAttached"     // no listener takes the route
	ReasonBadCertificate  = "InvalidCertificate"
	ReasonRefusedByProxy  = "RefusedByProxy" // Envoy did not accept the configuration
	ReasonUnsafeAddress   = "UnsafeAddress"  // an endpoint address that is never allowed
)
