package pipeline_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

func service(name string) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec:       corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "http", Port: 80, Protocol: corev1.ProtocolTCP, TargetPort: intstr.FromInt32(8080)}}},
	}
}

func endpoints(service, address string) *discoveryv1.EndpointSlice {
	name, port, tcp := "http", int32(8080), corev1.ProtocolTCP
	return &discoveryv1.EndpointSlice{
		ObjectMeta:  metav1.ObjectMeta{Namespace: "default", Name: service, Labels: map[string]string{discoveryv1.LabelServiceName: service}},
		AddressType: discoveryv1.AddressTypeIPv4,
		Ports:       []discoveryv1.EndpointPort{{Name: &name, Port: &port, Protocol: &tcp}},
		Endpoints:   []discoveryv1.Endpoint{{Addresses: []string{address}}},
	}
}

func ingress(name, host, path, service string) *networkingv1.Ingress {
	class, prefix := "sluice", networkingv1.PathTypePrefix
	return &networkingv1.Ingress{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec: networkingv1.IngressSpec{IngressClassName: &class, Rules: []networkingv1.IngressRule{{
			Host: host,
			IngressRuleValue: networkingv1.IngressRuleValue{HTTP: &networkingv1.HTTPIngressRuleValue{Paths: []networkingv1.HTTPIngressPath{{
				Path: path, PathType: &prefix,
				Backend: networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
					Name: service, Port: networkingv1.ServiceBackendPort{Number: 80},
				}},
			}}}},
		}}},
	}
}

func key(group, kind, name string) ir.Object {
	return ir.Object{Group: group, Kind: kind, Namespace: "default", Name: name}
}

func ingressKey(name string) ir.Object { return key("networking.k8s.io", "Ingress", name) }

// described lists change sets as short lines, sorted by their own order.
func described(changes []xds.Change) []string {
	var out []string
	for _, c := range changes {
		verb := "put"
		if c.Removed {
			verb = "remove"
		}
		typeName := c.Type[strings.LastIndexByte(c.Type, '.')+1:]
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", verb, typeName, c.Name, c.Part)))
	}
	return out
}

func TestAnEmptyDirectoryOpensTheAssumedPorts(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	require.Subset(t, described(p.Commit().XDS), []string{
		"put Listener sluice-system/default/80", "put Listener sluice-system/default/443",
		"put RouteConfiguration sluice-system/default/80/0", "put RouteConfiguration sluice-system/default/443/0",
	})
	require.Empty(t, p.Commit().XDS)
}

func TestARouteBringsItsClusterAndEndpointsAndTakesThemAway(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(key("", "Service", "web"), service("web"))
	p.Stage(key("discovery.k8s.io", "EndpointSlice", "web"), endpoints("web", "10.0.0.1"))
	for _, line := range described(p.Commit().XDS) {
		require.NotContains(t, line, "Cluster", "a Service that no route names costs nothing on the wire")
	}
	p.Stage(ingressKey("web"), ingress("web", "a.example", "/", "web"))
	require.ElementsMatch(t, []string{
		"put Cluster service/default/web/80",
		"put ClusterLoadAssignment service/default/web/80",
		"put RouteConfiguration sluice-system/default/80/0 a.example",
	}, described(p.Commit().XDS))

	p.Stage(ingressKey("web"), nil)
	require.ElementsMatch(t, []string{
		"remove Cluster service/default/web/80",
		"remove ClusterLoadAssignment service/default/web/80",
		"remove RouteConfiguration sluice-system/default/80/0 a.example",
	}, described(p.Commit().XDS))
}

func TestAnEndpointChangeTouchesEndpointsOnly(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(key("", "Service", "web"), service("web"))
	p.Stage(key("discovery.k8s.io", "EndpointSlice", "web"), endpoints("web", "10.0.0.1"))
	p.Stage(ingressKey("web"), ingress("web", "a.example", "/", "web"))
	p.Commit()
	p.Stage(key("discovery.k8s.io", "EndpointSlice", "web"), endpoints("web", "10.0.0.2"))
	changes := p.Commit()
	require.Equal(t, []string{"put ClusterLoadAssignment service/default/web/80"}, described(changes.XDS))
	require.Empty(t, changes.Statuses)
}

