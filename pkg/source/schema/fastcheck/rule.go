package fastcheck

import (
	"errors"
	"fmt"
	"strings"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/parser"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	apiservercel "k8s.io/apiserver/pkg/cel"
)

// rule is a CEL rule. Its expression is only parsed, not type-checked: that its
// CustomResourceDefinition is sound is for the full validators to find.
type rule struct {
	eval expr // nil if it could not be compiled
	vars int
	skip bool
}

// expr evaluates an expression to a value of decoded JSON, a time.Duration or
// an error of CEL's, of which nothing is known but that there is one.
type expr func(vars []any) (any, error)

// errUnknown stands for whatever is not understood.
var errUnknown = errors.New("not understood")

// self and oldSelf are the variables of every rule.
const (
	self    = "self"
	oldSelf = "oldSelf"
)

func compileRule(r apiextensionsv1.ValidationRule, s *structural.Structural) rule {
	if strings.TrimSpace(r.Rule) == "" {
		return rule{skip: true}
	}
	if changesTypes(s) {
		return rule{}
	}
	p, err := parser.NewParser(parser.Macros(parser.AllMacros...))
	if err != nil {
		return rule{}
	}
	parsed, issues := p.Parse(common.NewTextSource(r.Rule))
	if len(issues.GetErrors()) > 0 {
		return rule{}
	}
	c := &compiler{slots: map[string]int{self: 0}, vars: 1}
	eval, err := c.compile(parsed.Expr())
	switch {
	case c.comparesOld && (r.OptionalOldSelf == nil || !*r.OptionalOldSelf):
		return rule{skip: true} // an object that is created has no old self
	case err != nil:
		return rule{}
	}
	return rule{eval: eval, vars: c.vars}
}

// changesTypes reports whether CEL sees some text below s as another type, or
// compares some list in another way.
func changesTypes(s *structural.Structural) bool {
	if s == nil {
		return false
	}
	if s.ValueValidation != nil {
		switch s.ValueValidation.Format {
		case "byte", "binary", "date", "date-time", "duration":
			return true
		}
	}
	for _, p := range s.Properties {
		if changesTypes(&p) {
			return true
		}
	}
	return changesTypes(s.Items) || s.AdditionalProperties != nil && changesTypes(s.AdditionalProperties.Structural)
}

func (r *rule) holds(v any) bool {
	if r.skip {
		return true
	}
	if r.eval == nil {
		return false
	}
	vars := make([]any, r.vars)
	vars[0] = v
	result, err := r.eval(vars)
	return err == nil && result == true
}

// compiler turns a parsed expression into closures. A variable has a slot.
type compiler struct {
	slots       map[string]int
	vars        int
	comparesOld bool
}

func (c *compiler) compile(e ast.Expr) (expr, error) {
	switch e.Kind() {
	case ast.LiteralKind:
		return literal(e)
	case ast.IdentKind:
		return c.variable(e.AsIdent())
	case ast.SelectKind:
		return c.selection(e.AsSelect())
	case ast.ListKind:
		return c.list(e.AsList())
	case ast.CallKind:
		return c.call(e.AsCall())
	case ast.ComprehensionKind:
		return c.comprehension(e.AsComprehension())
	default:
		return nil, errUnknown
	}
}

func literal(e ast.Expr) (expr, error) {
	switch v := e.AsLiteral().Value().(type) {
	case string, int64, bool:
		return func([]any) (any, error) { return v, nil }, nil
	default:
		return nil, errUnknown
	}
}

func (c *compiler) variable(name string) (expr, error) {
	if name == oldSelf {
		c.comparesOld = true
	}
	slot, ok := c.slots[name]
	if !ok {
		return nil, fmt.Errorf("variable %s: %w", name, errUnknown)
	}
	return func(vars []any) (any, error) { return vars[slot], nil }, nil
}

func (c *compiler) selection(s ast.SelectExpr) (expr, error) {
	operand, err := c.compile(s.Operand())
	if err != nil {
		return nil, err
	}
	name := s.FieldName()
	if unescaped, ok := apiservercel.Unescape(name); ok {
		name = unescaped
	}
	test := s.IsTestOnly()
	return func(vars []any) (any, error) {
		v, err := operand(vars)
		if err != nil {
			return nil, err
		}
		fields, ok := v.(map[string]any)
		if !ok {
			return nil, errUnknown
		}
		field, ok := fields[name]
		switch {
		case ok && field == nil:
			return nil, errUnknown
		case test:
			return ok, nil
		case !ok:
			return nil, errUnknown
		}
		return field, nil
	}, nil
}

