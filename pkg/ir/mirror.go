package ir

// Mirrors sends copies of requests elsewhere and ignores the answers. The
// lower level wins as a whole.
type Mirrors struct{ To []Mirror }

// Mirror is one receiver of copies.
type Mirror struct {
	Cluster ClusterKey
	// Numerator of Denominator requests are copied. Denominator is 100,
	// 10000 or 1000000.
	Numerator, Denominator uint32
	// KeepHost leaves the Host header alone; otherwise Envoy appends
	// "-shadow" to it.
	KeepHost bool
}
