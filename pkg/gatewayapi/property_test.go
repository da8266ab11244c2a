package gatewayapi_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// generator makes routes out of values that are as often wrong as right.
type generator struct{ *rand.Rand }

func pick[T any](g generator, vs ...T) T { return vs[g.IntN(len(vs))] }

// maybe returns a pointer to one of some values, or nil.
func maybe[T any](g generator, vs ...T) *T {
	if g.IntN(3) == 0 {
		return nil
	}
	return new(pick(g, vs...))
}

func several[T any](g generator, most int, f func() T) []T {
	var out []T
	for range g.IntN(most + 1) {
		out = append(out, f())
	}
	return out
}

func (g generator) text() string {
	return pick(g, "", "a", "/", "/a", "/a/", "a.example", "Host", "X-A", "x\r\ny", "(", "a?b#c", "%s", "\x00", strings.Repeat("a", 2000))
}

func (g generator) ref() gwv1.BackendObjectReference {
	return gwv1.BackendObjectReference{
		Group: maybe[gwv1.Group](g, "", "sluice.dev", "x"), Kind: maybe[gwv1.Kind](g, "Service", "Upstream", "X"),
		Name: pick[gwv1.ObjectName](g, "v1", "v2", "up", "gone", ""), Namespace: maybe[gwv1.Namespace](g, "default", "other"), Port: maybe[int32](g, 80, 81, -1),
	}
}

func (g generator) headers() *gwv1.HTTPHeaderFilter {
	header := func() gwv1.HTTPHeader { return gwv1.HTTPHeader{Name: gwv1.HTTPHeaderName(g.text()), Value: g.text()} }
	return &gwv1.HTTPHeaderFilter{Set: several(g, 2, header), Add: several(g, 2, header), Remove: several(g, 2, g.text)}
}

func (g generator) path() *gwv1.HTTPPathModifier {
	return &gwv1.HTTPPathModifier{
		Type:            pick(g, gwv1.FullPathHTTPPathModifier, gwv1.PrefixMatchHTTPPathModifier, "x"),
		ReplaceFullPath: maybe(g, g.text()), ReplacePrefixMatch: maybe(g, g.text()),
	}
}

func (g generator) filter() gwv1.HTTPRouteFilter {
	f := gwv1.HTTPRouteFilter{Type: pick(g, gwv1.HTTPRouteFilterRequestHeaderModifier, gwv1.HTTPRouteFilterResponseHeaderModifier,
		gwv1.HTTPRouteFilterRequestRedirect, gwv1.HTTPRouteFilterURLRewrite, gwv1.HTTPRouteFilterRequestMirror, gwv1.HTTPRouteFilterCORS,
		gwv1.HTTPRouteFilterExternalAuth, gwv1.HTTPRouteFilterExtensionRef, "x")}
	if g.IntN(8) == 0 {
		return f
	}
	f.RequestHeaderModifier, f.ResponseHeaderModifier = g.headers(), g.headers()
	f.RequestRedirect = &gwv1.HTTPRequestRedirectFilter{
		Scheme: maybe(g, "http", "https", "x"), Hostname: maybe(g, gwv1.PreciseHostname(g.text())), Path: g.path(),
		Port: maybe[int32](g, 80, 443, 8080), StatusCode: maybe(g, 301, 308, 200),
	}
	f.URLRewrite = &gwv1.HTTPURLRewriteFilter{Hostname: maybe(g, gwv1.PreciseHostname(g.text())), Path: g.path()}
	f.RequestMirror = &gwv1.HTTPRequestMirrorFilter{BackendRef: g.ref(), Percent: maybe[int32](g, 0, 50, 101)}
	if g.IntN(2) == 0 {
		f.RequestMirror.Fraction = &gwv1.Fraction{Numerator: pick[int32](g, -1, 0, 1, 7), Denominator: maybe[int32](g, 0, 3, 100, -5, 10000)}
	}
	f.CORS = &gwv1.HTTPCORSFilter{
		AllowOrigins: several(g, 3, func() gwv1.CORSOrigin {
			return pick(g, "*", "https://a.b", "https://*.b:1", gwv1.CORSOrigin(g.text()), "https://[(*")
		}),
		AllowHeaders: several(g, 2, func() gwv1.HTTPHeaderName { return gwv1.HTTPHeaderName(g.text()) }), MaxAge: pick[int32](g, -1, 0, 9),
	}
	return f
}

