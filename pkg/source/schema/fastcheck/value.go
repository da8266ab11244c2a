package fastcheck

import (
	"math"
	"regexp"
	"unicode/utf8"

	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
)

// value checks what a schema says about a value apart from its type and parts.
type value struct {
	minLength, maxLength int64
	minItems, maxItems   int64
	minFields, maxFields int64
	minimum, maximum     float64
	above, below         bool // minimum and maximum themselves are out
	pattern              *regexp.Regexp
	enum                 []any
	int32                bool
	allOf, anyOf, oneOf  []*node
	not                  *node
	unknown              bool
}

func compileValue(s *structural.ValueValidation, intOrString bool) *value {
	v := &value{
		minLength: or(s.MinLength, 0), maxLength: or(s.MaxLength, math.MaxInt64),
		minItems: or(s.MinItems, 0), maxItems: or(s.MaxItems, math.MaxInt64),
		minFields: or(s.MinProperties, 0), maxFields: or(s.MaxProperties, math.MaxInt64),
		minimum: or(s.Minimum, math.Inf(-1)), maximum: or(s.Maximum, math.Inf(1)),
		above: s.ExclusiveMinimum, below: s.ExclusiveMaximum,
		int32:   s.Format == "int32",
		unknown: s.UniqueItems || s.MultipleOf != nil,
	}
	switch s.Format {
	case "", "int32", "int64":
	default:
		v.unknown = true
	}
	if s.Pattern != "" {
		var err error
		v.pattern, err = regexp.Compile(s.Pattern)
		v.unknown = v.unknown || err != nil
	}
	for _, e := range s.Enum {
		v.enum = append(v.enum, e.Object)
	}
	v.allOf = compileAll(s.AllOf)
	v.oneOf = compileAll(s.OneOf)
	if !intOrString || !isIntOrString(s.AnyOf) {
		v.anyOf = compileAll(s.AnyOf)
	}
	if s.Not != nil {
		v.not = compileNested(s.Not)
	}
	return v
}

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// isIntOrString reports whether this is the only form that "integer or string"
// takes, which the type says already.
func isIntOrString(anyOf []structural.NestedValueValidation) bool {
	return len(anyOf) == 2 && anyOf[0].ForbiddenGenerics.Type == "integer" && anyOf[1].ForbiddenGenerics.Type == "string"
}

func compileAll(nested []structural.NestedValueValidation) []*node {
	var out []*node
	for i := range nested {
		out = append(out, compileNested(&nested[i]))
	}
	return out
}

func compileNested(s *structural.NestedValueValidation) *node {
	n := &node{
		open:     true,
		required: s.Required,
		value:    compileValue(&s.ValueValidation, false),
		unknown: len(s.XValidations) > 0 || s.ForbiddenGenerics.Type != "" || s.ForbiddenGenerics.Nullable ||
			s.ForbiddenExtensions.XIntOrString || s.ForbiddenExtensions.XListType != nil || s.AdditionalProperties != nil,
	}
	if len(s.Properties) > 0 {
		n.props = make(map[string]*node, len(s.Properties))
	}
	for name, p := range s.Properties {
		n.props[name] = compileNested(&p)
	}
	if s.Items != nil {
		n.items = compileNested(s.Items)
	}
	return n
}

func (v *value) check(x any) answer {
	if v.unknown {
		return unsure
	}
	if a := v.checkOne(x); a != yes {
		return a
	}
	if v.enum != nil {
		if a := v.listed(x); a != yes {
			return a
		}
	}
	return v.checkJunctors(x)
}

func (v *value) checkOne(x any) answer {
	ok := true
	switch x := x.(type) {
	case string:
		ok = between(utf8.RuneCountInString(x), v.minLength, v.maxLength) && (v.pattern == nil || v.pattern.MatchString(x))
	case []any:
		ok = between(len(x), v.minItems, v.maxItems)
	case map[string]any:
		ok = between(len(x), v.minFields, v.maxFields)
	case int64:
		if x > exact || x < -exact {
			return unsure
		}
		ok = v.within(float64(x)) && (!v.int32 || x == int64(int32(x)))
	case float64:
		ok = v.within(x)
	}
	if ok {
		return yes
	}
	return no
}

// exact is up to where a float64 tells integers apart.
const exact = 1 << 53

func between(n int, least, most int64) bool { return int64(n) >= least && int64(n) <= most }

func (v *value) within(x float64) bool {
	return x >= v.minimum && x <= v.maximum && (!v.above || x > v.minimum) && (!v.below || x < v.maximum)
}

func (v *value) listed(x any) answer {
	result := no
	for _, e := range v.enum {
		if a := equal(x, e); a == yes {
			return yes
		} else if a == unsure {
			result = unsure
		}
	}
	return result
}

func (v *value) checkJunctors(x any) answer {
	for _, n := range v.allOf {
		if a := n.check(x); a != yes {
			return a
		}
	}
	if v.anyOf != nil {
		switch yeses, noes := count(v.anyOf, x); {
		case noes == len(v.anyOf):
			return no
		case yeses == 0:
			return unsure
		}
	}
	if v.oneOf != nil {
		switch yeses, noes := count(v.oneOf, x); {
		case yeses+noes != len(v.oneOf):
			return unsure
		case yeses != 1:
			return no
		}
	}
	if v.not != nil {
		return negation(v.not.check(x))
	}
	return yes
}

func negation(a answer) answer {
	switch a {
	case yes:
		return no
	case no:
		return yes
	default:
		return unsure
	}
}

func count(nodes []*node, x any) (yeses, noes int) {
	for _, n := range nodes {
		switch n.check(x) {
		case yes:
			yeses++
		case no:
			noes++
		case unsure:
		}
	}
	return yeses, noes
}
