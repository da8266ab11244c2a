package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// VirtualHostOptions are features that hold for every route of a host.
type VirtualHostOptions struct {
	// Retries of every route that sets none.
	Retries *RetryPolicy `json:"retries,omitempty"`
	// Cors of every route; what a route sets is merged over it.
	Cors *CorsPolicy `json:"cors,omitempty"`
	// HeaderManipulation is done for every route beside the route's own.
	HeaderManipulation *HeaderManipulation `json:"headerManipulation,omitempty"`
	// CorsPolicyMergeSettings says how Cors is merged with a route's.
	CorsPolicyMergeSettings *CorsPolicyMergeSettings `json:"corsPolicyMergeSettings,omitempty"`
	// IncludeRequestAttemptCount sends x-envoy-attempt-count upstream.
	IncludeRequestAttemptCount *bool `json:"includeRequestAttemptCount,omitempty"`
	// IncludeAttemptCountInResponse sends x-envoy-attempt-count downstream.
	IncludeAttemptCountInResponse *bool `json:"includeAttemptCountInResponse,omitempty"`
	// Stats makes counters for kinds of requests.
	Stats *Opaque `json:"stats,omitempty"`

	SharedOptions `json:",inline"`
}

// RouteOptions are the features of a route.
//
// +kubebuilder:validation:XValidation:rule="(has(self.hostRewrite)?1:0)+(has(self.autoHostRewrite)?1:0)+(has(self.hostRewritePathRegex)?1:0)+(has(self.hostRewriteHeader)?1:0) <= 1",message="options has at most one of hostRewrite, autoHostRewrite, hostRewritePathRegex, hostRewriteHeader"
// +kubebuilder:validation:XValidation:rule="!(has(self.prefixRewrite) && has(self.regexRewrite))",message="options has at most one of prefixRewrite, regexRewrite"
type RouteOptions struct {
	// PrefixRewrite replaces the matched prefix of the path; for an exact or
	// regex matcher, the whole path.
	PrefixRewrite *string `json:"prefixRewrite,omitempty"`
	// RegexRewrite rewrites the path.
	RegexRewrite *RegexMatchAndSubstitute `json:"regexRewrite,omitempty"`
	// HostRewrite replaces the Host header.
	HostRewrite *string `json:"hostRewrite,omitempty"`
	// AutoHostRewrite uses the host name of the endpoint as Host.
	AutoHostRewrite *bool `json:"autoHostRewrite,omitempty"`
	// HostRewritePathRegex makes the Host header from the path.
	HostRewritePathRegex *RegexMatchAndSubstitute `json:"hostRewritePathRegex,omitempty"`
	// HostRewriteHeader names a request header whose value becomes Host.
	HostRewriteHeader *string `json:"hostRewriteHeader,omitempty"`
	// AppendXForwardedHost keeps the old host in X-Forwarded-Host.
	AppendXForwardedHost *bool `json:"appendXForwardedHost,omitempty"`
	// Timeout of the whole exchange; 15s when unset, none when 0s.
	Timeout *Duration `json:"timeout,omitempty"`
	// IdleTimeout of the stream; none when 0s.
	IdleTimeout *Duration `json:"idleTimeout,omitempty"`
	// MaxStreamDuration bounds the life of a stream.
	MaxStreamDuration *MaxStreamDuration `json:"maxStreamDuration,omitempty"`
	// Retries of failed requests.
	Retries *RetryPolicy `json:"retries,omitempty"`
	// Cors of this route, merged over that of the host.
	Cors *CorsPolicy `json:"cors,omitempty"`
	// HeaderManipulation changes headers.
	HeaderManipulation *HeaderManipulation `json:"headerManipulation,omitempty"`
	// Faults injects failures.
	Faults *RouteFaults `json:"faults,omitempty"`
	// Shadowing sends copies of requests elsewhere.
	Shadowing *RouteShadowing `json:"shadowing,omitempty"`
	// LbHash says what a hashing load balancer hashes.
	LbHash *RouteActionHashConfig `json:"lbHash,omitempty"`
	// Upgrades are protocols a connection may be upgraded to.
	Upgrades []Opaque `json:"upgrades,omitempty"`
	// Tracing of requests.
	Tracing *Opaque `json:"tracing,omitempty"`
	// EnvoyMetadata is put on the route for filters to read.
	EnvoyMetadata *Opaque `json:"envoyMetadata,omitempty"`

	JwtProvidersStaged *Opaque `json:"jwtProvidersStaged,omitempty"`
	AI                 *Opaque `json:"ai,omitempty"`
	SharedOptions      `json:",inline"`
}

