package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Settings configures the controller.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=settings,shortName=st,categories=sluice
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type Settings struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   SettingsSpec `json:"spec,omitempty"`
	Status Status       `json:"status,omitempty"`
}

// SettingsList is a list of Settings.
//
// +kubebuilder:object:root=true
type SettingsList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Settings `json:"items"`
}

// SettingsSpec configures the controller.
type SettingsSpec struct {
	// DiscoveryNamespace is where discovered upstreams are looked up beside
	// the namespace of their Service.
	DiscoveryNamespace string `json:"discoveryNamespace,omitempty"`
	// WatchNamespaces limits what is read; empty means all.
	WatchNamespaces []string `json:"watchNamespaces,omitempty"`
	// WatchNamespaceSelectors limits what is read by label.
	WatchNamespaceSelectors []metav1.LabelSelector `json:"watchNamespaceSelectors,omitempty"`
	// Discovery of upstreams and their functions.
	Discovery *DiscoveryOptions `json:"discovery,omitempty"`
	// RefreshRate of sources that are polled.
	RefreshRate *Duration `json:"refreshRate,omitempty"`
	// DevMode has no effect.
	DevMode bool `json:"devMode,omitempty"`
	// Linkerd adds what the Linkerd mesh needs.
	Linkerd bool `json:"linkerd,omitempty"`

	KubernetesConfigSource   *Opaque `json:"kubernetesConfigSource,omitempty"`
	DirectoryConfigSource    *Opaque `json:"directoryConfigSource,omitempty"`
	ConsulKvSource           *Opaque `json:"consulKvSource,omitempty"`
	KubernetesSecretSource   *Opaque `json:"kubernetesSecretSource,omitempty"`
	VaultSecretSource        *Opaque `json:"vaultSecretSource,omitempty"`
	DirectorySecretSource    *Opaque `json:"directorySecretSource,omitempty"`
	SecretOptions            *Opaque `json:"secretOptions,omitempty"`
	KubernetesArtifactSource *Opaque `json:"kubernetesArtifactSource,omitempty"`
	DirectoryArtifactSource  *Opaque `json:"directoryArtifactSource,omitempty"`
	ConsulKvArtifactSource   *Opaque `json:"consulKvArtifactSource,omitempty"`
	Knative                  *Opaque `json:"knative,omitempty"`
	Gloo                     *Opaque `json:"gloo,omitempty"`
	Gateway                  *Opaque `json:"gateway,omitempty"`
	Consul                   *Opaque `json:"consul,omitempty"`
	ConsulDiscovery          *Opaque `json:"consulDiscovery,omitempty"`
	Kubernetes               *Opaque `json:"kubernetes,omitempty"`
	Extensions               *Opaque `json:"extensions,omitempty"`
	Ratelimit                *Opaque `json:"ratelimit,omitempty"`
	RatelimitServer          *Opaque `json:"ratelimitServer,omitempty"`
	Rbac                     *Opaque `json:"rbac,omitempty"`
	Extauth                  *Opaque `json:"extauth,omitempty"`
	NamedExtauth             *Opaque `json:"namedExtauth,omitempty"`
	CachingServer            *Opaque `json:"cachingServer,omitempty"`
	ExtProc                  *Opaque `json:"extProc,omitempty"`
	ExtProcEarly             *Opaque `json:"extProcEarly,omitempty"`
	ExtProcLate              *Opaque `json:"extProcLate,omitempty"`
	ObservabilityOptions     *Opaque `json:"observabilityOptions,omitempty"`
	UpstreamOptions          *Opaque `json:"upstreamOptions,omitempty"`
	ConsoleOptions           *Opaque `json:"consoleOptions,omitempty"`
	GraphqlOptions           *Opaque `json:"graphqlOptions,omitempty"`
	IPV4Only                 *bool   `json:"ipV4Only,omitempty"`
}

// DiscoveryOptions say what is discovered.
type DiscoveryOptions struct {
	// Enabled switches discovery of upstreams and functions on or off as a
	// whole; true when unset. Gloo knows it as a value of its chart only, but
	// its users write it here.
	Enabled *bool `json:"enabled,omitempty"`
	// FdsMode of function discovery: BLACKLIST (0), WHITELIST (1) or
	// DISABLED (2).
	FdsMode *intstr.IntOrString `json:"fdsMode,omitempty"`
	// UdsOptions of upstream discovery.
	UdsOptions *UdsOptions `json:"udsOptions,omitempty"`
	// FdsOptions of function discovery.
	FdsOptions *Opaque `json:"fdsOptions,omitempty"`
}

// UdsOptions of upstream discovery.
type UdsOptions struct {
	// Enabled is true when unset.
	Enabled *bool `json:"enabled,omitempty"`
	// WatchLabels are labels that a Service must have.
	WatchLabels map[string]string `json:"watchLabels,omitempty"`
}
