package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// CircuitBreakerConfig bounds what an upstream is asked at a time. Envoy's
// defaults are 1024, 1024, 1024 and 3.
type CircuitBreakerConfig struct {
	MaxConnections     *UInt32 `json:"maxConnections,omitempty"`
	MaxPendingRequests *UInt32 `json:"maxPendingRequests,omitempty"`
	MaxRequests        *UInt32 `json:"maxRequests,omitempty"`
	MaxRetries         *UInt32 `json:"maxRetries,omitempty"`
	// TrackRemaining publishes how much is left.
	TrackRemaining *bool `json:"trackRemaining,omitempty"`
}

// LoadBalancerConfig chooses endpoints.
//
// +kubebuilder:validation:XValidation:rule="(has(self.roundRobin)?1:0)+(has(self.leastRequest)?1:0)+(has(self.random)?1:0)+(has(self.ringHash)?1:0)+(has(self.maglev)?1:0) <= 1",message="loadBalancerConfig has at most one of roundRobin, leastRequest, random, ringHash, maglev"
type LoadBalancerConfig struct {
	// HealthyPanicThreshold in per cent; 50 when unset.
	HealthyPanicThreshold *Percentage `json:"healthyPanicThreshold,omitempty"`
	// UpdateMergeWindow is the time in which endpoint updates are merged.
	UpdateMergeWindow *Duration `json:"updateMergeWindow,omitempty"`
	// RoundRobin takes endpoints in turn.
	RoundRobin *RoundRobin `json:"roundRobin,omitempty"`
	// LeastRequest takes the less busy of a few.
	LeastRequest *LeastRequest `json:"leastRequest,omitempty"`
	// Random takes any.
	Random *Random `json:"random,omitempty"`
	// RingHash takes by hash, on a ring.
	RingHash *RingHash `json:"ringHash,omitempty"`
	// Maglev takes by hash, with a table.
	Maglev *Maglev `json:"maglev,omitempty"`
	// LocalityWeightedLbConfig spreads by weight of zones.
	LocalityWeightedLbConfig *LocalityWeightedLbConfig `json:"localityWeightedLbConfig,omitempty"`
	// UseHostnameForHashing hashes names and not addresses.
	UseHostnameForHashing *bool `json:"useHostnameForHashing,omitempty"`
	// CloseConnectionsOnHostSetChange closes connections when endpoints
	// change.
	CloseConnectionsOnHostSetChange *bool `json:"closeConnectionsOnHostSetChange,omitempty"`
}

// RoundRobin takes endpoints in turn.
type RoundRobin struct {
	SlowStartConfig *SlowStartConfig `json:"slowStartConfig,omitempty"`
}

// LeastRequest takes the less busy of a few.
type LeastRequest struct {
	// ChoiceCount is how many are compared; 2 when 0.
	ChoiceCount     UInt32           `json:"choiceCount,omitempty"`
	SlowStartConfig *SlowStartConfig `json:"slowStartConfig,omitempty"`
}

// Random has no settings.
type Random struct{}

// Maglev has no settings.
type Maglev struct{}

// LocalityWeightedLbConfig has no settings.
type LocalityWeightedLbConfig struct{}

// RingHash takes by hash.
type RingHash struct {
	RingHashConfig *RingHashConfig `json:"ringHashConfig,omitempty"`
}

// RingHashConfig bounds the ring.
type RingHashConfig struct {
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=8388608
	MinimumRingSize int64 `json:"minimumRingSize,omitempty"`
	// +kubebuilder:validation:Minimum=0
	// +kubebuilder:validation:Maximum=8388608
	MaximumRingSize int64 `json:"maximumRingSize,omitempty"`
}

// SlowStartConfig gives new endpoints less at first.
type SlowStartConfig struct {
	// SlowStartWindow is how long.
	SlowStartWindow *Duration `json:"slowStartWindow,omitempty"`
	// Aggression is how fast; 1 is linear.
	Aggression *float64 `json:"aggression,omitempty"`
	// MinWeightPercent is where it begins.
	MinWeightPercent *Percentage `json:"minWeightPercent,omitempty"`
}

