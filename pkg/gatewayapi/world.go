package gatewayapi

import "github.com/sluice-gateway/sluice/pkg/ir"

// World is what an HTTPRoute may ask while it is translated.
type World interface {
	// Gateway returns what routes may know of a Gateway, whatever its class.
	// It returns false only if there is no such Gateway.
	Gateway(name ir.Name) (*ir.Gateway, bool)
	// GatewayClass reports whether a class is ours and accepted.
	GatewayClass(name string) bool
	// NamespaceLabels returns the labels of a namespace; nil if unknown.
	NamespaceLabels(namespace string) map[string]string
	// Backend resolves a reference to something requests can be sent to,
	// and checks the ReferenceGrant where it crosses namespaces. The
	// Problem's field is ignored.
	Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem)
}

// GatewayWorld is what a Gateway may ask while it is translated.
type GatewayWorld interface {
	// GatewayClass reports whether a class is ours and accepted.
	GatewayClass(name string) bool
	// Certificate resolves a reference to a Secret that holds a valid
	// certificate, and checks the ReferenceGrant where it crosses
	// namespaces (a missing grant hides whether the Secret exists). The
	// Problem's field is ignored.
	Certificate(ref ir.SecretRef) (ir.Name, *ir.Problem)
}
