package gatewayapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// filtered translates a rule with these filters that matches /p and forwards.
func filtered(t *testing.T, filters string) ir.Output {
	t.Helper()
	return rules(t, "- {matches: [{path: {value: /p}}], filters: ["+filters+"], "+to+"}")
}

func TestFilters(t *testing.T) {
	mirror := func(name string, numerator, denominator uint32) ir.Mirror {
		return ir.Mirror{Cluster: service("default", name), Numerator: numerator, Denominator: denominator, KeepHost: true}
	}
	for spec, want := range map[string]ir.Policy{
		"{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: A, value: '%x'}], add: [{name: B, value: '1'}, {name: b, value: '2'}], remove: [C, c]}}": {
			RequestHeaders: &ir.HeaderModifier{Set: []ir.Header{{Name: "a", Value: "%x"}}, Add: []ir.Header{{Name: "b", Value: "1"}}, Remove: []string{"c"}},
		},
		"{type: RequestHeaderModifier, requestHeaderModifier: {}}": {},
		"{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: HOST, value: in.example}, {name: A, value: a}]}}": {
			RequestHeaders: &ir.HeaderModifier{Set: []ir.Header{{Name: "a", Value: "a"}}}, HostRewrite: &ir.HostRewrite{Literal: "in.example"},
		},
		"{type: ResponseHeaderModifier, responseHeaderModifier: {remove: [Server]}}": {ResponseHeaders: &ir.HeaderModifier{Remove: []string{"server"}}},
		"{type: URLRewrite, urlRewrite: {hostname: in.example}}":                     {HostRewrite: &ir.HostRewrite{Literal: "in.example"}},
		"{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /x}}}": {
			PathRewrite: &ir.PathRewrite{Full: new("/x")},
		},
		"{type: URLRewrite, urlRewrite: {hostname: h, path: {type: ReplacePrefixMatch, replacePrefixMatch: /x/}}}": {
			PathRewrite: &ir.PathRewrite{Prefix: new("/x/")}, HostRewrite: &ir.HostRewrite{Literal: "h"},
		},
		"{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: ''}}}": {
			PathRewrite: &ir.PathRewrite{Prefix: new("/")},
		},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}}}":                                               {Mirrors: &ir.Mirrors{To: []ir.Mirror{mirror("v2", 100, 100)}}},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, percent: 5}}":                                   {Mirrors: &ir.Mirrors{To: []ir.Mirror{mirror("v2", 5, 100)}}},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, percent: 0}}":                                   {},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, fraction: {numerator: 7}}}":                     {Mirrors: &ir.Mirrors{To: []ir.Mirror{mirror("v2", 7, 100)}}},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, fraction: {numerator: 7, denominator: 10000}}}": {Mirrors: &ir.Mirrors{To: []ir.Mirror{mirror("v2", 7, 10000)}}},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, fraction: {numerator: 2, denominator: 3}}}":     {Mirrors: &ir.Mirrors{To: []ir.Mirror{mirror("v2", 666667, 1000000)}}},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v1, port: 80}}}, {type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, percent: 1}}": {
			Mirrors: &ir.Mirrors{To: []ir.Mirror{mirror("v1", 100, 100), mirror("v2", 1, 100)}},
		},
		"{type: CORS, cors: {}}": {CORS: &ir.CORS{MaxAge: new(5 * time.Second)}},
		"{type: CORS, cors: {allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'], allowCredentials: true}}": {
			CORS: &ir.CORS{AnyOrigin: true, Methods: []string{"*"}, Headers: []string{"*"}, AllowCredentials: true, MaxAge: new(5 * time.Second)},
		},
		"{type: CORS, cors: {allowOrigins: ['https://WWW.foo.com', 'http://a.b:80', 'https://a.b:8443', 'https://*.bar.com', 'http://*', 'https://*:9443'], allowMethods: [GET, PUT], allowHeaders: [X-A], exposeHeaders: [X-B], maxAge: 60}}": {
			CORS: &ir.CORS{
				Origins:       []string{"https://www.foo.com", "http://a.b", "https://a.b:8443"},
				OriginRegexes: []string{`https://[^/:]+\.bar\.com`, `http://[^/:]+`, `https://[^/:]+:9443`},
				Methods:       []string{"GET", "PUT"}, Headers: []string{"X-A"}, Expose: []string{"X-B"}, MaxAge: new(time.Minute),
			},
		},
	} {
		out := filtered(t, spec)
		r := only(t, out)
		require.Equal(t, want, r.Policy, spec)
		require.IsType(t, &ir.Forward{}, r.Action)
		require.Empty(t, out.Status.Problems, spec)
		require.Equal(t, []string{accepted, resolved}, parentConditions(t, out))
	}
}

