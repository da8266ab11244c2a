package discovery

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func service(ports ...corev1.ServicePort) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "pets"},
		Spec:       corev1.ServiceSpec{Ports: ports},
	}
}

func key(port int32) ir.BackendKey {
	return ir.BackendKey{Kind: ir.ServiceBackend, Name: ir.Name{Namespace: "ns", Name: "pets"}, Port: port}
}

func TestUpstreamsAreTheTCPPorts(t *testing.T) {
	us, problems := Upstreams(service(
		corev1.ServicePort{Name: "http", Port: 80},
		corev1.ServicePort{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP},
		corev1.ServicePort{Name: "sctp", Port: 54, Protocol: corev1.ProtocolSCTP},
		corev1.ServicePort{Name: "dns-tcp", Port: 53, Protocol: corev1.ProtocolTCP},
	))
	require.Empty(t, problems)
	name := ir.Name{Namespace: "ns", Name: "pets"}
	origin := ir.Object{Kind: "Service", Namespace: "ns", Name: "pets"}
	require.Equal(t, []ir.Upstream{
		{Key: key(80), Origin: origin, Service: &ir.ServicePort{Service: name, Port: 80}},
		{Key: key(53), Origin: origin, Service: &ir.ServicePort{Service: name, Port: 53}},
	}, us)
}

func TestPortsThatCannotBeAreProblems(t *testing.T) {
	us, problems := Upstreams(service(
		corev1.ServicePort{Name: "a", Port: 80}, corev1.ServicePort{Name: "b", Port: 80},
		corev1.ServicePort{Name: "c", Port: 0}, corev1.ServicePort{Name: "d", Port: 70000},
	))
	require.Len(t, us, 1)
	require.Len(t, problems, 3)
	require.Equal(t, "spec.ports[1].port: the port 80 is listed twice; the first counts", problems[0].String())
	require.Equal(t, "spec.ports[2].port: the port 0 is not between 1 and 65535", problems[1].String())
}

func TestProtocolComesFromAnnotationThenAppProtocolThenName(t *testing.T) {
	for _, c := range []struct {
		app, name, h2 string
		want          ir.AppProtocol
		problem       string
	}{
		{want: ir.HTTP1},
		{app: "kubernetes.io/h2c", want: ir.HTTP2},
		{app: "http2", want: ir.HTTP2},
		{app: "GRPC", want: ir.HTTP2},
		{app: "grpc-web", want: ir.HTTP2},
		{app: "h2c", want: ir.HTTP2},
		{app: "kubernetes.io/ws", want: ir.HTTP1},
		{app: "http", name: "grpc", want: ir.HTTP1},
		{app: "example.com/odd", name: "grpc", want: ir.HTTP2},
		{name: "grpc-api", want: ir.HTTP2},
		{name: "h2", want: ir.HTTP2},
		{name: "http2-x", want: ir.HTTP2},
		{name: "http", want: ir.HTTP1},
		{name: "my-grpc", want: ir.HTTP1},
		{name: "grpc", h2: "false", want: ir.HTTP1},
		{app: "http", h2: "true", want: ir.HTTP2},
		{name: "h2", h2: "maybe", want: ir.HTTP2, problem: `"maybe" is neither true nor false`},
		{app: "https", want: ir.HTTP1, problem: "https does not make the gateway speak TLS"},
		{app: "kubernetes.io/wss", want: ir.HTTP1, problem: "kubernetes.io/wss does not make the gateway speak TLS"},
	} {
		port := corev1.ServicePort{Name: c.name, Port: 80}
		if c.app != "" {
			port.AppProtocol = &c.app
		}
		svc := service(port)
		if c.h2 != "" {
			svc.Annotations = map[string]string{"gloo.solo.io/h2_service": c.h2}
		}
		us, problems := Upstreams(svc)
		require.Len(t, us, 1)
		require.Equal(t, c.want, us[0].Protocol, "%+v", c)
		if c.problem == "" {
			require.Empty(t, problems, "%+v", c)
			continue
		}
		require.Len(t, problems, 1)
		require.Equal(t, ir.Warning, problems[0].Severity)
		require.Contains(t, problems[0].Message, c.problem)
	}
}

