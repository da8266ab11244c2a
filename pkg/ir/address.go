package ir

import (
	"net/netip"
	"slices"
	"strings"
)

// CheckAddress reports why requests must never be sent to an address, or "" if
// they may. Refused are the gateway's own host (loopback, unspecified),
// addresses that are no host's (multicast, broadcast), link-local addresses,
// and the metadata services of clouds, which hand credentials to whoever asks.
// An IPv6 address that stands for an IPv4 one is judged as that one. Loopback
// is allowed where the gateway runs for one user (standalone).
func CheckAddress(a netip.Addr, allowLoopback bool) string {
	a = embedded(a)
	switch {
	case !a.IsValid():
		return "it is not an IP address"
	case a.IsLoopback():
		if allowLoopback {
			return ""
		}
		return "it is a loopback address"
	case isMetadata(a):
		return "it is the metadata service of a cloud"
	case a.IsLinkLocalUnicast():
		return "it is a link-local address"
	case a.IsMulticast():
		return "it is a multicast address"
	case a.IsUnspecified(), a.Is4() && a.As4()[0] == 0, a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "it is not the address of a host"
	default:
		return ""
	}
}

// embedded returns the IPv4 address that an IPv6 address stands for
// (IPv4-mapped, RFC 4291, and NAT64, RFC 6052), or the address itself.
func embedded(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if !a.Is6() {
		return a
	}
	b := a.As16()
	if [12]byte(b[:12]) != [12]byte{0x00, 0x64, 0xff, 0x9b} {
		return a
	}
	return netip.AddrFrom4([4]byte(b[12:]))
}

// isMetadata knows the addresses of metadata and platform services.
func isMetadata(a netip.Addr) bool {
	if a.Is4() {
		switch a.As4() {
		case [4]byte{169, 254, 169, 254}, // AWS, Azure, Google and most others
			[4]byte{168, 63, 129, 16},   // Azure's host agent
			[4]byte{100, 100, 100, 200}, // Alibaba
			[4]byte{192, 0, 0, 192}:     // Oracle
			return true
		}
		return false
	}
	switch a.As16() {
	case [16]byte{0xfd, 0x00, 0x0e, 0xc2, 14: 0x02, 15: 0x54}, // fd00:ec2::254, AWS
		[16]byte{0xfd, 0x20, 0x00, 0xce, 14: 0x02, 15: 0x54}: // fd20:ce::254, Google
		return true
	}
	return false
}

// CheckHost is CheckAddress for a host that is an IP address or a DNS name.
// Names of this host and of metadata services are refused, and so are numbers
// that a resolver may take for an address ("127.1", "0x7f000001"). What a name
// resolves to is known to Envoy only.
func CheckHost(host string, allowLoopback bool) string {
	if a, err := netip.ParseAddr(host); err == nil {
		return CheckAddress(a, allowLoopback)
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch {
	case last == "":
		return "it is not a DNS name"
	case isNumber(last):
		return "it is neither an IP address nor a DNS name"
	case isLocalName(host, last):
		if allowLoopback {
			return ""
		}
		return "it is a name of the gateway's own host"
	case slices.Contains([]string{"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}, host):
		return "it is the metadata service of a cloud"
	default:
		return ""
	}
}

// isLocalName knows the names that resolve to loopback (RFC 6761, section
// 6.3, and what distributions write to /etc/hosts).
func isLocalName(host, last string) bool {
	return last == "localhost" || last == "localdomain" && strings.HasPrefix(host, "localhost") ||
		host == "ip6-localhost" || host == "ip6-loopback"
}

// isNumber reports whether a last label makes a host a number (WHATWG URL,
// "ends in a number").
func isNumber(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return strings.Trim(label, "0123456789") == ""
}
