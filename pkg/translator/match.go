package translator

import (
	"regexp"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// routeMatch translates the conditions of a route of the given host.
func routeMatch(host string, m ir.Match) *routev3.RouteMatch {
	out := &routev3.RouteMatch{}
	setPath(out, m.Path)
	if n := len(m.Methods) + len(m.Headers); n > 0 {
		out.Headers = make([]*routev3.HeaderMatcher, 0, n)
	}
	if len(m.Methods) > 0 {
		out.Headers = append(out.Headers, methodMatch(m.Methods))
	}
	for _, h := range m.Headers {
		out.Headers = append(out.Headers, headerMatch(h))
	}
	for _, q := range m.Query {
		if q.Invert {
			out.Headers = append(out.Headers, queryMismatch(q))
			continue
		}
		out.QueryParameters = append(out.QueryParameters, queryMatch(q))
	}
	if pattern := labelsPattern(host, m.Labels); pattern != "" {
		out.Headers = append(out.Headers, stringHeader(":authority", regexMatch(pattern)))
	}
	return out
}

// setPath sets the path condition. Envoy compares the path without its query.
func setPath(out *routev3.RouteMatch, p ir.PathMatch) {
	if p.IgnoreCase && p.Kind != ir.Regex {
		out.CaseSensitive = wrapperspb.Bool(false)
	}
	switch {
	case matchesAnyPath(p):
		out.PathSpecifier = &routev3.RouteMatch_Prefix{Prefix: "/"}
		out.CaseSensitive = nil
	case p.Kind == ir.Exact:
		out.PathSpecifier = &routev3.RouteMatch_Path{Path: p.Value}
	case p.Kind == ir.Regex:
		out.PathSpecifier = &routev3.RouteMatch_SafeRegex{SafeRegex: regex(pathPattern(p))}
	case p.Kind == ir.Prefix:
		out.PathSpecifier = &routev3.RouteMatch_PathSeparatedPrefix{PathSeparatedPrefix: p.Value}
	default:
		out.PathSpecifier = &routev3.RouteMatch_Prefix{Prefix: p.Value}
	}
}

func matchesAnyPath(p ir.PathMatch) bool { return p.Kind == 0 || p.Kind == ir.Prefix && p.Value == "/" }

// matchesNoPath is true for values with what a path ends at.
func matchesNoPath(p ir.PathMatch) bool {
	return p.Kind != ir.Regex && strings.ContainsAny(p.Value, "?#")
}

// pathPattern is the regular expression of a Regex path match.
func pathPattern(p ir.PathMatch) string {
	if p.IgnoreCase {
		return "(?i)" + p.Value
	}
	return p.Value
}

// methodMatch matches any one of the methods.
func methodMatch(methods []string) *routev3.HeaderMatcher {
	if len(methods) == 1 {
		return stringHeader(":method", exactMatch(methods[0]))
	}
	quoted := make([]string, len(methods))
	for i, m := range methods {
		quoted[i] = regexp.QuoteMeta(m)
	}
	return stringHeader(":method", regexMatch(strings.Join(quoted, "|")))
}

// headerMatch matches a header. Envoy joins several headers of one name with
// commas first. A header that is not there does not compare, so the inverse
// holds for it; Envoy only sees that when it takes the header as empty, which is
// the same unless the empty value would compare.
func headerMatch(v ir.ValueMatch) *routev3.HeaderMatcher {
	out := &routev3.HeaderMatcher{Name: v.Name, InvertMatch: v.Invert}
	if v.Kind == ir.ValuePresent {
		out.HeaderMatchSpecifier = &routev3.HeaderMatcher_PresentMatch{PresentMatch: true}
		return out
	}
	out.HeaderMatchSpecifier = &routev3.HeaderMatcher_StringMatch{StringMatch: valueMatch(v)}
	out.TreatMissingHeaderAsEmpty = v.Invert
	return out
}

func queryMatch(v ir.ValueMatch) *routev3.QueryParameterMatcher {
	out := &routev3.QueryParameterMatcher{Name: v.Name}
	if v.Kind == ir.ValuePresent {
		out.QueryParameterMatchSpecifier = &routev3.QueryParameterMatcher_PresentMatch{PresentMatch: true}
		return out
	}
	out.QueryParameterMatchSpecifier = &routev3.QueryParameterMatcher_StringMatch{StringMatch: valueMatch(v)}
	return out
}

// queryMismatch matches where no query parameter of the name has the value.
// Envoy cannot invert a query parameter, but it can invert a match of the path
// with its query.
func queryMismatch(v ir.ValueMatch) *routev3.HeaderMatcher {
	value := "=" + regexp.QuoteMeta(v.Value)
	switch {
	case v.Kind == ir.ValuePresent:
		value = "(?:=[^&]*)?"
	case v.Kind == ir.ValueRegex:
		value = "=(?:" + v.Value + ")"
	case v.Value == "":
		value = "=?"
	}
	out := stringHeader(":path", regexMatch(`[^?]*\?(?:.*&)?`+regexp.QuoteMeta(v.Name)+value+`(?:&.*)?`))
	out.InvertMatch = true
	return out
}

func valueMatch(v ir.ValueMatch) *matcherv3.StringMatcher {
	if v.Kind == ir.ValueRegex {
		return regexMatch(v.Value)
	}
	return exactMatch(v.Value)
}

// labelsPattern matches authorities of a wildcard host by the number of labels
// that the wildcard stands for; it is empty where any number will do. Envoy's
// own wildcard domains take one or more (Ingress takes exactly one).
func labelsPattern(host string, labels ir.WildcardLabels) string {
	suffix, ok := strings.CutPrefix(host, "*.")
	if !ok || labels == ir.AnyLabels {
		return ""
	}
	wild := `[^.]+`
	if labels == ir.ManyLabels {
		wild = `[^:]+\.[^.]+`
	}
	return `(?i)` + wild + `\.` + regexp.QuoteMeta(suffix) + `(?::[0-9]+)?`
}

func stringHeader(name string, m *matcherv3.StringMatcher) *routev3.HeaderMatcher {
	return &routev3.HeaderMatcher{
		Name:                 name,
		HeaderMatchSpecifier: &routev3.HeaderMatcher_StringMatch{StringMatch: m},
	}
}

func exactMatch(s string) *matcherv3.StringMatcher {
	return &matcherv3.StringMatcher{MatchPattern: &matcherv3.StringMatcher_Exact{Exact: s}}
}

// regexMatch matches whole values.
func regexMatch(pattern string) *matcherv3.StringMatcher {
	return &matcherv3.StringMatcher{MatchPattern: &matcherv3.StringMatcher_SafeRegex{SafeRegex: regex(pattern)}}
}

func regex(pattern string) *matcherv3.RegexMatcher { return &matcherv3.RegexMatcher{Regex: pattern} }
