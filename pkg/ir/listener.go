package ir

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// ServerName asks a bound port to answer TLS for a server name (SNI).
type ServerName struct {
	Listener ListenerKey
	// SNI is lower case, may be a wildcard "*.example.com", and is empty
	// for connections that no other server name takes.
	SNI string
	TLS ServerTLS
	// Origin is the object that asks.
	Origin Origin
	// Created is that object's creation time; the oldest wins a conflict.
	Created time.Time
}

// Equal reports whether n and o ask for the same.
func (n ServerName) Equal(o ServerName) bool {
	return n.Listener == o.Listener && n.SNI == o.SNI && n.Origin == o.Origin &&
		n.Created.Equal(o.Created) && n.TLS.Equal(o.TLS)
}

// NameConflict says that an object's server name was refused because another
// object asked for other TLS under the same name first.
type NameConflict struct{ Loser, Owner ServerName }

// MergeServerNames returns one server name for each SNI, sorted by SNI. Of
// several that ask for different TLS the oldest object's wins; the others are
// returned as conflicts.
func MergeServerNames(names []ServerName) ([]ServerName, []NameConflict) {
	ns := slices.Clone(names)
	slices.SortStableFunc(ns, func(a, b ServerName) int {
		return cmp.Or(strings.Compare(a.SNI, b.SNI),
			compareRanks(rank{a.Created, a.Origin.Object}, rank{b.Created, b.Origin.Object}))
	})
	var out []ServerName
	var conflicts []NameConflict
	for _, n := range ns {
		last := len(out) - 1
		switch {
		case last < 0 || out[last].SNI != n.SNI:
			out = append(out, n)
		case !out[last].TLS.Equal(n.TLS):
			conflicts = append(conflicts, NameConflict{Loser: n, Owner: out[last]})
		}
	}
	return out, conflicts
}

// ServerTLS is how a bound port speaks TLS for a server name.
type ServerTLS struct {
	// Certificates are names of Secrets that hold a valid certificate.
	Certificates []Name
	// MinVersion and MaxVersion are "1.0" to "1.3"; empty means 1.2 and 1.3.
	MinVersion, MaxVersion string
	// Ciphers and Curves are in Envoy's (BoringSSL) names.
	Ciphers, Curves []string
	// ALPN defaults to h2, http/1.1.
	ALPN []string
}

// Equal reports whether t and o are the same settings.
func (t ServerTLS) Equal(o ServerTLS) bool {
	return slices.Equal(t.Certificates, o.Certificates) && t.MinVersion == o.MinVersion && t.MaxVersion == o.MaxVersion &&
		slices.Equal(t.Ciphers, o.Ciphers) && slices.Equal(t.Curves, o.Curves) && slices.Equal(t.ALPN, o.ALPN)
}

// Listener is a bound port of a Gateway: one Envoy listener.
type Listener struct {
	Key      ListenerKey
	Protocol Protocol
	// ServerNames are sorted by SNI and unique; HTTPS only. A listener
	// with none is bound all the same and refuses handshakes.
	ServerNames []ServerName
}

// VirtualHost is a host of a bound port with its routes ready for first match.
type VirtualHost struct {
	Key    HostKey
	Routes []Route
}

// Certificate is a parsed Secret of type kubernetes.io/tls.
type Certificate struct {
	Name Name
	// Chain and Key are PEM, encoded again from what was parsed.
	Chain, Key []byte
	// DNSNames are the leaf's subject alternative names.
	DNSNames []string
	// Digest is the SHA-256 of Chain and Key.
	Digest [32]byte
}
