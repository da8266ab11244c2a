package virtualservice_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

//go:fix inline
func TestOptions(t *testing.T) {
	mirror := func(numerator, denominator uint32) *ir.Mirrors {
		return &ir.Mirrors{To: []ir.Mirror{{
			Cluster:   ir.ClusterKey{Backend: ir.BackendKey{Kind: ir.UpstreamBackend, Name: name("default", "b")}},
			Numerator: numerator, Denominator: denominator,
		}}}
	}
	for options, want := range map[string]ir.Policy{
		"{}":                  {},
		"{prefixRewrite: /x}": {PathRewrite: &ir.PathRewrite{Prefix: new("/x")}},
		"{prefixRewrite: ''}": {},
		`{regexRewrite: {pattern: {regex: '^/(\d+)$'}, substitution: '/n/\1/\0/\\'}}`: {PathRewrite: &ir.PathRewrite{Regex: &ir.RegexRewrite{Pattern: `^/(\d+)$`, Substitution: `/n/\1/\0/\\`}}},
		"{hostRewrite: b.example}":  {HostRewrite: &ir.HostRewrite{Literal: "b.example"}},
		"{autoHostRewrite: true}":   {HostRewrite: &ir.HostRewrite{Backend: true}},
		"{autoHostRewrite: false}":  {},
		"{hostRewriteHeader: X-To}": {HostRewrite: &ir.HostRewrite{Header: "x-to"}},
		`{hostRewritePathRegex: {pattern: {regex: '^/(\w+)/.*$'}, substitution: '\1'}}`: {HostRewrite: &ir.HostRewrite{Path: &ir.RegexRewrite{Pattern: `^/(\w+)/.*$`, Substitution: `\1`}}},
		"{timeout: 0.5s}":                              {Timeouts: &ir.Timeouts{Request: new(500 * time.Millisecond)}},
		"{timeout: 0s, idleTimeout: 1m}":               {Timeouts: &ir.Timeouts{Request: new(time.Duration(0)), Idle: new(time.Minute)}},
		"{maxStreamDuration: {maxStreamDuration: 2s}}": {Timeouts: &ir.Timeouts{Stream: new(2 * time.Second)}},
		"{retries: {retryOn: 'connect-failure, 5xx'}}": {Retry: &ir.Retry{On: []string{"connect-failure", "5xx"}, Attempts: 1}},
		"{retries: {retryOn: retriable-status-codes, numRetries: 4, perTryTimeout: 1s, retriableStatusCodes: [409, 503], retryBackOff: {baseInterval: 10ms, maxInterval: 1s}}}": {
			Retry: &ir.Retry{
				On: []string{"retriable-status-codes"}, Attempts: 4, PerTry: time.Second, Codes: []uint32{409, 503},
				BaseInterval: 10 * time.Millisecond, MaxInterval: time.Second,
			},
		},
		"{cors: {allowOrigin: ['https://A.example', 'https://b.example:8443'], allowOriginRegex: ['https://.*\\.c'], allowMethods: ['GET, POST', PUT], allowHeaders: [x], exposeHeaders: [z], maxAge: 1d, allowCredentials: true}}": {
			CORS: &ir.CORS{
				Origins: []string{"https://a.example", "https://b.example:8443"}, OriginRegexes: []string{`https://.*\.c`},
				Methods: []string{"GET", "POST", "PUT"}, Headers: []string{"x"}, Expose: []string{"z"},
				MaxAge: new(24 * time.Hour), AllowCredentials: true,
			},
		},
		"{cors: {allowOrigin: ['*'], maxAge: '86400'}}": {CORS: &ir.CORS{AnyOrigin: true, MaxAge: new(24 * time.Hour)}},
		"{cors: {disableForRoute: true, maxAge: 1h}}":   {CORS: &ir.CORS{Disabled: true, MaxAge: new(time.Hour)}},
		"{headerManipulation: {requestHeadersToAdd: [{header: {key: X-A, value: '1'}}, {header: {key: x-b, value: '2'}, append: false}], requestHeadersToRemove: [X-C, x-c], responseHeadersToRemove: [server]}}": {
			RequestHeaders:  &ir.HeaderModifier{Add: []ir.Header{{Name: "x-a", Value: "1"}}, Set: []ir.Header{{Name: "x-b", Value: "2"}}, Remove: []string{"x-c"}},
			ResponseHeaders: &ir.HeaderModifier{Remove: []string{"server"}},
		},
		"{headerManipulation: {requestHeadersToAdd: [{header: {key: x, value: '1'}}], requestHeadersToRemove: [x]}}": {
			RequestHeaders: &ir.HeaderModifier{Set: []ir.Header{{Name: "x", Value: "1"}}, Remove: []string{}},
		},
		"{headerManipulation: {responseHeadersToAdd: [{header: {key: x, value: '100% %REQ(:path)%'}}]}}": {
			ResponseHeaders: &ir.HeaderModifier{Add: []ir.Header{{Name: "x", Value: "100%% %REQ(:path)%", Format: true}}},
		},
		"{shadowing: {upstream: {name: b}, percentage: 50}}":     {Mirrors: mirror(50, 100)},
		"{shadowing: {upstream: {name: b}, percentage: 0.25}}":   {Mirrors: mirror(25, 10_000)},
		"{shadowing: {upstream: {name: b}, percentage: 0.0001}}": {Mirrors: mirror(1, 1_000_000)},
		"{shadowing: {upstream: {name: b}}}":                     {Mirrors: &ir.Mirrors{}},
		"{faults: {abort: {percentage: 12.5, httpStatus: 503}, delay: {percentage: 100, fixedDelay: 2s}}}": {
			Fault: &ir.Fault{AbortPercent: 12.5, AbortCode: 503, DelayPercent: 100, Delay: 2 * time.Second},
		},
	} {
		t.Run(options, func(t *testing.T) {
			out := translateHost(t, newWorld(), "routes: [{matchers: [{prefix: /p}], "+toA+", options: "+options+"}]")
			require.Empty(t, out.Status.Problems)
			require.Equal(t, want, out.Fragments[0].Routes[0].Policy)
		})
	}
}