func TestAMissingServiceIsAProblemOfTheRouteAndEndsWhenItComes(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(ingressKey("web"), ingress("web", "a.example", "/", "web"))
	problems := problemsOf(t, p.Commit(), ingressKey("web"))
	require.Len(t, problems, 1)
	require.Equal(t, ir.ReasonBackendNotFound, problems[0].Reason)
	require.Contains(t, problems[0].Message, "Service default/web does not exist")

	p.Stage(key("", "Service", "web"), service("web"))
	require.Empty(t, problemsOf(t, p.Commit(), ingressKey("web")))
}

func problemsOf(t *testing.T, c pipeline.Changes, o ir.Object) []ir.Problem {
	t.Helper()
	for _, s := range c.Statuses {
		if s.Object == o {
			require.NotNil(t, s.Status)
			return s.Status.Problems
		}
	}
	require.Fail(t, "nothing new is said of "+o.String())
	return nil
}

func TestARefusalReachesTheObjectsBehindIt(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(key("", "Service", "web"), service("web"))
	p.Stage(ingressKey("web"), ingress("web", "a.example", "/", "web"))
	p.Commit()
	refused := pipeline.Rejected{Type: xds.RouteType, Name: "sluice-system/default/80/0", Part: "a.example"}
	p.StageRejection(refused, "no such thing")
	problems := problemsOf(t, p.Commit(), ingressKey("web"))
	require.Equal(t, ir.ReasonRefusedByProxy, problems[0].Reason)
	require.Contains(t, problems[0].Message, "no such thing")

	p.StageRejection(refused, "")
	require.Empty(t, problemsOf(t, p.Commit(), ingressKey("web")))
}

// One edit must cost the same whatever else there is.
func TestAnEditRecomputesTheSameRowsAtAnySize(t *testing.T) {
	recomputed := func(n int) map[string]int {
		p := pipeline.New(pipeline.Options{Standalone: true})
		p.Stage(key("", "Service", "web"), service("web"))
		for i := range n {
			name := fmt.Sprintf("r%d", i)
			p.Stage(ingressKey(name), ingress(name, fmt.Sprintf("h%d.example", i/10), fmt.Sprintf("/p%d", i), "web"))
		}
		p.Commit()
		p.Stage(ingressKey("r5"), ingress("r5", "h0.example", "/other", "web"))
		p.Commit()
		out := map[string]int{}
		for _, s := range p.Stats() {
			if s.Recomputed > 0 {
				out[s.Name] = s.Recomputed
			}
		}
		return out
	}
	small := recomputed(20)
	require.NotEmpty(t, small)
	require.Equal(t, small, recomputed(5000))
}

func TestAnIngressOfAnotherClassIsSpokenOfInADirectoryOnly(t *testing.T) {
	other := "nginx"
	ing := ingress("web", "a.example", "/", "web")
	ing.Spec.IngressClassName = &other
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(ingressKey("web"), ing)
	require.Equal(t, ir.ReasonNotAttached, problemsOf(t, p.Commit(), ingressKey("web"))[0].Reason)

	p = pipeline.New(pipeline.Options{})
	p.Stage(ingressKey("web"), ing)
	require.Empty(t, p.Commit().Statuses)
}

func TestKindsOfTheGatewayAPIThatAreNotServedAreTold(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	grpc := key("gateway.networking.k8s.io", "GRPCRoute", "chat")
	require.True(t, p.Stage(grpc, &corev1.Pod{}), "whatever type it has")
	require.False(t, p.Stage(key("", "ConfigMap", "any"), &corev1.ConfigMap{}), "not meant for a gateway")
	changes := p.Commit().Statuses
	require.Len(t, changes, 2)
	require.Equal(t, grpc, changes[1].Object)
	require.Contains(t, changes[1].Status.Problems[0].Message, "GRPCRoute")
	p.Stage(grpc, nil)
	require.Nil(t, p.Commit().Statuses[0].Status)
}

func TestAClassNamedByTheOldAnnotationIsBlamedThere(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	old := ingress("old", "a.example", "/", "web")
	old.Spec.IngressClassName = nil
	old.Annotations = map[string]string{"kubernetes.io/ingress.class": "nginx"}
	p.Stage(ingressKey("old"), old)
	for _, c := range p.Commit().Statuses {
		if c.Object == ingressKey("old") {
			require.Equal(t, "metadata.annotations[kubernetes.io/ingress.class]", c.Status.Problems[0].Field)
			return
		}
	}
	require.Fail(t, "nothing is said of it")
}
