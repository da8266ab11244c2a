package virtualservice

import (
	"slices"
	"strconv"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// selectTables returns the RouteTables that an action delegates to. It reports
// false if the action is broken or names a table that is missing. A selector
// that finds none is no error: tables may come later.
func (t *translation) selectTables(sc *scope, at place, a *v1.DelegateAction) ([]*v1.RouteTable, bool) {
	ref := a.Ref
	if a.Name != "" || a.Namespace != "" {
		ref = &v1.ResourceRef{Name: a.Name, Namespace: a.Namespace}
	}
	switch {
	case ref != nil:
		return t.tableByName(at, resolve(ref, sc.namespace))
	case a.Selector != nil:
		return t.tablesBySelector(sc, at.at(".selector"), a.Selector)
	default:
		at.invalid("", "neither ref nor selector is set", "name a RouteTable by ref, or choose some by selector")
		return nil, false
	}
}

func (t *translation) tableByName(at place, name ir.Name) ([]*v1.RouteTable, bool) {
	table, ok := t.world.RouteTable(name)
	if !ok {
		at.note(ir.Error, ir.ReasonNotFound, ".ref", "RouteTable "+name.String()+" does not exist, so its requests are answered with 500",
			"create it, or correct the reference")
		return nil, false
	}
	return []*v1.RouteTable{table}, true
}

func (t *translation) tablesBySelector(sc *scope, at place, s *v1.RouteTableSelector) ([]*v1.RouteTable, bool) {
	requirements, ok := at.requirements(s)
	if !ok {
		return nil, false
	}
	namespaces := s.Namespaces
	switch {
	case len(namespaces) == 0:
		namespaces = []string{sc.namespace}
	case slices.Contains(namespaces, "*"):
		namespaces = []string{"*"}
	}
	var out []*v1.RouteTable
	for _, namespace := range sortedUnique(namespaces) {
		for _, table := range t.world.RouteTables(namespace) {
			if matchesAll(requirements, table.Labels) {
				out = append(out, table)
			}
		}
	}
	out = oursFirst(out)
	if len(out) == 0 {
		at.note(ir.Warning, ir.ReasonNotFound, "", "no RouteTable is selected", "label a RouteTable, or correct the selector")
	}
	return out, true
}

func sortedUnique(in []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(in)))
}

// oursFirst leaves one table of each name: where both groups hold one, ours.
func oursFirst(tables []*v1.RouteTable) []*v1.RouteTable {
	chosen := map[ir.Name]int{}
	var out []*v1.RouteTable
	for _, table := range tables {
		name := ir.Name{Namespace: table.Namespace, Name: table.Name}
		i, dup := chosen[name]
		switch {
		case !dup:
			chosen[name] = len(out)
			out = append(out, table)
		case table.GroupVersionKind().Group == v1.Group:
			out[i] = table
		}
	}
	return out
}

// requirement is a condition on labels.
type requirement struct {
	key, operator string
	values        []string
	number        int64
}

func (p place) requirements(s *v1.RouteTableSelector) ([]requirement, bool) {
	var out []requirement
	for key, value := range s.Labels {
		out = append(out, requirement{key: key, operator: "In", values: []string{value}})
	}
	valid := true
	for i := range s.Expressions {
		r, message := parseExpression(&s.Expressions[i])
		if message != "" {
			p.index(".expressions", i).invalid("", message, "")
			valid = false
		}
		out = append(out, r)
	}
	return out, valid
}

// parseExpression checks an expression by the rules of Kubernetes' selectors.
func parseExpression(e *v1.SelectorExpression) (requirement, string) {
	r := requirement{key: e.Key, operator: e.Operator, values: e.Values}
	switch e.Operator {
	case "", "Equals", "DoubleEquals", "NotEquals":
		if len(e.Values) != 1 {
			return r, "the operator needs one value"
		}
	case "In", "NotIn":
		if len(e.Values) == 0 {
			return r, "the operator needs values"
		}
	case "Exists", "DoesNotExist":
		if len(e.Values) != 0 {
			return r, "the operator takes no values"
		}
	case "GreaterThan", "LessThan":
		n, err := strconv.ParseInt(append(e.Values, "")[0], 10, 64)
		if len(e.Values) != 1 || err != nil {
			return r, "the operator needs one whole number"
		}
		r.number = n
	default:
		return r, strconv.Quote(e.Operator) + " is not an operator"
	}
	return r, ""
}

func matchesAll(requirements []requirement, labels map[string]string) bool {
	return !slices.ContainsFunc(requirements, func(r requirement) bool { return !r.matches(labels) })
}

func (r requirement) matches(labels map[string]string) bool {
	value, ok := labels[r.key]
	switch r.operator {
	case "NotEquals", "NotIn":
		return !ok || !slices.Contains(r.values, value)
	case "Exists":
		return ok
	case "DoesNotExist":
		return !ok
	case "GreaterThan", "LessThan":
		n, err := strconv.ParseInt(value, 10, 64)
		return ok && err == nil && (r.operator == "GreaterThan" && n > r.number || r.operator == "LessThan" && n < r.number)
	default:
		return ok && slices.Contains(r.values, value)
	}
}
