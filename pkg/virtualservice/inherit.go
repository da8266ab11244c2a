package virtualservice

import (
	"slices"
	"strconv"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
)

// inherited are the matchers of a route together with what its parent hands
// down, checked against the parent.
type inherited struct {
	matchers []placed
	// within is the prefix of the parent that broken matchers must keep to.
	within         string
	inheritPath    bool
	inheritMatches bool
}

// placed is a matcher and where it stands: the route, if that has no other.
type placed struct {
	*v1.Matcher
	place place
}

// inherit applies the rules of delegation to the matchers of a route. A matcher
// that reaches beyond its parent's is left out, since its requests belong to
// others.
func (t *translation) inherit(sc *scope, at place, r *v1.Route) inherited {
	in := inherited{inheritPath: orZero(r.InheritablePathMatchers), inheritMatches: orZero(r.InheritableMatchers)}
	own := r.Matchers
	if len(own) == 0 {
		own = []v1.Matcher{{}}
	}
	in.matchers = make([]placed, len(own))
	for i := range own {
		in.matchers[i] = placed{&own[i], at}
		if len(own) > 1 {
			in.matchers[i].place = at.index(".matchers", i)
		}
	}
	if sc.parent == nil {
		return in
	}
	if r.InheritablePathMatchers == nil {
		in.inheritPath = sc.parent.inheritPath
	}
	if r.InheritableMatchers == nil {
		in.inheritMatches = sc.parent.inheritMatches
	}
	in.within = orZero(sc.parent.matcher.Prefix)
	var kept []placed
	for _, m := range in.matchers {
		if merged, ok := m.place.underParent(sc.parent.matcher, *m.Matcher, in); ok {
			kept = append(kept, placed{&merged, m.place})
		}
	}
	in.matchers = kept
	return in
}

// underParent completes a matcher with what the parent hands down, and reports
// whether it keeps to its parent's.
func (p place) underParent(parent *v1.Matcher, m v1.Matcher, in inherited) (v1.Matcher, bool) {
	if in.inheritPath {
		if hasPath(&m) && !samePath(parent, &m) {
			p.doubt("", "the path is replaced by that of the delegating route, which has inheritablePathMatchers", "remove the path")
		}
		m.Prefix, m.Exact, m.Regex, m.ConnectMatcher = parent.Prefix, parent.Exact, parent.Regex, parent.ConnectMatcher
		m.CaseSensitive = parent.CaseSensitive
	}
	if in.inheritMatches {
		m.Headers = slices.Concat(parent.Headers, m.Headers)
		m.QueryParameters = slices.Concat(parent.QueryParameters, m.QueryParameters)
		m.Methods = slices.Concat(parent.Methods, m.Methods)
	}
	if message, remedy := beyond(parent, &m); message != "" {
		p.invalid("", message+", so it is left out", remedy)
		return m, false
	}
	return m, true
}

func hasPath(m *v1.Matcher) bool {
	return m.Prefix != nil || m.Exact != nil || m.Regex != nil || m.ConnectMatcher != nil
}

func samePath(a, b *v1.Matcher) bool {
	return orZero(a.Prefix) == orZero(b.Prefix) && orZero(a.Exact) == orZero(b.Exact) && orZero(a.Regex) == orZero(b.Regex)
}

// beyond says how a matcher reaches beyond that of its parent, "" if it does
// not: paths must begin with the parent's prefix and heed case alike; headers,
// query parameters and methods of the parent must be among the matcher's own.
func beyond(parent, m *v1.Matcher) (message, remedy string) {
	if !withinPath(parent, m) {
		return "the path does not begin with that of the delegating route, " + strconv.Quote(pathText(parent)),
			"begin it with that path, or set inheritablePathMatchers on the delegating route"
	}
	if caseSensitive(parent) != caseSensitive(m) {
		return "caseSensitive is not that of the delegating route", "set both alike"
	}
	hint := "repeat it, or set inheritableMatchers on the delegating route"
	for _, h := range parent.Headers {
		if !slices.Contains(m.Headers, h) {
			return "the header matcher of the delegating route for " + strconv.Quote(h.Name) + " is missing", hint
		}
	}
	for _, q := range parent.QueryParameters {
		if !slices.Contains(m.QueryParameters, q) {
			return "the matcher of the delegating route for query parameter " + strconv.Quote(q.Name) + " is missing", hint
		}
	}
	for _, method := range parent.Methods {
		if !slices.Contains(m.Methods, method) {
			return "the method " + strconv.Quote(method) + " of the delegating route is missing", hint
		}
	}
	return "", ""
}

func caseSensitive(m *v1.Matcher) bool { return m.CaseSensitive == nil || *m.CaseSensitive }

// withinPath reports whether the paths of m are among those of parent.
func withinPath(parent, m *v1.Matcher) bool {
	if parent.Exact != nil || parent.Regex != nil || parent.ConnectMatcher != nil {
		return samePath(parent, m) && (parent.ConnectMatcher != nil) == (m.ConnectMatcher != nil)
	}
	prefix := orZero(parent.Prefix)
	if prefix == "" || prefix == "/" {
		return m.ConnectMatcher == nil
	}
	switch {
	case m.ConnectMatcher != nil:
		return false
	case m.Regex != nil:
		return regexWithin(*m.Regex, prefix)
	case caseSensitive(parent):
		return strings.HasPrefix(pathText(m), prefix)
	default:
		return strings.HasPrefix(strings.ToLower(pathText(m)), strings.ToLower(prefix))
	}
}

// pathText is the path of a matcher as it is written; "/" if it has none.
func pathText(m *v1.Matcher) string {
	for _, path := range []*string{m.Prefix, m.Exact, m.Regex} {
		if path != nil {
			return *path
		}
	}
	return "/"
}

// match translates a matcher. A broken one that would answer for more than its
// parent handed down is void.
func (in *inherited) match(m placed) match {
	out := m.place.match(m.Matcher)
	if out.broken && !strings.HasPrefix(out.Path.Value, in.within) {
		out.void = true
	}
	return out
}