func (c *compiler) list(l ast.ListExpr) (expr, error) {
	if len(l.OptionalIndices()) > 0 {
		return nil, errUnknown
	}
	elements, err := c.compileAll(l.Elements())
	if err != nil {
		return nil, err
	}
	return func(vars []any) (any, error) {
		items := make([]any, len(elements))
		for i, element := range elements {
			var err error
			if items[i], err = element(vars); err != nil {
				return nil, err
			}
		}
		return items, nil
	}, nil
}

func (c *compiler) compileAll(exprs []ast.Expr) ([]expr, error) {
	out := make([]expr, len(exprs))
	for i, e := range exprs {
		var err error
		if out[i], err = c.compile(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// call compiles operators that do not evaluate all of their operands, and hands
// the rest to functions.
func (c *compiler) call(call ast.CallExpr) (expr, error) {
	operands := call.Args()
	if call.IsMemberFunction() {
		operands = append([]ast.Expr{call.Target()}, operands...)
	}
	args, err := c.compileAll(operands)
	if err != nil {
		return nil, err
	}
	switch name := call.FunctionName(); name {
	case operators.Conditional:
		return conditional(args[0], args[1], args[2]), nil
	case operators.LogicalAnd:
		return junction(args[0], args[1], false), nil
	case operators.LogicalOr:
		return junction(args[0], args[1], true), nil
	case operators.NotStrictlyFalse:
		return args[0], nil
	case "matches":
		return matches(operands, args)
	default:
		return function(name, args)
	}
}

func conditional(condition, then, otherwise expr) expr {
	return func(vars []any) (any, error) {
		v, err := condition(vars)
		switch {
		case err != nil:
			return nil, err
		case v == true:
			return then(vars)
		case v == false:
			return otherwise(vars)
		}
		return nil, errUnknown
	}
}

// junction is "and" or "or", which are decided by an operand equal to decisive.
func junction(left, right expr, decisive bool) expr {
	return func(vars []any) (any, error) {
		v, err := left(vars)
		if err != nil {
			return nil, err
		}
		if b, ok := v.(bool); !ok || b == decisive {
			return v, check(ok)
		}
		v, err = right(vars)
		if err != nil {
			return nil, err
		}
		_, ok := v.(bool)
		return v, check(ok)
	}
}

func check(ok bool) error {
	if ok {
		return nil
	}
	return errUnknown
}

// comprehension is what all, exists, exists_one, map and filter become: a fold.
func (c *compiler) comprehension(e ast.ComprehensionExpr) (expr, error) {
	if e.HasIterVar2() {
		return nil, errUnknown
	}
	over, err := c.compile(e.IterRange())
	if err != nil {
		return nil, err
	}
	start, err := c.compile(e.AccuInit())
	if err != nil {
		return nil, err
	}
	item, leaveItem := c.enter(e.IterVar())
	defer leaveItem()
	result, leaveResult := c.enter(e.AccuVar())
	defer leaveResult()
	parts, err := c.compileAll([]ast.Expr{e.LoopCondition(), e.LoopStep(), e.Result()})
	if err != nil {
		return nil, err
	}
	f := fold{item: item, result: result, more: parts[0], step: parts[1], end: parts[2]}
	return func(vars []any) (any, error) {
		v, err := over(vars)
		if err != nil {
			return nil, err
		}
		if vars[result], err = start(vars); err != nil {
			return nil, err
		}
		return f.run(vars, v)
	}, nil
}

// enter gives a variable a slot until leave is called.
func (c *compiler) enter(name string) (slot int, leave func()) {
	before, shadows := c.slots[name]
	slot = c.vars
	c.slots[name] = slot
	c.vars++
	return slot, func() {
		if delete(c.slots, name); shadows {
			c.slots[name] = before
		}
	}
}

type fold struct {
	item, result    int
	more, step, end expr
}

func (f *fold) run(vars []any, over any) (any, error) {
	var err error
	switch over := over.(type) {
	case []any:
		for _, item := range over {
			if err = f.next(vars, item); err != nil {
				break
			}
		}
	case map[string]any:
		for key := range over {
			if err = f.next(vars, key); err != nil {
				break
			}
		}
	default:
		return nil, errUnknown
	}
	if err != nil && !errors.Is(err, errEnough) {
		return nil, err
	}
	return f.end(vars)
}

// errEnough says that the rest of the items makes no difference.
var errEnough = errors.New("enough")

func (f *fold) next(vars []any, item any) error {
	vars[f.item] = item
	more, err := f.more(vars)
	if err != nil {
		return err
	}
	if more == false {
		return errEnough
	}
	vars[f.result], err = f.step(vars)
	return err
}
