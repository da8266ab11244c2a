package ingress

import (
	"net/netip"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// anyHost is the host of rules that name none.
const anyHost = "*"

// checkHost reports why a host cannot be that of a rule or TLS entry, and what
// to do about it (IngressRule.host: a DNS name or "*." before one, no IP
// address, no port).
func checkHost(host string) (message, remedy string) {
	if _, err := netip.ParseAddr(host); err == nil {
		return "the host " + host + " is an IP address", "write a DNS name, or leave the host out to match every host"
	}
	why := validation.IsDNS1123Subdomain(host)
	if strings.HasPrefix(host, "*") {
		why = validation.IsWildcardDNS1123Subdomain(host)
	}
	if len(why) == 0 {
		return "", ""
	}
	return "the host " + quote(host) + " is neither a DNS name nor \"*.\" before one", hostRemedy(host)
}

func hostRemedy(host string) string {
	switch {
	case host == "*":
		return "leave the host out to match every host"
	case strings.ToLower(host) != host:
		return "write it in lower case"
	case strings.HasSuffix(host, "."):
		return "remove the dot at the end"
	case strings.Contains(host, ":"):
		return "remove the port: the Gateway's listeners say which ports are open"
	default:
		return "write a name such as shop.example.com or *.example.com"
	}
}

func isWildcard(host string) bool { return strings.HasPrefix(host, "*.") }

// coversLabel reports whether a wildcard host stands for host: one label in the
// place of the star.
func coversLabel(wildcard, host string) bool {
	_, rest, ok := strings.Cut(host, ".")
	return isWildcard(wildcard) && ok && rest == wildcard[len("*."):]
}

// specificity orders the kinds of host: exact, wildcard, any.
func specificity(host string) int {
	switch {
	case host == anyHost:
		return 2
	case isWildcard(host):
		return 1
	default:
		return 0
	}
}
