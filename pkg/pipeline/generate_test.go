package pipeline_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sluice-gateway/sluice/manifests"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/source/manifest"
	"github.com/sluice-gateway/sluice/pkg/source/schema"
)

// generator makes random objects as a user would write them, good and bad, and
// reads them as an API server would. Names come from small sets, so that objects
// meet: they share hosts, refer to each other, and to what is not there.
type generator struct {
	t       testing.TB
	rng     *rand.Rand
	schemas *schema.Schemas
	pairs   []string
	refused int
}

func newGenerator(t testing.TB, seed uint64) *generator {
	schemas, err := schema.New(manifests.CRDs)
	require.NoError(t, err)
	return &generator{t: t, rng: rand.New(rand.NewPCG(seed, seed)), schemas: schemas, pairs: secretData(t)}
}

// keys are the objects of the random world.
func keys() []ir.Object {
	var out []ir.Object
	add := func(group, kind, namespace string, names ...string) {
		for _, n := range names {
			out = append(out, ir.Object{Group: group, Kind: kind, Namespace: namespace, Name: n})
		}
	}
	for _, ns := range []string{"default", "other"} {
		add("", "Service", ns, "v1", "v2", "v3")
		add("discovery.k8s.io", "EndpointSlice", ns, "v1", "v2", "v3")
		add("", "Secret", ns, "s1", "s2")
		add("gateway.networking.k8s.io", "HTTPRoute", ns, "r1", "r2", "r3", "r4")
		add("networking.k8s.io", "Ingress", ns, "i1", "i2", "i3")
		add("sluice.dev", "VirtualService", ns, "x1", "x2", "x3")
		add("sluice.dev", "RouteTable", ns, "t1", "t2", "t3")
		add("sluice.dev", "Upstream", ns, "u1", "u2")
	}
	add("gloo.solo.io", "Upstream", "default", "u1")
	add("sluice.dev", "UpstreamGroup", "default", "g1")
	add("gateway.networking.k8s.io", "ReferenceGrant", "other", "grant")
	add("gateway.networking.k8s.io", "GatewayClass", "", "sluice", "foreign")
	add("networking.k8s.io", "IngressClass", "", "sluice", "foreign")
	add("gateway.networking.k8s.io", "Gateway", "default", "gw1", "gw2")
	add("", "Namespace", "", "other")
	return out
}

// object makes a random version of an object, which is nil if an API server
// would refuse it.
func (g *generator) object(k ir.Object) runtime.Object {
	api := "v1"
	if k.Group != "" {
		api = k.Group + "/v1"
	}
	meta := "name: " + k.Name
	if k.Namespace != "" {
		meta += ", namespace: " + k.Namespace
	}
	if g.chance(2) {
		meta += fmt.Sprintf(", creationTimestamp: %q", time.Unix(int64(1e9+g.rng.IntN(4)), 0).UTC().Format(time.RFC3339))
	}
	labels, body := g.body(k)
	if labels != "" {
		meta += ", labels: {" + labels + "}"
	}
	key, object := g.read("apiVersion: " + api + "\nkind: " + k.Kind + "\nmetadata: {" + meta + "}\n" + body + "\n")
	require.Equal(g.t, k, key)
	return object
}

// read reads an object as the gateway does. It is nil if an API server would
// refuse it.
func (g *generator) read(text string) (ir.Object, runtime.Object) {
	documents, err := manifest.Split("generated.yaml", []byte(text))
	require.NoError(g.t, err, text)
	require.Len(g.t, documents, 1)
	decoded, err := documents[0].Decode()
	require.NoError(g.t, err, text)
	key, bad := g.schemas.Identify(decoded.Items[0].Object)
	require.Nil(g.t, bad, text)
	object, problems := g.schemas.Check(decoded.Items[0].Object)
	if object == nil {
		require.NotEmpty(g.t, problems, text)
		g.refused++
		return key, nil
	}
	return key, object
}

// chance is true once in n times.
func (g *generator) chance(n int) bool { return g.rng.IntN(n) == 0 }

func (g *generator) pick(from ...string) string { return from[g.rng.IntN(len(from))] }