func (g generator) match() gwv1.HTTPRouteMatch {
	m := gwv1.HTTPRouteMatch{
		Method: maybe[gwv1.HTTPMethod](g, "GET", "CONNECT", "x"),
		Headers: several(g, 2, func() gwv1.HTTPHeaderMatch {
			return gwv1.HTTPHeaderMatch{Type: maybe(g, gwv1.HeaderMatchExact, gwv1.HeaderMatchRegularExpression, "x"), Name: gwv1.HTTPHeaderName(g.text()), Value: g.text()}
		}),
		QueryParams: several(g, 2, func() gwv1.HTTPQueryParamMatch {
			return gwv1.HTTPQueryParamMatch{Type: maybe(g, gwv1.QueryParamMatchExact, gwv1.QueryParamMatchRegularExpression, "x"), Name: gwv1.HTTPHeaderName(g.text()), Value: g.text()}
		}),
	}
	if g.IntN(3) > 0 {
		m.Path = &gwv1.HTTPPathMatch{Type: maybe(g, gwv1.PathMatchExact, gwv1.PathMatchPathPrefix, gwv1.PathMatchRegularExpression, "x"), Value: maybe(g, g.text())}
	}
	return m
}

func (g generator) rule() gwv1.HTTPRouteRule {
	r := gwv1.HTTPRouteRule{
		Name: maybe[gwv1.SectionName](g, "n"), Matches: several(g, 3, g.match), Filters: several(g, 2, g.filter),
		BackendRefs: several(g, 3, func() gwv1.HTTPBackendRef {
			return gwv1.HTTPBackendRef{BackendRef: gwv1.BackendRef{BackendObjectReference: g.ref(), Weight: maybe[int32](g, -1, 0, 1, 1000000)}, Filters: several(g, 1, g.filter)}
		}),
	}
	duration := func() *gwv1.Duration { return maybe[gwv1.Duration](g, "0s", "1s", "5m", "x", "", "1h1h1h1h1h") }
	if g.IntN(2) == 0 {
		r.Timeouts = &gwv1.HTTPRouteTimeouts{Request: duration(), BackendRequest: duration()}
	}
	if g.IntN(2) == 0 {
		r.Retry = &gwv1.HTTPRouteRetry{Attempts: maybe(g, -1, 0, 2, 1<<40), Backoff: duration(), Codes: []gwv1.HTTPRouteRetryStatusCode{500}}
	}
	return r
}

func (g generator) route() *gwv1.HTTPRoute {
	var r gwv1.HTTPRoute
	r.Namespace, r.Name = "default", "r"
	r.Spec.ParentRefs = several(g, 3, func() gwv1.ParentReference {
		return gwv1.ParentReference{
			Kind: maybe[gwv1.Kind](g, "Gateway", "Gateway", "Service"), Name: pick[gwv1.ObjectName](g, "gw", "gw", "gone"),
			SectionName: maybe[gwv1.SectionName](g, "http", "https", "", "x"), Port: maybe[int32](g, 80, 8443, 0, 1),
		}
	})
	r.Spec.Hostnames = several(g, 3, func() gwv1.Hostname {
		return pick[gwv1.Hostname](g, "a.example", "*.example", "*", "", "B", "a.example")
	})
	r.Spec.Rules = several(g, 3, g.rule)
	return &r
}

