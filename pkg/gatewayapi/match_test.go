package gatewayapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const to = "backendRefs: [{name: v1, port: 80}]"

func TestMatches(t *testing.T) {
	for spec, want := range map[string]ir.Match{
		"{}":                                     {Path: ir.AnyPath()},
		"{path: {}}":                             {Path: ir.AnyPath()},
		"{path: {value: /a}}":                    {Path: ir.PathMatch{Kind: ir.Prefix, Value: "/a"}},
		"{path: {type: PathPrefix, value: /a/}}": {Path: ir.PathMatch{Kind: ir.Prefix, Value: "/a"}},
		"{path: {type: PathPrefix, value: /}}":   {Path: ir.AnyPath()},
		"{path: {type: Exact, value: /a/}}":      {Path: ir.PathMatch{Kind: ir.Exact, Value: "/a/"}},
		"{path: {type: RegularExpression, value: '/a|/b.*'}}": {Path: ir.PathMatch{Kind: ir.Regex, Value: "/a|/b.*"}},
		"{method: PATCH}": {Path: ir.AnyPath(), Methods: []string{"PATCH"}},
		"{headers: [{name: X-Version, value: v1}, {type: Exact, name: b, value: '%2'}, {type: RegularExpression, name: c, value: 'x+'}]}": {
			Path: ir.AnyPath(), Headers: []ir.ValueMatch{
				{Name: "x-version", Kind: ir.ValueExact, Value: "v1"}, {Name: "b", Kind: ir.ValueExact, Value: "%2"}, {Name: "c", Kind: ir.ValueRegex, Value: "x+"},
			},
		},
		"{headers: [{name: a, value: first}, {name: A, value: second}]}": {
			Path: ir.AnyPath(), Headers: []ir.ValueMatch{{Name: "a", Kind: ir.ValueExact, Value: "first"}},
		},
		"{queryParams: [{name: Q, value: '1'}, {name: q, type: RegularExpression, value: '[0-9]'}, {name: Q, value: '2'}]}": {
			Path: ir.AnyPath(), Query: []ir.ValueMatch{{Name: "Q", Kind: ir.ValueExact, Value: "1"}, {Name: "q", Kind: ir.ValueRegex, Value: "[0-9]"}},
		},
	} {
		out := rules(t, "- {matches: ["+spec+"], "+to+"}")
		r := only(t, out)
		require.Equal(t, want, r.Match, spec)
		require.Equal(t, "spec.rules[0].matches[0]", r.Origin.Field)
		require.Equal(t, out.Status.Object, r.Origin.Object)
		require.Empty(t, out.Status.Problems, spec)
	}
}

func TestRuleWithoutMatchesTakesEverything(t *testing.T) {
	r := only(t, rules(t, "- {name: all, "+to+"}"))
	require.Equal(t, ir.Match{Path: ir.AnyPath()}, r.Match)
	require.Equal(t, "spec.rules[0]", r.Origin.Field)
	require.Equal(t, "all", r.Name)
}

func TestRouteWithoutRulesAnswers500(t *testing.T) {
	w := newWorld()
	gateway(t, w, "listeners: [{name: http, port: 80, protocol: HTTP}]")
	out := route(t, w, "parentRefs: [{name: gw}]")
	require.Equal(t, ir.Broken(), only(t, out).Action)
	require.Equal(t, []string{accepted, resolved}, parentConditions(t, out))
}

func TestEachMatchIsARoute(t *testing.T) {
	out := rules(t, `
- {matches: [{path: {value: /a}}, {path: {value: /b}}], `+to+`}
- {matches: [{path: {value: /c}}], `+to+`}`)
	var fields []string
	for _, r := range out.Fragments[0].Routes {
		fields = append(fields, r.Origin.Field+" "+r.Match.Path.Value)
	}
	require.Equal(t, []string{"spec.rules[0].matches[0] /a", "spec.rules[0].matches[1] /b", "spec.rules[1].matches[0] /c"}, fields)
}