func TestFilterThatCannotBeDoneFailsItsRule(t *testing.T) {
	const unsupported, incompatible = "UnsupportedValue", "IncompatibleFilters"
	for spec, c := range map[string]struct{ reason, refs, says string }{
		"{type: ExtensionRef, extensionRef: {group: example.com, kind: Wasm, name: x}}": {
			unsupported, "ResolvedRefs=False/InvalidKind",
			"error InvalidKind: spec.rules[0].filters[0].extensionRef: filters of kind example.com/Wasm are not known, so requests get 500; remove the filter",
		},
		"{type: ExtensionRef}": {unsupported, "ResolvedRefs=False/InvalidKind", "spec.rules[0].filters[0].extensionRef"},
		"{type: ExternalAuth, externalAuth: {protocol: HTTP, backendRef: {name: v1, port: 80}, http: {}}}": {
			unsupported, resolved, "error NotSupported: spec.rules[0].filters[0].externalAuth: external authorization is not supported yet, so requests get 500",
		},
		"{type: Teleport}":   {unsupported, resolved, `error Invalid: spec.rules[0].filters[0].type: "Teleport" is not a known filter, so requests get 500`},
		"{type: URLRewrite}": {unsupported, resolved, "spec.rules[0].filters[0]: filter URLRewrite says nothing, so requests get 500; fill the field of that name, or remove the filter"},
		"{type: CORS, cors: {}}, {type: CORS, cors: {}}": {
			incompatible, resolved, "error IncompatibleFilters: spec.rules[0].filters[1]: filter CORS is there twice, so requests get 500; merge the two",
		},
		"{type: RequestRedirect, requestRedirect: {}}": {
			incompatible, resolved, "spec.rules[0].filters[0]: a rule that redirects cannot have backendRefs, so requests get 500; remove them, or the filter",
		},
		"{type: URLRewrite, urlRewrite: {hostname: h}}, {type: RequestRedirect, requestRedirect: {}}": {
			incompatible, resolved, "spec.rules[0].filters[1]: a rule cannot both rewrite and redirect",
		},
		"{type: URLRewrite, urlRewrite: {hostname: h}}, {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: host, value: i}]}}": {
			incompatible, resolved, "spec.rules[0].filters[1].requestHeaderModifier.set[0]: two filters set the Host header, so requests get 500; remove one of them",
		},
		"{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: host, value: i}]}}, {type: URLRewrite, urlRewrite: {hostname: h}}": {
			incompatible, resolved, "spec.rules[0].filters[1].urlRewrite.hostname: two filters set the Host header",
		},
		"{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: Host, value: x}]}}": {
			unsupported, resolved, "spec.rules[0].filters[0].requestHeaderModifier.add[0]: the Host header cannot be changed here",
		},
		"{type: RequestHeaderModifier, requestHeaderModifier: {remove: [host]}}":                   {unsupported, resolved, "requestHeaderModifier.remove[0]: the Host header cannot be changed here"},
		"{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: ':path', value: x}]}}": {unsupported, resolved, "requestHeaderModifier.set[0]: the header name \":path\" has a character"},
		`{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: a, value: "x\r\ny: z"}]}}`: {
			unsupported, resolved, "spec.rules[0].filters[0].responseHeaderModifier.set[0].value: the header value has a control character, so requests get 500",
		},
		"{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: a, value: x}], add: [{name: A, value: y}]}}": {
			unsupported, resolved, `requestHeaderModifier: header "a" is both set and added, so requests get 500; use one action for a header`,
		},
		"{type: RequestHeaderModifier, requestHeaderModifier: {add: [{name: a, value: x}], remove: [a]}}": {
			unsupported, resolved, `header "a" is both written and removed`,
		},
		"{type: URLRewrite, urlRewrite: {path: {type: ReplaceAll}}}":      {unsupported, resolved, `spec.rules[0].filters[0].urlRewrite.path.type: type "ReplaceAll" has no value or is not known`},
		"{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath}}}": {unsupported, resolved, `type "ReplaceFullPath" has no value or is not known`},
		`{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: "/a\nb"}}}`: {
			unsupported, resolved, "urlRewrite.path.replaceFullPath: the path has a control character",
		},
		`{type: URLRewrite, urlRewrite: {hostname: "a\nb"}}`:                                                                 {unsupported, resolved, `urlRewrite.hostname: "a\nb" is not a host name`},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, percent: 101}}":                             {unsupported, resolved, "requestMirror.percent: 101 is not between 0 and 100"},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, percent: 1, fraction: {numerator: 1}}}":     {unsupported, resolved, "percent and fraction exclude each other"},
		"{type: RequestMirror, requestMirror: {backendRef: {name: v2, port: 80}, fraction: {numerator: 3, denominator: 2}}}": {unsupported, resolved, "requestMirror.fraction: the fraction is not between 0 and 1"},
	} {
		out := filtered(t, spec)
		r := only(t, out)
		require.Equal(t, ir.Broken(), r.Action, spec)
		require.Equal(t, ir.Policy{}, r.Policy, spec)
		require.Equal(t, []string{"Accepted=False/" + c.reason, c.refs}, parentConditions(t, out), spec)
		require.Len(t, out.Status.Problems, 1, spec)
		require.Contains(t, problems(out.Status.Problems)[0], c.says)
		require.Equal(t, out.Status.Problems[0].String(), message(t, out.Status.Parents[0].Conditions, "Accepted"))
		require.Empty(t, out.Attached)
	}
}