// SharedOptions are options that hosts and routes both have and that are not
// read yet.
type SharedOptions struct {
	Extensions              *Opaque `json:"extensions,omitempty"`
	Transformations         *Opaque `json:"transformations,omitempty"`
	StagedTransformations   *Opaque `json:"stagedTransformations,omitempty"`
	RatelimitBasic          *Opaque `json:"ratelimitBasic,omitempty"`
	RatelimitEarly          *Opaque `json:"ratelimitEarly,omitempty"`
	Ratelimit               *Opaque `json:"ratelimit,omitempty"`
	RatelimitRegular        *Opaque `json:"ratelimitRegular,omitempty"`
	RateLimitEarlyConfigs   *Opaque `json:"rateLimitEarlyConfigs,omitempty"`
	RateLimitConfigs        *Opaque `json:"rateLimitConfigs,omitempty"`
	RateLimitRegularConfigs *Opaque `json:"rateLimitRegularConfigs,omitempty"`
	Waf                     *Opaque `json:"waf,omitempty"`
	Jwt                     *Opaque `json:"jwt,omitempty"`
	JwtStaged               *Opaque `json:"jwtStaged,omitempty"`
	Rbac                    *Opaque `json:"rbac,omitempty"`
	Extauth                 *Opaque `json:"extauth,omitempty"`
	Dlp                     *Opaque `json:"dlp,omitempty"`
	BufferPerRoute          *Opaque `json:"bufferPerRoute,omitempty"`
	Csrf                    *Opaque `json:"csrf,omitempty"`
	ExtProc                 *Opaque `json:"extProc,omitempty"`
	ExtProcEarly            *Opaque `json:"extProcEarly,omitempty"`
	ExtProcLate             *Opaque `json:"extProcLate,omitempty"`
}

// MaxStreamDuration bounds the life of a stream.
type MaxStreamDuration struct {
	// MaxStreamDuration is the bound; none when 0s.
	MaxStreamDuration *Duration `json:"maxStreamDuration,omitempty"`
	// GrpcTimeoutHeaderMax bounds what a grpc-timeout header may ask for.
	GrpcTimeoutHeaderMax *Duration `json:"grpcTimeoutHeaderMax,omitempty"`
	// GrpcTimeoutHeaderOffset is taken off what a grpc-timeout header says.
	GrpcTimeoutHeaderOffset *Duration `json:"grpcTimeoutHeaderOffset,omitempty"`
}

// RetryPolicy says when a failed request is sent again.
type RetryPolicy struct {
	// RetryOn lists Envoy's retry conditions, with commas: "5xx,reset".
	RetryOn string `json:"retryOn,omitempty"`
	// NumRetries is how often at most; 1 when unset.
	NumRetries UInt32 `json:"numRetries,omitempty"`
	// PerTryTimeout bounds each try.
	PerTryTimeout *Duration `json:"perTryTimeout,omitempty"`
	// RetryBackOff is the wait between tries.
	RetryBackOff *RetryBackOff `json:"retryBackOff,omitempty"`
	// RateLimitedRetryBackOff waits as long as the response says.
	RateLimitedRetryBackOff *Opaque `json:"rateLimitedRetryBackOff,omitempty"`
	// PreviousPriorities avoids priorities that were tried.
	PreviousPriorities *Opaque `json:"previousPriorities,omitempty"`
	// RetriableStatusCodes are the codes of the condition
	// "retriable-status-codes".
	RetriableStatusCodes []UInt32 `json:"retriableStatusCodes,omitempty"`
}

// RetryBackOff is a jittered exponential wait.
type RetryBackOff struct {
	// BaseInterval is the first wait, at least 1ms.
	BaseInterval *Duration `json:"baseInterval,omitempty"`
	// MaxInterval is the longest; ten times the base when unset.
	MaxInterval *Duration `json:"maxInterval,omitempty"`
}

// CorsPolicy lets pages of other origins read responses.
type CorsPolicy struct {
	// AllowOrigin are origins, or "*".
	AllowOrigin []string `json:"allowOrigin,omitempty"`
	// AllowOriginRegex are RE2 expressions for a whole origin.
	AllowOriginRegex []string `json:"allowOriginRegex,omitempty"`
	AllowMethods     []string `json:"allowMethods,omitempty"`
	AllowHeaders     []string `json:"allowHeaders,omitempty"`
	ExposeHeaders    []string `json:"exposeHeaders,omitempty"`
	// MaxAge of a preflight's answer: seconds ("86400"), or a span ("1d").
	MaxAge string `json:"maxAge,omitempty"`
	// AllowCredentials lets requests carry cookies.
	AllowCredentials bool `json:"allowCredentials,omitempty"`
	// DisableForRoute switches the host's policy off for this route.
	DisableForRoute bool `json:"disableForRoute,omitempty"`
}

