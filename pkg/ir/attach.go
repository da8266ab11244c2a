package ir

import (
	"slices"
	"strings"
)

// Binding is a host on a bound port that a route is attached to.
type Binding struct {
	Host HostKey
	// Section is the name of the Gateway's section that took the route.
	Section string
	TLS     bool
}

// Bind intersects a route's host names with a section's host name and returns
// the hosts under which the route is reachable through it. No host names mean
// every host of the section. A host that another section of the same port
// matches more closely is left out: requests for it belong to that section
// (Gateway API, "listener isolation").
func (g *Gateway) Bind(s Section, hosts []string) []Binding {
	key := ListenerKey{g.Name, s.Port}
	var out []Binding
	for _, h := range intersectAll(s.Hostname, hosts) {
		if g.owner(s, h) != s.Name {
			continue
		}
		b := Binding{HostKey{key, h}, s.Name, s.Protocol == HTTPS}
		if !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	return out
}

// owner returns the name of the accepted section of s's port whose host name
// covers host most closely.
func (g *Gateway) owner(s Section, host string) string {
	best, found := s, false
	for _, o := range g.Sections {
		if o.Port != s.Port || !o.Accepted || !Covers(o.Hostname, host) {
			continue
		}
		if !found || o.Hostname != best.Hostname && Covers(best.Hostname, o.Hostname) {
			best, found = o, true
		}
	}
	return best.Name
}

func intersectAll(section string, hosts []string) []string {
	if len(hosts) == 0 {
		return []string{orAny(section)}
	}
	var out []string
	for _, h := range hosts {
		if r, ok := Intersect(section, h); ok {
			out = append(out, r)
		}
	}
	return out
}

func orAny(host string) string {
	if host == "" {
		return "*"
	}
	return host
}

// Intersect returns the host names that match both a and b, where each is a
// host name, a wildcard "*.suffix", or empty or "*" for any. The result is the
// more specific of the two. Wildcards stand for one or more labels
// (Gateway API HTTPRoute.spec.hostnames).
func Intersect(a, b string) (string, bool) {
	a, b = orAny(a), orAny(b)
	switch {
	case Covers(a, b):
		return b, true
	case Covers(b, a):
		return a, true
	default:
		return "", false
	}
}

// Covers reports whether every host that specific matches is matched by
// general too.
func Covers(general, specific string) bool {
	general, specific = orAny(general), orAny(specific)
	if general == "*" || general == specific {
		return true
	}
	suffix, ok := strings.CutPrefix(general, "*")
	return ok && specific != "*" && len(specific) > len(suffix) && strings.HasSuffix(specific, suffix)
}
