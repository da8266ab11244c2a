package translator

import (
	"regexp"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// pathRewrite is a path rewrite in Envoy's terms. At most one field is set.
type pathRewrite struct {
	full   string
	prefix string
	regex  *matcherv3.RegexMatchAndSubstitute
}

// rewritePath translates a rewrite for requests that m has matched. Where no
// path would be left it is "/".
func rewritePath(m ir.PathMatch, p *ir.PathRewrite) pathRewrite {
	switch {
	case p == nil:
		return pathRewrite{}
	case p.Full != nil:
		return pathRewrite{full: orRoot(*p.Full)}
	case p.Regex != nil:
		return pathRewrite{regex: substitution(p.Regex.Pattern, p.Regex.Substitution)}
	case p.Prefix == nil:
		return pathRewrite{}
	case m.Kind == ir.Exact || m.Kind == ir.Regex:
		return pathRewrite{full: orRoot(*p.Prefix)}
	default:
		return rewritePrefix(m, *p.Prefix)
	}
}

// rewritePrefix replaces what a prefix matched. Envoy pastes the replacement
// before the rest of the path, which loses or doubles the slash at the seam in
// some cases; those are spelled so that exactly one stays.
func rewritePrefix(m ir.PathMatch, replacement string) pathRewrite {
	bare := strings.TrimRight(replacement, "/")
	switch {
	case matchesAnyPath(m):
		return pathRewrite{prefix: bare + "/"} // the match took the slash
	case m.Kind == ir.Prefix && bare != "":
		return pathRewrite{prefix: bare} // the rest is empty or begins with a slash
	case m.Kind == ir.StringPrefix && replacement != "" && (bare == replacement || strings.HasSuffix(m.Value, "/")):
		return pathRewrite{prefix: replacement}
	}
	pattern := "^" + regexp.QuoteMeta(m.Value) + "/?"
	if m.IgnoreCase {
		pattern = "(?i)" + pattern
	}
	return pathRewrite{regex: substitution(pattern, literalSubstitution(bare+"/"))}
}

func orRoot(path string) string {
	if path == "" {
		return "/"
	}
	return path
}

// setPathRewrite changes the path on its way to the backend.
func setPathRewrite(a *routev3.RouteAction, m ir.PathMatch, p *ir.PathRewrite) {
	rewrite := rewritePath(m, p)
	a.PathRewrite = literalFormat(rewrite.full)
	a.PrefixRewrite = rewrite.prefix
	a.RegexRewrite = rewrite.regex
}

// setHostRewrite changes the Host header on its way to the backend.
func setHostRewrite(a *routev3.RouteAction, h *ir.HostRewrite) {
	switch {
	case h == nil:
	case h.Literal != "":
		a.HostRewriteSpecifier = &routev3.RouteAction_HostRewriteLiteral{HostRewriteLiteral: h.Literal}
	case h.Backend:
		a.HostRewriteSpecifier = &routev3.RouteAction_AutoHostRewrite{AutoHostRewrite: wrapperspb.Bool(true)}
	case h.Header != "":
		a.HostRewriteSpecifier = &routev3.RouteAction_HostRewriteHeader{HostRewriteHeader: h.Header}
	case h.Path != nil:
		a.HostRewriteSpecifier = &routev3.RouteAction_HostRewritePathRegex{
			HostRewritePathRegex: substitution(h.Path.Pattern, h.Path.Substitution),
		}
	}
}

// substitution replaces every match of a pattern in the path without its query.
func substitution(pattern, by string) *matcherv3.RegexMatchAndSubstitute {
	return &matcherv3.RegexMatchAndSubstitute{Pattern: regex(pattern), Substitution: by}
}

// literalSubstitution escapes what a substitution would take as a group.
func literalSubstitution(s string) string { return strings.ReplaceAll(s, `\`, `\\`) }

// literalFormat escapes what a format string would take as an operator.
func literalFormat(s string) string { return strings.ReplaceAll(s, "%", "%%") }
