package schema

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// assign fills the typed object from the generic one. What does not fit, or
// has no field to go to, is a problem.
func assign(object map[string]any, obj KubeObject) []ir.Problem {
	err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object, obj, true)
	if err == nil {
		return outOfRange(object, obj)
	}
	strict, ok := runtime.AsStrictDecodingError(err)
	if !ok {
		return []ir.Problem{misfit(object, obj, err)}
	}
	var paths []string
	for _, e := range strict.Errors() {
		quoted := strings.TrimPrefix(e.Error(), "unknown field ")
		if path, err := strconv.Unquote(quoted); err == nil {
			quoted = path
		}
		paths = append(paths, quoted)
	}
	return unknownFields(paths)
}

// outOfRange finds numbers that the converter cuts to size without a word.
func outOfRange(object map[string]any, obj KubeObject) []ir.Problem {
	if !unusualNumber(object) {
		return nil
	}
	path, message := wrongType(object, reflect.TypeOf(obj).Elem(), "")
	if message == "" {
		return nil
	}
	return []ir.Problem{problem(ReasonWrongType, path, message)}
}

// unusualNumber reports whether some number fits not every integer type.
func unusualNumber(v any) bool {
	switch v := v.(type) {
	case int64:
		return v < 0 || v > math.MaxInt32
	case float64:
		return math.Abs(v) > math.MaxInt32
	case map[string]any:
		for _, field := range v {
			if unusualNumber(field) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, unusualNumber)
	}
	return false
}

func unknownFields(paths []string) []ir.Problem {
	var out []ir.Problem
	for _, path := range paths {
		out = append(out, problem(ReasonUnknownField, path, "unknown field"))
	}
	return out
}

// misfit finds the field that does not fit, which the converter does not tell.
func misfit(object map[string]any, obj KubeObject, err error) ir.Problem {
	path, message := wrongType(object, reflect.TypeOf(obj).Elem(), "")
	if message == "" {
		message = err.Error()
	}
	return problem(ReasonWrongType, path, message)
}

// wrongType returns the first value in v, of types of decoded JSON, that does
// not fit into a t, and why.
func wrongType(v any, t reflect.Type, path string) (string, string) {
	switch {
	case v == nil:
		return "", ""
	case t.Kind() == reflect.Pointer:
		return wrongType(v, t.Elem(), path)
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		text, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(text, reflect.New(t).Interface())
		}
		if err != nil {
			return path, lowerFirst(err.Error())
		}
		return "", ""
	}
	switch t.Kind() {
	case reflect.Struct:
		return wrongField(v, t, path)
	case reflect.Map:
		return wrongEntry(v, t, path)
	case reflect.Slice:
		return wrongItem(v, t, path)
	default:
		return wrongScalar(v, t, path)
	}
}

func wrongField(v any, t reflect.Type, path string) (string, string) {
	fields, ok := v.(map[string]any)
	if !ok {
		return path, expected("an object", v, path)
	}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		var at, message string
		switch {
		case name == "" && (f.Anonymous || options == "inline"):
			at, message = wrongType(v, f.Type, path)
		case name != "-":
			at, message = wrongType(fields[name], f.Type, strings.TrimPrefix(path+"."+name, "."))
		}
		if message != "" {
			return at, message
		}
	}
	return "", ""
}

func wrongEntry(v any, t reflect.Type, path string) (string, string) {
	entries, ok := v.(map[string]any)
	if !ok {
		return path, expected("an object", v, path)
	}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		if at, message := wrongType(entries[key], t.Elem(), path+"["+key+"]"); message != "" {
			return at, message
		}
	}
	return "", ""
}

func wrongItem(v any, t reflect.Type, path string) (string, string) {
	if text, ok := v.(string); ok && t.Elem().Kind() == reflect.Uint8 {
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			return path, err.Error()
		}
		return "", ""
	}
	items, ok := v.([]any)
	if !ok {
		return path, expected("a list", v, path)
	}
	for i, item := range items {
		if at, message := wrongType(item, t.Elem(), path+"["+strconv.Itoa(i)+"]"); message != "" {
			return at, message
		}
	}
	return "", ""
}

func wrongScalar(v any, t reflect.Type, path string) (string, string) {
	want := wanted(t.Kind())
	fits := false
	switch v := v.(type) {
	case string:
		fits = want == aText
	case bool:
		fits = want == aBoolean
	case float64:
		fits = want == aNumber
	case int64:
		fits = want == aNumber || want == anInteger
		if want == anInteger && !inRange(v, reflect.Zero(t)) {
			return path, fmt.Sprintf("%d is out of range", v)
		}
	}
	if fits || want == "" {
		return "", ""
	}
	return path, expected(want, v, path)
}

// What a field can want.
const (
	aText     = "a text"
	aBoolean  = "true or false"
	aNumber   = "a number"
	anInteger = "an integer"
)

func wanted(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return aText
	case reflect.Bool:
		return aBoolean
	case reflect.Float32, reflect.Float64:
		return aNumber
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return anInteger
	default:
		return ""
	}
}

func inRange(v int64, zero reflect.Value) bool {
	if zero.CanUint() {
		return v >= 0 && !zero.OverflowUint(uint64(v))
	}
	return !zero.OverflowInt(v)
}

func expected(want string, v any, path string) string {
	found := "an object"
	switch v := v.(type) {
	case string:
		found = aText
		if !confidential(path) {
			found = "the text " + strconv.Quote(shorten(v))
		}
	case bool, int64, float64:
		found = "another value"
		if !confidential(path) {
			found = fmt.Sprint(v)
		}
	case []any:
		found = "a list"
	}
	return "expected " + want + ", found " + found
}

// confidential reports whether the value at a path may be part of a Secret, and
// so must not be shown. Of all kinds only Secrets and ConfigMaps have data.
func confidential(path string) bool {
	root := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' })
	return len(root) > 0 && (root[0] == "data" || root[0] == "stringData")
}
