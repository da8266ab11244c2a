package v1

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// RouteTable holds routes that VirtualServices and other RouteTables delegate
// to.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=routetables,shortName=rt,categories=sluice
// +kubebuilder:printcolumn:name="Weight",type=integer,JSONPath=`.spec.weight`
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=`.status.state`
// +kubebuilder:printcolumn:name="Reason",type=string,priority=1,JSONPath=`.status.reason`
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=`.metadata.creationTimestamp`
type RouteTable struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`

	Spec   RouteTableSpec `json:"spec,omitempty"`
	Status Status         `json:"status,omitempty"`
}

// RouteTableList is a list of RouteTables.
//
// +kubebuilder:object:root=true
type RouteTableList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []RouteTable `json:"items"`
}

// RouteTableSpec is an ordered list of routes with a weight.
type RouteTableSpec struct {
	// Routes in order.
	//
	// +kubebuilder:validation:MaxItems=20000
	Routes []Route `json:"routes,omitempty"`
	// Weight orders the tables that one selector finds: lower comes first. 0
	// when unset.
	Weight *int32 `json:"weight,omitempty"`
}