func TestHashPolicies(t *testing.T) {
	const hash = "options: {lbHash: {hashPolicies: [{header: X-User, terminal: true}, {cookie: {name: c, ttl: 0s, path: /}}, {sourceIp: true}]}}"
	out := translateHost(t, newWorld(), "routes: [{routeAction: {single: {upstream: {name: ring}}}, "+hash+"}]")
	require.Empty(t, out.Status.Problems)
	require.Equal(t, &ir.Hash{On: []ir.HashKey{
		{Header: "x-user", Terminal: true},
		{Cookie: &ir.HashCookie{Name: "c", Path: "/", TTL: new(time.Duration(0))}},
		{SourceIP: true},
	}}, out.Fragments[0].Routes[0].Policy.Hash)

	_, problems := hostRoutes(t, newWorld(), "routes: [{"+toA+", "+hash+"}]")
	require.Equal(t, []string{"warning Invalid spec.virtualHost.routes[0].options.lbHash"}, problems, "no upstream looks at the hash")
}

func TestWithARegexThePrefixRewriteReplacesTheWholePath(t *testing.T) {
	out := translateHost(t, newWorld(), "routes: [{matchers: [{regex: /a.*}, {prefix: /b}], "+toA+", options: {prefixRewrite: /x}}, {matchers: [{regex: /c}], redirectAction: {prefixRewrite: /y}}]")
	rs := out.Fragments[0].Routes
	require.Equal(t, &ir.PathRewrite{Full: new("/x")}, rs[0].Policy.PathRewrite)
	require.Equal(t, &ir.PathRewrite{Prefix: new("/x")}, rs[1].Policy.PathRewrite)
	require.Equal(t, "301 ://:0 full=/y", actionText(rs[2].Action))
}