// list joins up to n random parts.
func (g *generator) list(n int, part func() string) string {
	out := make([]string, 1+g.rng.IntN(n))
	for i := range out {
		out[i] = part()
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// maybe is a text or, most times, nothing.
func (g *generator) maybe(text ...string) string {
	if g.chance(3) {
		return g.pick(text...)
	}
	return ""
}

func (g *generator) body(k ir.Object) (labels, body string) {
	switch k.Kind {
	case "Namespace":
		return "team: " + g.pick("a", "b"), ""
	case "Service":
		return "", "spec: {ports: " + g.pick("[{port: 80}]", "[{name: http, port: 80}, {name: admin, port: 8080, appProtocol: kubernetes.io/h2c}]",
			"[{name: dns, port: 80, protocol: UDP}]", "[{port: 8080}]") + "}"
	case "EndpointSlice":
		return "kubernetes.io/service-name: " + k.Name, g.slice()
	case "Secret":
		return "", "type: kubernetes.io/tls\ndata: " + g.pick(g.pairs...)
	case "ReferenceGrant":
		return "", "spec: {from: [{group: " + g.pick("gateway.networking.k8s.io, kind: HTTPRoute", "networking.k8s.io, kind: Ingress", "gateway.networking.k8s.io, kind: Gateway") +
			", namespace: default}], to: [{group: \"\", kind: " + g.pick("Service", "Secret") + g.maybe(", name: v1") + "}]}"
	case "GatewayClass":
		return "", "spec: {controllerName: " + g.controller(k, "sluice.dev/gateway-controller") + "}"
	case "IngressClass":
		return "", "spec: {controller: " + g.controller(k, "sluice.dev/ingress-controller") + "}"
	case "Gateway":
		return g.maybe(`sluice.dev/default-gateway: "true"`), "spec: {gatewayClassName: " + g.pick("sluice", "sluice", "sluice", "foreign") + ", listeners: [" + g.listeners() + "]}"
	default:
		return g.route(k)
	}
}

func (g *generator) controller(k ir.Object, ours string) string {
	if k.Name == "foreign" {
		return "example.com/other"
	}
	return ours
}

func (g *generator) slice() string {
	return "addressType: IPv4\nports: " + g.pick("[{port: 9000}]", "[{name: http, port: 9000}, {name: admin, port: 9001}]") + "\nendpoints: " +
		g.list(3, func() string {
			return "{addresses: [" + g.pick("10.0.0.1", "10.0.0.2", "127.0.0.1", "10.0.0.3") + "], conditions: {ready: " + g.pick("true", "true", "false") + "}" + g.maybe(", zone: a", ", zone: b") + "}"
		})
}

func (g *generator) listeners() string {
	var out []string
	for i := range 1 + g.rng.IntN(4) {
		protocol := g.pick("HTTP", "HTTP", "HTTPS", "HTTPS", "UDP")
		tls := ""
		if protocol == "HTTPS" {
			tls = ", tls: {certificateRefs: " + g.list(2, func() string {
				return "{name: " + g.pick("s1", "s2", "s1", "nowhere") + g.maybe(", namespace: other") + "}"
			}) + "}"
		}
		out = append(out, fmt.Sprintf("{name: l%d, port: %s, protocol: %s%s%s, allowedRoutes: {namespaces: {from: %s}}}", i,
			g.pick("80", "443", "8080"), protocol, tls, g.maybe(", hostname: a.example", `, hostname: "*.example"`),
			g.pick("All", "Same", "Selector, selector: {matchLabels: {team: a}}")))
	}
	return strings.Join(out, ", ")
}

func (g *generator) route(k ir.Object) (labels, body string) {
	switch k.Kind {
	case "HTTPRoute":
		return "", "spec: {parentRefs: " + g.list(2, g.parent) + g.maybe(", hostnames: "+g.list(2, g.host)) + ", rules: " + g.list(3, g.rule) + "}"
	case "Ingress":
		return "", "spec: {ingressClassName: " + g.pick("sluice", "sluice", "foreign", "nowhere") + g.maybe(", defaultBackend: "+g.backend(), ", tls: [{hosts: [a.example], secretName: s1}]", ", tls: [{secretName: s2}]", `, tls: [{hosts: ["*.example", c.example], secretName: s2}]`) +
			", rules: " + g.list(3, func() string {
			return "{host: " + g.host() + ", http: {paths: " + g.list(3, func() string {
				return "{path: " + g.path() + ", pathType: " + g.pick("Prefix", "Exact", "ImplementationSpecific") + ", backend: " + g.backend() + "}"
			}) + "}}"
		}) + "}"
	case "VirtualService":
		return "", "spec: {" + g.maybe("parentRefs: [{name: gw1}], ") + g.maybe("sslConfig: {secretRef: {name: s1}}, ", "sslConfig: {secretRef: {name: s2, namespace: other}, sniDomains: [a.example]}, ") +
			"virtualHost: {domains: " + g.list(2, g.host) + g.maybe(", options: "+g.options(true)) + ", routes: " + g.list(4, g.nativeRoute) + "}}"
	case "RouteTable":
		return "team: " + g.pick("a", "b"), "spec: {" + g.maybe("weight: 1, ", "weight: -1, ") + "routes: " + g.list(3, g.nativeRoute) + "}"
	case "UpstreamGroup":
		return "", "spec: {destinations: " + g.list(3, g.share) + "}"
	default:
		return "", "spec: {" + g.upstream() + "}"
	}
}

func (g *generator) host() string {
	return g.pick("a.example", "b.example", "c.b.example", `"*.example"`, `"*.b.example"`)
}

func (g *generator) path() string { return g.pick("/", "/x", "/x/", "/x/y", "/z", "/%20") }

func (g *generator) parent() string {
	return "{name: " + g.pick("gw1", "gw1, namespace: default", "gw2, namespace: default", "default, namespace: sluice-system", "nowhere") + g.maybe(", sectionName: l0", ", port: 80") + "}"
}

func (g *generator) rule() string {
	return "{" + g.maybe("matches: "+g.list(3, g.match)+", ") + g.maybe("filters: "+g.list(2, g.filter)+", ") + g.maybe("timeouts: {request: 5s}, ", "timeouts: {request: 2s, backendRequest: 1s}, ") +
		"backendRefs: " + g.list(3, func() string {
		return "{name: " + g.pick("v1", "v2", "v3", "v1, namespace: other", "nowhere", "u1, kind: Upstream, group: sluice.dev") + ", port: " + g.pick("80", "80", "8080") + g.maybe(", weight: 0", ", weight: 5") + "}"
	}) + "}"
}

func (g *generator) match() string {
	return "{path: {type: " + g.pick("Exact", "PathPrefix", "PathPrefix") + ", value: " + g.path() + "}" +
		g.maybe(", method: GET", ", method: POST") + g.maybe(", headers: [{name: x-a, value: "+g.pick("b", `"c"`)+"}]", `, headers: [{type: RegularExpression, name: x-a, value: "a(.*"}]`) +
		g.maybe(`, queryParams: [{name: q, value: "1"}]`) + "}"
}

func (g *generator) filter() string {
	return g.pick(
		`{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: x-s, value: "1%"}], remove: [x-r]}}`,
		`{type: ResponseHeaderModifier, responseHeaderModifier: {add: [{name: x-s, value: "1"}]}}`,
		`{type: RequestMirror, requestMirror: {backendRef: {name: `+g.pick("v1", "v2", "nowhere")+`, port: 80}}}`,
		`{type: URLRewrite, urlRewrite: {hostname: other.example, path: {type: ReplaceFullPath, replaceFullPath: /new}}}`,
		`{type: ExtensionRef, extensionRef: {group: example.com, kind: Magic, name: m}}`,
		`{type: CORS, cors: {allowOrigins: ["https://a.example"]}}`,
	)
}

func (g *generator) backend() string {
	return "{service: {name: " + g.pick("v1", "v2", "v3", "nowhere") + ", port: {" + g.pick("number: 80", "number: 8080", "name: http", "name: nowhere") + "}}}"
}

func (g *generator) nativeRoute() string {
	return "{" + g.maybe("matchers: "+g.list(2, g.matcher)+", ") + g.maybe("options: "+g.options(false)+", ") + g.pick(
		"routeAction: {single: "+g.destination()+"}",
		"routeAction: {multi: {destinations: "+g.list(3, g.share)+"}}",
		"routeAction: {upstreamGroup: {name: "+g.pick("g1", "nowhere")+"}}",
		"redirectAction: {hostRedirect: new.example, httpsRedirect: true}",
		"directResponseAction: {status: 200, body: hello}",
		"delegateAction: {ref: {name: "+g.pick("t1", "t2", "t3", "nowhere")+"}}",
		"delegateAction: {selector: {labels: {team: "+g.pick("a", "b")+"}"+g.maybe(`, namespaces: ["*"]`)+"}}",
	) + "}"
}

func (g *generator) matcher() string {
	return "{" + g.pick("prefix", "prefix", "exact") + ": " + g.path() + g.maybe(", caseSensitive: false") + g.maybe(", methods: [GET, PUT]") +
		g.maybe(", headers: [{name: x-a, value: b}]", ", headers: [{name: x-a, invertMatch: true}]", `, headers: [{name: x-a, value: "(", regex: true}]`) + g.maybe(", queryParameters: [{name: q}]") + "}"
}

func (g *generator) options(ofHost bool) string {
	shared := []string{
		"retries: {retryOn: 5xx, numRetries: 2}", "cors: {allowOrigin: [\"https://a.example\"], allowMethods: [GET]}",
		"headerManipulation: {requestHeadersToAdd: [{header: {key: x-h, value: \"%REQ(x-a)% 5%\"}}], responseHeadersToRemove: [server]}",
		"headerManipulation: {requestHeadersToAdd: [{header: {key: \"x h\", value: a}}]}", "waf: {disabled: true}",
	}
	if ofHost {
		return "{" + g.pick(shared...) + "}"
	}
	return "{" + g.pick(append(shared, "prefixRewrite: /new", "regexRewrite: {pattern: {regex: \"/x(.*)\"}, substitution: '/y\\1'}", "timeout: 3s, hostRewrite: h.example",
		"faults: {abort: {percentage: 10, httpStatus: 503}, delay: {percentage: 5, fixedDelay: 1s}}", "shadowing: {upstream: {name: default-v1-80}, percentage: 50}",
		"lbHash: {hashPolicies: [{header: x-a}, {cookie: {name: c, ttl: 5s}}]}", "extauth: {configRef: {name: a, namespace: b}}")...) + "}"
}

func (g *generator) destination() string {
	return g.pick("{kube: {ref: {name: v1}, port: 80}}", "{kube: {ref: {name: v2, namespace: other}, port: 8080}}", "{upstream: {name: u1}}", "{upstream: {name: u2, namespace: other}}",
		"{upstream: {name: default-v1-80}}", "{upstream: {name: other-v3-80, namespace: gloo-system}}", "{upstream: {name: nowhere}}")
}

func (g *generator) share() string {
	return "{weight: " + g.pick("0", "1", "3") + ", destination: " + g.destination() + g.maybe(", options: {headerManipulation: {requestHeadersToRemove: [x-a]}}") + "}"
}

func (g *generator) upstream() string {
	return g.pick("static: {hosts: [{addr: 10.1.1.1, port: 80}, {addr: host.example, port: 443}]}", "static: {hosts: [{addr: 169.254.169.254, port: 80}]}",
		"kube: {serviceName: v1, serviceNamespace: default, servicePort: 80}", "kube: {serviceName: nowhere, serviceNamespace: default, servicePort: 80}") +
		g.maybe(", loadBalancerConfig: {ringHash: {}}", ", loadBalancerConfig: {maglev: {}, healthyPanicThreshold: 10}") +
		g.maybe(", circuitBreakers: {maxRequests: 5}", ", healthChecks: [{timeout: 1s, interval: 5s, unhealthyThreshold: 2, healthyThreshold: 1, httpHealthCheck: {path: /h}}]") +
		g.maybe(", outlierDetection: {consecutive5xx: 3}", ", connectionConfig: {connectTimeout: 2s}") + g.maybe(", sslConfig: {sni: x.example}", ", sslConfig: {secretRef: {name: s1}}")
}
