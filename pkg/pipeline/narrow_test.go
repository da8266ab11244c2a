package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
)

// What all routes read must not change for reasons that do not concern them:
// annotations, generations, a write of the same.
func TestTouchingWhatManyReadRecomputesNoRoute(t *testing.T) {
	backend := gwv1.HTTPBackendRef{BackendRef: gwv1.BackendRef{BackendObjectReference: gwv1.BackendObjectReference{
		Name: "web", Namespace: new(gwv1.Namespace("default")), Port: new(gwv1.PortNumber(80)),
	}}}
	routeKey := ir.Object{Group: gwv1.GroupName, Kind: "HTTPRoute", Namespace: "far", Name: "web"}
	route := &gwv1.HTTPRoute{
		ObjectMeta: metav1.ObjectMeta{Namespace: "far", Name: "web"},
		Spec: gwv1.HTTPRouteSpec{
			CommonRouteSpec: gwv1.CommonRouteSpec{ParentRefs: []gwv1.ParentReference{{
				Namespace: new(gwv1.Namespace(pipeline.DefaultNamespace)), Name: pipeline.DefaultGateway,
			}}},
			Rules: []gwv1.HTTPRouteRule{{BackendRefs: []gwv1.HTTPBackendRef{backend}}},
		},
	}
	for name, c := range map[string]struct {
		key      ir.Object
		make     func(meta metav1.ObjectMeta) runtime.Object
		gateways int // that are looked at again
	}{
		"IngressClass": {
			ir.Object{Group: networkingv1.GroupName, Kind: "IngressClass", Name: "sluice"},
			func(meta metav1.ObjectMeta) runtime.Object {
				return &networkingv1.IngressClass{ObjectMeta: meta, Spec: networkingv1.IngressClassSpec{Controller: "sluice.dev/ingress-controller"}}
			}, 0,
		},
		"ReferenceGrant": {
			key(gwv1.GroupName, "ReferenceGrant", "grant"),
			func(meta metav1.ObjectMeta) runtime.Object {
				return &gwv1.ReferenceGrant{ObjectMeta: meta, Spec: gwv1.ReferenceGrantSpec{
					From: []gwv1.ReferenceGrantFrom{{Group: gwv1.GroupName, Kind: "HTTPRoute", Namespace: "far"}},
					To:   []gwv1.ReferenceGrantTo{{Kind: "Service"}},
				}}
			}, 0,
		},
		"Service": {
			key("", "Service", "web"),
			func(meta metav1.ObjectMeta) runtime.Object {
				s := service("web")
				s.ObjectMeta = meta
				return s
			}, 0,
		},
		"GatewayClass": {
			ir.Object{Group: gwv1.GroupName, Kind: "GatewayClass", Name: "sluice"},
			func(meta metav1.ObjectMeta) runtime.Object {
				return &gwv1.GatewayClass{ObjectMeta: meta, Spec: gwv1.GatewayClassSpec{ControllerName: "sluice.dev/gateway-controller"}}
			}, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := pipeline.New(pipeline.Options{Standalone: true})
			meta := metav1.ObjectMeta{Namespace: c.key.Namespace, Name: c.key.Name, Generation: 1}
			p.Stage(key("", "Service", "web"), service("web"))
			p.Stage(ingressKey("web"), ingress("web", "a.example", "/", "web"))
			p.Stage(routeKey, route)
			p.Stage(c.key, c.make(meta))
			p.Commit()
			meta.Generation, meta.Annotations = 2, map[string]string{"touched": "true"}
			p.Stage(c.key, c.make(meta))
			p.Commit()
			for _, s := range p.Stats() {
				if s.Name == "outputs" {
					require.Equal(t, c.gateways, s.Changed)
				}
			}
		})
	}
}