// Whatever a route says, what comes out holds nothing that Envoy is known to
// refuse, every fault is named, and conditions follow the specification.
func TestAnyRouteBecomesSoundConfiguration(t *testing.T) {
	g := generator{rand.New(rand.NewPCG(1, 2))}
	w := newWorld()
	gateway(t, w, `listeners:
- {name: http, port: 80, protocol: HTTP}
- {name: https, port: 8443, protocol: HTTPS, hostname: "*.example", tls: {certificateRefs: [{name: good}]}}
- {name: udp, port: 53, protocol: UDP}`)
	for i := range 5_000 {
		r := g.route()
		out := gatewayapi.TranslateHTTPRoute(w, r)
		require.Equal(t, out, gatewayapi.TranslateHTTPRoute(w, r), "the same twice")
		if why := unsound(out); why != "" {
			require.Failf(t, why, "route %d: %+v\noutput: %+v", i, r.Spec, out)
		}
	}
}

// unsound says what is wrong with an output, "" if nothing is.
func unsound(out ir.Output) string {
	hosts := map[ir.HostKey]bool{}
	for _, f := range out.Fragments {
		if hosts[f.Host] {
			return fmt.Sprintf("host %v is there twice", f.Host)
		}
		hosts[f.Host] = true
		for i := range f.Routes {
			if why := unsoundRoute(&f.Routes[i]); why != "" {
				return f.Routes[i].Origin.Field + ": " + why
			}
		}
	}
	for _, p := range out.Status.Parents {
		if why := unsoundParent(p, out.Status.Problems); why != "" {
			return why
		}
	}
	for _, p := range out.Status.Problems {
		if p.Severity == 0 || p.Reason == "" || p.Message == "" || !strings.HasPrefix(p.Field, "spec.") {
			return fmt.Sprintf("problem %+v is not complete", p)
		}
	}
	return ""
}

func unsoundRoute(r *ir.Route) string {
	switch a := r.Action.(type) {
	case *ir.Forward:
		var sum uint32
		for _, b := range a.Backends {
			sum += b.Weight
		}
		if sum == 0 {
			return "weights add up to nothing"
		}
	case *ir.Redirect:
		if a.Code < 301 || a.Code > 308 || ir.CheckHeaderValue(a.Host) != "" {
			return "redirect that Envoy refuses"
		}
	case *ir.Respond:
		if a.Code != 500 {
			return "answer that nobody asked for"
		}
	default:
		return "no action"
	}
	if why := unsoundHeaders(r.Policy.RequestHeaders) + unsoundHeaders(r.Policy.ResponseHeaders); why != "" {
		return why
	}
	if p := r.Match.Path; p.Kind == ir.Regex && ir.CheckRegex(p.Value) != "" || p.Kind != ir.Regex && !strings.HasPrefix(p.Value, "/") {
		return "path that Envoy refuses: " + p.Value
	}
	if c := r.Policy.CORS; c != nil {
		for _, o := range c.OriginRegexes {
			if why := ir.CheckRegex(o); why != "" {
				return why
			}
		}
	}
	return ""
}

func unsoundHeaders(m *ir.HeaderModifier) string {
	if m == nil {
		return ""
	}
	for _, h := range slices.Concat(m.Set, m.Add) {
		if ir.CheckHeaderName(h.Name)+ir.CheckHeaderValue(h.Value) != "" || h.Name == "host" {
			return "header that Envoy refuses: " + h.Name
		}
	}
	return ""
}

func unsoundParent(p ir.ParentStatus, problems []ir.Problem) string {
	cs := short(p.Conditions)
	if len(cs) < 2 || !strings.HasPrefix(cs[0], "Accepted=") || !strings.HasPrefix(cs[1], "ResolvedRefs=") {
		return fmt.Sprintf("conditions %v", cs)
	}
	if partial := len(cs) > 2; partial && (!p.Conditions[0].True || !strings.HasPrefix(p.Conditions[2].Message, "Dropped Rule")) {
		return fmt.Sprintf("PartiallyInvalid in %v", cs)
	}
	fine := p.Conditions[0].True && p.Conditions[1].True && len(cs) == 2
	if !fine && ir.Worst(problems) != ir.Error {
		return fmt.Sprintf("conditions %v without a problem", cs)
	}
	return ""
}
