package v1

import "bytes"

// Duration is a span of time as the protobuf JSON mapping writes it ("5s",
// "0.5s"); the units of Go ("100ms", "1m30s") are accepted too. It stays text
// here, so that a bad one costs its own route and not the whole object.
//
// +kubebuilder:validation:Pattern=`^([0-9]+(\.[0-9]+)?(h|m|s|ms|us|ns))+$`
// +kubebuilder:validation:MaxLength=64
type Duration string

// UInt32 is a whole number from 0 to 2³²-1.
//
// +kubebuilder:validation:Minimum=0
// +kubebuilder:validation:Maximum=4294967295
type UInt32 int64

// Percentage is a number from 0 to 100; fractions are allowed.
//
// +kubebuilder:validation:Minimum=0
// +kubebuilder:validation:Maximum=100
type Percentage float64

// Opaque is a part of Gloo's API that is accepted and kept as it was written,
// but not read. Every Opaque field that is set is reported on its object.
//
// +kubebuilder:validation:Type=object
// +kubebuilder:pruning:PreserveUnknownFields
type Opaque struct {
	// Raw is the JSON text of the value.
	Raw []byte `json:"-"`
}

// MarshalJSON writes the value as it was read; an empty one is null.
func (o Opaque) MarshalJSON() ([]byte, error) {
	if len(o.Raw) == 0 {
		return []byte("null"), nil
	}
	return o.Raw, nil
}

// UnmarshalJSON keeps a copy of the text.
func (o *Opaque) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		o.Raw = nil
		return nil
	}
	o.Raw = bytes.Clone(text)
	return nil
}

// ResourceRef names another object. What kind it is follows from the field.
type ResourceRef struct {
	// Name of the object.
	//
	// +kubebuilder:validation:MaxLength=253
	Name string `json:"name,omitempty"`
	// Namespace of the object; the namespace of the referring object when
	// empty.
	//
	// +kubebuilder:validation:MaxLength=63
	Namespace string `json:"namespace,omitempty"`
}