// CorsPolicyMergeSettings says how a host's and a route's policy are merged.
type CorsPolicyMergeSettings struct {
	// ExposeHeaders is DEFAULT (0: the route's list wins) or UNION (1).
	ExposeHeaders *intstr.IntOrString `json:"exposeHeaders,omitempty"`
}

// HeaderManipulation changes the headers of requests and responses.
type HeaderManipulation struct {
	RequestHeadersToAdd     []HeaderValueOption `json:"requestHeadersToAdd,omitempty"`
	RequestHeadersToRemove  []string            `json:"requestHeadersToRemove,omitempty"`
	ResponseHeadersToAdd    []HeaderValueOption `json:"responseHeadersToAdd,omitempty"`
	ResponseHeadersToRemove []string            `json:"responseHeadersToRemove,omitempty"`
}

// HeaderValueOption is a header to add or to set.
type HeaderValueOption struct {
	// Header to add.
	Header *HeaderValue `json:"header,omitempty"`
	// HeaderSecretRef names a Secret that holds headers.
	HeaderSecretRef *ResourceRef `json:"headerSecretRef,omitempty"`
	// Append adds to a header that is there, instead of replacing it; true
	// when unset.
	Append *bool `json:"append,omitempty"`
}

// HeaderValue is a header.
type HeaderValue struct {
	// Key is the header's name.
	//
	// +kubebuilder:validation:MinLength=1
	Key string `json:"key"`
	// Value of the header. Envoy's %OPERATORS% are understood.
	Value string `json:"value,omitempty"`
}

// RouteFaults injects failures.
type RouteFaults struct {
	// Abort answers requests with an error.
	Abort *RouteAbort `json:"abort,omitempty"`
	// Delay holds requests back.
	Delay *RouteDelay `json:"delay,omitempty"`
}

// RouteAbort answers a share of the requests with an error.
type RouteAbort struct {
	// Percentage of requests.
	Percentage Percentage `json:"percentage,omitempty"`
	// HTTPStatus of the answer.
	//
	// +kubebuilder:validation:Minimum=200
	// +kubebuilder:validation:Maximum=599
	HTTPStatus int32 `json:"httpStatus"`
}

// RouteDelay holds a share of the requests back.
type RouteDelay struct {
	// Percentage of requests.
	Percentage Percentage `json:"percentage,omitempty"`
	// FixedDelay is how long; more than 0.
	FixedDelay *Duration `json:"fixedDelay,omitempty"`
}

// RouteShadowing sends copies of requests to another upstream and drops the
// answers.
type RouteShadowing struct {
	// Upstream that gets the copies.
	Upstream *ResourceRef `json:"upstream,omitempty"`
	// Percentage of requests that are copied.
	Percentage Percentage `json:"percentage,omitempty"`
	// DisableShadowHostSuffixAppend leaves "-shadow" off the copies' host.
	DisableShadowHostSuffixAppend bool `json:"disableShadowHostSuffixAppend,omitempty"`
	// HostRewriteLiteral is the host of the copies.
	HostRewriteLiteral string `json:"hostRewriteLiteral,omitempty"`
}

// RouteActionHashConfig says what a hashing load balancer hashes.
type RouteActionHashConfig struct {
	// HashPolicies are combined in order.
	HashPolicies []HashPolicy `json:"hashPolicies,omitempty"`
}

// HashPolicy is one thing to hash.
//
// +kubebuilder:validation:XValidation:rule="(has(self.header)?1:0)+(has(self.cookie)?1:0)+(has(self.sourceIp)?1:0) == 1",message="a hash policy has exactly one of header, cookie, sourceIp"
type HashPolicy struct {
	// Header to hash.
	Header *string `json:"header,omitempty"`
	// Cookie to hash.
	Cookie *Cookie `json:"cookie,omitempty"`
	// SourceIP hashes the client's address.
	SourceIP *bool `json:"sourceIp,omitempty"`
	// Terminal stops here if there is something to hash.
	Terminal bool `json:"terminal,omitempty"`
}

// Cookie is a cookie to hash; it is set by the gateway if TTL is given.
type Cookie struct {
	Name string    `json:"name"`
	TTL  *Duration `json:"ttl,omitempty"`
	Path string    `json:"path,omitempty"`
}
