package virtualservice

import (
	"strconv"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// match is a matcher in terms of the routing model.
type match struct {
	ir.Match
	// broken is true where something of the matcher cannot be expressed.
	// Match then holds for at least what it might have matched.
	broken bool
	// void is true where nothing is to be made of the matcher.
	void bool
}

// match translates a matcher.
func (p place) match(m *v1.Matcher) match {
	out := match{}
	p.path(&out, m)
	for i := range m.Headers {
		p.index(".headers", i).header(&out, &m.Headers[i])
	}
	for i := range m.QueryParameters {
		p.index(".queryParameters", i).query(&out, &m.QueryParameters[i])
	}
	p.methods(&out, m.Methods)
	return out
}

// methods leaves out what is no method, since no request can have it.
func (p place) methods(out *match, methods []string) {
	for i, method := range methods {
		if ir.CheckHeaderName(method) != "" {
			p.index(".methods", i).invalid("", strconv.Quote(method)+" is not a method, so it matches no request", "remove it")
			continue
		}
		out.Methods = append(out.Methods, strings.ToUpper(method))
	}
	out.void = out.void || len(methods) > 0 && len(out.Methods) == 0
}

func (p place) path(out *match, m *v1.Matcher) {
	ignoreCase := m.CaseSensitive != nil && !*m.CaseSensitive
	switch {
	case m.Prefix != nil:
		out.Path = ir.NewPath(ir.StringPrefix, *m.Prefix, ignoreCase)
		p.rooted(out, ".prefix", *m.Prefix, true)
	case m.Exact != nil:
		out.Path = ir.NewPath(ir.Exact, *m.Exact, ignoreCase)
		p.rooted(out, ".exact", *m.Exact, false)
	case m.Regex != nil:
		if ignoreCase {
			p.doubt(".caseSensitive", "caseSensitive has no effect on a regex", `begin the regex with "(?i)"`)
		}
		p.regexPath(out, *m.Regex)
	case m.ConnectMatcher != nil:
		p.refuse(".connectMatcher", "CONNECT is answered with 500")
		out.Path, out.Methods, out.broken = ir.AnyPath(), []string{"CONNECT"}, true
	default:
		out.Path = ir.AnyPath()
	}
}

// rooted notes a path that no request can have.
func (p place) rooted(out *match, sub, path string, prefix bool) {
	if strings.HasPrefix(path, "/") || prefix && path == "" {
		return
	}
	p.invalid(sub, "the path "+strconv.Quote(path)+" does not begin with a slash, so it matches no request", "begin it with a slash")
	out.void = true
}

func (p place) regexPath(out *match, source string) {
	message := ir.CheckRegex(source)
	if message == "" {
		out.Path = ir.NewPath(ir.Regex, source, false)
		return
	}
	p.invalid(".regex", message, "correct the regular expression")
	out.broken = true
	region := literalPrefix(source)
	out.Path = ir.NewPath(ir.StringPrefix, region, false)
	out.void = out.void || len(region) < 2
}

func (p place) header(out *match, h *v1.HeaderMatcher) {
	name, ok := headerName(h.Name)
	if !ok {
		p.invalid(".name", strconv.Quote(h.Name)+" is not a header name", "")
		out.broken, out.void = true, true
		return
	}
	v, ok := p.value(h.Value, h.Regex, h.InvertMatch)
	v.Name = name
	if !ok {
		out.broken = true
		out.void = out.void || h.InvertMatch
	}
	out.Headers = append(out.Headers, v)
}

// headerName returns the name that Envoy compares. The pseudo headers of a
// request may be compared too; Host is one of them.
func headerName(written string) (string, bool) {
	name := strings.ToLower(written)
	switch name {
	case ":authority", ":method", ":path", ":scheme":
		return name, true
	case "host":
		return ":authority", true
	}
	return name, ir.CheckHeaderName(name) == ""
}

func (p place) query(out *match, q *v1.QueryParameterMatcher) {
	if q.Name == "" {
		p.invalid(".name", "the name of the query parameter is empty", "")
		out.broken, out.void = true, true
		return
	}
	v, ok := p.value(q.Value, q.Regex, false)
	v.Name = q.Name
	out.broken = out.broken || !ok
	out.Query = append(out.Query, v)
}

// value translates a condition on a value. One that cannot be expressed becomes
// a condition on presence, which holds wherever it might have.
func (p place) value(value string, regex, invert bool) (ir.ValueMatch, bool) {
	switch {
	case value == "":
		return ir.ValueMatch{Kind: ir.ValuePresent, Invert: invert}, true
	case !regex:
		return ir.ValueMatch{Kind: ir.ValueExact, Value: value, Invert: invert}, true
	}
	if message := ir.CheckRegex(value); message != "" {
		p.invalid(".value", message, "correct the regular expression")
		return ir.ValueMatch{Kind: ir.ValuePresent}, false
	}
	return ir.ValueMatch{Kind: ir.ValueRegex, Value: value, Invert: invert}, true
}