// What is wrong with options: the problem, and whether the route is served.
func TestOptionsThatAreWrong(t *testing.T) {
	const at = " spec.virtualHost.routes[0].options."
	for options, c := range map[string]struct {
		problem string
		served  bool
	}{
		"{timeout: soon}":                                                                                 {"error Invalid" + at + "timeout", false},
		"{timeout: -1s}":                                                                                  {"error Invalid" + at + "timeout", false},
		"{prefixRewrite: x}":                                                                              {"error Invalid" + at + "prefixRewrite", false},
		"{regexRewrite: {pattern: {regex: '('}}}":                                                         {"error Invalid" + at + "regexRewrite.pattern.regex", false},
		"{regexRewrite: {substitution: x}}":                                                               {"error Invalid" + at + "regexRewrite.pattern.regex", false},
		`{regexRewrite: {pattern: {regex: 'a'}, substitution: '\1'}}`:                                     {"error Invalid" + at + "regexRewrite.substitution", false},
		`{regexRewrite: {pattern: {regex: 'a'}, substitution: '\n'}}`:                                     {"error Invalid" + at + "regexRewrite.substitution", false},
		`{regexRewrite: {pattern: {regex: 'a'}, substitution: 'x\'}}`:                                     {"error Invalid" + at + "regexRewrite.substitution", false},
		`{regexRewrite: {pattern: {regex: 'a'}, substitution: "x\r"}}`:                                    {"error Invalid" + at + "regexRewrite.substitution", false},
		`{hostRewrite: "a\nb"}`:                                                                           {"error Invalid" + at + "hostRewrite", false},
		"{hostRewriteHeader: 'a b'}":                                                                      {"error Invalid" + at + "hostRewriteHeader", false},
		"{retries: {retryOn: 5xx, retriableStatusCodes: [1]}}":                                            {"error Invalid" + at + "retries.retriableStatusCodes[0]", false},
		"{retries: {retryOn: 5xx, retryBackOff: {baseInterval: 1us}}}":                                    {"error Invalid" + at + "retries.retryBackOff.baseInterval", false},
		"{retries: {retryOn: 5xx, retryBackOff: {baseInterval: 1s, maxInterval: 10ms}}}":                  {"error Invalid" + at + "retries.retryBackOff.maxInterval", false},
		"{retries: {retryOn: 5xx, retryBackOff: {maxInterval: 10ms}}}":                                    {"error Invalid" + at + "retries.retryBackOff.baseInterval", false},
		"{retries: {retryOn: '5xx,sometimes'}}":                                                           {"warning Invalid" + at + "retries.retryOn", true},
		"{retries: {numRetries: 3}}":                                                                      {"warning Invalid" + at + "retries.retryOn", true},
		"{retries: {retryOn: 5xx, previousPriorities: {updateFrequency: 2}}}":                             {"warning NotSupported" + at + "retries.previousPriorities", true},
		"{cors: {allowOriginRegex: ['(']}}":                                                               {"error Invalid" + at + "cors.allowOriginRegex[0]", false},
		"{cors: {allowOrigin: ['*'], maxAge: long}}":                                                      {"error Invalid" + at + "cors.maxAge", false},
		"{cors: {allowOrigin: ['*'], allowHeaders: ['a b']}}":                                             {"error Invalid" + at + "cors.allowHeaders[0]", false},
		`{headerManipulation: {requestHeadersToAdd: [{header: {key: x, value: "a\r\nb"}}]}}`:              {"error Invalid" + at + "headerManipulation.requestHeadersToAdd[0].header.value", false},
		"{headerManipulation: {requestHeadersToAdd: [{header: {key: 'a b', value: x}}]}}":                 {"error Invalid" + at + "headerManipulation.requestHeadersToAdd[0].header.key", false},
		"{headerManipulation: {requestHeadersToAdd: [{header: {key: Host, value: x}}]}}":                  {"error Invalid" + at + "headerManipulation.requestHeadersToAdd[0].header.key", false},
		"{headerManipulation: {responseHeadersToRemove: [':status']}}":                                    {"error Invalid" + at + "headerManipulation.responseHeadersToRemove[0]", false},
		"{headerManipulation: {requestHeadersToAdd: [{}]}}":                                               {"error Invalid" + at + "headerManipulation.requestHeadersToAdd[0]", false},
		"{headerManipulation: {requestHeadersToAdd: [{headerSecretRef: {name: x}}]}}":                     {"error NotSupported" + at + "headerManipulation.requestHeadersToAdd[0].headerSecretRef", false},
		"{headerManipulation: {requestHeadersToAdd: [{header: {key: x, value: '%ENVIRONMENT(HOME)%'}}]}}": {"warning Invalid" + at + "headerManipulation.requestHeadersToAdd[0].header.value", true},
		"{shadowing: {upstream: {name: gone}, percentage: 1}}":                                            {"warning BackendNotFound" + at + "shadowing.upstream", true},
		"{shadowing: {percentage: 1}}":                                                                    {"error Invalid" + at + "shadowing.upstream", false},
		"{shadowing: {upstream: {name: b}, percentage: 101}}":                                             {"error Invalid" + at + "shadowing.percentage", false},
		"{shadowing: {upstream: {name: b}, percentage: 1, hostRewriteLiteral: x}}":                        {"warning NotSupported" + at + "shadowing.hostRewriteLiteral", true},
		"{faults: {abort: {percentage: 1, httpStatus: 42}}}":                                              {"error Invalid" + at + "faults.abort.httpStatus", false},
		"{faults: {delay: {percentage: 1}}}":                                                              {"error Invalid" + at + "faults.delay.fixedDelay", false},
		"{lbHash: {hashPolicies: [{header: 'a b'}, {sourceIp: true}]}}":                                   {"error Invalid" + at + "lbHash.hashPolicies[0].header", false},
		"{lbHash: {hashPolicies: [{cookie: {name: 'a b'}}]}}":                                             {"error Invalid" + at + "lbHash.hashPolicies[0].cookie.name", false},
		"{lbHash: {hashPolicies: [{sourceIp: false}]}}":                                                   {"warning Invalid" + at + "lbHash.hashPolicies[0]", true},
		"{appendXForwardedHost: true}":                                                                    {"warning NotSupported" + at + "appendXForwardedHost", true},
		"{upgrades: [{websocket: {}}]}":                                                                   {"warning NotSupported" + at + "upgrades", true},
		"{tracing: {routeDescriptor: x}}":                                                                 {"warning NotSupported" + at + "tracing", true},
		"{envoyMetadata: {x: {y: 1}}}":                                                                    {"warning NotSupported" + at + "envoyMetadata", true},
		"{maxStreamDuration: {grpcTimeoutHeaderMax: 1s}}":                                                 {"warning NotSupported" + at + "maxStreamDuration.grpcTimeoutHeaderMax", true},
	} {
		t.Run(options, func(t *testing.T) {
			routes, problems := hostRoutes(t, newWorld(), "routes: [{routeAction: {single: {upstream: {name: ring}}}, options: "+options+"}]")
			require.Equal(t, []string{c.problem}, problems)
			require.Equal(t, c.served, routes[0] == "/ → default/ring*1", routes)
		})
	}
}

