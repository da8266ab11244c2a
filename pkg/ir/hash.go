package ir

import "time"

// Hash chooses the endpoint by the request, for upstreams whose load balancer
// is RingHash or Maglev. The lower level wins as a whole.
type Hash struct{ On []HashKey }

// HashKey is one input of the hash. Exactly one of Header, Cookie and SourceIP
// is set.
type HashKey struct {
	Header   string
	Cookie   *HashCookie
	SourceIP bool
	// Terminal stops here if this key yields a value.
	Terminal bool
}

// HashCookie hashes a cookie. With a TTL the cookie is set by the gateway when
// a request has none; a TTL of zero makes it a session cookie.
type HashCookie struct {
	Name, Path string
	TTL        *time.Duration
}