func TestMatchThatCannotBeExpressedIsLeftOut(t *testing.T) {
	for spec, says := range map[string]string{
		"{path: {type: RegularExpression, value: '('}}":                   "error Invalid: spec.rules[0].matches[1].path.value: the regular expression is not valid RE2: error parsing regexp: missing closing ): `(`, so the match is left out",
		"{path: {type: RegularExpression, value: '(?!a)'}}":               "spec.rules[0].matches[1].path.value: the regular expression is not valid RE2",
		"{path: {type: Glob, value: /a}}":                                 `error Invalid: spec.rules[0].matches[1].path.type: "Glob" is not a known type, so the match is left out; use Exact, PathPrefix or RegularExpression`,
		"{path: {type: Exact, value: a}}":                                 `spec.rules[0].matches[1].path.value: the path "a" does not begin with /`,
		"{path: {value: a}}":                                              `the path "a" does not begin with /`,
		"{path: {value: '/a?b'}}":                                         `the path "/a?b" holds a query or a fragment, so the match is left out; match query parameters with queryParams`,
		"{path: {value: '/a#b'}}":                                         "holds a query or a fragment",
		`{path: {value: "/a\nb"}}`:                                        "the path has a control character",
		"{headers: [{name: ok, value: v}, {name: ':path', value: v}]}":    "spec.rules[0].matches[1].headers[1].name: the header name \":path\" has a character that RFC 9110 does not allow",
		"{headers: [{name: a, type: Glob, value: v}]}":                    `spec.rules[0].matches[1].headers[0].type: "Glob" is not a known type, so the match is left out; use Exact or RegularExpression`,
		"{headers: [{name: a, type: RegularExpression, value: '*'}]}":     "spec.rules[0].matches[1].headers[0].value: the regular expression is not valid RE2",
		"{queryParams: [{name: a, type: RegularExpression, value: '*'}]}": "spec.rules[0].matches[1].queryParams[0].value: the regular expression is not valid RE2",
		"{queryParams: [{name: a, type: Glob, value: '*'}]}":              "spec.rules[0].matches[1].queryParams[0].type",
		"{queryParams: [{name: '', value: v}]}":                           `spec.rules[0].matches[1].queryParams[0].name: "" cannot be the name of a query parameter`,
		"{method: get}":                                                   `spec.rules[0].matches[1].method: "get" is not a known method, so the match is left out; write the method in upper case`,
		"{method: CONNECT}":                                               "error NotSupported: spec.rules[0].matches[1].method: CONNECT requests are not served, so the match is left out",
	} {
		out := rules(t, "- {matches: [{path: {value: /good}}, "+spec+"], "+to+"}")
		require.Equal(t, "/good", only(t, out).Match.Path.Value, spec)
		require.IsType(t, &ir.Forward{}, only(t, out).Action, spec)
		require.Equal(t, []string{accepted, resolved, "PartiallyInvalid=True/UnsupportedValue"}, parentConditions(t, out), spec)
		require.Len(t, out.Status.Problems, 1, spec)
		require.Contains(t, problems(out.Status.Problems)[0], says)
		m := message(t, out.Status.Parents[0].Conditions, "PartiallyInvalid")
		require.True(t, strings.HasPrefix(m, "Dropped Rule"), m)
		require.Contains(t, m, "spec.rules[0].matches[1]")
		require.Equal(t, []string{"http"}, sections(out))
	}
}

func TestRouteWithNothingLeftIsNotAccepted(t *testing.T) {
	out := rules(t, "- {matches: [{path: {type: RegularExpression, value: '('}}], "+to+"}")
	require.Equal(t, []string{"Accepted=False/UnsupportedValue", resolved}, parentConditions(t, out))
	require.Contains(t, message(t, out.Status.Parents[0].Conditions, "Accepted"), "spec.rules[0].matches[0].path.value")
	require.Empty(t, out.Attached, "only accepted routes count")
	require.Empty(t, out.Fragments[0].Routes)
}
