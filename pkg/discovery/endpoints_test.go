package discovery

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

type endpoint struct {
	address, zone               string
	ready, serving, terminating *bool
}

func ready(addresses ...string) []endpoint {
	var out []endpoint
	for _, a := range addresses {
		out = append(out, endpoint{address: a})
	}
	return out
}

func notReady(a string) endpoint { return endpoint{address: a, ready: new(false), serving: new(false)} }

func draining(a string) endpoint {
	return endpoint{address: a, ready: new(false), serving: new(true), terminating: new(true)}
}

func endpointSlice(family discoveryv1.AddressType, number int32, es []endpoint) *discoveryv1.EndpointSlice {
	out := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: "ns", Name: "pets-1", Labels: map[string]string{discoveryv1.LabelServiceName: "pets"},
		},
		AddressType: family,
		Ports:       []discoveryv1.EndpointPort{{Name: new("http"), Port: &number}},
	}
	for _, e := range es {
		var zone *string
		if e.zone != "" {
			zone = &e.zone
		}
		out.Endpoints = append(out.Endpoints, discoveryv1.Endpoint{
			Addresses: []string{e.address}, Zone: zone,
			Conditions: discoveryv1.EndpointConditions{Ready: e.ready, Serving: e.serving, Terminating: e.terminating},
		})
	}
	return out
}

func parsed(t *testing.T, es *discoveryv1.EndpointSlice) Slice {
	t.Helper()
	s, problems := ParseSlice(es, Options{})
	require.Empty(t, problems)
	return s
}

func ipv4(t *testing.T, es ...endpoint) Slice {
	t.Helper()
	return parsed(t, endpointSlice(discoveryv1.AddressTypeIPv4, 8080, es))
}

func ipv6(t *testing.T, es ...endpoint) Slice {
	t.Helper()
	return parsed(t, endpointSlice(discoveryv1.AddressTypeIPv6, 8080, es))
}

func httpPort() Port { return Port{Key: key(80), Name: "http", Field: "spec.ports[0]"} }

// listed writes endpoints as "zone/address:port", with "~" before draining ones.
func listed(e ir.Endpoints) []string {
	var out []string
	for _, l := range e.Localities {
		for _, e := range l.Endpoints {
			mark := ""
			if e.Draining {
				mark = "~"
			}
			out = append(out, fmt.Sprintf("%s%s/%s:%d", mark, l.Zone, e.Address, e.Port))
		}
	}
	return out
}