// protections are the options that must not be skipped in silence.
func protections() []string {
	return []string{
		"extauth", "jwt", "jwtStaged", "rbac", "waf", "dlp", "csrf", "bufferPerRoute", "ratelimitBasic", "ratelimit", "ratelimitEarly",
		"ratelimitRegular", "rateLimitConfigs", "rateLimitEarlyConfigs", "rateLimitRegularConfigs", "extProc", "extProcEarly",
		"extProcLate", "transformations", "stagedTransformations", "extensions",
	}
}

func TestWhatProtectsFailsClosed(t *testing.T) {
	for _, option := range append(protections(), "jwtProvidersStaged", "ai") {
		routes, problems := hostRoutes(t, newWorld(), "routes: [{matchers: [{exact: /1}], "+toA+", options: {"+option+": {x: 1}}}, {"+toA+"}]")
		require.Equal(t, []string{"=/1 → 500", "/ → default/a*1"}, routes, option)
		require.Equal(t, []string{"error NotSupported spec.virtualHost.routes[0].options." + option}, problems, option)
	}
	for _, option := range protections() {
		routes, problems := hostRoutes(t, newWorld(), "{options: {"+option+": {x: 1}}, routes: [{matchers: [{exact: /1}], "+toA+"}]}")
		require.Equal(t, []string{"/ → 500"}, routes, option)
		require.Equal(t, []string{"error NotSupported spec.virtualHost.options." + option}, problems, option)
	}
}

func TestAFeatureThatIsOnlySwitchedOffIsOff(t *testing.T) {
	routes, problems := hostRoutes(t, newWorld(), "routes: [{"+toA+", options: {extauth: {disable: true}, waf: {disabled: true}, jwt: {disable: true}}}]")
	require.Equal(t, []string{"/ → default/a*1"}, routes)
	require.Empty(t, problems)
}

