package v1

import "k8s.io/apimachinery/pkg/util/intstr"

// The states of an object, in the order of Gloo's numbers for them.
const (
	StatePending  = "Pending"
	StateAccepted = "Accepted"
	StateRejected = "Rejected"
	StateWarning  = "Warning"
)

// Status says whether an object is served. Readers must accept both forms of
// Gloo: one entry per controller namespace in Statuses, and the older flat one;
// and a state by name or by number. Fields that are not known are kept.
//
// +kubebuilder:pruning:PreserveUnknownFields
type Status struct {
	// Statuses holds one entry per controller, keyed by its namespace.
	Statuses map[string]StatusEntry `json:"statuses,omitempty"`
	// StatusEntry is the flat form.
	StatusEntry `json:",inline"`
}

// StatusEntry is what one controller says about an object.
//
// +kubebuilder:pruning:PreserveUnknownFields
type StatusEntry struct {
	// State is Pending (0), Accepted (1), Rejected (2: nothing of it is
	// served) or Warning (3: served in part).
	State *intstr.IntOrString `json:"state,omitempty"`
	// Reason says why; empty when Pending or Accepted.
	Reason string `json:"reason,omitempty"`
	// ReportedBy names the component that wrote the entry.
	ReportedBy string `json:"reportedBy,omitempty"`
	// Messages are remarks that do not change the state.
	Messages []string `json:"messages,omitempty"`
	// SubresourceStatuses holds what single proxies say.
	SubresourceStatuses map[string]Opaque `json:"subresourceStatuses,omitempty"`
	// Details is free-form.
	Details *Opaque `json:"details,omitempty"`
}
