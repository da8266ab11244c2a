package discovery

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestUnsafeAddressesAreRefused(t *testing.T) {
	for _, c := range []struct {
		family     discoveryv1.AddressType
		address    string
		standalone bool
		reason     string
	}{
		{discoveryv1.AddressTypeIPv4, "10.0.0.1", false, ""},
		{discoveryv1.AddressTypeIPv6, "fd00::1", false, ""},
		{discoveryv1.AddressTypeIPv4, "127.0.0.1", false, ir.ReasonUnsafeAddress},
		{discoveryv1.AddressTypeIPv4, "127.0.0.1", true, ""},
		{discoveryv1.AddressTypeIPv6, "::1", false, ir.ReasonUnsafeAddress},
		{discoveryv1.AddressTypeIPv6, "::1", true, ""},
		{discoveryv1.AddressTypeIPv6, "::ffff:127.0.0.1", false, ir.ReasonUnsafeAddress},
		{discoveryv1.AddressTypeIPv4, "169.254.169.254", true, ir.ReasonUnsafeAddress},
		{discoveryv1.AddressTypeIPv6, "fd00:ec2::254", true, ir.ReasonUnsafeAddress},
		{discoveryv1.AddressTypeIPv6, "fe80::1", true, ir.ReasonUnsafeAddress},
		{discoveryv1.AddressTypeIPv4, "0.0.0.0", true, ir.ReasonUnsafeAddress},
		{discoveryv1.AddressTypeIPv4, "239.0.0.1", true, ir.ReasonUnsafeAddress},
		{discoveryv1.AddressTypeIPv4, "fd00::1", false, ir.ReasonInvalid},
		{discoveryv1.AddressTypeIPv6, "10.0.0.1", false, ir.ReasonInvalid},
		{discoveryv1.AddressTypeIPv6, "fd00::1%eth0", false, ir.ReasonInvalid},
		{discoveryv1.AddressTypeIPv4, "pets.example", false, ir.ReasonInvalid},
		{discoveryv1.AddressTypeIPv4, "010.0.0.1", false, ir.ReasonInvalid},
	} {
		es := endpointSlice(c.family, 8080, ready(c.address))
		s, problems := ParseSlice(es, Options{AllowLoopback: c.standalone})
		if c.reason == "" {
			require.Empty(t, problems, "%+v", c)
			require.Len(t, s.Endpoints, 1)
			continue
		}
		require.Empty(t, s.Endpoints, "%+v", c)
		require.Len(t, problems, 1)
		require.Equal(t, c.reason, problems[0].Reason)
		require.Equal(t, "endpoints[0].addresses[0]", problems[0].Field)
		require.Contains(t, problems[0].Message, c.address)
	}
}

func TestABadAddressTakesOutOnlyItself(t *testing.T) {
	es := endpointSlice(discoveryv1.AddressTypeIPv4, 8080, ready("10.0.0.1", "127.0.0.1", "10.0.0.2"))
	es.Endpoints = append(es.Endpoints, discoveryv1.Endpoint{})
	s, problems := ParseSlice(es, Options{})
	require.Len(t, s.Endpoints, 2)
	require.Len(t, problems, 1)
	require.Equal(t, "endpoints[1].addresses[0]", problems[0].Field)
}

func TestComplaintsOfOneSliceAreBounded(t *testing.T) {
	var es []endpoint
	for i := range 1000 {
		es = append(es, endpoint{address: fmt.Sprintf("127.0.%d.%d", i/250, i%250)})
	}
	s, problems := ParseSlice(endpointSlice(discoveryv1.AddressTypeIPv4, 8080, es), Options{})
	require.Empty(t, s.Endpoints)
	require.Len(t, problems, 10)
	require.Contains(t, problems[len(problems)-1].Message, "and 990 more")
}

func TestSlicesOfNamesAreRefused(t *testing.T) {
	s, problems := ParseSlice(endpointSlice(discoveryv1.AddressTypeFQDN, 8080, ready("a.example")), Options{})
	require.Empty(t, s.Endpoints)
	require.Len(t, problems, 1)
	require.Equal(t, ir.ReasonNotSupported, problems[0].Reason)
	got, _ := Endpoints(httpPort(), []Slice{s})
	require.Empty(t, got.Localities)
}

func TestPortNumbersOfSlicesAreChecked(t *testing.T) {
	for _, number := range []int32{0, -1, 65536} {
		s, problems := ParseSlice(endpointSlice(discoveryv1.AddressTypeIPv4, number, ready("10.0.0.1")), Options{})
		require.Empty(t, s.Ports)
		require.Len(t, problems, 1)
		require.Equal(t, "ports[0].port", problems[0].Field)
	}
}

func TestSliceKnowsItsServiceAndEquality(t *testing.T) {
	es := endpointSlice(discoveryv1.AddressTypeIPv4, 8080, ready("10.0.0.2", "10.0.0.1"))
	s := parsed(t, es)
	require.Equal(t, ir.Name{Namespace: "ns", Name: "pets"}, s.Service)

	reordered := parsed(t, endpointSlice(discoveryv1.AddressTypeIPv4, 8080, ready("10.0.0.1", "10.0.0.2")))
	require.True(t, s.Equal(reordered), "the order in which endpoints are listed means nothing")
	es.ResourceVersion, es.Endpoints[0].NodeName = "2", new("node")
	require.True(t, s.Equal(parsed(t, es)), "what is not used makes no difference")
	es.Endpoints[0].Conditions.Ready = new(false)
	require.False(t, s.Equal(parsed(t, es)))

	delete(es.Labels, discoveryv1.LabelServiceName)
	require.Zero(t, parsed(t, es).Service)
}
