package ir

// This file holds what a frontend may ask of the world while it translates one
// object. Each frontend declares the interface it needs, choosing from these
// methods, and is given a recorder that notes every read:
//
//	// Gateway returns what routes may know of a Gateway.
//	Gateway(name Name) (*Gateway, bool)
//	// DefaultGateway returns the Gateway that takes what names none, for
//	// the GatewayClass of the given controller family. It is the one
//	// labelled sluice.dev/default-gateway: "true" (the oldest if several
//	// are), else the only one, else the assumed one.
//	DefaultGateway() (*Gateway, bool)
//	// NamespaceLabels returns the labels of a namespace; nil if unknown.
//	NamespaceLabels(namespace string) map[string]string
//	// Backend resolves a reference to something requests can be sent to.
//	// It checks the ReferenceGrant where the reference crosses namespaces.
//	Backend(ref BackendRef) (Backend, *Problem)
//	// Certificate resolves a reference to a Secret with a certificate,
//	// with the same check.
//	Certificate(ref SecretRef) (Name, *Problem)
//	// GatewayClass reports whether a class is ours.
//	GatewayClass(name string) bool
//	// IngressClass returns what Ingress reads of an IngressClass.
//	IngressClass(name string) (IngressClass, bool)
//	// DefaultIngressClass returns the class for Ingresses that name none:
//	// the one marked ingressclass.kubernetes.io/is-default-class, "" if none.
//	DefaultIngressClass() string
//
// Dialect-specific lookups (RouteTables, UpstreamGroups, Upstream objects by
// name) are declared by the dialect's own World in terms of its own types.

// BackendRef is a reference from an object to a backend.
type BackendRef struct {
	// From is the object that refers.
	From Object
	// Group and Kind of the target: "" and "Service", or "sluice.dev" or
	// "gloo.solo.io" and "Upstream".
	Group, Kind string
	Name        Name
	// Port is the Service's port number, or zero if PortName is set.
	Port     int32
	PortName string
	// Discovered makes an Upstream reference fall back to the upstreams
	// discovered from Services, by their generated name, in the Service's
	// own namespace or in a system namespace.
	Discovered bool
	// Trusted skips the ReferenceGrant check: VirtualServices may name
	// upstreams of any namespace, as Gloo allows.
	Trusted bool
}

// SecretRef is a reference from an object to a Secret.
type SecretRef struct {
	From    Object
	Name    Name
	Trusted bool
}

// IngressClass is what Ingress reads of an IngressClass.
type IngressClass struct {
	Name string
	// Ours is true where spec.controller is sluice.dev/ingress-controller.
	Ours bool
	// Gateway is what spec.parameters names; the zero value means the
	// default Gateway.
	Gateway Name
	// Problem is set where the parameters cannot be honoured.
	Problem *Problem
}

// Output is what a frontend makes of one route object.
type Output struct {
	Fragments   []Fragment
	ServerNames []ServerName
	// Attached lists the sections that took the object, for the count of
	// attached routes.
	Attached []Attachment
	Status   Status
	// Visits lists other objects whose routes took part, such as
	// RouteTables, each once and with what was found wrong in it on the way.
	Visits []Visit
}

// Visit is what the translation of one object says of another.
type Visit struct {
	Object   Object
	Problems []Problem
}

// Attachment says that an object is attached to a section of a Gateway.
type Attachment struct {
	Gateway Name
	Section string
}
