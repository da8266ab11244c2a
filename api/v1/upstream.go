package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Upstream is something that requests can be sent to.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=upstreams,shortName=us,categories=sluice
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Upstream struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   UpstreamSpec `json:"spec,omitempty"`
	Status Status       `json:"status,omitempty"`
}

// UpstreamList is a list of Upstreams.
//
// +kubebuilder:object:root=true
type UpstreamList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Upstream `json:"items"`
}

// UpstreamSpec says what an Upstream is, and how it is to be used.
//
// +kubebuilder:validation:XValidation:rule="(has(self.kube)?1:0)+(has(self.static)?1:0)+(has(self.pipe)?1:0)+(has(self.consul)?1:0)+(has(self.aws)?1:0)+(has(self.azure)?1:0)+(has(self.awsEc2)?1:0)+(has(self.gcp)?1:0)+(has(self.ai)?1:0) == 1",message="an upstream has exactly one of kube, static, pipe, consul, aws, azure, awsEc2, gcp, ai"
type UpstreamSpec struct {
	// Kube is a port of a Service.
	Kube *KubeUpstream `json:"kube,omitempty"`
	// Static is a list of addresses.
	Static *StaticUpstream `json:"static,omitempty"`
	// Pipe is a Unix socket.
	Pipe *PipeUpstream `json:"pipe,omitempty"`
	// Consul is a service in Consul.
	Consul *ConsulUpstream `json:"consul,omitempty"`
	// Aws are Lambda functions.
	Aws *AwsUpstream `json:"aws,omitempty"`
	// Azure are Azure functions.
	Azure *AzureUpstream `json:"azure,omitempty"`
	// AwsEc2 are EC2 instances.
	AwsEc2 *AwsEc2Upstream `json:"awsEc2,omitempty"`
	// Gcp is a Google Cloud service.
	Gcp *GcpUpstream `json:"gcp,omitempty"`
	// AI is a language model's API.
	AI *Opaque `json:"ai,omitempty"`

	// DiscoveryMetadata is written by discovery.
	DiscoveryMetadata *DiscoveryMetadata `json:"discoveryMetadata,omitempty"`
	// SSLConfig makes connections TLS.
	SSLConfig *UpstreamSSLConfig `json:"sslConfig,omitempty"`
	// CircuitBreakers bound what is asked at a time.
	CircuitBreakers *CircuitBreakerConfig `json:"circuitBreakers,omitempty"`
	// LoadBalancerConfig chooses endpoints.
	LoadBalancerConfig *LoadBalancerConfig `json:"loadBalancerConfig,omitempty"`
	// HealthChecks ask endpoints how they are.
	//
	// +kubebuilder:validation:MaxItems=16
	HealthChecks []HealthCheck `json:"healthChecks,omitempty"`
	// OutlierDetection ejects endpoints that fail.
	OutlierDetection *OutlierDetection `json:"outlierDetection,omitempty"`
	// Failover adds endpoints for when the first are not healthy.
	Failover *Opaque `json:"failover,omitempty"`
	// ConnectionConfig are settings of connections.
	ConnectionConfig *ConnectionConfig `json:"connectionConfig,omitempty"`
	// ProtocolSelection is USE_CONFIGURED_PROTOCOL (0) or
	// USE_DOWNSTREAM_PROTOCOL (1).
	ProtocolSelection *intstr.IntOrString `json:"protocolSelection,omitempty"`
	// UseHTTP2 speaks HTTP/2 to the endpoints.
	UseHTTP2 *bool `json:"useHttp2,omitempty"`
	// InitialStreamWindowSize of HTTP/2, in bytes.
	InitialStreamWindowSize *UInt32 `json:"initialStreamWindowSize,omitempty"`
	// InitialConnectionWindowSize of HTTP/2, in bytes.
	InitialConnectionWindowSize *UInt32 `json:"initialConnectionWindowSize,omitempty"`
	// MaxConcurrentStreams of an HTTP/2 connection.
	MaxConcurrentStreams *UInt32 `json:"maxConcurrentStreams,omitempty"`
	// OverrideStreamErrorOnInvalidHTTPMessage ends the stream only.
	OverrideStreamErrorOnInvalidHTTPMessage *bool `json:"overrideStreamErrorOnInvalidHttpMessage,omitempty"`
	// HTTPProxyHostname is a host to reach by CONNECT through the endpoints.
	HTTPProxyHostname *string `json:"httpProxyHostname,omitempty"`
	// HTTPConnectSSLConfig is TLS inside that tunnel.
	HTTPConnectSSLConfig *UpstreamSSLConfig `json:"httpConnectSslConfig,omitempty"`
	// HTTPConnectHeaders are sent with CONNECT.
	HTTPConnectHeaders []HeaderValue `json:"httpConnectHeaders,omitempty"`
	// IgnoreHealthOnHostRemoval drops endpoints at once that discovery drops.
	IgnoreHealthOnHostRemoval *bool `json:"ignoreHealthOnHostRemoval,omitempty"`
	// RespectDNSTTL resolves names again when their records expire.
	RespectDNSTTL *bool `json:"respectDnsTtl,omitempty"`
	// DNSRefreshRate is how often names are resolved.
	DNSRefreshRate *Duration `json:"dnsRefreshRate,omitempty"`
	// ProxyProtocolVersion to send: V1 or V2.
	ProxyProtocolVersion *string `json:"proxyProtocolVersion,omitempty"`
	// PreconnectPolicy opens connections ahead.
	PreconnectPolicy *Opaque `json:"preconnectPolicy,omitempty"`
	// DisableIstioAutoMtls switches mesh TLS off.
	DisableIstioAutoMtls *bool `json:"disableIstioAutoMtls,omitempty"`
}

