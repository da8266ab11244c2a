package virtualservice

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// domain is a host name as it is served, and where it was written.
type domain struct {
	host  string
	field string
}

// domains returns the host names of a virtual host, normalised and unique.
// None written means every host; none that is valid means none.
func (p place) domains(written []string) []domain {
	if len(written) == 0 {
		return []domain{{host: "*", field: p.field + ".domains"}}
	}
	var out []domain
	for i, w := range written {
		at := p.index(".domains", i)
		host, ok := at.host(w)
		if !ok {
			continue
		}
		same := func(d domain) bool { return d.host == host }
		if !slices.ContainsFunc(out, same) {
			out = append(out, domain{host, at.field})
		}
	}
	return out
}

// host normalises a host name: lower case, without port and without the dot of
// the root. Envoy is told to ignore ports when it looks for a host, so one that
// is written here could never match.
func (p place) host(written string) (string, bool) {
	host, port := cutPort(strings.ToLower(written))
	rest, dotted := strings.CutSuffix(host, ".")
	if rest != "*" {
		host = rest
	}
	if message := checkHost(host); message != "" {
		p.invalid("", strconv.Quote(written)+" is not a domain: "+message, `write it like "a.example", "*.example", "example.*" or "*"`)
		return "", false
	}
	if port != "" {
		p.doubt("", "the port of a domain is not compared, so "+strconv.Quote(written)+" is served on every port of the Gateway",
			"remove the port, and name a listener in spec.parentRefs")
	}
	if dotted {
		p.doubt("", "a domain is served without the dot at its end", "remove the dot")
	}
	return host, true
}

// cutPort splits "host:port" and "[ipv6]:port".
func cutPort(s string) (host, port string) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.HasSuffix(s, "]") {
		return s, ""
	}
	if _, err := strconv.ParseUint(s[i+1:], 10, 16); err != nil {
		return s, ""
	}
	return s[:i], s[i+1:]
}

// checkHost says what is wrong with a lower-case host name or wildcard, "" if
// nothing is.
func checkHost(host string) string {
	if host == "*" {
		return ""
	}
	if strings.HasPrefix(host, "[") {
		return checkAddress(host)
	}
	if len(host) > 253 {
		return "it is longer than 253 characters"
	}
	if rest, suffix := strings.CutPrefix(host, "*."); suffix {
		return checkLabels(rest)
	}
	if rest, prefix := strings.CutSuffix(host, ".*"); prefix {
		return checkLabels(rest)
	}
	return checkLabels(host)
}

func checkAddress(host string) string {
	inner, ok := strings.CutSuffix(host[1:], "]")
	if a, err := netip.ParseAddr(inner); !ok || err != nil || !a.Is6() || a.Zone() != "" {
		return "the IPv6 address is malformed"
	}
	return ""
}

func checkLabels(name string) string {
	for label := range strings.SplitSeq(name, ".") {
		switch {
		case label == "":
			return "a label is empty"
		case len(label) > 63:
			return "a label is longer than 63 characters"
		}
		for _, c := range label {
			if message := checkHostRune(c); message != "" {
				return message
			}
		}
	}
	return ""
}

func checkHostRune(c rune) string {
	switch {
	case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		return ""
	case c == '*':
		return "a wildcard stands for whole labels, at the beginning or at the end"
	case c > 127:
		return "it has letters that are not ASCII; write it in punycode"
	default:
		return "it has the character " + strconv.QuoteRune(c)
	}
}
