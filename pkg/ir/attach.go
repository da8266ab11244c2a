package ir

import (
	"cmp"
	"slices"
	"strings"
)

// Binding is a host on a bound port that a route is attached to.
type Binding struct {
	Host HostKey
	// Section is the name of the Gateway's section that took the route.
	Section string
	TLS     bool
	// Asked is the route's own host name that led here; empty if it has none.
	Asked string
}

// Bind intersects a route's host names with a section's host name and returns
// the hosts under which the route is reachable through it. No host names mean
// every host of the section. A host that another section of the same port
// matches more closely is left out: requests for it belong to that section
// (Gateway API, "listener isolation").
func (g *Gateway) Bind(s Section, hosts []string) []Binding {
	if len(hosts) == 0 {
		hosts = []string{""}
	}
	var out []Binding
	for _, asked := range hosts {
		h, ok := Intersect(s.Hostname, asked)
		if !ok || g.owner(s, h) != s.Name {
			continue
		}
		b := Binding{HostKey{ListenerKey{g.Name, s.Port}, h}, s.Name, s.Protocol == HTTPS, asked}
		i := slices.IndexFunc(out, func(o Binding) bool { return o.Host == b.Host })
		switch {
		case i < 0:
			out = append(out, b)
		case CompareHosts(asked, out[i].Asked) < 0:
			out[i].Asked = asked
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

// CompareHosts orders host names from most to least specific: exact ones, then
// wildcards, each by length, then any host (Gateway API HTTPRoute.spec.hostnames).
func CompareHosts(a, b string) int {
	if a == b {
		return 0
	}
	a, b = orAny(a), orAny(b)
	return cmp.Or(cmp.Compare(boolInt(a[0] == '*'), boolInt(b[0] == '*')), cmp.Compare(len(b), len(a)))
}
