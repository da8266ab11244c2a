package virtualservice_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	v1 "github.com/sluice-gateway/sluice/api/v1"
)

const toA = "routeAction: {single: {upstream: {name: a}}}"

func TestMatchers(t *testing.T) {
	for title, c := range map[string]struct {
		matchers string
		routes   []string
		problems []string
	}{
		"none match everything":       {"[]", []string{"/ → default/a*1"}, nil},
		"an empty one too":            {"[{}]", []string{"/ → default/a*1"}, nil},
		"prefix by characters":        {"[{prefix: /a}]", []string{"^/a → default/a*1"}, nil},
		"prefix of everything":        {"[{prefix: /}]", []string{"/ → default/a*1"}, nil},
		"exact":                       {"[{exact: /a}]", []string{"=/a → default/a*1"}, nil},
		"regex":                       {"[{regex: '/a/.+'}]", []string{"~/a/.+ → default/a*1"}, nil},
		"case insensitive":            {"[{prefix: /A, caseSensitive: false}]", []string{"^/A nocase → default/a*1"}, nil},
		"case sensitive spelled out":  {"[{exact: /A, caseSensitive: true}]", []string{"=/A → default/a*1"}, nil},
		"several are alternatives":    {"[{exact: /a}, {prefix: /b}]", []string{"=/a → default/a*1", "^/b → default/a*1"}, nil},
		"methods are upper-cased":     {"[{methods: [get, POST]}]", []string{"/ GET|POST → default/a*1"}, nil},
		"header value":                {"[{headers: [{name: X-A, value: '1'}]}]", []string{"/ x-a=1 → default/a*1"}, nil},
		"header presence":             {"[{headers: [{name: x}]}]", []string{"/ x → default/a*1"}, nil},
		"header absence":              {"[{headers: [{name: x, invertMatch: true}]}]", []string{"/ !x → default/a*1"}, nil},
		"header regex":                {"[{headers: [{name: x, value: 'v.*', regex: true}]}]", []string{"/ x~v.* → default/a*1"}, nil},
		"Host is :authority":          {"[{headers: [{name: Host, value: a}]}]", []string{"/ :authority=a → default/a*1"}, nil},
		"query value":                 {"[{queryParameters: [{name: Q, value: '1'}]}]", []string{"/ ?Q=1 → default/a*1"}, nil},
		"query presence":              {"[{queryParameters: [{name: q}]}]", []string{"/ ?q → default/a*1"}, nil},
		"caseSensitive with regex":    {"[{regex: /a, caseSensitive: false}]", []string{"~/a → default/a*1"}, []string{"warning Invalid spec.virtualHost.routes[0].caseSensitive"}},
		"a path without slash is out": {"[{exact: a}]", nil, []string{"error Invalid spec.virtualHost.routes[0].exact"}},
		"a bad regex answers 500 where it might have matched": {
			"[{regex: '/a(b'}, {prefix: /c}]",
			[]string{"^/a → 500", "^/c → default/a*1"},
			[]string{"error Invalid spec.virtualHost.routes[0].matchers[0].regex"},
		},
		"a bad regex that might have matched everything is out": {
			"[{regex: '(.*'}]", nil,
			[]string{"error Invalid spec.virtualHost.routes[0].regex"},
		},
		"a bad header regex answers 500 where the header is": {
			"[{headers: [{name: x, value: '(', regex: true}]}]",
			[]string{"/ x → 500"},
			[]string{"error Invalid spec.virtualHost.routes[0].headers[0].value"},
		},
		"a bad inverted header regex is out": {
			"[{headers: [{name: x, value: '(', regex: true, invertMatch: true}]}]", nil,
			[]string{"error Invalid spec.virtualHost.routes[0].headers[0].value"},
		},
		"a bad query regex answers 500 where the parameter is": {
			"[{queryParameters: [{name: q, value: '(', regex: true}]}]",
			[]string{"/ ?q → 500"},
			[]string{"error Invalid spec.virtualHost.routes[0].queryParameters[0].value"},
		},
		"CONNECT is not done":          {"[{connectMatcher: {}}]", []string{"/ CONNECT → 500"}, []string{"error NotSupported spec.virtualHost.routes[0].connectMatcher"}},
		"a header name that cannot be": {"[{headers: [{name: 'a b'}]}]", nil, []string{"error Invalid spec.virtualHost.routes[0].headers[0].name"}},
		"a method that cannot be":      {"[{methods: ['G T']}, {methods: [GET, 'G T']}]", []string{"/ GET → default/a*1"}, []string{"error Invalid spec.virtualHost.routes[0].matchers[0].methods[0]", "error Invalid spec.virtualHost.routes[0].matchers[1].methods[1]"}},
	} {
		t.Run(title, func(t *testing.T) {
			routes, problems := hostRoutes(t, newWorld(), "routes: [{"+toA+", matchers: "+c.matchers+"}]")
			require.Equal(t, c.routes, routes)
			require.Equal(t, c.problems, problems)
		})
	}
}