// DiscoveryMetadata is written by discovery.
type DiscoveryMetadata struct {
	// Labels of what was discovered.
	Labels map[string]string `json:"labels,omitempty"`
}

// KubeUpstream is a port of a Service.
type KubeUpstream struct {
	// ServiceName is the Service's name.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	ServiceName string `json:"serviceName"`
	// ServiceNamespace is the Service's namespace; the Upstream's when empty.
	//
	// +kubebuilder:validation:MaxLength=63
	ServiceNamespace string `json:"serviceNamespace,omitempty"`
	// ServicePort is the Service's port.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	ServicePort int32 `json:"servicePort"`
	// Selector narrows the Service's pods.
	Selector map[string]string `json:"selector,omitempty"`
	// ServiceSpec says what functions it has.
	ServiceSpec *Opaque `json:"serviceSpec,omitempty"`
	// SubsetSpec makes subsets of endpoints by label.
	SubsetSpec *Opaque `json:"subsetSpec,omitempty"`
}

// StaticUpstream is a list of addresses.
type StaticUpstream struct {
	// Hosts to send to.
	//
	// +kubebuilder:validation:MaxItems=4096
	Hosts []StaticHost `json:"hosts,omitempty"`
	// UseTLS speaks TLS; when unset, if a host has port 443.
	UseTLS *bool `json:"useTls,omitempty"`
	// AutoSniRewrite sends the Host of the request as SNI; true when unset.
	AutoSniRewrite *bool `json:"autoSniRewrite,omitempty"`
	// ServiceSpec says what functions it has.
	ServiceSpec *Opaque `json:"serviceSpec,omitempty"`
}

// StaticHost is an address with a port.
type StaticHost struct {
	// Addr is an IP address or a DNS name.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Addr string `json:"addr"`
	// Port of the host.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port int32 `json:"port"`
	// SniAddr is the SNI for this host.
	SniAddr string `json:"sniAddr,omitempty"`
	// LoadBalancingWeight relative to the other hosts; 1 when unset.
	//
	// +kubebuilder:validation:Minimum=1
	LoadBalancingWeight *UInt32 `json:"loadBalancingWeight,omitempty"`
	// HealthCheckConfig is a path and method of this host's own.
	HealthCheckConfig *StaticHealthCheckConfig `json:"healthCheckConfig,omitempty"`
	// Metadata is put on the endpoint.
	Metadata *Opaque `json:"metadata,omitempty"`
}

