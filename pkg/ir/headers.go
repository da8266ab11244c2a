package ir

import (
	"slices"
	"strconv"
)

// HeaderModifier changes the headers of a request or a response. Set is done
// first, then Add, then Remove; a name is in one of the three only
// (Gateway API HTTPHeaderFilter). Names are lower case. Values have been
// checked to hold no CR, LF or NUL.
type HeaderModifier struct {
	Set, Add []Header
	Remove   []string
}

// Header is a header to set or add.
type Header struct {
	Name string
	// Value is literal: a per cent sign in it stands for itself unless
	// Format is set, when the value is an Envoy format string that a
	// frontend has checked against its list of allowed operators.
	Value  string
	Format bool
}

// Over merges: the parent's changes of names that the lower level does not
// touch are kept.
func (m *HeaderModifier) Over(parent *HeaderModifier) *HeaderModifier {
	if m == nil || parent == nil {
		return first(m, parent)
	}
	out := &HeaderModifier{Set: m.Set, Add: m.Add, Remove: m.Remove}
	keep := func(h Header) bool { return !m.touches(h.Name) }
	out.Set = append(filter(parent.Set, keep), m.Set...)
	out.Add = append(filter(parent.Add, keep), m.Add...)
	out.Remove = append(filter(parent.Remove, func(n string) bool { return !m.touches(n) }), m.Remove...)
	return out
}

func (m *HeaderModifier) touches(name string) bool {
	is := func(h Header) bool { return h.Name == name }
	return slices.ContainsFunc(m.Set, is) || slices.ContainsFunc(m.Add, is) || slices.Contains(m.Remove, name)
}

func filter[T any](in []T, keep func(T) bool) []T {
	var out []T
	for _, v := range in {
		if keep(v) {
			out = append(out, v)
		}
	}
	return out
}

// CheckHeaderName reports why a header name cannot be used, or "" if it can
// (RFC 9110 token; pseudo headers and Host have their own features).
func CheckHeaderName(name string) string {
	if name == "" {
		return "the header name is empty"
	}
	for i := range len(name) {
		if !isToken(name[i]) {
			return "the header name " + strconv.Quote(name) + " has a character that RFC 9110 does not allow"
		}
	}
	return ""
}

func isToken(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return slices.Contains([]byte("!#$%&'*+-.^_`|~"), c)
}

// CheckHeaderValue reports why a header value cannot be used, or "" if it can
// (RFC 9110 field-value: no CR, LF, NUL or other control but tab).
func CheckHeaderValue(value string) string {
	for i := range len(value) {
		if c := value[i]; c < 0x20 && c != '\t' || c == 0x7f {
			return "the header value has a control character"
		}
	}
	return ""
}
