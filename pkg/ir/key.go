package ir

import (
	"cmp"
	"strconv"
	"strings"
)

// Name is a namespaced object name. Namespace is empty for cluster-scoped
// objects.
type Name struct{ Namespace, Name string }

// String returns "namespace/name", or "name" for cluster-scoped objects.
func (n Name) String() string {
	if n.Namespace == "" {
		return n.Name
	}
	return n.Namespace + "/" + n.Name
}

// Compare orders names by namespace, then name.
func (n Name) Compare(o Name) int {
	return cmp.Or(strings.Compare(n.Namespace, o.Namespace), strings.Compare(n.Name, o.Name))
}

// Object identifies a source object. Group is the API group without version
// and is empty for the core group.
type Object struct{ Group, Kind, Namespace, Name string }

// Key returns the object's namespaced name.
func (o Object) Key() Name { return Name{o.Namespace, o.Name} }

// String returns "Kind namespace/name".
func (o Object) String() string { return o.Kind + " " + o.Key().String() }

// Compare orders objects by kind, namespace, name and group.
func (o Object) Compare(p Object) int {
	return cmp.Or(strings.Compare(o.Kind, p.Kind), o.Key().Compare(p.Key()), strings.Compare(o.Group, p.Group))
}

// Origin says which field of which object something was made from.
type Origin struct {
	Object Object
	// Field is the path inside the object, such as "spec.rules[0].matches[1]".
	Field string
}

// ListenerKey identifies a bound port of a Gateway: one Envoy listener.
type ListenerKey struct {
	Gateway Name
	// Port is the port as the Gateway names it, before any standalone offset.
	Port int32
}

// String is the listener's name on the wire: "namespace/gateway/port".
func (k ListenerKey) String() string {
	return k.Gateway.String() + "/" + strconv.Itoa(int(k.Port))
}

// Compare orders listeners by Gateway, then port.
func (k ListenerKey) Compare(o ListenerKey) int {
	return cmp.Or(k.Gateway.Compare(o.Gateway), cmp.Compare(k.Port, o.Port))
}

// HostKey identifies a virtual host: a host name on a bound port.
type HostKey struct {
	Listener ListenerKey
	// Host is a lower-case host name, a wildcard "*.example.com", a prefix
	// wildcard "example.*", or "*".
	Host string
}

// BackendKind says what a BackendKey names.
type BackendKind uint8

// The kinds of backends.
const (
	// ServiceBackend is a port of a Kubernetes Service.
	ServiceBackend BackendKind = iota + 1
	// UpstreamBackend is a native Upstream object; Port is zero.
	UpstreamBackend
)

// String returns "service" or "upstream".
func (k BackendKind) String() string {
	if k == UpstreamBackend {
		return "upstream"
	}
	return "service"
}

// BackendKey identifies what requests can be sent to. It is the identity of a
// set of endpoints.
type BackendKey struct {
	Kind BackendKind
	Name Name
	// Port is the Service's port number.
	Port int32
}

// String is the name on the wire: "service/namespace/name/port" or
// "upstream/namespace/name".
func (k BackendKey) String() string {
	s := k.Kind.String() + "/" + k.Name.String()
	if k.Kind == ServiceBackend {
		s += "/" + strconv.Itoa(int(k.Port))
	}
	return s
}

// Compare orders backends by kind, name and port.
func (k BackendKey) Compare(o BackendKey) int {
	return cmp.Or(cmp.Compare(k.Kind, o.Kind), k.Name.Compare(o.Name), cmp.Compare(k.Port, o.Port))
}

// ClusterKey identifies an Envoy cluster: a backend and the policy it is used
// with. It never depends on the route, so that health checks and outlier
// detection add up per backend.
type ClusterKey struct {
	Backend BackendKey
	// Variant tells apart clusters of one backend whose policy differs.
	// It is empty for the backend's own policy.
	Variant string
}

// String is the cluster's name on the wire.
func (k ClusterKey) String() string {
	if k.Variant == "" {
		return k.Backend.String()
	}
	return k.Backend.String() + "/" + k.Variant
}
