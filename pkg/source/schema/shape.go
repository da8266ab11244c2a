package schema

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// shape is what a Go type takes of decoded JSON. The converter of the API
// machinery neither says where something does not fit nor that a number does
// not, so objects are held against the shape of their type first.
type shape struct {
	form   form
	goType reflect.Type
	fields map[string]*shape // of a structure
	elem   *shape            // of a mapping or a list
}

type form uint8

const (
	anything form = iota // also what decodes itself
	structure
	mapping
	list
	encoded // bytes in base64
	text
	boolean
	number
	integer
)

// String words what belongs there.
func (f form) String() string {
	return [...]string{"anything", "an object", "an object", "a list", "a text", "a text", "true or false", "a number", "an integer"}[f]
}

func shapeOf(t reflect.Type) *shape { return shapes{}.of(t) }

// shapes holds the shapes that are being made, as types may hold themselves.
type shapes map[reflect.Type]*shape

func (known shapes) of(t reflect.Type) *shape {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if s, ok := known[t]; ok {
		return s
	}
	s := &shape{goType: t, form: formOf(t)}
	known[t] = s
	switch s.form {
	case structure:
		s.fields = map[string]*shape{}
		known.fields(t, s.fields)
	case mapping, list:
		s.elem = known.of(t.Elem())
	default: // has no parts
	}
	return s
}

func (known shapes) fields(t reflect.Type, into map[string]*shape) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "" && f.Anonymous, strings.Contains(f.Tag.Get("json"), ",inline"):
			known.fields(f.Type, into)
		case name != "-" && name != "":
			into[name] = known.of(f.Type)
		}
	}
}

func formOf(t reflect.Type) form {
	if reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return anything
	}
	switch t.Kind() {
	case reflect.Struct:
		return structure
	case reflect.Map:
		return mapping
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return encoded
		}
		return list
	case reflect.String:
		return text
	case reflect.Bool:
		return boolean
	case reflect.Float32, reflect.Float64:
		return number
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return integer
	default:
		return anything
	}
}

// place is where in an object something stands.
type place struct {
	up    *place
	name  string
	index int // of an item
	kind  step
}

type step uint8

const (
	aField step = iota
	aKey
	anItem
)

func (p *place) String() string {
	switch {
	case p == nil:
		return ""
	case p.kind == aKey:
		return p.up.String() + "[" + p.name + "]"
	case p.kind == anItem:
		return p.up.String() + "[" + strconv.Itoa(p.index) + "]"
	case p.up == nil:
		return p.name
	default:
		return p.up.String() + "." + p.name
	}
}

// fit appends what of v does not fit. With whole, what decodes itself is tried.
func (s *shape) fit(v any, at *place, whole bool, found []ir.Problem) []ir.Problem {
	if v == nil {
		return found
	}
	switch v := v.(type) {
	case map[string]any:
		if s.form == structure || s.form == mapping {
			return s.fitObject(v, at, whole, found)
		}
	case []any:
		if s.form == list {
			for i, item := range v {
				found = s.elem.fit(item, &place{up: at, index: i, kind: anItem}, whole, found)
			}
			return found
		}
	}
	if message := s.misfit(v, at, whole); message != "" {
		found = append(found, problem(ReasonWrongType, at.String(), message))
	}
	return found
}

func (s *shape) fitObject(v map[string]any, at *place, whole bool, found []ir.Problem) []ir.Problem {
	for name, value := range v {
		if s.form == mapping {
			found = s.elem.fit(value, &place{up: at, name: name, kind: aKey}, whole, found)
			continue
		}
		here := &place{up: at, name: name}
		if field, ok := s.fields[name]; ok {
			found = field.fit(value, here, whole, found)
		} else {
			found = append(found, s.unknownField(here))
		}
	}
	return found
}

func (s *shape) unknownField(at *place) ir.Problem {
	bad := problem(ReasonUnknownField, at.String(), "unknown field")
	for _, known := range slices.Sorted(maps.Keys(s.fields)) {
		if strings.EqualFold(known, at.name) {
			bad.Remedy = "write " + known
		}
	}
	return bad
}

// misfit says why a scalar, or something in the place of one, does not fit.
func (s *shape) misfit(v any, at *place, whole bool) string {
	fits := false
	switch v := v.(type) {
	case string:
		fits = s.form == text
		if s.form == encoded {
			_, err := base64.StdEncoding.DecodeString(v)
			if err != nil {
				return err.Error()
			}
			fits = true
		}
	case bool:
		fits = s.form == boolean
	case float64:
		fits = s.form == number
	case int64:
		fits = s.form == number
		if s.form == integer {
			if !inRange(v, reflect.Zero(s.goType)) {
				return fmt.Sprintf("%d is out of range", v)
			}
			fits = true
		}
	}
	switch {
	case fits:
		return ""
	case s.form != anything:
		return expected(s.form, v, at.String())
	case whole && s.goType.Kind() != reflect.Interface:
		return undecodable(v, s.goType)
	default:
		return ""
	}
}

// undecodable says why a type that decodes itself does not take v.
func undecodable(v any, t reflect.Type) string {
	encoded, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(encoded, reflect.New(t).Interface())
	}
	if err != nil {
		return lowerFirst(err.Error())
	}
	return ""
}

func inRange(v int64, zero reflect.Value) bool {
	if zero.CanUint() {
		return v >= 0 && !zero.OverflowUint(uint64(v))
	}
	return !zero.OverflowInt(v)
}

func expected(want form, v any, path string) string {
	found := "an object"
	switch v := v.(type) {
	case string:
		found = text.String()
		if !confidential(path) {
			found = "the text " + strconv.Quote(shorten(v))
		}
	case bool, int64, float64:
		found = "a number or true or false"
		if !confidential(path) {
			found = fmt.Sprint(v)
		}
	case []any:
		found = "a list"
	}
	return "expected " + want.String() + ", found " + found
}

// confidential reports whether the value at a path may be part of a Secret, and
// so must not be shown. Of all kinds only Secrets and ConfigMaps have data.
func confidential(path string) bool {
	root := strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' })
	return len(root) > 0 && (root[0] == "data" || root[0] == "stringData")
}