// HealthCheck asks each endpoint how it is.
//
// +kubebuilder:validation:XValidation:rule="(has(self.httpHealthCheck)?1:0)+(has(self.tcpHealthCheck)?1:0)+(has(self.grpcHealthCheck)?1:0)+(has(self.customHealthCheck)?1:0) == 1",message="a health check has exactly one of httpHealthCheck, tcpHealthCheck, grpcHealthCheck, customHealthCheck"
type HealthCheck struct {
	// Timeout of one check; required, more than 0.
	Timeout *Duration `json:"timeout,omitempty"`
	// Interval between checks; required, more than 0.
	Interval *Duration `json:"interval,omitempty"`
	// UnhealthyThreshold is how many failures make an endpoint unhealthy; 3
	// when unset.
	UnhealthyThreshold *UInt32 `json:"unhealthyThreshold,omitempty"`
	// HealthyThreshold is how many successes make it healthy; 2 when unset.
	HealthyThreshold *UInt32 `json:"healthyThreshold,omitempty"`
	// HTTPHealthCheck asks by HTTP.
	HTTPHealthCheck *HTTPHealthCheck `json:"httpHealthCheck,omitempty"`
	// TCPHealthCheck connects.
	TCPHealthCheck *TCPHealthCheck `json:"tcpHealthCheck,omitempty"`
	// GrpcHealthCheck asks by grpc.health.v1.
	GrpcHealthCheck *GrpcHealthCheck `json:"grpcHealthCheck,omitempty"`
	// CustomHealthCheck is an extension of Envoy.
	CustomHealthCheck *Opaque `json:"customHealthCheck,omitempty"`

	InitialJitter                *Duration `json:"initialJitter,omitempty"`
	IntervalJitter               *Duration `json:"intervalJitter,omitempty"`
	IntervalJitterPercent        *UInt32   `json:"intervalJitterPercent,omitempty"`
	ReuseConnection              *bool     `json:"reuseConnection,omitempty"`
	NoTrafficInterval            *Duration `json:"noTrafficInterval,omitempty"`
	UnhealthyInterval            *Duration `json:"unhealthyInterval,omitempty"`
	UnhealthyEdgeInterval        *Duration `json:"unhealthyEdgeInterval,omitempty"`
	HealthyEdgeInterval          *Duration `json:"healthyEdgeInterval,omitempty"`
	EventLogPath                 string    `json:"eventLogPath,omitempty"`
	AlwaysLogHealthCheckFailures bool      `json:"alwaysLogHealthCheckFailures,omitempty"`
}

// HTTPHealthCheck asks by HTTP.
type HTTPHealthCheck struct {
	// Host header; the cluster's name when empty.
	Host string `json:"host,omitempty"`
	// Path to ask for.
	//
	// +kubebuilder:validation:MinLength=1
	Path string `json:"path"`

	ServiceName            string   `json:"serviceName,omitempty"`
	RequestHeadersToAdd    []Opaque `json:"requestHeadersToAdd,omitempty"`
	RequestHeadersToRemove []string `json:"requestHeadersToRemove,omitempty"`
	UseHTTP2               bool     `json:"useHttp2,omitempty"`
	ExpectedStatuses       []Opaque `json:"expectedStatuses,omitempty"`
	ResponseAssertions     *Opaque  `json:"responseAssertions,omitempty"`
	// Method is GET when unset.
	Method *intstr.IntOrString `json:"method,omitempty"`
}

// TCPHealthCheck connects, and compares bytes if Send or Receive are given.
type TCPHealthCheck struct {
	Send    *Opaque  `json:"send,omitempty"`
	Receive []Opaque `json:"receive,omitempty"`
}

// GrpcHealthCheck asks by grpc.health.v1.
type GrpcHealthCheck struct {
	// ServiceName to ask for; the whole server when empty.
	ServiceName string `json:"serviceName,omitempty"`
	// Authority header; the cluster's name when empty.
	Authority       string   `json:"authority,omitempty"`
	InitialMetadata []Opaque `json:"initialMetadata,omitempty"`
}

