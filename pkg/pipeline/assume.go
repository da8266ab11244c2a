package pipeline

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
)

// What is assumed where no object says otherwise.
const (
	// DefaultClass is the name of the assumed GatewayClass and IngressClass.
	DefaultClass = "sluice"
	// DefaultNamespace and DefaultGateway name the assumed Gateway.
	DefaultNamespace = "sluice-system"
	DefaultGateway   = "default"
)

func assumedKey() ir.Object {
	return ir.Object{Group: gwv1.GroupName, Kind: "Gateway", Namespace: DefaultNamespace, Name: DefaultGateway}
}

// assumption keeps the assumed Gateway in place while no Gateway of ours is
// there. The zero value assumes nothing.
type assumption struct {
	enabled  bool
	classes  map[string]bool               // names of GatewayClasses: ours?
	gateways map[ir.Object]gwv1.ObjectName // Gateways and their classes
	dirty    bool
	placed   bool
}

func newAssumption(enabled bool) assumption {
	return assumption{enabled: enabled, dirty: enabled, classes: map[string]bool{}, gateways: map[ir.Object]gwv1.ObjectName{}}
}

// note keeps count of Gateways and classes.
func (a *assumption) note(k ir.Object, obj runtime.Object) {
	if !a.enabled || k.Group != gwv1.GroupName || k.Kind != "Gateway" && k.Kind != "GatewayClass" {
		return
	}
	a.dirty = true
	switch o := obj.(type) {
	case *gwv1.GatewayClass:
		a.classes[k.Name] = o.Spec.ControllerName == gatewayapi.ControllerName
	case *gwv1.Gateway:
		a.gateways[k] = o.Spec.GatewayClassName
	default:
		delete(a.classes, k.Name)
		delete(a.gateways, k)
	}
}

// settle places or removes the assumed Gateway. One of its name that is not ours
// takes its row, which is then left alone.
func (a *assumption) settle(gateways *table.Source[ir.Object, attachable]) {
	if !a.dirty {
		return
	}
	a.dirty = false
	_, theirs := a.gateways[assumedKey()]
	needed := !theirs && !a.oursExists()
	switch {
	case needed: // again, if it is there: a namesake may have come and gone
		gateways.Set(assumedKey(), assumedGateway())
	case a.placed && !theirs:
		gateways.Delete(assumedKey())
	}
	a.placed = needed
}

func (a *assumption) oursExists() bool {
	for _, class := range a.gateways {
		ours, known := a.classes[string(class)]
		if ours || !known && class == DefaultClass {
			return true
		}
	}
	return false
}

// assumedGateway has an HTTP listener on 80 and an HTTPS listener on 443 that
// take routes of every namespace.
func assumedGateway() *gwv1.Gateway {
	all := gwv1.NamespacesFromAll
	allowed := &gwv1.AllowedRoutes{Namespaces: &gwv1.RouteNamespaces{From: &all}}
	tls := &gwv1.ListenerTLSConfig{Options: map[gwv1.AnnotationKey]gwv1.AnnotationValue{
		gatewayapi.CertificatesOption: gatewayapi.CertificatesOfRoutes,
	}}
	return &gwv1.Gateway{
		TypeMeta:   metav1.TypeMeta{APIVersion: gwv1.GroupVersion.String(), Kind: "Gateway"},
		ObjectMeta: metav1.ObjectMeta{Namespace: DefaultNamespace, Name: DefaultGateway, Generation: 1},
		Spec: gwv1.GatewaySpec{
			GatewayClassName: DefaultClass,
			Listeners: []gwv1.Listener{
				{Name: "http", Port: 80, Protocol: gwv1.HTTPProtocolType, AllowedRoutes: allowed},
				{Name: "https", Port: 443, Protocol: gwv1.HTTPSProtocolType, AllowedRoutes: allowed, TLS: tls},
			},
		},
	}
}
