package virtualservice_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

const (
	toTable = "delegateAction: {ref: {name: rt}}"
	summary = "warning Invalid " // the remark on the VirtualService about a table
)

// visited returns the problems of the RouteTables that were reached, each as
// "table: problem".
func visited(out ir.Output) []string {
	var all []string
	for _, v := range out.Visits {
		for _, p := range problemTexts(v.Problems) {
			all = append(all, v.Object.Name+": "+p)
		}
	}
	return all
}

func TestDelegation(t *testing.T) {
	for title, c := range map[string]struct {
		parent   string
		tables   map[string]string
		routes   []string
		problems []string
		visited  []string
	}{
		"routes stand in place of the delegating route": {
			"[{matchers: [{exact: /1}], " + toA + "}, {matchers: [{prefix: /a}], " + toTable + "}, {matchers: [{exact: /2}], " + toA + "}]",
			map[string]string{"rt": "routes: [{matchers: [{exact: /a/x}], " + toA + "}, {matchers: [{prefix: /a}], " + toA + "}]"},
			[]string{"=/1 → default/a*1", "=/a/x → default/a*1", "^/a → default/a*1", "=/2 → default/a*1"},
			nil, nil,
		},
		"the old inline form": {
			"[{matchers: [{prefix: /a}], delegateAction: {name: rt, namespace: default}}]",
			map[string]string{"rt": "routes: [{matchers: [{prefix: /a}], " + toA + "}]"},
			[]string{"^/a → default/a*1"},
			nil, nil,
		},
		"without a matcher the whole host is delegated": {
			"[{" + toTable + "}]",
			map[string]string{"rt": "routes: [{" + toA + "}, {matchers: [{regex: '/x.*'}], " + toA + "}]"},
			[]string{"/ → default/a*1", "~/x.* → default/a*1"},
			nil, nil,
		},
		"a missing table answers 500": {
			"[{matchers: [{prefix: /a}], " + toTable + "}, {" + toA + "}]", nil,
			[]string{"^/a → 500", "/ → default/a*1"},
			[]string{"error NotFound spec.virtualHost.routes[0].delegateAction.ref"},
			nil,
		},
		"a path beyond the parent's is left out": {
			"[{matchers: [{prefix: /a}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{matchers: [{prefix: /b}, {prefix: /a/b}], " + toA + "}, {" + toA + "}]"},
			[]string{"^/a/b → default/a*1"},
			[]string{summary},
			[]string{"rt: error Invalid spec.routes[0].matchers[0]", "rt: error Invalid spec.routes[1]"},
		},
		"a regex beyond the parent's is left out": {
			"[{matchers: [{prefix: /a/}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{matchers: [{regex: '/a/.*|/b'}, {regex: '/a/x.*'}, {regex: '^/a/y'}], " + toA + "}]"},
			[]string{"~/a/x.* → default/a*1", "~^/a/y → default/a*1"},
			[]string{summary},
			[]string{"rt: error Invalid spec.routes[0].matchers[0]"},
		},
		"a broken regex stays within the parent's path": {
			"[{matchers: [{prefix: /a/}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{matchers: [{regex: '/a/x('}, {regex: '/a/('}, {regex: '/('}], " + toA + "}]"},
			[]string{"^/a/x → 500", "^/a/ → 500"},
			[]string{summary},
			[]string{
				"rt: error Invalid spec.routes[0].matchers[0].regex", "rt: error Invalid spec.routes[0].matchers[1].regex",
				"rt: error Invalid spec.routes[0].matchers[2]",
			},
		},
		"case must be heeded alike": {
			"[{matchers: [{prefix: /A, caseSensitive: false}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{matchers: [{prefix: /a/x}, {prefix: /a/y, caseSensitive: false}], " + toA + "}]"},
			[]string{"^/a/y nocase → default/a*1"},
			[]string{summary},
			[]string{"rt: error Invalid spec.routes[0].matchers[0]"},
		},
		"matchers of the parent must be repeated": {
			"[{matchers: [{prefix: /a, methods: [GET], headers: [{name: h}], queryParameters: [{name: q}]}], " + toTable + "}]",
			map[string]string{"rt": `routes:
- {matchers: [{prefix: /a/1}], ` + toA + `}
- {matchers: [{prefix: /a/2, headers: [{name: h}]}], ` + toA + `}
- {matchers: [{prefix: /a/3, headers: [{name: h}], queryParameters: [{name: q}]}], ` + toA + `}
- {matchers: [{prefix: /a/4, headers: [{name: h}], queryParameters: [{name: q}], methods: [GET]}], ` + toA + `}`},
			[]string{"^/a/4 GET h ?q → default/a*1"},
			[]string{summary},
			[]string{"rt: error Invalid spec.routes[0]", "rt: error Invalid spec.routes[1]", "rt: error Invalid spec.routes[2]"},
		},
		"or are inherited": {
			"[{inheritableMatchers: true, matchers: [{prefix: /a, methods: [GET], headers: [{name: h}], queryParameters: [{name: q}]}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{matchers: [{prefix: /a/1, headers: [{name: i}]}], " + toA + "}, {inheritableMatchers: false, matchers: [{prefix: /a/2}], " + toA + "}]"},
			[]string{"^/a/1 GET h i ?q → default/a*1"},
			[]string{summary},
			[]string{"rt: error Invalid spec.routes[1]"},
		},
		"paths are inherited": {
			"[{inheritablePathMatchers: true, matchers: [{regex: '/a.*'}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{matchers: [{methods: [GET]}], " + toA + "}, {matchers: [{prefix: /z}], " + toA + "}, {" + toA + "}]"},
			[]string{"~/a.* GET → default/a*1", "~/a.* → default/a*1", "~/a.* → default/a*1"},
			nil,
			[]string{"rt: warning Invalid spec.routes[1]"},
		},
		"inheritance goes on to the grandchildren": {
			"[{inheritableMatchers: true, matchers: [{prefix: /a, headers: [{name: h}]}], " + toTable + "}]",
			map[string]string{
				"rt":  "routes: [{matchers: [{prefix: /a/b, headers: [{name: i}]}], delegateAction: {ref: {name: rt2}}}]",
				"rt2": "routes: [{matchers: [{prefix: /a/b/c}], " + toA + "}, {matchers: [{prefix: /a/c}], " + toA + "}]",
			},
			[]string{"^/a/b/c h i → default/a*1"},
			[]string{summary},
			[]string{"rt2: error Invalid spec.routes[1]"},
		},
		"a path that is no prefix answers 500": {
			"[{matchers: [{exact: /a}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{" + toA + "}]"},
			[]string{"=/a → 500"},
			[]string{"error Invalid spec.virtualHost.routes[0].matchers[0]"},
			nil,
		},
		"several matchers answer 500": {
			"[{matchers: [{prefix: /a}, {prefix: /b}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{" + toA + "}]"},
			[]string{"^/a → 500", "^/b → 500"},
			[]string{"error Invalid spec.virtualHost.routes[0].matchers"},
			nil,
		},
		"a broken matcher is told once, at the parent": {
			"[{inheritableMatchers: true, matchers: [{prefix: /a, headers: [{name: h, value: '(', regex: true}]}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{matchers: [{prefix: /a}], " + toA + "}]"},
			[]string{"^/a h → 500"},
			[]string{"error Invalid spec.virtualHost.routes[0].headers[0].value"},
			nil,
		},
		"a cycle is told where it closes": {
			"[{matchers: [{prefix: /a}], " + toTable + "}]",
			map[string]string{
				"rt":  "routes: [{matchers: [{prefix: /a/b}], delegateAction: {ref: {name: rt2}}}, {matchers: [{prefix: /a}], " + toA + "}]",
				"rt2": "routes: [{matchers: [{prefix: /a/b}], " + toTable + "}]",
			},
			[]string{"^/a/b → 500", "^/a → default/a*1"},
			[]string{summary},
			[]string{"rt2: error Invalid spec.routes[0].delegateAction"},
		},
		"problems stand on the table that has them": {
			"[{matchers: [{prefix: /a}], " + toTable + "}]",
			map[string]string{"rt": "routes: [{matchers: [{prefix: /a}], routeAction: {single: {upstream: {name: gone}}}}, {matchers: [{exact: /a/1}], " + toA + ", options: {waf: {x: 1}}}]"},
			[]string{"^/a → 500", "=/a/1 → 500"},
			[]string{summary},
			[]string{"rt: error BackendNotFound spec.routes[0].routeAction.single.upstream", "rt: error NotSupported spec.routes[1].options.waf"},
		},
	} {
		t.Run(title, func(t *testing.T) {
			w := newWorld()
			for n, spec := range c.tables {
				w.tables = append(w.tables, table(t, "default", n, spec))
			}
			out := translateHost(t, w, "routes: "+c.parent)
			routes, problems := describe(t, out)
			require.Equal(t, c.routes, routes)
			require.Equal(t, c.problems, problems)
			require.Equal(t, c.visited, visited(out))
		})
	}
}