// OutlierDetection ejects endpoints that fail. Unset fields are Envoy's
// defaults.
type OutlierDetection struct {
	Consecutive5xx                         *UInt32   `json:"consecutive5xx,omitempty"`
	Interval                               *Duration `json:"interval,omitempty"`
	BaseEjectionTime                       *Duration `json:"baseEjectionTime,omitempty"`
	MaxEjectionPercent                     *UInt32   `json:"maxEjectionPercent,omitempty"`
	EnforcingConsecutive5xx                *UInt32   `json:"enforcingConsecutive5xx,omitempty"`
	EnforcingSuccessRate                   *UInt32   `json:"enforcingSuccessRate,omitempty"`
	SuccessRateMinimumHosts                *UInt32   `json:"successRateMinimumHosts,omitempty"`
	SuccessRateRequestVolume               *UInt32   `json:"successRateRequestVolume,omitempty"`
	SuccessRateStdevFactor                 *UInt32   `json:"successRateStdevFactor,omitempty"`
	ConsecutiveGatewayFailure              *UInt32   `json:"consecutiveGatewayFailure,omitempty"`
	EnforcingConsecutiveGatewayFailure     *UInt32   `json:"enforcingConsecutiveGatewayFailure,omitempty"`
	SplitExternalLocalOriginErrors         bool      `json:"splitExternalLocalOriginErrors,omitempty"`
	ConsecutiveLocalOriginFailure          *UInt32   `json:"consecutiveLocalOriginFailure,omitempty"`
	EnforcingConsecutiveLocalOriginFailure *UInt32   `json:"enforcingConsecutiveLocalOriginFailure,omitempty"`
	EnforcingLocalOriginSuccessRate        *UInt32   `json:"enforcingLocalOriginSuccessRate,omitempty"`
}

// ConnectionConfig are settings of connections to endpoints.
type ConnectionConfig struct {
	// MaxRequestsPerConnection closes a connection after so many; 0 is no
	// limit.
	MaxRequestsPerConnection UInt32 `json:"maxRequestsPerConnection,omitempty"`
	// ConnectTimeout is 5s when unset.
	ConnectTimeout *Duration `json:"connectTimeout,omitempty"`
	// TCPKeepalive probes idle connections.
	TCPKeepalive *TCPKeepalive `json:"tcpKeepalive,omitempty"`
	// PerConnectionBufferLimitBytes bounds buffers.
	PerConnectionBufferLimitBytes *UInt32 `json:"perConnectionBufferLimitBytes,omitempty"`
	// CommonHTTPProtocolOptions hold for HTTP/1 and HTTP/2.
	CommonHTTPProtocolOptions *HTTPProtocolOptions `json:"commonHttpProtocolOptions,omitempty"`
	// HTTP1ProtocolOptions hold for HTTP/1.
	HTTP1ProtocolOptions *Opaque `json:"http1ProtocolOptions,omitempty"`
}

// HTTPProtocolOptions hold for every version of HTTP.
type HTTPProtocolOptions struct {
	// IdleTimeout closes connections without requests; 1h when unset.
	IdleTimeout                  *Duration           `json:"idleTimeout,omitempty"`
	MaxHeadersCount              *UInt32             `json:"maxHeadersCount,omitempty"`
	MaxStreamDuration            *Duration           `json:"maxStreamDuration,omitempty"`
	HeadersWithUnderscoresAction *intstr.IntOrString `json:"headersWithUnderscoresAction,omitempty"`
}

// TCPKeepalive are the socket options of that name.
type TCPKeepalive struct {
	KeepaliveProbes   UInt32    `json:"keepaliveProbes,omitempty"`
	KeepaliveTime     *Duration `json:"keepaliveTime,omitempty"`
	KeepaliveInterval *Duration `json:"keepaliveInterval,omitempty"`
}