func TestRuleThatFailsLeavesTheOthers(t *testing.T) {
	out := rules(t, `
- {matches: [{path: {value: /a}}], filters: [{type: ExtensionRef, extensionRef: {group: g, kind: K, name: n}}], `+to+`}
- {`+to+`}`)
	require.Equal(t, []string{accepted, "ResolvedRefs=False/InvalidKind", "PartiallyInvalid=True/UnsupportedValue"}, parentConditions(t, out))
	require.Equal(t, ir.Broken(), out.Fragments[0].Routes[0].Action)
	require.IsType(t, &ir.Forward{}, out.Fragments[0].Routes[1].Action)
	require.Equal(t, []string{"http"}, sections(out))
}

func TestMirrorWithoutBackendIsLeftOut(t *testing.T) {
	for ref, refs := range map[string]string{
		"{name: gone, port: 80}":                  "ResolvedRefs=False/BackendNotFound",
		"{namespace: other, name: far, port: 80}": "ResolvedRefs=False/RefNotPermitted",
		"{kind: Pod, name: v1, port: 80}":         "ResolvedRefs=False/InvalidKind",
	} {
		out := filtered(t, "{type: RequestMirror, requestMirror: {backendRef: "+ref+"}}")
		require.Nil(t, only(t, out).Policy.Mirrors)
		require.IsType(t, &ir.Forward{}, only(t, out).Action)
		require.Equal(t, []string{accepted, refs}, parentConditions(t, out), ref)
		require.Contains(t, out.Status.Problems[0].Field, "spec.rules[0].filters[0].requestMirror.backendRef")
	}
}

func TestPartOfCORSThatCannotBeReadIsNotAllowed(t *testing.T) {
	for spec, says := range map[string]string{
		"allowOrigins: [ftp://a.b]":       `spec.rules[0].filters[0].cors.allowOrigins[0]: "ftp://a.b" is not an origin, so it is not allowed; write it like`,
		"allowOrigins: [a.b]":             `"a.b" is not an origin`,
		"allowOrigins: ['https://a.b:0']": `"https://a.b:0" is not an origin`,
		"allowOrigins: ['https://a.b:x']": `"https://a.b:x" is not an origin`,
		"allowOrigins: ['https://a.b/c']": `"https://a.b/c" is not an origin`,
		"allowOrigins: ['https://']":      `"https://" is not an origin`,
		"allowHeaders: ['a b']":           `spec.rules[0].filters[0].cors.allowHeaders[0]: "a b" is not a header name, so it is left out`,
		"exposeHeaders: [\"a\\r\\nb\"]":   `spec.rules[0].filters[0].cors.exposeHeaders[0]: "a\r\nb" is not a header name`,
		"allowMethods: ['G E T']":         `spec.rules[0].filters[0].cors.allowMethods[0]: "G E T" is not a method, so it is left out`,
	} {
		out := filtered(t, "{type: CORS, cors: {"+spec+"}}")
		require.Equal(t, &ir.CORS{MaxAge: new(5 * time.Second)}, only(t, out).Policy.CORS, spec)
		require.Equal(t, []string{accepted, resolved, "PartiallyInvalid=True/UnsupportedValue"}, parentConditions(t, out), spec)
		require.Contains(t, problems(out.Status.Problems)[0], says)
	}
}