func TestReferencesOfATableStartFromItsOwnNamespace(t *testing.T) {
	w := newWorld()
	w.tables = []*v1.RouteTable{table(t, "other", "rt", "routes: [{matchers: [{exact: /1}], routeAction: {single: {upstream: {name: far}}}}, {matchers: [{exact: /2}], "+toA+"}]")}
	routes, _ := hostRoutes(t, w, "routes: [{delegateAction: {ref: {name: rt, namespace: other}}}]")
	require.Equal(t, []string{"=/1 → other/far*1", "=/2 → 500"}, routes)
}

func TestSelectors(t *testing.T) {
	tables := []*v1.RouteTable{
		table(t, "default", "a1", "routes: [{matchers: [{exact: /a1}], "+toA+"}]", "team=a", "tier=1"),
		table(t, "default", "b", "routes: [{matchers: [{exact: /b1}], "+toA+"}]", "team=b"),
		table(t, "other", "a2", "routes: [{matchers: [{exact: /a2}], routeAction: {single: {upstream: {name: far}}}}]", "team=a", "tier=2"),
	}
	for selector, c := range map[string]struct {
		paths    []string
		problems []string
	}{
		"{labels: {team: a}}":                       {[]string{"/a1"}, nil},
		"{}":                                        {[]string{"/a1", "/b1"}, nil},
		"{namespaces: ['*']}":                       {[]string{"/a1", "/b1", "/a2"}, nil},
		"{namespaces: [other, default, other]}":     {[]string{"/a1", "/b1", "/a2"}, nil},
		"{namespaces: ['*'], labels: {team: a}}":    {[]string{"/a1", "/a2"}, nil},
		"{expressions: [{key: team, values: [b]}]}": {[]string{"/b1"}, nil},
		"{labels: {team: c}}":                       {nil, []string{"warning NotFound spec.virtualHost.routes[0].delegateAction.selector"}},
		"{namespaces: ['*'], expressions: [{key: team, operator: NotEquals, values: [b]}]}":     {[]string{"/a1", "/a2"}, nil},
		"{namespaces: ['*'], expressions: [{key: team, operator: In, values: [b, c]}]}":         {[]string{"/b1"}, nil},
		"{namespaces: ['*'], expressions: [{key: team, operator: NotIn, values: [b, c]}]}":      {[]string{"/a1", "/a2"}, nil},
		"{namespaces: ['*'], expressions: [{key: tier, operator: Exists}]}":                     {[]string{"/a1", "/a2"}, nil},
		"{namespaces: ['*'], expressions: [{key: tier, operator: DoesNotExist}]}":               {[]string{"/b1"}, nil},
		"{namespaces: ['*'], expressions: [{key: tier, operator: GreaterThan, values: ['1']}]}": {[]string{"/a2"}, nil},
		"{namespaces: ['*'], expressions: [{key: tier, operator: LessThan, values: ['2']}]}":    {[]string{"/a1"}, nil},
	} {
		t.Run(selector, func(t *testing.T) {
			w := newWorld()
			w.tables = tables
			out := translateHost(t, w, "routes: [{delegateAction: {selector: "+selector+"}}]")
			var paths []string
			for _, r := range out.Fragments[0].Routes {
				paths = append(paths, r.Match.Path.Value)
			}
			require.Equal(t, c.paths, paths)
			require.Equal(t, c.problems, problemTexts(out.Status.Problems))
		})
	}
}

