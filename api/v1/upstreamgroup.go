package v1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// UpstreamGroup is a list of weighted destinations that routes share.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=upstreamgroups,shortName=ug,categories=sluice
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type UpstreamGroup struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   UpstreamGroupSpec `json:"spec,omitempty"`
	Status Status            `json:"status,omitempty"`
}

// UpstreamGroupList is a list of UpstreamGroups.
//
// +kubebuilder:object:root=true
type UpstreamGroupList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []UpstreamGroup `json:"items"`
}

// UpstreamGroupSpec is a list of weighted destinations.
type UpstreamGroupSpec struct {
	// Destinations to spread requests over.
	//
	// +kubebuilder:validation:MinItems=1
	// +kubebuilder:validation:MaxItems=64
	Destinations []WeightedDestination `json:"destinations,omitempty"`
}