func TestPrefixIsReplacedOnlyWherePrefixesMatch(t *testing.T) {
	const rewrite = "filters: [{type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}}]"
	out := rules(t, "- {matches: [{path: {value: /a}}, {path: {type: Exact, value: /b}}], "+rewrite+", "+to+"}")
	require.Equal(t, []string{"Accepted=False/UnsupportedValue", resolved}, parentConditions(t, out))
	require.Contains(t, problems(out.Status.Problems)[0], "urlRewrite.path.replacePrefixMatch: only what a PathPrefix matched can be replaced, and the rule has another match, so requests get 500; give every match of the rule a path of type PathPrefix")

	out = rules(t, "- {"+rewrite+", "+to+"}")
	require.Equal(t, &ir.PathRewrite{Prefix: new("/x")}, only(t, out).Policy.PathRewrite, "the default match is a prefix")
}

func TestPathWithoutItsFirstSlashGetsIt(t *testing.T) {
	out := filtered(t, "{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: x}}}")
	require.Equal(t, &ir.PathRewrite{Full: new("/x")}, only(t, out).Policy.PathRewrite)
	require.Equal(t, []string{`warning Invalid: spec.rules[0].filters[0].urlRewrite.path.replaceFullPath: the path "x" is taken as "/x"; begin it with /`}, problems(out.Status.Problems))
}

func TestSessionPersistenceIsNamed(t *testing.T) {
	out := rules(t, "- {sessionPersistence: {type: Cookie}, "+to+"}")
	require.Equal(t, []string{"warning NotSupported: spec.rules[0].sessionPersistence: sessions are not kept: sessionPersistence is not supported; remove it"}, problems(out.Status.Problems))
	require.IsType(t, &ir.Forward{}, only(t, out).Action)
	require.Equal(t, []string{accepted, resolved}, parentConditions(t, out))
}

func TestRedirects(t *testing.T) {
	for spec, want := range map[string]ir.Redirect{
		"{}":                                     {Code: 302},
		"{statusCode: 301, hostname: A.example}": {Code: 301, Host: "a.example"},
		"{statusCode: 303}":                      {Code: 303},
		"{statusCode: 307}":                      {Code: 307},
		"{statusCode: 308}":                      {Code: 308},
		"{scheme: https}":                        {Code: 302, Scheme: "https"},
		"{scheme: https, port: 443}":             {Code: 302, Scheme: "https"},
		"{scheme: http, port: 80}":               {Code: 302, Scheme: "http"},
		"{scheme: https, port: 80}":              {Code: 302, Scheme: "https", Port: 80},
		"{scheme: https, port: 8443}":            {Code: 302, Scheme: "https", Port: 8443},
		"{port: 8080}":                           {Code: 302, Port: 8080},
		"{port: 80}":                             {Code: 302, Scheme: "http"},
		"{port: 443}":                            {Code: 302, Port: 443},
		"{path: {type: ReplaceFullPath, replaceFullPath: /x}}":       {Code: 302, Path: &ir.PathRewrite{Full: new("/x")}},
		"{path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}": {Code: 302, Path: &ir.PathRewrite{Prefix: new("/x")}},
	} {
		out := rules(t, "- {filters: [{type: RequestRedirect, requestRedirect: "+spec+"}]}")
		require.Equal(t, &want, only(t, out).Action, spec)
		require.Empty(t, out.Status.Problems, spec)
	}
}

