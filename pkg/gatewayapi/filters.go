package gatewayapi

import (
	"fmt"
	"slices"
	"strings"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// filterSet is what the filters of a rule, or of one backendRef, come to.
type filterSet struct {
	policy   ir.Policy
	redirect *ir.Redirect
	// failed is true where a filter cannot be done as written. What it
	// stands for must answer 500 then: a filter is never skipped.
	failed bool

	t    *routeTranslation
	rule *gwv1.HTTPRouteRule
	at   place
}

// filters reads the filters at a place. rule is the rule they are in.
func (t *routeTranslation) filters(at place, fs []gwv1.HTTPRouteFilter, rule *gwv1.HTTPRouteRule) filterSet {
	set := filterSet{t: t, rule: rule, at: at}
	for k := range fs {
		set.at.filter = k
		kind := fs[k].Type
		twice := slices.ContainsFunc(fs[:k], func(f gwv1.HTTPRouteFilter) bool { return f.Type == kind })
		switch {
		case twice && kind != gwv1.HTTPRouteFilterRequestMirror && kind != gwv1.HTTPRouteFilterExtensionRef:
			set.fail(reasonIncompatible, "", fmt.Sprintf("filter %s is there twice", kind), "merge the two")
		case at.backend >= 0:
			set.backendFilter(&fs[k])
		default:
			set.ruleFilter(&fs[k])
		}
	}
	return set
}

// fail notes a filter that cannot be done.
func (s *filterSet) fail(reason, field, message, remedy string) {
	s.failed = true
	s.t.drop(reason, s.at.path(field), message+", so requests get 500", remedy)
}

// ruleFilter reads one filter of a rule.
func (s *filterSet) ruleFilter(f *gwv1.HTTPRouteFilter) {
	switch {
	case f.Type == gwv1.HTTPRouteFilterRequestHeaderModifier && f.RequestHeaderModifier != nil:
		s.requestHeaders(f.RequestHeaderModifier)
	case f.Type == gwv1.HTTPRouteFilterResponseHeaderModifier && f.ResponseHeaderModifier != nil:
		s.policy.ResponseHeaders = s.headers(".responseHeaderModifier", f.ResponseHeaderModifier)
	case f.Type == gwv1.HTTPRouteFilterRequestRedirect && f.RequestRedirect != nil:
		s.requestRedirect(f.RequestRedirect)
	case f.Type == gwv1.HTTPRouteFilterURLRewrite && f.URLRewrite != nil:
		s.urlRewrite(f.URLRewrite)
	case f.Type == gwv1.HTTPRouteFilterRequestMirror && f.RequestMirror != nil:
		s.mirror(f.RequestMirror)
	case f.Type == gwv1.HTTPRouteFilterCORS && f.CORS != nil:
		s.cors(f.CORS)
	default:
		s.otherFilter(f)
	}
}

// backendFilter reads one filter of a backendRef, where only header modifiers
// are done.
func (s *filterSet) backendFilter(f *gwv1.HTTPRouteFilter) {
	switch {
	case f.Type == gwv1.HTTPRouteFilterRequestHeaderModifier && f.RequestHeaderModifier != nil:
		s.policy.RequestHeaders = s.headers(".requestHeaderModifier", f.RequestHeaderModifier)
	case f.Type == gwv1.HTTPRouteFilterResponseHeaderModifier && f.ResponseHeaderModifier != nil:
		s.policy.ResponseHeaders = s.headers(".responseHeaderModifier", f.ResponseHeaderModifier)
	case f.Type == gwv1.HTTPRouteFilterRequestRedirect, f.Type == gwv1.HTTPRouteFilterURLRewrite,
		f.Type == gwv1.HTTPRouteFilterRequestMirror, f.Type == gwv1.HTTPRouteFilterCORS:
		s.fail(ir.ReasonNotSupported, "", fmt.Sprintf("filter %s is not supported on a backendRef", f.Type), "move it to the rule's filters")
	default:
		s.otherFilter(f)
	}
}

// otherFilter fails what is not done, not known, or empty.
func (s *filterSet) otherFilter(f *gwv1.HTTPRouteFilter) {
	switch f.Type {
	case gwv1.HTTPRouteFilterExtensionRef:
		kind := "without a name"
		if f.ExtensionRef != nil {
			kind = "of kind " + groupKind(&f.ExtensionRef.Group, &f.ExtensionRef.Kind, "")
		}
		s.fail(string(gwv1.RouteReasonInvalidKind), ".extensionRef", "filters "+kind+" are not known", "remove the filter")
		s.t.refs = append(s.t.refs, s.t.drops[len(s.t.drops)-1])
	case gwv1.HTTPRouteFilterExternalAuth:
		s.fail(ir.ReasonNotSupported, ".externalAuth", "external authorization is not supported yet", "")
	case gwv1.HTTPRouteFilterRequestHeaderModifier, gwv1.HTTPRouteFilterResponseHeaderModifier, gwv1.HTTPRouteFilterRequestRedirect,
		gwv1.HTTPRouteFilterURLRewrite, gwv1.HTTPRouteFilterRequestMirror, gwv1.HTTPRouteFilterCORS:
		s.fail(ir.ReasonInvalid, "", fmt.Sprintf("filter %s says nothing", f.Type), "fill the field of that name, or remove the filter")
	default:
		s.fail(ir.ReasonInvalid, ".type", fmt.Sprintf("%q is not a known filter", f.Type), "")
	}
}

// urlRewrite reads a URLRewrite filter.
func (s *filterSet) urlRewrite(f *gwv1.HTTPURLRewriteFilter) {
	if s.redirect != nil {
		s.fail(reasonIncompatible, "", "a rule cannot both rewrite and redirect", "remove one of the filters")
		return
	}
	if f.Hostname != nil {
		s.rewriteHost(".urlRewrite.hostname", string(*f.Hostname))
	}
	if f.Path != nil {
		s.policy.PathRewrite = s.path(".urlRewrite.path", f.Path)
	}
}

// rewriteHost replaces the Host header. Only one filter of a rule may.
func (s *filterSet) rewriteHost(field, host string) {
	if why := ir.CheckHeaderValue(host); why != "" || host == "" {
		s.fail(ir.ReasonInvalid, field, fmt.Sprintf("%q is not a host name", host), "")
		return
	}
	if s.policy.HostRewrite != nil {
		s.fail(reasonIncompatible, field, "two filters set the Host header", "remove one of them")
		return
	}
	s.policy.HostRewrite = &ir.HostRewrite{Literal: host}
}

// path reads how a path is replaced.
func (s *filterSet) path(field string, m *gwv1.HTTPPathModifier) *ir.PathRewrite {
	switch {
	case m.Type == gwv1.FullPathHTTPPathModifier && m.ReplaceFullPath != nil:
		if full, ok := s.replacement(field+".replaceFullPath", *m.ReplaceFullPath); ok {
			return &ir.PathRewrite{Full: &full}
		}
	case m.Type == gwv1.PrefixMatchHTTPPathModifier && m.ReplacePrefixMatch != nil:
		if !matchesPrefixesOnly(s.rule.Matches) {
			s.fail(ir.ReasonInvalid, field+".replacePrefixMatch", "only what a PathPrefix matched can be replaced, and the rule has another match",
				"give every match of the rule a path of type PathPrefix")
			return nil
		}
		if prefix, ok := s.replacement(field+".replacePrefixMatch", *m.ReplacePrefixMatch); ok {
			return &ir.PathRewrite{Prefix: &prefix}
		}
	default:
		s.fail(ir.ReasonInvalid, field+".type", fmt.Sprintf("type %q has no value or is not known", m.Type), "use ReplaceFullPath or ReplacePrefixMatch, and the field of that name")
	}
	return nil
}

// replacement checks a path to be written. One without its first slash gets
// it: a Location of "http://host" and "path" would name another host.
func (s *filterSet) replacement(field, value string) (string, bool) {
	if ir.CheckHeaderValue(value) != "" {
		s.fail(ir.ReasonInvalid, field, "the path has a control character", "")
		return "", false
	}
	if strings.HasPrefix(value, "/") {
		return value, true
	}
	if value != "" {
		s.t.warn(ir.ReasonInvalid, s.at.path(field), fmt.Sprintf("the path %q is taken as %q", value, "/"+value), "begin it with /")
	}
	return "/" + value, true
}

func matchesPrefixesOnly(ms []gwv1.HTTPRouteMatch) bool {
	return !slices.ContainsFunc(ms, func(m gwv1.HTTPRouteMatch) bool {
		return m.Path != nil && m.Path.Type != nil && *m.Path.Type != gwv1.PathMatchPathPrefix
	})
}