func TestABrokenSelectorAnswers500(t *testing.T) {
	for _, expression := range []string{
		"{key: x, operator: In}", "{key: x, operator: Equals, values: [a, b]}", "{key: x, operator: Exists, values: [a]}",
		"{key: x, operator: GreaterThan, values: [a]}", "{key: x, operator: LessThan}", "{key: x, operator: Like, values: [a]}",
	} {
		routes, problems := hostRoutes(t, newWorld(), "routes: [{delegateAction: {selector: {expressions: ["+expression+"]}}}]")
		require.Equal(t, []string{"/ → 500"}, routes, expression)
		require.Equal(t, []string{"error Invalid spec.virtualHost.routes[0].delegateAction.selector.expressions[0]"}, problems, expression)
	}
}

func TestTablesAreOrderedByWeight(t *testing.T) {
	w := newWorld()
	w.tables = []*v1.RouteTable{
		table(t, "default", "late", "{weight: 10, routes: [{matchers: [{exact: /late}], "+toA+"}]}"),
		table(t, "default", "early", "{weight: -1, routes: [{matchers: [{prefix: /early}], "+toA+"}]}"),
		table(t, "default", "unset", "{routes: [{matchers: [{prefix: /unset}], "+toA+"}, {matchers: [{exact: /unset}], "+toA+"}]}"),
	}
	routes, problems := hostRoutes(t, w, "routes: [{delegateAction: {selector: {}}}]")
	require.Equal(t, []string{"^/early → default/a*1", "^/unset → default/a*1", "=/unset → default/a*1", "=/late → default/a*1"}, routes)
	require.Empty(t, problems)
}