func TestRoutesKeepTheirOrder(t *testing.T) {
	out := translateHost(t, newWorld(), "routes: [{"+toA+"}, {matchers: [{exact: /later}], name: hidden, "+toA+"}]")
	routes, problems := describe(t, out)
	require.Equal(t, []string{"/ → default/a*1", "=/later → default/a*1"}, routes)
	require.Empty(t, problems)
	require.Equal(t, "hidden", out.Fragments[0].Routes[1].Name)
	require.Equal(t, "spec.virtualHost.routes[1]", out.Fragments[0].Routes[1].Origin.Field)
	require.Equal(t, "VirtualService default/vs", out.Fragments[0].Routes[1].Origin.Object.String())
	require.Equal(t, int64(7), out.Status.Generation)
	require.Equal(t, "gateway.solo.io", out.Status.Object.Group)
}

func TestActions(t *testing.T) {
	for title, c := range map[string]struct {
		action   string
		want     string
		problems []string
	}{
		"upstream of the own namespace": {toA, "default/a*1", nil},
		"upstream of another namespace": {"routeAction: {single: {upstream: {name: far, namespace: other}}}", "other/far*1", nil},
		"port of a Service":             {"routeAction: {single: {kube: {ref: {name: web}, port: 80}}}", "service/default/web/80*1", nil},
		"missing upstream": {
			"routeAction: {single: {upstream: {name: gone}}}", "500",
			[]string{"error BackendNotFound spec.virtualHost.routes[0].routeAction.single.upstream"},
		},
		"missing port": {
			"routeAction: {single: {kube: {ref: {name: web}, port: 81}}}", "500",
			[]string{"error BackendNotFound spec.virtualHost.routes[0].routeAction.single.kube"},
		},
		"consul": {
			"routeAction: {single: {consul: {serviceName: x}}}", "500",
			[]string{"error NotSupported spec.virtualHost.routes[0].routeAction.single.consul"},
		},
		"a function must not become a plain request": {
			"routeAction: {single: {upstream: {name: a}, destinationSpec: {rest: {functionName: f}}}}", "500",
			[]string{"error NotSupported spec.virtualHost.routes[0].routeAction.single.destinationSpec"},
		},
		"a subset must not become the whole": {
			"routeAction: {single: {upstream: {name: a}, subset: {values: {v: '1'}}}}", "500",
			[]string{"error NotSupported spec.virtualHost.routes[0].routeAction.single.subset"},
		},
		"weights": {"routeAction: {multi: {destinations: [{destination: {upstream: {name: a}}, weight: 9}, {destination: {upstream: {name: b}}, weight: 1}]}}", "default/a*9 default/b*1", nil},
		"a share without upstream": {
			"routeAction: {multi: {destinations: [{destination: {upstream: {name: a}}, weight: 1}, {destination: {upstream: {name: gone}}, weight: 1}]}}",
			"default/a*1 500*1",
			[]string{"error BackendNotFound spec.virtualHost.routes[0].routeAction.multi.destinations[1].destination.upstream"},
		},
		"no share with an upstream": {
			"routeAction: {multi: {destinations: [{destination: {upstream: {name: gone}}, weight: 1}]}}", "500",
			[]string{"error BackendNotFound spec.virtualHost.routes[0].routeAction.multi.destinations[0].destination.upstream"},
		},
		"weights that sum to nothing": {
			"routeAction: {multi: {destinations: [{destination: {upstream: {name: a}}, weight: 0}]}}", "500",
			[]string{"error Invalid spec.virtualHost.routes[0].routeAction.multi.destinations"},
		},
		"weights that sum to too much": {
			"routeAction: {multi: {destinations: [{destination: {upstream: {name: a}}, weight: 4294967295}, {destination: {upstream: {name: b}}, weight: 1}]}}", "500",
			[]string{"error Invalid spec.virtualHost.routes[0].routeAction.multi.destinations"},
		},
		"a weight left out": {
			"routeAction: {multi: {destinations: [{destination: {upstream: {name: a}}, weight: 1}, {destination: {upstream: {name: b}}}]}}",
			"default/a*1",
			[]string{"warning Invalid spec.virtualHost.routes[0].routeAction.multi.destinations[1].weight"},
		},
		"a share that must be protected": {
			"routeAction: {multi: {destinations: [{destination: {upstream: {name: a}}, weight: 1}, {destination: {upstream: {name: b}}, weight: 1, options: {extauth: {configRef: {name: x}}}}]}}",
			"default/a*1 500*1",
			[]string{"error NotSupported spec.virtualHost.routes[0].routeAction.multi.destinations[1].options.extauth"},
		},
		"clusterHeader":       {"routeAction: {clusterHeader: x}", "500", []string{"error NotSupported spec.virtualHost.routes[0].routeAction.clusterHeader"}},
		"dynamicForwardProxy": {"routeAction: {dynamicForwardProxy: {hostRewrite: x}}", "500", []string{"error NotSupported spec.virtualHost.routes[0].routeAction.dynamicForwardProxy"}},
		"graphql":             {"graphqlApiRef: {name: x}", "500", []string{"error NotSupported spec.virtualHost.routes[0].graphqlApiRef"}},
		"no action":           {"name: x", "500", []string{"error Invalid spec.virtualHost.routes[0]"}},

		"redirect to a host":          {"redirectAction: {hostRedirect: b.example}", "301 ://b.example:0", nil},
		"redirect to a host and port": {"redirectAction: {hostRedirect: 'b.example:8443'}", "301 ://b.example:8443", nil},
		"redirect to https":           {"redirectAction: {httpsRedirect: true, responseCode: PERMANENT_REDIRECT}", "308 https://:0", nil},
		"redirect code by number":     {"redirectAction: {httpsRedirect: true, responseCode: 2}", "303 https://:0", nil},
		"redirect of the path":        {"redirectAction: {pathRedirect: /new, stripQuery: true, portRedirect: 81}", "301 ://:81 full=/new noquery", nil},
		"redirect of the prefix":      {"redirectAction: {prefixRewrite: /new}", "301 ://:0 prefix=/new", nil},
		"redirect by regex":           {`redirectAction: {regexRewrite: {pattern: {regex: '^/(.*)$'}, substitution: '/x/\1'}}`, `301 ://:0 regex=^/(.*)$>/x/\1`, nil},
		"redirect with an unknown code": {
			"redirectAction: {httpsRedirect: true, responseCode: GONE}", "500",
			[]string{"error Invalid spec.virtualHost.routes[0].redirectAction.responseCode"},
		},
		"redirect to a bad host": {
			`redirectAction: {hostRedirect: "a b"}`, "500",
			[]string{"error Invalid spec.virtualHost.routes[0].redirectAction.hostRedirect"},
		},

		"direct response":      {"directResponseAction: {status: 418, body: tea}", "418 tea", nil},
		"impossible response":  {"directResponseAction: {status: 42}", "500", []string{"error Invalid spec.virtualHost.routes[0].directResponseAction.status"}},
		"missing group":        {"routeAction: {upstreamGroup: {name: gone}}", "500", []string{"error BackendNotFound spec.virtualHost.routes[0].routeAction.upstreamGroup"}},
		"group":                {"routeAction: {upstreamGroup: {name: ok, namespace: other}}", "other/far*1 default/b*3", nil},
		"group with a problem": {"routeAction: {upstreamGroup: {name: half}}", "default/a*1 500*1", []string{"warning Invalid spec.virtualHost.routes[0].routeAction.upstreamGroup"}},
	} {
		t.Run(title, func(t *testing.T) {
			w := newWorld()
			w.groups[name("other", "ok")] = upstreamGroup(t, "other", "[{destination: {upstream: {name: far}}, weight: 1}, {destination: {upstream: {name: b, namespace: default}}, weight: 3}]")
			w.groups[name("default", "half")] = upstreamGroup(t, "default", "[{destination: {upstream: {name: a}}, weight: 1}, {destination: {upstream: {name: gone}}, weight: 1}]")
			routes, problems := hostRoutes(t, w, "routes: [{"+c.action+"}]")
			require.Equal(t, []string{"/ → " + c.want}, routes)
			require.Equal(t, c.problems, problems)
		})
	}
}

