package ir

import "time"

// Fragment is what one object contributes to one host of one bound port.
type Fragment struct {
	Host HostKey
	// Asked is the host name as the object wrote it, which may be wider than
	// Host; empty for any. The more specific goes before all that follows.
	Asked string
	// Origin is the object that contributes.
	Origin Object
	// Created is the object's creation time; older objects win ties.
	Created time.Time
	// Ordering says how the routes are ordered among those of other fragments.
	Ordering Ordering
	// Routes are in the order in which the object lists them. A fragment
	// without routes claims the host: requests that nothing else matches get 404.
	Routes []Route
}

// Ordering says how a fragment's routes stand among others of the same host.
type Ordering uint8

// The orderings.
const (
	// BySpecificity sorts routes of all such fragments of a host by
	// Gateway API's precedence rules; see CompareRoutes.
	BySpecificity Ordering = iota
	// Listed keeps the object's own order. Such a fragment owns its host:
	// no other object may contribute to it (VirtualService domains).
	Listed
)

// Route is a match and what happens to a request that matches.
type Route struct {
	Origin Origin
	// Name is the rule's name where the dialect has names.
	Name   string
	Match  Match
	Action Action
	// Policy is the effective policy: whatever the levels above the route
	// said has been merged in already.
	Policy Policy
	// Fallback routes come after all routes of the host that are none:
	// an Ingress's default backend.
	Fallback bool
}

// Match holds the conditions of a route; all must hold.
type Match struct {
	Path PathMatch
	// Methods is empty for any method, else any one of them, upper case.
	Methods []string
	Headers []ValueMatch
	Query   []ValueMatch
	// Labels restricts how many labels the wildcard of the host stands for.
	Labels WildcardLabels
}

// WildcardLabels says how many labels the "*" of a wildcard host stands for.
type WildcardLabels uint8

// The restrictions on a wildcard host.
const (
	// AnyLabels: one or more labels (Gateway API, Envoy).
	AnyLabels WildcardLabels = iota
	// OneLabel: exactly one (Ingress IngressRule.host).
	OneLabel
	// ManyLabels: two or more. Made only while merging hosts.
	ManyLabels
)

// PathKind says how a path is compared.
type PathKind uint8

// The kinds of path match, most specific first.
const (
	// Exact compares the whole path without the query.
	Exact PathKind = iota + 1
	// Regex matches the whole path without the query, in RE2 syntax.
	Regex
	// Prefix compares path elements: "/a" matches "/a" and "/a/b" but not
	// "/ab". A trailing slash in the value is ignored.
	Prefix
	// StringPrefix compares characters: "/a" matches "/ab" too.
	StringPrefix
)

// PathMatch compares the path of a request. The zero value matches any path.
type PathMatch struct {
	Kind  PathKind
	Value string
	// IgnoreCase compares without regard to ASCII case.
	IgnoreCase bool
}

// AnyPath matches every path. Both prefix kinds of "/" are this value.
func AnyPath() PathMatch { return PathMatch{Kind: Prefix, Value: "/"} }

// NewPath returns a normalised path match: every prefix "/" becomes AnyPath
// and trailing slashes of element prefixes are dropped.
func NewPath(kind PathKind, value string, ignoreCase bool) PathMatch {
	if kind == Prefix {
		for len(value) > 1 && value[len(value)-1] == '/' {
			value = value[:len(value)-1]
		}
	}
	if (kind == Prefix || kind == StringPrefix) && (value == "/" || value == "") {
		return AnyPath()
	}
	return PathMatch{kind, value, ignoreCase}
}

// ValueKind says how a header or query parameter is compared.
type ValueKind uint8

// The kinds of value match.
const (
	ValueExact   ValueKind = iota + 1 // the value is equal
	ValueRegex                        // RE2, the whole value
	ValuePresent                      // the name is there, whatever its value
)

// ValueMatch compares a header or a query parameter.
type ValueMatch struct {
	// Name is lower case for headers and as written for query parameters.
	Name  string
	Kind  ValueKind
	Value string
	// Invert matches where the comparison does not hold.
	Invert bool
}