func external(name string, ports ...corev1.ServicePort) *corev1.Service {
	svc := service(ports...)
	svc.Spec.Type, svc.Spec.ExternalName = corev1.ServiceTypeExternalName, name
	return svc
}

func TestExternalNameIsAHost(t *testing.T) {
	for name, want := range map[string]string{
		"api.example.com": "api.example.com", "api.example.com.": "api.example.com", "203.0.113.9": "203.0.113.9",
		"pets.other.svc.cluster.local": "pets.other.svc.cluster.local",
	} {
		us, problems := Upstreams(external(name, corev1.ServicePort{Port: 80}))
		require.Empty(t, problems)
		require.Len(t, us, 1)
		require.Nil(t, us[0].Service)
		require.Equal(t, []ir.UpstreamHost{{Address: want, Port: 80}}, us[0].Hosts)
	}
	us, _ := Upstreams(external("a.example", corev1.ServicePort{Port: 80, TargetPort: intstr.FromInt32(8443)}))
	require.Equal(t, int32(8443), us[0].Hosts[0].Port)
	us, _ = Upstreams(external("a.example", corev1.ServicePort{Port: 80, TargetPort: intstr.FromString("http")}))
	require.Equal(t, int32(80), us[0].Hosts[0].Port)
	require.Empty(t, Ports(external("a.example", corev1.ServicePort{Port: 80})))
}

func TestExternalNameOfTheGatewaysHostIsRefused(t *testing.T) {
	for name, reason := range map[string]string{
		"localhost": ir.ReasonUnsafeAddress, "127.0.0.1": ir.ReasonUnsafeAddress, "a.localhost": ir.ReasonUnsafeAddress,
		"169.254.169.254": ir.ReasonUnsafeAddress, "metadata.google.internal.": ir.ReasonUnsafeAddress,
		"127.1": ir.ReasonUnsafeAddress, "": ir.ReasonUnsafeAddress,
		"UPPER.example": ir.ReasonInvalid, "a.example:80": ir.ReasonInvalid, "http://a.example": ir.ReasonInvalid,
	} {
		us, problems := Upstreams(external(name, corev1.ServicePort{Port: 80}))
		require.Empty(t, us, name)
		require.Len(t, problems, 1, name)
		require.Equal(t, reason, problems[0].Reason, name)
		require.Equal(t, "spec.externalName", problems[0].Field)
		require.Equal(t, ir.Error, problems[0].Severity)
	}
}

func TestAnnotationsThatAskForTLSCloseThePort(t *testing.T) {
	for _, c := range []struct {
		name, value string
		open        []int32
		severity    ir.Severity
	}{
		{"gloo.solo.io/sslService.secret", "my-secret", nil, ir.Error},
		{"gloo.solo.io/sslService.secret", "443:my-secret", []int32{80}, ir.Error},
		{"gloo.solo.io/sslService.rootCa", "/etc/x:y", nil, ir.Error},
		{"gloo.solo.io/upstream_config", `{"sslConfig":{"sni":"x"}}`, nil, ir.Error},
		{"gloo.solo.io/upstream_config", `{"ssl_config":{"sni":"x"}}`, nil, ir.Error},
		{"gloo.solo.io/upstream_config", `{"useHttp2":true}`, []int32{80, 443}, ir.Warning},
		{"gloo.solo.io/else", "1", []int32{80, 443}, ir.Warning},
		{"gloo.solo.io/discover", "true", []int32{80, 443}, 0},
		{"example.com/else", "1", []int32{80, 443}, 0},
	} {
		svc := service(corev1.ServicePort{Port: 80}, corev1.ServicePort{Port: 443})
		svc.Annotations = map[string]string{c.name: c.value}
		us, problems := Upstreams(svc)
		var open []int32
		for _, u := range us {
			open = append(open, u.Key.Port)
		}
		require.Equal(t, c.open, open, "%+v", c)
		require.Equal(t, c.severity, ir.Worst(problems), "%+v", c)
		if c.severity > 0 {
			require.Len(t, problems, 1)
			require.Equal(t, "metadata.annotations["+c.name+"]", problems[0].Field)
		}
	}
}
