package gatewayapi

import (
	"fmt"
	"slices"
	"strings"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// hostHeader is set by rewriting the host, and by nothing else.
const hostHeader = "host"

// requestHeaders reads a RequestHeaderModifier. Setting Host rewrites the
// host, which Envoy has another field for.
func (s *filterSet) requestHeaders(f *gwv1.HTTPHeaderFilter) {
	const field = ".requestHeaderModifier"
	i := slices.IndexFunc(f.Set, func(h gwv1.HTTPHeader) bool { return strings.EqualFold(string(h.Name), hostHeader) })
	if i < 0 {
		s.policy.RequestHeaders = s.headers(field, f)
		return
	}
	if s.redirect != nil {
		s.fail(reasonIncompatible, entry{field, ".set", i}.path(), "a rule cannot both rewrite the host and redirect", "remove one of them")
		return
	}
	s.rewriteHost(entry{field, ".set", i}.path(), f.Set[i].Value)
	rest := *f
	rest.Set = slices.Concat(f.Set[:i], f.Set[i+1:])
	s.policy.RequestHeaders = s.headers(field, &rest)
}

// entry is an element of a list of a header modifier. It is rendered only when
// there is something to say of it.
type entry struct {
	field, list string
	i           int
}

func (e entry) path() string { return string(index(nil, e.field+e.list+"[", e.i)) }

// headers reads a header modifier, nil if it changes nothing. A name may have
// one action only; of equal names in one list the first counts
// (HTTPHeaderFilter, HTTPHeader.name).
func (s *filterSet) headers(field string, f *gwv1.HTTPHeaderFilter) *ir.HeaderModifier {
	m := &ir.HeaderModifier{}
	for i := range f.Set {
		m.Set = s.header(m.Set, entry{field, ".set", i}, &f.Set[i])
	}
	for i := range f.Add {
		m.Add = s.header(m.Add, entry{field, ".add", i}, &f.Add[i])
	}
	for i, name := range f.Remove {
		name = strings.ToLower(name)
		if s.headerName(entry{field, ".remove", i}, name) && !slices.Contains(m.Remove, name) {
			m.Remove = append(m.Remove, name)
		}
	}
	s.oneActionEach(field, m)
	if len(m.Set)+len(m.Add)+len(m.Remove) == 0 {
		return nil
	}
	return m
}

// header appends a header that is not in the list yet.
func (s *filterSet) header(to []ir.Header, e entry, h *gwv1.HTTPHeader) []ir.Header {
	name := strings.ToLower(string(h.Name))
	if !s.headerName(e, name) || slices.ContainsFunc(to, func(o ir.Header) bool { return o.Name == name }) {
		return to
	}
	if why := ir.CheckHeaderValue(h.Value); why != "" {
		s.fail(ir.ReasonInvalid, e.path()+".value", why, "")
		return to
	}
	return append(to, ir.Header{Name: name, Value: h.Value})
}

// headerName reports whether a header may be changed.
func (s *filterSet) headerName(e entry, name string) bool {
	if why := ir.CheckHeaderName(name); why != "" {
		s.fail(ir.ReasonInvalid, e.path(), why, "")
		return false
	}
	if name == hostHeader {
		s.fail(ir.ReasonInvalid, e.path(), "the Host header cannot be changed here", "use urlRewrite.hostname in the rule's filters")
		return false
	}
	return true
}

func (s *filterSet) oneActionEach(field string, m *ir.HeaderModifier) {
	has := func(hs []ir.Header, name string) bool {
		return slices.ContainsFunc(hs, func(h ir.Header) bool { return h.Name == name })
	}
	for _, h := range m.Add {
		if has(m.Set, h.Name) {
			s.fail(ir.ReasonInvalid, field, fmt.Sprintf("header %q is both set and added", h.Name), "use one action for a header")
		}
	}
	for _, name := range m.Remove {
		if has(m.Set, name) || has(m.Add, name) {
			s.fail(ir.ReasonInvalid, field, fmt.Sprintf("header %q is both written and removed", name), "use one action for a header")
		}
	}
}