func TestOptionsInOtherObjectsFailClosed(t *testing.T) {
	routes, problems := hostRoutes(t, newWorld(), "routes: [{"+toA+", optionsConfigRefs: {delegateOptions: [{name: x}]}}]")
	require.Equal(t, []string{"/ → 500"}, routes)
	require.Equal(t, []string{"error NotSupported spec.virtualHost.routes[0].optionsConfigRefs"}, problems)

	routes, problems = hostRoutes(t, newWorld(), "{optionsConfigRefs: {delegateOptions: [{name: x}]}, routes: [{"+toA+"}]}")
	require.Equal(t, []string{"/ → 500"}, routes)
	require.Equal(t, []string{"error NotSupported spec.virtualHost.optionsConfigRefs"}, problems)
}

func TestOptionsOfTheHostHoldForItsRoutes(t *testing.T) {
	out := translateHost(t, newWorld(), `
options:
  retries: {retryOn: 5xx, numRetries: 2}
  cors: {allowOrigin: ["https://a"], exposeHeaders: [x], maxAge: 1h}
  headerManipulation: {requestHeadersToAdd: [{header: {key: h, value: host}}], responseHeadersToRemove: [server]}
  stats: {virtualClusters: []}
routes:
- {matchers: [{exact: /1}], routeAction: {single: {upstream: {name: a}}}}
- matchers: [{exact: /2}]
  routeAction: {single: {upstream: {name: a}}}
  options:
    retries: {retryOn: reset}
    cors: {allowMethods: [PUT], exposeHeaders: ["y"]}
    headerManipulation: {requestHeadersToAdd: [{header: {key: r, value: route}}]}
- {matchers: [{exact: /3}], routeAction: {single: {upstream: {name: a}}}, options: {cors: {disableForRoute: true}}}`)
	require.Equal(t, []string{"warning NotSupported spec.virtualHost.options.stats"}, problemTexts(out.Status.Problems))
	rs := out.Fragments[0].Routes
	require.Equal(t, uint32(2), rs[0].Policy.Retry.Attempts)
	require.Equal(t, []string{"https://a"}, rs[0].Policy.CORS.Origins)
	require.Equal(t, []string{"server"}, rs[0].Policy.ResponseHeaders.Remove)
	require.Equal(t, []string{"reset"}, rs[1].Policy.Retry.On)
	require.Equal(t, []string{"https://a"}, rs[1].Policy.CORS.Origins)
	require.Equal(t, []string{"PUT"}, rs[1].Policy.CORS.Methods)
	require.Equal(t, []string{"y"}, rs[1].Policy.CORS.Expose)
	require.Equal(t, []ir.Header{{Name: "h", Value: "host"}, {Name: "r", Value: "route"}}, rs[1].Policy.RequestHeaders.Add)
	require.True(t, rs[2].Policy.CORS.Disabled)
}

func TestExposedHeadersMayBeUnited(t *testing.T) {
	for _, strategy := range []string{"UNION", "1"} {
		out := translateHost(t, newWorld(), `
options: {cors: {allowOrigin: ["*"], exposeHeaders: [x, z]}, corsPolicyMergeSettings: {exposeHeaders: `+strategy+`}}
routes: [{routeAction: {single: {upstream: {name: a}}}, options: {cors: {exposeHeaders: [z, w]}}}]`)
		require.Equal(t, []string{"z", "w", "x"}, out.Fragments[0].Routes[0].Policy.CORS.Expose)
	}
}

func TestHeadersOfAWeightedDestinationStayWithIt(t *testing.T) {
	out := translateHost(t, newWorld(), `routes: [{routeAction: {multi: {destinations: [
  {destination: {upstream: {name: a}}, weight: 1, options: {headerManipulation: {requestHeadersToAdd: [{header: {key: v, value: a}}]}}},
  {destination: {upstream: {name: b}}, weight: 1}]}}}]`)
	forward := out.Fragments[0].Routes[0].Action.(*ir.Forward)
	require.Equal(t, []ir.Header{{Name: "v", Value: "a"}}, forward.Backends[0].Policy.RequestHeaders.Add)
	require.Nil(t, forward.Backends[1].Policy.RequestHeaders)
}

func TestEveryFeatureOfThePolicyIsSpelled(t *testing.T) {
	features := virtualservice.Features()
	for field := range reflect.TypeFor[ir.Policy]().Fields() {
		require.NotEmpty(t, features[field.Name], field.Name)
	}
}
