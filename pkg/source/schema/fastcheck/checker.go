package fastcheck

import (
	"slices"
	"time"

	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
)

// Checker checks objects of one schema. It is safe for concurrent use.
type Checker struct{ root *node }

// Compile returns the Checker of a schema. What it cannot compile makes the
// Checker accept no object that has the field in question.
func Compile(s *structural.Structural) *Checker {
	root := compile(s)
	// An API server adds what all objects have, where the schema leaves it out.
	if metadata, ok := root.props["metadata"]; ok {
		metadata.open = true
	}
	return &Checker{root: root}
}

// Accepts reports whether the object surely is valid, has no unknown fields and
// nothing that is null. Defaults must be set.
func (c *Checker) Accepts(object map[string]any) bool { return c.root.check(object) == yes }

// answer is what is known about a value.
type answer uint8

const (
	unsure answer = iota
	no
	yes
)

// node checks one place of an object.
type node struct {
	types      types
	props      map[string]*node
	required   []string
	additional *node // of maps
	open       bool  // it may have more fields than props
	items      *node
	listKeys   []string // of lists that are maps
	isSet      bool
	value      *value
	rules      []rule
	unknown    bool // it has something that is not understood
}

// types is the set of types that a value may have; none means any.
type types uint8

const (
	object types = 1 << iota
	array
	text
	integer
	number
	boolean
)

func compile(s *structural.Structural) *node {
	n := &node{unknown: s.XEmbeddedResource || s.Nullable}
	switch s.Type {
	case "object":
		n.types = object
	case "array":
		n.types = array
	case "string":
		n.types = text
	case "integer":
		n.types = integer
	case "number":
		n.types = integer | number
	case "boolean":
		n.types = boolean
	}
	if s.XIntOrString {
		n.types = integer | text
	}
	n.compileParts(s)
	n.compileListType(s)
	if s.ValueValidation != nil {
		n.required = s.ValueValidation.Required
		n.value = compileValue(s.ValueValidation, s.XIntOrString)
	}
	for _, r := range s.XValidations {
		n.rules = append(n.rules, compileRule(r, s))
	}
	return n
}

func (n *node) compileParts(s *structural.Structural) {
	if len(s.Properties) > 0 {
		n.props = make(map[string]*node, len(s.Properties))
	}
	for name, p := range s.Properties {
		n.props[name] = compile(&p)
	}
	n.open = s.XPreserveUnknownFields || s.AdditionalProperties != nil && s.AdditionalProperties.Bool
	if s.AdditionalProperties != nil && s.AdditionalProperties.Structural != nil {
		n.additional = compile(s.AdditionalProperties.Structural)
	}
	if s.Items != nil {
		n.items = compile(s.Items)
	}
}

func (n *node) compileListType(s *structural.Structural) {
	if s.XListType == nil {
		return
	}
	switch *s.XListType {
	case "set":
		n.isSet = true
	case "map":
		n.listKeys = s.XListMapKeys
	}
}

func (n *node) check(v any) answer {
	if n.unknown || v == nil {
		return unsure
	}
	if t := typeOf(v); n.types != 0 && n.types&t == 0 {
		return no
	}
	if n.value != nil {
		if a := n.value.check(v); a != yes {
			return a
		}
	}
	if a := n.checkParts(v); a != yes {
		return a
	}
	for i := range n.rules {
		if !n.rules[i].holds(v) {
			return unsure
		}
	}
	return yes
}

func typeOf(v any) types {
	switch v.(type) {
	case map[string]any:
		return object
	case []any:
		return array
	case string:
		return text
	case int64:
		return integer
	case float64:
		return number
	case bool:
		return boolean
	default:
		return 0
	}
}

func (n *node) checkParts(v any) answer {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range n.required {
			if _, ok := v[name]; !ok {
				return no
			}
		}
		for name, field := range v {
			if a := n.checkField(name, field); a != yes {
				return a
			}
		}
	case []any:
		if n.items != nil {
			for _, item := range v {
				if a := n.items.check(item); a != yes {
					return a
				}
			}
		}
		return n.checkListType(v)
	}
	return yes
}

func (n *node) checkField(name string, field any) answer {
	if p, ok := n.props[name]; ok {
		return p.check(field)
	}
	if n.additional != nil {
		return n.additional.check(field)
	}
	if n.open {
		return yes
	}
	return unsure // to be pruned
}

// manyItems is from where comparing each with each takes too long.
const manyItems = 64

func (n *node) checkListType(items []any) answer {
	if len(items) < 2 || !n.isSet && n.listKeys == nil {
		return yes
	}
	if len(items) > manyItems {
		return unsure
	}
	for i, a := range items {
		for _, b := range items[:i] {
			if n.clash(a, b) != no {
				return unsure
			}
		}
	}
	return yes
}

// clash reports whether two items are, or may be, the same member of the list.
func (n *node) clash(a, b any) answer {
	if n.isSet {
		return equal(a, b)
	}
	am, aok := a.(map[string]any)
	bm, bok := b.(map[string]any)
	if !aok || !bok {
		return unsure
	}
	differ := slices.ContainsFunc(n.listKeys, func(key string) bool {
		av, aok := am[key]
		bv, bok := bm[key]
		return aok != bok || aok && equal(av, bv) == no
	})
	if differ {
		return no
	}
	return unsure
}

// equal compares scalars of the same type; about others it is unsure.
func equal(a, b any) answer {
	switch a := a.(type) {
	case string:
		return equalTo(a, b)
	case int64:
		return equalTo(a, b)
	case bool:
		return equalTo(a, b)
	case time.Duration:
		return equalTo(a, b)
	default:
		return unsure
	}
}

func equalTo[T comparable](a T, other any) answer {
	b, ok := other.(T)
	switch {
	case !ok:
		return unsure
	case a == b:
		return yes
	default:
		return no
	}
}