func TestTablesOfOneWeightAreSortedBySpecificity(t *testing.T) {
	w := newWorld()
	w.tables = []*v1.RouteTable{
		table(t, "default", "t1", "routes: [{"+toA+"}, {matchers: [{prefix: /a}], "+toA+"}]"),
		table(t, "default", "t2", "routes: [{matchers: [{exact: /a}], "+toA+"}, {matchers: [{prefix: /a/b}], "+toA+"}]"),
	}
	want := []string{"=/a → default/a*1", "^/a/b → default/a*1", "^/a → default/a*1", "/ → default/a*1"}
	for range 2 {
		routes, problems := hostRoutes(t, w, "routes: [{delegateAction: {selector: {}}}]")
		require.Equal(t, want, routes)
		require.Equal(t, []string{"warning Invalid spec.virtualHost.routes[0].delegateAction.selector"}, problems)
		slices.Reverse(w.tables)
	}
}

func TestOurGroupsTableComesBeforeItsNamesake(t *testing.T) {
	w := newWorld()
	theirs := table(t, "default", "rt", "routes: [{matchers: [{exact: /theirs}], "+toA+"}]")
	theirs.APIVersion = "gateway.solo.io/v1"
	ours := table(t, "default", "rt", "routes: [{matchers: [{exact: /ours}], "+toA+"}]")
	ours.APIVersion = "sluice.dev/v1"
	w.tables = []*v1.RouteTable{theirs, ours}
	routes, _ := hostRoutes(t, w, "routes: [{delegateAction: {selector: {}}}]")
	require.Equal(t, []string{"=/ours → default/a*1"}, routes)
}

func TestParentsOptionsHoldWhereTheChildSetsNone(t *testing.T) {
	w := newWorld()
	w.tables = []*v1.RouteTable{table(t, "default", "rt", `routes:
- {matchers: [{exact: /1}], routeAction: {single: {upstream: {name: a}}}}
- {matchers: [{exact: /2}], routeAction: {single: {upstream: {name: a}}}, options: {timeout: 2s, headerManipulation: {responseHeadersToRemove: [z]}}}`)}
	out := translateHost(t, w, `routes:
- delegateAction: {ref: {name: rt}}
  name: parent
  options: {timeout: 1s, idleTimeout: 9s, prefixRewrite: /x, headerManipulation: {requestHeadersToRemove: [x]}}`)
	rs := out.Fragments[0].Routes
	require.Len(t, rs, 2)
	require.Equal(t, "parent", rs[0].Name)
	require.Equal(t, "1s", rs[0].Policy.Timeouts.Request.String())
	require.Equal(t, []string{"x"}, rs[0].Policy.RequestHeaders.Remove)
	require.Equal(t, "2s", rs[1].Policy.Timeouts.Request.String())
	require.Equal(t, "9s", rs[1].Policy.Timeouts.Idle.String())
	require.Equal(t, "/x", *rs[1].Policy.PathRewrite.Prefix)
	require.Nil(t, rs[1].Policy.RequestHeaders, "headerManipulation is one option")
	require.Equal(t, []string{"z"}, rs[1].Policy.ResponseHeaders.Remove)
}

func TestAProtectionOnADelegatingRouteHoldsForTheTable(t *testing.T) {
	w := newWorld()
	w.tables = []*v1.RouteTable{table(t, "default", "rt", "routes: [{"+toA+", options: {extauth: {disable: true}}}]")}
	routes, problems := hostRoutes(t, w, "routes: [{"+toTable+", options: {extauth: {configRef: {name: x}}}}]")
	require.Equal(t, []string{"/ → 500"}, routes)
	require.Equal(t, []string{"error NotSupported spec.virtualHost.routes[0].options.extauth"}, problems)
}

func tableName(i int) string { return "t" + strconv.Itoa(i) }

func TestTablesThatMultiplyAreCutOff(t *testing.T) {
	w := newWorld()
	twice := func(next string) string {
		return "routes: [{delegateAction: {ref: {name: " + next + "}}}, {delegateAction: {ref: {name: " + next + "}}}]"
	}
	for i := range 25 {
		w.tables = append(w.tables, table(t, "default", tableName(i), twice(tableName(i+1))))
	}
	w.tables = append(w.tables, table(t, "default", tableName(25), "routes: [{"+toA+"}]"))
	out := translateHost(t, w, "routes: [{delegateAction: {ref: {name: "+tableName(0)+"}}}]")
	require.Equal(t, []string{"error Invalid spec.virtualHost.routes"}, problemTexts(out.Status.Problems))
	require.Less(t, len(out.Fragments[0].Routes), 200_000)
}

func TestAChainThatIsTooLongAnswers500(t *testing.T) {
	w := newWorld()
	for i := range 40 {
		next := "routes: [{delegateAction: {ref: {name: " + tableName(i+1) + "}}}]"
		w.tables = append(w.tables, table(t, "default", tableName(i), next))
	}
	routes, _ := hostRoutes(t, w, "routes: [{delegateAction: {ref: {name: "+tableName(0)+"}}}]")
	require.Equal(t, []string{"/ → 500"}, routes)
}
