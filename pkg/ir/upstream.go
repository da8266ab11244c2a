package ir

import "time"

// Backend is what a route reads of a backend: that it exists, and how it is to
// be used. It is small and comparable, so that a change of endpoints or of an
// upstream's policy recomputes no route.
type Backend struct {
	Key BackendKey
	// Hash is true where the load balancer uses the route's Hash policy.
	Hash bool
}

// Upstream is a backend with all that a cluster needs.
type Upstream struct {
	Key BackendKey
	// Origin is the object it was made from.
	Origin Object
	// Service is set where the endpoints are those of a Service port;
	// several upstreams may use one.
	Service *ServicePort
	// Hosts are fixed addresses or DNS names, used when Service is nil.
	Hosts []UpstreamHost
	// Protocol is how to speak to the endpoints. Default HTTP1.
	Protocol     AppProtocol
	TLS          *UpstreamTLS
	LoadBalancer LoadBalancer
	Breakers     *CircuitBreakers
	HealthChecks []HealthCheck
	Outliers     *OutlierDetection
	Connection   Connection
}

// ServicePort names a port of a Service.
type ServicePort struct {
	Service Name
	Port    int32
}

// UpstreamHost is a fixed endpoint.
type UpstreamHost struct {
	// Address is an IP address or a DNS name.
	Address string
	Port    int32
	// Weight is relative to the other hosts; zero means one.
	Weight uint32
}

// AppProtocol is the protocol towards endpoints.
type AppProtocol uint8

// The protocols towards endpoints.
const (
	HTTP1 AppProtocol = iota
	HTTP2
	// SameAsClient uses what the client uses.
	SameAsClient
)

// UpstreamTLS makes connections to endpoints TLS.
type UpstreamTLS struct {
	// SNI is sent in the handshake; empty means the Host of the request if
	// AutoSNI, else none.
	SNI     string
	AutoSNI bool
	// CA holds PEM certificates to verify endpoints with; empty with
	// System false means that they are not verified.
	CA     []byte
	System bool
	// SubjectAltNames are names one of which the certificate must have.
	SubjectAltNames []string
	// Certificate is shown to the endpoint if set.
	Certificate *Name
	// MinVersion and MaxVersion are "1.0" to "1.3"; empty means default.
	MinVersion, MaxVersion string
	Ciphers                []string
	ALPN                   []string
}

// Algorithm is a load balancing algorithm.
type Algorithm uint8

// The algorithms.
const (
	// LeastRequest picks the less busy of some random endpoints.
	LeastRequest Algorithm = iota
	RoundRobin
	Random
	RingHash
	Maglev
)

// LoadBalancer chooses endpoints.
type LoadBalancer struct {
	Algorithm Algorithm
	// Choices is the number of endpoints that LeastRequest compares; zero
	// means 2.
	Choices uint32
	// MinRing and MaxRing bound the ring of RingHash; zero means Envoy's.
	MinRing, MaxRing uint64
	// PanicThreshold in per cent; nil means Envoy's 50.
	PanicThreshold *float64
	// SlowStart is the window in which new endpoints warm up; zero is off.
	SlowStart time.Duration
	// LocalityWeighted spreads by locality weight.
	LocalityWeighted bool
	// MergeWindow is the time in which endpoint updates are merged.
	MergeWindow *time.Duration
	// CloseOnHostChange closes connections when the set of endpoints changes.
	CloseOnHostChange bool
}

// CircuitBreakers bound what an upstream is asked at a time. Nil fields leave
// Envoy's defaults (1024, 1024, 1024, 3).
type CircuitBreakers struct {
	MaxConnections, MaxPending, MaxRequests, MaxRetries *uint32
	// TrackRemaining publishes what is left as gauges.
	TrackRemaining bool
}

// HealthCheck asks each endpoint regularly.
type HealthCheck struct {
	Timeout, Interval                    time.Duration
	UnhealthyThreshold, HealthyThreshold uint32
	// Exactly one of HTTP, TCP and GRPC is set.
	HTTP *HTTPHealthCheck
	TCP  bool
	GRPC *GRPCHealthCheck
}

// HTTPHealthCheck is a GET that must answer 200.
type HTTPHealthCheck struct{ Host, Path string }

// GRPCHealthCheck is a grpc.health.v1 check.
type GRPCHealthCheck struct{ Service, Authority string }

// OutlierDetection ejects endpoints that fail. Nil fields leave Envoy's
// defaults.
type OutlierDetection struct {
	Consecutive5xx            *uint32
	ConsecutiveGatewayFailure *uint32
	ConsecutiveLocalOrigin    *uint32
	SplitLocalOrigin          bool
	Interval, BaseEjection    *time.Duration
	MaxEjection               *time.Duration
	MaxEjectionPercent        *uint32
	EnforcingConsecutive5xx   *uint32
	EnforcingGatewayFailure   *uint32
	EnforcingSuccessRate      *uint32
	SuccessRateMinimumHosts   *uint32
	SuccessRateRequestVolume  *uint32
	SuccessRateStdevFactor    *uint32
}

// Connection holds settings of connections to endpoints.
type Connection struct {
	// ConnectTimeout defaults to 5s.
	ConnectTimeout *time.Duration
	// MaxRequests per connection; zero means no limit.
	MaxRequests uint32
	// BufferLimit in bytes; zero means 32 KiB.
	BufferLimit uint32
	IdleTimeout *time.Duration
	Keepalive   *TCPKeepalive
	// MaxStreams is the number of concurrent HTTP/2 streams; zero means 100.
	MaxStreams uint32
	// StreamWindow and ConnectionWindow are HTTP/2 windows in bytes; zero
	// means 64 KiB and 1 MiB.
	StreamWindow, ConnectionWindow uint32
}

// TCPKeepalive are the socket options of that name; zero means the kernel's.
type TCPKeepalive struct {
	Probes         uint32
	Time, Interval time.Duration
}

// Cluster is an upstream that some route uses, under the key that routes use.
type Cluster struct {
	Key      ClusterKey
	Upstream *Upstream
}

// Endpoints are the addresses of a Service port, by locality.
type Endpoints struct {
	Backend    BackendKey
	Localities []Locality
}

// Locality is a group of endpoints in one zone.
type Locality struct {
	// Zone is empty where endpoints name none.
	Zone      string
	Endpoints []Endpoint
}

// Endpoint is one address. Terminating endpoints that still serve are listed
// with Draining true: they take no new sessions but keep old ones.
type Endpoint struct {
	Address  string
	Port     int32
	Draining bool
}