// StaticHealthCheckConfig changes health checks for one host.
type StaticHealthCheckConfig struct {
	Path   string `json:"path,omitempty"`
	Method string `json:"method,omitempty"`
}

// PipeUpstream is a Unix socket.
type PipeUpstream struct {
	Path        string  `json:"path,omitempty"`
	ServiceSpec *Opaque `json:"serviceSpec,omitempty"`
}

// ConsulUpstream is a service in Consul.
type ConsulUpstream struct {
	ServiceName           string              `json:"serviceName,omitempty"`
	ServiceTags           []string            `json:"serviceTags,omitempty"`
	SubsetTags            []string            `json:"subsetTags,omitempty"`
	InstanceTags          []string            `json:"instanceTags,omitempty"`
	InstanceBlacklistTags []string            `json:"instanceBlacklistTags,omitempty"`
	DataCenters           []string            `json:"dataCenters,omitempty"`
	ConnectEnabled        bool                `json:"connectEnabled,omitempty"`
	ConsistencyMode       *intstr.IntOrString `json:"consistencyMode,omitempty"`
	QueryOptions          *Opaque             `json:"queryOptions,omitempty"`
	ServiceSpec           *Opaque             `json:"serviceSpec,omitempty"`
}

// AwsUpstream are Lambda functions of a region.
type AwsUpstream struct {
	Region               string              `json:"region,omitempty"`
	SecretRef            *ResourceRef        `json:"secretRef,omitempty"`
	LambdaFunctions      []LambdaFunction    `json:"lambdaFunctions,omitempty"`
	RoleArn              string              `json:"roleArn,omitempty"`
	AwsAccountID         string              `json:"awsAccountId,omitempty"`
	DisableRoleChaining  bool                `json:"disableRoleChaining,omitempty"`
	DestinationOverrides *AwsDestinationSpec `json:"destinationOverrides,omitempty"`
}

// LambdaFunction is a Lambda function.
type LambdaFunction struct {
	LogicalName        string `json:"logicalName,omitempty"`
	LambdaFunctionName string `json:"lambdaFunctionName,omitempty"`
	Qualifier          string `json:"qualifier,omitempty"`
}

// AzureUpstream are functions of an Azure function app.
type AzureUpstream struct {
	FunctionAppName string          `json:"functionAppName,omitempty"`
	SecretRef       *ResourceRef    `json:"secretRef,omitempty"`
	Functions       []AzureFunction `json:"functions,omitempty"`
}

// AzureFunction is an Azure function.
type AzureFunction struct {
	FunctionName string `json:"functionName,omitempty"`
	// AuthLevel is Anonymous (0), Function (1) or Admin (2).
	AuthLevel *intstr.IntOrString `json:"authLevel,omitempty"`
}

// AwsEc2Upstream are EC2 instances, chosen by tag.
type AwsEc2Upstream struct {
	Region    string       `json:"region,omitempty"`
	SecretRef *ResourceRef `json:"secretRef,omitempty"`
	RoleArn   string       `json:"roleArn,omitempty"`
	Filters   []TagFilter  `json:"filters,omitempty"`
	PublicIP  bool         `json:"publicIp,omitempty"`
	Port      int32        `json:"port,omitempty"`
}

// TagFilter is a tag that an instance must have.
type TagFilter struct {
	Key    *string `json:"key,omitempty"`
	KvPair *KvPair `json:"kvPair,omitempty"`
}

// KvPair is a tag with its value.
type KvPair struct {
	Key   string `json:"key,omitempty"`
	Value string `json:"value,omitempty"`
}

// GcpUpstream is a Google Cloud service.
type GcpUpstream struct {
	Host     string  `json:"host,omitempty"`
	Audience *string `json:"audience,omitempty"`
}
