package virtualservice

import (
	"slices"
	"strconv"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

func (p place) headerManipulation(h *v1.HeaderManipulation) (request, response *ir.HeaderModifier) {
	if h == nil {
		return nil, nil
	}
	at := p.at(".headerManipulation")
	return at.modifier(".requestHeaders", h.RequestHeadersToAdd, h.RequestHeadersToRemove),
		at.modifier(".responseHeaders", h.ResponseHeadersToAdd, h.ResponseHeadersToRemove)
}

// modifier translates headers to add and to remove. Envoy removes first, so a
// name that is in both lists is set.
func (p place) modifier(sub string, add []v1.HeaderValueOption, remove []string) *ir.HeaderModifier {
	out := &ir.HeaderModifier{}
	for i, name := range remove {
		if name, ok := p.index(sub+"ToRemove", i).modifiable("", name); ok && !slices.Contains(out.Remove, name) {
			out.Remove = append(out.Remove, name)
		}
	}
	for i := range add {
		at := p.index(sub+"ToAdd", i)
		header, ok := at.newHeader(&add[i])
		if !ok {
			continue
		}
		replace := add[i].Append != nil && !*add[i].Append
		if j := slices.Index(out.Remove, header.Name); j >= 0 {
			replace = true
			out.Remove = slices.Delete(out.Remove, j, j+1)
		}
		if replace {
			out.Set = append(out.Set, header)
		} else {
			out.Add = append(out.Add, header)
		}
	}
	if len(out.Set)+len(out.Add)+len(out.Remove) == 0 {
		return nil
	}
	return out
}

func (p place) newHeader(o *v1.HeaderValueOption) (ir.Header, bool) {
	if o.HeaderSecretRef != nil {
		p.refuse(".headerSecretRef", "requests are not served without the header")
		return ir.Header{}, false
	}
	if o.Header == nil {
		p.invalid("", "there is no header", "set header.key and header.value")
		return ir.Header{}, false
	}
	name, ok := p.modifiable(".header.key", o.Header.Key)
	if !ok {
		return ir.Header{}, false
	}
	if message := ir.CheckHeaderValue(o.Header.Value); message != "" {
		p.invalid(".header.value", message, "remove it")
		return ir.Header{}, false
	}
	return p.at(".header.value").headerValue(name, o.Header.Value), true
}

// headerValue finds out whether a value has operators of Envoy in it.
func (p place) headerValue(name, value string) ir.Header {
	f := parseFormat(value)
	for _, operator := range f.refused {
		p.doubt("", strconv.Quote(operator)+" is not an operator that may be used here, so it is sent as it stands",
			"write %% for a per cent sign")
	}
	if f.operators {
		return ir.Header{Name: name, Value: f.format, Format: true}
	}
	return ir.Header{Name: name, Value: f.literal}
}

// modifiable returns the name of a header in lower case, and whether it may be
// changed: Envoy refuses configuration that changes Host or pseudo headers.
func (p place) modifiable(sub, written string) (string, bool) {
	name := strings.ToLower(written)
	if name == "host" || strings.HasPrefix(name, ":") {
		p.invalid(sub, strconv.Quote(written)+" cannot be changed as a header", "use hostRewrite or prefixRewrite")
		return "", false
	}
	if message := ir.CheckHeaderName(name); message != "" {
		p.invalid(sub, message, "correct the name")
		return "", false
	}
	return name, true
}
