package gatewayapi

import (
	"fmt"
	"slices"
	"strings"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// matches appends a copy of route for each match of rule i and reports whether
// there was one. No matches mean every request. A match that cannot be
// expressed is left out.
func (t *routeTranslation) matches(i int, ms []gwv1.HTTPRouteMatch, route ir.Route) bool {
	route.Origin.Object = t.origin
	at := place{i, -1, -1}
	if len(ms) == 0 {
		route.Origin.Field = at.path("")
		route.Match.Path = ir.AnyPath()
		t.routes = append(t.routes, route)
		return true
	}
	before := len(t.routes)
	for j := range ms {
		m, p := match(&ms[j])
		if p != nil {
			t.drop(p.Reason, matchField(i, j)+p.Field, p.Message+", so the match is left out", p.Remedy)
			continue
		}
		route.Origin.Field = matchField(i, j)
		route.Match = m
		t.routes = append(t.routes, route)
	}
	return len(t.routes) > before
}

func matchField(i, j int) string {
	b := make([]byte, 0, 40)
	return string(index(index(b, "spec.rules[", i), ".matches[", j))
}

// match translates one match. The Problem's field is relative to it.
func match(m *gwv1.HTTPRouteMatch) (out ir.Match, p *ir.Problem) {
	if out.Path, p = pathMatch(m.Path); p != nil {
		return out, p
	}
	if out.Headers, p = headerMatches(m.Headers); p != nil {
		return out, p
	}
	if out.Query, p = queryMatches(m.QueryParams); p != nil {
		return out, p
	}
	out.Methods, p = methods(m.Method)
	return out, p
}

func invalid(field, message, remedy string) *ir.Problem {
	return &ir.Problem{Reason: ir.ReasonInvalid, Field: field, Message: message, Remedy: remedy}
}

func pathMatch(m *gwv1.HTTPPathMatch) (ir.PathMatch, *ir.Problem) {
	kind, value := gwv1.PathMatchPathPrefix, "/"
	if m != nil && m.Type != nil {
		kind = *m.Type
	}
	if m != nil && m.Value != nil {
		value = *m.Value
	}
	switch kind {
	case gwv1.PathMatchExact:
		return ir.NewPath(ir.Exact, value, false), checkPath(value)
	case gwv1.PathMatchPathPrefix:
		return ir.NewPath(ir.Prefix, value, false), checkPath(value)
	case gwv1.PathMatchRegularExpression:
		if why := ir.CheckRegex(value); why != "" {
			return ir.PathMatch{}, invalid(".path.value", why, "")
		}
		return ir.NewPath(ir.Regex, value, false), nil
	default:
		return ir.PathMatch{}, invalid(".path.type", fmt.Sprintf("%q is not a known type", kind), "use Exact, PathPrefix or RegularExpression")
	}
}

// checkPath repeats the rules of the API server that Envoy would refuse a
// whole configuration for.
func checkPath(value string) *ir.Problem {
	switch {
	case !strings.HasPrefix(value, "/"):
		return invalid(".path.value", fmt.Sprintf("the path %q does not begin with /", value), "")
	case strings.ContainsAny(value, "?#"):
		return invalid(".path.value", fmt.Sprintf("the path %q holds a query or a fragment", value), "match query parameters with queryParams")
	}
	if why := ir.CheckHeaderValue(value); why != "" {
		return invalid(".path.value", "the path has a control character", "")
	}
	return nil
}

// headerMatches translates header matches. Of several for one name the first
// counts (HTTPHeaderMatch.name).
func headerMatches(ms []gwv1.HTTPHeaderMatch) ([]ir.ValueMatch, *ir.Problem) {
	if len(ms) == 0 {
		return nil, nil
	}
	out := make([]ir.ValueMatch, 0, len(ms))
	for k := range ms {
		m := &ms[k]
		name := strings.ToLower(string(m.Name))
		if named(out, name) {
			continue
		}
		if why := ir.CheckHeaderName(name); why != "" {
			return nil, invalid(fmt.Sprintf(".headers[%d].name", k), why, "")
		}
		kind := gwv1.HeaderMatchExact
		if m.Type != nil {
			kind = *m.Type
		}
		v, p := valueMatch(name, string(kind), m.Value)
		if p != nil {
			p.Field = fmt.Sprintf(".headers[%d]%s", k, p.Field)
			return nil, p
		}
		out = append(out, v)
	}
	return out, nil
}

func named(ms []ir.ValueMatch, name string) bool {
	return slices.ContainsFunc(ms, func(m ir.ValueMatch) bool { return m.Name == name })
}

// queryMatches translates query parameter matches. Of several for one name the
// first counts (HTTPQueryParamMatch.name).
func queryMatches(ms []gwv1.HTTPQueryParamMatch) ([]ir.ValueMatch, *ir.Problem) {
	if len(ms) == 0 {
		return nil, nil
	}
	out := make([]ir.ValueMatch, 0, len(ms))
	for k := range ms {
		m := &ms[k]
		if named(out, string(m.Name)) {
			continue
		}
		if ir.CheckHeaderName(string(m.Name)) != "" {
			return nil, invalid(fmt.Sprintf(".queryParams[%d].name", k), fmt.Sprintf("%q cannot be the name of a query parameter", m.Name), "")
		}
		kind := gwv1.QueryParamMatchExact
		if m.Type != nil {
			kind = *m.Type
		}
		v, p := valueMatch(string(m.Name), string(kind), m.Value)
		if p != nil {
			p.Field = fmt.Sprintf(".queryParams[%d]%s", k, p.Field)
			return nil, p
		}
		out = append(out, v)
	}
	return out, nil
}

// valueMatch translates a header or query parameter match, whose types share
// their spelling.
func valueMatch(name, kind, value string) (ir.ValueMatch, *ir.Problem) {
	switch kind {
	case string(gwv1.HeaderMatchExact):
		return ir.ValueMatch{Name: name, Kind: ir.ValueExact, Value: value}, nil
	case string(gwv1.HeaderMatchRegularExpression):
		if why := ir.CheckRegex(value); why != "" {
			return ir.ValueMatch{}, invalid(".value", why, "")
		}
		return ir.ValueMatch{Name: name, Kind: ir.ValueRegex, Value: value}, nil
	default:
		return ir.ValueMatch{}, invalid(".type", fmt.Sprintf("%q is not a known type", kind), "use Exact or RegularExpression")
	}
}

func methods(m *gwv1.HTTPMethod) ([]string, *ir.Problem) {
	if m == nil {
		return nil, nil
	}
	switch *m {
	case gwv1.HTTPMethodGet, gwv1.HTTPMethodHead, gwv1.HTTPMethodPost, gwv1.HTTPMethodPut, gwv1.HTTPMethodDelete,
		gwv1.HTTPMethodOptions, gwv1.HTTPMethodTrace, gwv1.HTTPMethodPatch:
		return []string{string(*m)}, nil
	case gwv1.HTTPMethodConnect:
		return nil, &ir.Problem{Reason: ir.ReasonNotSupported, Field: ".method", Message: "CONNECT requests are not served"}
	default:
		return nil, invalid(".method", fmt.Sprintf("%q is not a known method", *m), "write the method in upper case")
	}
}
