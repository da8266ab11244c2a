package v1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// VirtualService serves an ordered list of routes for a set of domains.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=virtualservices,shortName=vs,categories=sluice
// +kubebuilder:printcolumn:name="Domains",type=string,JSONPath=`.spec.virtualHost.domains`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type VirtualService struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   VirtualServiceSpec `json:"spec,omitempty"`
	Status Status             `json:"status,omitempty"`
}

// VirtualServiceList is a list of VirtualServices.
//
// +kubebuilder:object:root=true
type VirtualServiceList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []VirtualService `json:"items"`
}

// VirtualServiceSpec says what is served, where, and over TLS or not.
type VirtualServiceSpec struct {
	// VirtualHost holds the domains and their routes.
	VirtualHost *VirtualHost `json:"virtualHost,omitempty"`
	// SSLConfig makes this host served over TLS, on the HTTPS listeners. A
	// VirtualService without it is served on the HTTP listeners.
	SSLConfig *SSLConfig `json:"sslConfig,omitempty"`
	// DisplayName is shown to people; it has no effect.
	DisplayName string `json:"displayName,omitempty"`
	// ParentRefs names the Gateways that serve this host. Empty means the
	// default Gateway.
	//
	// +kubebuilder:validation:MaxItems=32
	ParentRefs []ParentRef `json:"parentRefs,omitempty"`
}

// ParentRef names a Gateway, and with SectionName or Port single listeners of
// it: the subset of Gateway API's ParentReference that we need.
type ParentRef struct {
	// Name of the Gateway.
	//
	// +kubebuilder:validation:MinLength=1
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name"`
	// Namespace of the Gateway; that of the VirtualService when empty.
	//
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
	// SectionName is the name of a listener of the Gateway.
	//
	// +kubebuilder:validation:MaxLength=253
	SectionName string `json:"sectionName,omitempty"`
	// Port is the port of the listeners meant.
	//
	// +kubebuilder:validation:Minimum=1
	// +kubebuilder:validation:Maximum=65535
	Port *int32 `json:"port,omitempty"`
}

// VirtualHost is a set of domains with an ordered list of routes.
type VirtualHost struct {
	// Domains are host names: exact ("a.example"), with a leading wildcard
	// ("*.example"), with a trailing one ("example.*"), or "*". Empty means
	// "*". A domain belongs to one VirtualService per listener.
	//
	// +kubebuilder:validation:MaxItems=4096
	// +kubebuilder:validation:items:MaxLength=260
	Domains []string `json:"domains,omitempty"`
	// Routes in order; the first one that matches is taken.
	//
	// +kubebuilder:validation:MaxItems=20000
	Routes []Route `json:"routes,omitempty"`
	// Options apply to every route that does not set its own.
	Options *VirtualHostOptions `json:"options,omitempty"`
	// OptionsConfigRefs names VirtualHostOption objects.
	OptionsConfigRefs *DelegateOptionsRefs `json:"optionsConfigRefs,omitempty"`
}

// DelegateOptionsRefs names objects that hold options. Options written inline
// win over them, and earlier ones over later ones.
type DelegateOptionsRefs struct {
	// DelegateOptions are the objects, strongest first.
	DelegateOptions []ResourceRef `json:"delegateOptions,omitempty"`
}