func TestReadinessChoosesEndpoints(t *testing.T) {
	for _, c := range []struct {
		name     string
		in       []endpoint
		notReady bool
		want     []string
	}{
		{name: "no conditions mean ready", in: ready("10.0.0.1"), want: []string{"/10.0.0.1:8080"}},
		{
			name: "not ready is left out", in: []endpoint{{address: "10.0.0.1", ready: new(true)}, notReady("10.0.0.2")},
			want: []string{"/10.0.0.1:8080"},
		},
		{name: "none is ready", in: []endpoint{notReady("10.0.0.2")}},
		{name: "not ready, though wanted", in: []endpoint{notReady("10.0.0.2")}, notReady: true, want: []string{"/10.0.0.2:8080"}},
		{
			name: "draining beside ready", in: []endpoint{{address: "10.0.0.1"}, draining("10.0.0.2")},
			want: []string{"/10.0.0.1:8080", "~/10.0.0.2:8080"},
		},
		{name: "draining takes over", in: []endpoint{notReady("10.0.0.1"), draining("10.0.0.2")}, want: []string{"/10.0.0.2:8080"}},
		{
			name: "terminating and no longer serving",
			in:   []endpoint{{address: "10.0.0.1", ready: new(false), serving: new(false), terminating: new(true)}},
		},
		{
			name: "terminating, serving unsaid", in: []endpoint{{address: "10.0.0.1", ready: new(false), terminating: new(true)}},
			want: []string{"/10.0.0.1:8080"},
		},
		{
			name: "ready though terminating", in: []endpoint{{address: "10.0.0.1", ready: new(true), terminating: new(true)}},
			want: []string{"/10.0.0.1:8080"},
		},
		{name: "serving but not ready and not terminating", in: []endpoint{{address: "10.0.0.1", ready: new(false), serving: new(true)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := httpPort()
			p.NotReady = c.notReady
			got, problems := Endpoints(p, []Slice{ipv4(t, c.in...)})
			require.Equal(t, len(c.want) == 0, len(problems) > 0, "%v", problems)
			require.Equal(t, key(80), got.Backend)
			require.Equal(t, c.want, listed(got))
		})
	}
}

func TestDualStackUsesOneFamily(t *testing.T) {
	four, six := ipv4(t, ready("10.0.0.1", "10.0.0.2")...), ipv6(t, ready("fd00::1", "fd00::2")...)
	for _, c := range []struct {
		family Family
		in     []Slice
		want   []string
	}{
		{"", []Slice{four, six}, []string{"/10.0.0.1:8080", "/10.0.0.2:8080"}},
		{corev1.IPv4Protocol, []Slice{six, four}, []string{"/10.0.0.1:8080", "/10.0.0.2:8080"}},
		{corev1.IPv6Protocol, []Slice{four, six}, []string{"/fd00::1:8080", "/fd00::2:8080"}},
		{"", []Slice{six}, []string{"/fd00::1:8080", "/fd00::2:8080"}},
		{"", []Slice{ipv4(t, notReady("10.0.0.1")), six}, []string{"/fd00::1:8080", "/fd00::2:8080"}},
		{corev1.IPv6Protocol, []Slice{four}, []string{"/10.0.0.1:8080", "/10.0.0.2:8080"}},
	} {
		p := httpPort()
		p.Family = c.family
		got, _ := Endpoints(p, c.in)
		require.Equal(t, c.want, listed(got), "%+v", c)
	}
}

func TestSlicesJoinByPortName(t *testing.T) {
	slice := endpointSlice(discoveryv1.AddressTypeIPv4, 8080, ready("10.0.0.1"))
	slice.Ports = append(slice.Ports,
		discoveryv1.EndpointPort{Name: new("admin"), Port: new(int32(9000))},
		discoveryv1.EndpointPort{Name: new("http"), Port: new(int32(8081)), Protocol: new(corev1.ProtocolUDP)},
		discoveryv1.EndpointPort{Name: new("http")},
		discoveryv1.EndpointPort{Port: new(int32(7000))},
	)
	other := endpointSlice(discoveryv1.AddressTypeIPv4, 8090, ready("10.0.0.2"))
	in := []Slice{parsed(t, slice), parsed(t, other)}
	for name, want := range map[string][]string{
		"http": {"/10.0.0.1:8080", "/10.0.0.2:8090"}, "admin": {"/10.0.0.1:9000"}, "": {"/10.0.0.1:7000"},
	} {
		p := httpPort()
		p.Name = name
		got, problems := Endpoints(p, in)
		require.Empty(t, problems)
		require.Equal(t, want, listed(got), "port %q", name)
	}
	p := httpPort()
	p.Name = "web"
	got, problems := Endpoints(p, in)
	require.Empty(t, got.Localities)
	require.Len(t, problems, 1)
	require.Equal(t, `spec.ports[0].name: no EndpointSlice of the Service has a port "web", only "", "admin", "http"; `+
		"give the port the same name in the Service and its EndpointSlices", problems[0].String())
}

func TestServiceWithoutEndpointsIsAWarning(t *testing.T) {
	for _, in := range [][]Slice{nil, {ipv4(t)}, {{}}} {
		got, problems := Endpoints(httpPort(), in)
		require.Len(t, problems, 1)
		require.Equal(t, ir.Warning, problems[0].Severity)
		require.Equal(t, ir.ReasonNoEndpoints, problems[0].Reason)
		require.Equal(t, ir.Endpoints{Backend: key(80)}, got)
	}
}

func TestEndpointsAreGroupedByZoneAndListedOnce(t *testing.T) {
	a := ipv4(t, endpoint{address: "10.0.0.10", zone: "b"}, endpoint{address: "10.0.0.9", zone: "a"}, endpoint{address: "10.0.0.2", zone: "a"})
	b := ipv4(t, draining("10.0.0.9"), endpoint{address: "10.0.0.10"}, endpoint{address: "10.0.0.1"})
	want := []string{"/10.0.0.1:8080", "a/10.0.0.2:8080", "a/10.0.0.9:8080", "b/10.0.0.10:8080"}
	for _, in := range [][]Slice{{a, b}, {b, a}} {
		got, _ := Endpoints(httpPort(), in)
		require.Equal(t, want, listed(got))
	}
}

func TestEndpointsDoNotDependOnTheOrderOfSlices(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		var in []Slice
		for range 1 + r.IntN(5) {
			var es []endpoint
			for range r.IntN(8) {
				es = append(es, endpoint{
					address: fmt.Sprintf("10.0.0.%d", 1+r.IntN(6)), zone: []string{"", "a", "b"}[r.IntN(3)],
					ready: new(r.IntN(2) == 0), serving: new(r.IntN(2) == 0), terminating: new(r.IntN(2) == 0),
				})
			}
			in = append(in, ipv4(t, es...))
		}
		want, _ := Endpoints(httpPort(), in)
		r.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		got, _ := Endpoints(httpPort(), in)
		require.Equal(t, want, got)
		seen := map[string]bool{}
		for _, l := range got.Localities {
			for _, e := range l.Endpoints {
				require.False(t, seen[e.Address], "%s is listed twice", e.Address)
				seen[e.Address] = true
			}
		}
	}
}

func TestPortsCarryWhatEndpointsNeed(t *testing.T) {
	svc := service(corev1.ServicePort{Name: "dns", Port: 53, Protocol: corev1.ProtocolUDP}, corev1.ServicePort{Name: "http", Port: 80})
	svc.Spec.ClusterIP = corev1.ClusterIPNone
	svc.Spec.IPFamilies = []corev1.IPFamily{corev1.IPv6Protocol, corev1.IPv4Protocol}
	svc.Spec.PublishNotReadyAddresses = true
	require.Equal(t, []Port{{Key: key(80), Name: "http", Family: corev1.IPv6Protocol, NotReady: true, Field: "spec.ports[1]"}}, Ports(svc))
}
