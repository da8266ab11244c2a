package ingress

import "github.com/sluice-gateway/sluice/pkg/ir"

// ControllerName is the spec.controller of IngressClasses that are ours.
const ControllerName = "sluice.dev/ingress-controller"

// ClassName is the class that an Ingress may name in the old annotation even
// where no IngressClass object exists: the annotation named controllers before
// there were classes.
const ClassName = "sluice"

// World is what an Ingress may ask while it is translated. The methods are
// described in package ir, world.go.
type World interface {
	DefaultGateway() (*ir.Gateway, bool)
	Gateway(name ir.Name) (*ir.Gateway, bool)
	NamespaceLabels(namespace string) map[string]string
	Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem)
	Certificate(ref ir.SecretRef) (ir.Name, *ir.Problem)
	IngressClass(name string) (ir.IngressClass, bool)
	DefaultIngressClass() string
}
