package fastcheck

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
)

// function compiles a call whose operands are all evaluated.
func function(name string, args []expr) (expr, error) {
	switch len(args) {
	case 1:
		if f := unary(name); f != nil {
			return func(vars []any) (any, error) {
				a, err := args[0](vars)
				if err != nil {
					return nil, err
				}
				return f(a)
			}, nil
		}
	case 2:
		if f := binary(name); f != nil {
			return func(vars []any) (any, error) {
				a, err := args[0](vars)
				if err != nil {
					return nil, err
				}
				b, err := args[1](vars)
				if err != nil {
					return nil, err
				}
				return f(a, b)
			}, nil
		}
	}
	return nil, errUnknown
}

func unary(name string) func(any) (any, error) {
	switch name {
	case operators.LogicalNot:
		return func(a any) (any, error) {
			b, ok := a.(bool)
			return !b, check(ok)
		}
	case "size":
		return size
	case "duration":
		return func(a any) (any, error) {
			s, ok := a.(string)
			if !ok {
				return nil, errUnknown
			}
			return time.ParseDuration(s)
		}
	default:
		return nil
	}
}

func binary(name string) func(a, b any) (any, error) {
	switch name {
	case operators.Equals:
		return func(a, b any) (any, error) { return decided(equal(a, b)) }
	case operators.NotEquals:
		return func(a, b any) (any, error) {
			same, err := decided(equal(a, b))
			return !same, err
		}
	case operators.Less:
		return comparison(func(order int) bool { return order < 0 })
	case operators.LessEquals:
		return comparison(func(order int) bool { return order <= 0 })
	case operators.Greater:
		return comparison(func(order int) bool { return order > 0 })
	case operators.GreaterEquals:
		return comparison(func(order int) bool { return order >= 0 })
	case operators.Add:
		return add
	case operators.In, operators.OldIn:
		return in
	case operators.Index:
		return index
	case "startsWith":
		return texts(func(a, b string) any { return strings.HasPrefix(a, b) })
	case "endsWith":
		return texts(func(a, b string) any { return strings.HasSuffix(a, b) })
	case "contains":
		return texts(func(a, b string) any { return strings.Contains(a, b) })
	case "split":
		return texts(split)
	default:
		return nil
	}
}

func decided(a answer) (bool, error) { return a == yes, check(a != unsure) }

func size(a any) (any, error) {
	switch a := a.(type) {
	case string:
		return int64(utf8.RuneCountInString(a)), nil
	case []any:
		return int64(len(a)), nil
	case map[string]any:
		return int64(len(a)), nil
	default:
		return nil, errUnknown
	}
}

func comparison(holds func(order int) bool) func(a, b any) (any, error) {
	return func(a, b any) (any, error) {
		switch a := a.(type) {
		case int64:
			if b, ok := b.(int64); ok {
				return holds(order(a, b)), nil
			}
		case time.Duration:
			if b, ok := b.(time.Duration); ok {
				return holds(order(a, b)), nil
			}
		}
		return nil, errUnknown
	}
}

func order[T int64 | time.Duration](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// bigNumber is what sums of field values must stay below to be no overflow.
const bigNumber = 1 << 31

// add adds numbers and appends to lists. The left list is always one that a
// fold collects, which nobody else holds, or a fresh one.
func add(a, b any) (any, error) {
	switch a := a.(type) {
	case int64:
		b, ok := b.(int64)
		small := a > -bigNumber && a < bigNumber && b > -bigNumber && b < bigNumber
		return a + b, check(ok && small)
	case []any:
		b, ok := b.([]any)
		return append(slices.Clip(a), b...), check(ok)
	default:
		return nil, errUnknown
	}
}

func in(a, b any) (any, error) {
	switch b := b.(type) {
	case map[string]any:
		key, ok := a.(string)
		_, found := b[key]
		return found, check(ok)
	case []any:
		for _, item := range b {
			if same, err := decided(equal(a, item)); same || err != nil {
				return same, err
			}
		}
		return false, nil
	default:
		return nil, errUnknown
	}
}

func index(a, b any) (any, error) {
	var found any
	switch a := a.(type) {
	case []any:
		if i, ok := b.(int64); ok && i >= 0 && i < int64(len(a)) {
			found = a[i]
		}
	case map[string]any:
		if key, ok := b.(string); ok {
			found = a[key]
		}
	}
	return found, check(found != nil)
}

func texts(f func(a, b string) any) func(a, b any) (any, error) {
	return func(a, b any) (any, error) {
		as, aok := a.(string)
		bs, bok := b.(string)
		if !aok || !bok {
			return nil, errUnknown
		}
		return f(as, bs), nil
	}
}

func split(text, separator string) any {
	parts := strings.Split(text, separator)
	out := make([]any, len(parts))
	for i, p := range parts {
		out[i] = p
	}
	return out
}

// matches compiles a match with a pattern that is written in the rule.
func matches(operands []ast.Expr, args []expr) (expr, error) {
	if len(args) != 2 || operands[1].Kind() != ast.LiteralKind {
		return nil, errUnknown
	}
	source, ok := operands[1].AsLiteral().Value().(string)
	if !ok {
		return nil, errUnknown
	}
	pattern, err := regexp.Compile(source)
	if err != nil {
		return nil, err
	}
	return func(vars []any) (any, error) {
		v, err := args[0](vars)
		if err != nil {
			return nil, err
		}
		s, ok := v.(string)
		return pattern.MatchString(s), check(ok)
	}, nil
}