func TestRedirectThatCannotBeDone(t *testing.T) {
	for spec, says := range map[string]string{
		"{statusCode: 305}":    "spec.rules[0].filters[0].requestRedirect.statusCode: 305 is not a status for redirects, so requests get 500; use 301, 302, 303, 307 or 308",
		"{scheme: gopher}":     `requestRedirect.scheme: "gopher" is not a known scheme, so requests get 500; use http or https`,
		`{hostname: "a\r\nb"}`: "requestRedirect.hostname: the host name has a control character",
		"{path: {type: Odd}}":  "requestRedirect.path.type",
	} {
		out := rules(t, "- {filters: [{type: RequestRedirect, requestRedirect: "+spec+"}]}")
		require.Equal(t, ir.Broken(), only(t, out).Action, spec)
		require.Equal(t, []string{"Accepted=False/UnsupportedValue", resolved}, parentConditions(t, out))
		require.Contains(t, problems(out.Status.Problems)[0], says)
	}
	out := rules(t, "- {filters: [{type: RequestRedirect, requestRedirect: {}}, {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: host, value: x}]}}]}")
	require.Equal(t, []string{"Accepted=False/IncompatibleFilters", resolved}, parentConditions(t, out))
	out = rules(t, "- {filters: [{type: RequestRedirect, requestRedirect: {}}, {type: URLRewrite, urlRewrite: {hostname: x}}]}")
	require.Equal(t, []string{"Accepted=False/IncompatibleFilters", resolved}, parentConditions(t, out))
}

func TestRedirectsWithFiltersForBackendsSaySo(t *testing.T) {
	out := rules(t, "- {filters: [{type: RequestMirror, requestMirror: {backendRef: {name: v1, port: 80}}}, {type: RequestRedirect, requestRedirect: {}}]}")
	require.Equal(t, []string{"warning NotSupported: spec.rules[0].filters: requests that are redirected are not mirrored; remove the RequestMirror filter"}, problems(out.Status.Problems))
	require.IsType(t, &ir.Redirect{}, only(t, out).Action)
}

// The port of a redirect that names neither scheme nor port is the listener's;
// what the listener's protocol implies is left out.
func TestRedirectPortFollowsTheListener(t *testing.T) {
	w := newWorld()
	gateway(t, w, `listeners:
- {name: http, port: 80, protocol: HTTP}
- {name: alt, port: 8080, protocol: HTTP}
- {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: good}]}}
- {name: odd, port: 8443, protocol: HTTPS, tls: {certificateRefs: [{name: good}]}}`)
	for spec, want := range map[string]map[int32]ir.Redirect{
		"{hostname: h}":   {80: {Code: 302, Host: "h"}, 8080: {Code: 302, Host: "h", Port: 8080}, 443: {Code: 302, Host: "h"}, 8443: {Code: 302, Host: "h", Port: 8443}},
		"{port: 443}":     {80: {Code: 302, Port: 443}, 8080: {Code: 302, Port: 443}, 443: {Code: 302, Scheme: "https"}, 8443: {Code: 302, Scheme: "https"}},
		"{port: 9000}":    {80: {Code: 302, Port: 9000}, 8080: {Code: 302, Port: 9000}, 443: {Code: 302, Port: 9000}, 8443: {Code: 302, Port: 9000}},
		"{scheme: https}": {80: {Code: 302, Scheme: "https"}, 8080: {Code: 302, Scheme: "https"}, 443: {Code: 302, Scheme: "https"}, 8443: {Code: 302, Scheme: "https"}},
	} {
		out := route(t, w, "parentRefs: [{name: gw}]\nhostnames: [a, b]\nrules: [{filters: [{type: RequestRedirect, requestRedirect: "+spec+"}]}, {matches: [{path: {value: /f}}], "+to+"}]")
		require.Len(t, out.Fragments, 8, spec)
		first := map[int32]*ir.Route{}
		for _, f := range out.Fragments {
			port := f.Host.Listener.Port
			require.Equal(t, new(want[port]), f.Routes[0].Action, "%s on %d", spec, port)
			require.IsType(t, &ir.Forward{}, f.Routes[1].Action)
			if first[port] == nil {
				first[port] = &f.Routes[0]
			}
			require.Same(t, first[port], &f.Routes[0], "hosts of a port share routes")
		}
		if strings.Contains(spec, "scheme") {
			require.Same(t, first[80], first[8443], "ports share routes where nothing differs")
		}
	}
}