func upstreamGroup(t *testing.T, namespace, destinations string) *v1.UpstreamGroup {
	t.Helper()
	g := &v1.UpstreamGroup{Spec: *decode[v1.UpstreamGroupSpec](t, "destinations: "+destinations)}
	g.Namespace, g.Name = namespace, "group"
	return g
}

func TestABrokenRouteTouchesNoOther(t *testing.T) {
	routes, problems := hostRoutes(t, newWorld(), `routes:
- {matchers: [{exact: /1}], routeAction: {single: {upstream: {name: gone}}}}
- {matchers: [{exact: /2}], routeAction: {single: {upstream: {name: a}}}, options: {timeout: soon}}
- {matchers: [{regex: '/3['}], routeAction: {single: {upstream: {name: a}}}}
- {matchers: [{exact: /4}], routeAction: {single: {upstream: {name: a}}}}`)
	require.Equal(t, []string{"=/1 → 500", "=/2 → 500", "^/3 → 500", "=/4 → default/a*1"}, routes)
	require.Equal(t, []string{
		"error BackendNotFound spec.virtualHost.routes[0].routeAction.single.upstream",
		"error Invalid spec.virtualHost.routes[1].options.timeout",
		"error Invalid spec.virtualHost.routes[2].regex",
	}, problems)
}
