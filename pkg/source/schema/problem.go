package schema

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Reasons of problems that only a source of objects has; see also package ir.
const (
	ReasonSyntax         = "SyntaxError"    // the text is neither YAML nor JSON
	ReasonUnknownKind    = "UnknownKind"    // not a kind that is read
	ReasonUnknownField   = "UnknownField"   // the kind has no such field
	ReasonDuplicateField = "DuplicateField" // a field is written twice
	ReasonWrongType      = "WrongType"      // such as a text where a number belongs
)

func problem(reason, at, message string) ir.Problem {
	return ir.Problem{Severity: ir.Error, Reason: reason, Field: at, Message: message}
}

// problems words the errors of a validation.
func problems(errs field.ErrorList) []ir.Problem {
	out := make([]ir.Problem, 0, len(errs))
	for _, err := range errs {
		at := err.Field
		if at == "<nil>" {
			at = ""
		}
		reason := ir.ReasonInvalid
		if err.Type == field.ErrorTypeTypeInvalid {
			reason = ReasonWrongType
		}
		out = append(out, problem(reason, at, wording(err)))
	}
	return out
}

// wording is the error without the field's name, which stands before it, the
// values of whole objects and the regular expressions, which tell nobody
// anything.
func wording(err *field.Error) string {
	detail := strings.TrimPrefix(strings.TrimSuffix(err.Detail, "."), err.Field+" in body ")
	if before, _, ok := strings.Cut(detail, ", regex used for validation"); ok {
		detail = before + ")"
	}
	detail = lowerFirst(detail)
	switch {
	case err.Type == field.ErrorTypeTypeInvalid:
		before, _, _ := strings.Cut(detail, ": ")
		return before
	case err.Type != field.ErrorTypeInvalid || detail == "":
		return lowerFirst(strings.TrimSuffix(err.ErrorBody(), "."))
	}
	switch value := err.BadValue.(type) {
	case string:
		if value != "object" && value != "array" { // how CEL errors name what they leave out
			return strconv.Quote(shorten(value)) + ": " + detail
		}
	case bool, int, int32, int64, float64:
		return fmt.Sprint(value) + ": " + detail
	}
	return detail
}

func shorten(s string) string {
	const most = 80
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func lowerFirst(s string) string {
	for i, r := range s {
		return string(unicode.ToLower(r)) + s[i+len(string(r)):]
	}
	return s
}
