package discovery

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Family is an IP family: "IPv4" or "IPv6".
type Family = corev1.IPFamily

// Slice is what is used of an EndpointSlice.
type Slice struct {
	// Service is the Service it belongs to.
	Service ir.Name
	Family  Family
	// Ports are its TCP ports, by name.
	Ports []SlicePort
	// Endpoints are sorted by address; addresses that are not allowed are
	// left out.
	Endpoints []SliceEndpoint
}

// SlicePort is a port of an EndpointSlice: the name of the Service's port, and
// the number on the endpoint.
type SlicePort struct {
	Name string
	Port int32
}

// SliceEndpoint is an endpoint of an EndpointSlice.
type SliceEndpoint struct {
	Address netip.Addr
	// Zone is empty where none is known.
	Zone  string
	State State
}

// State says what an endpoint may be used for.
type State uint8

// The states, the most useful first.
const (
	// Ready endpoints take requests.
	Ready State = iota + 1
	// Draining endpoints terminate but still serve.
	Draining
	// NotReady endpoints take none.
	NotReady
)

// Equal reports whether two slices hold the same.
func (s Slice) Equal(o Slice) bool {
	return s.Service == o.Service && s.Family == o.Family &&
		slices.Equal(s.Ports, o.Ports) && slices.Equal(s.Endpoints, o.Endpoints)
}

// Options says what is allowed where the gateway runs.
type Options struct {
	// AllowLoopback allows endpoints on the gateway's own host, for a
	// gateway that runs for one user (standalone). Never on a cluster.
	AllowLoopback bool
}

// ParseSlice returns what is used of an EndpointSlice, and what is wrong with
// it. A slice without the label kubernetes.io/service-name belongs to no
// Service: its Service has no name.
func ParseSlice(es *discoveryv1.EndpointSlice, o Options) (Slice, []ir.Problem) {
	s := Slice{Family: Family(es.AddressType)}
	if service := es.Labels[discoveryv1.LabelServiceName]; service != "" {
		s.Service = ir.Name{Namespace: es.Namespace, Name: service}
	}
	if es.AddressType != discoveryv1.AddressTypeIPv4 && es.AddressType != discoveryv1.AddressTypeIPv6 {
		return s, []ir.Problem{{
			Severity: ir.Error, Reason: ir.ReasonNotSupported, Field: "addressType",
			Message: "endpoints of address type " + string(es.AddressType) + " are not used",
			Remedy:  "use IPv4 or IPv6, or a Service of type ExternalName for a DNS name",
		}}
	}
	var problems, more []ir.Problem
	s.Ports, problems = parsePorts(es.Ports)
	s.Endpoints, more = parseEndpoints(es, o)
	return s, ir.SortProblems(append(problems, more...))
}

func parsePorts(ports []discoveryv1.EndpointPort) ([]SlicePort, []ir.Problem) {
	var out []SlicePort
	var problems []ir.Problem
	for i, p := range ports {
		if p.Protocol != nil && *p.Protocol != corev1.ProtocolTCP || p.Port == nil {
			continue
		}
		if *p.Port < 1 || *p.Port > 65535 {
			problems = append(problems, ir.Problem{
				Severity: ir.Error, Reason: ir.ReasonInvalid, Field: fmt.Sprintf("ports[%d].port", i),
				Message: fmt.Sprintf("the port %d is not between 1 and 65535", *p.Port),
			})
			continue
		}
		out = append(out, SlicePort{deref(p.Name), *p.Port})
	}
	slices.SortFunc(out, func(a, b SlicePort) int { return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.Port, b.Port)) })
	return out, problems
}

// maxAddressProblems bounds how many addresses of one slice are complained of.
const maxAddressProblems = 10

func parseEndpoints(es *discoveryv1.EndpointSlice, o Options) ([]SliceEndpoint, []ir.Problem) {
	var out []SliceEndpoint
	var problems []ir.Problem
	for i, e := range es.Endpoints {
		if len(e.Addresses) == 0 {
			continue
		}
		// Only the first address has a meaning (EndpointSlice, endpoints.addresses).
		a, p := parseAddress(e.Addresses[0], Family(es.AddressType), o)
		if p != nil {
			p.Field = fmt.Sprintf("endpoints[%d].addresses[0]", i)
			problems = append(problems, *p)
			continue
		}
		out = append(out, SliceEndpoint{a, deref(e.Zone), stateOf(e.Conditions)})
	}
	slices.SortFunc(out, compareEndpoints)
	if n := len(problems) - maxAddressProblems; n > 0 {
		problems = problems[:maxAddressProblems]
		problems[maxAddressProblems-1].Message += fmt.Sprintf(" (and %d more of this slice are refused)", n)
	}
	return out, problems
}

func parseAddress(address string, family Family, o Options) (netip.Addr, *ir.Problem) {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Zone() != "" || a.Is4() != (family == corev1.IPv4Protocol) {
		return a, &ir.Problem{
			Severity: ir.Error, Reason: ir.ReasonInvalid, Message: fmt.Sprintf("%q is not an %s address", address, family),
		}
	}
	if why := ir.CheckAddress(a, o.AllowLoopback); why != "" {
		return a, &ir.Problem{
			Severity: ir.Error, Reason: ir.ReasonUnsafeAddress, Message: "requests are not sent to " + address + ": " + why,
			Remedy: "list the address of a pod or of a host outside the cluster",
		}
	}
	return a, nil
}

// stateOf reads an endpoint's conditions. One that is absent means ready,
// serving and not terminating (EndpointConditions).
func stateOf(c discoveryv1.EndpointConditions) State {
	switch {
	case isTrue(c.Ready, true):
		return Ready
	case isTrue(c.Serving, true) && isTrue(c.Terminating, false):
		return Draining
	default:
		return NotReady
	}
}

func isTrue(b *bool, absent bool) bool {
	if b == nil {
		return absent
	}
	return *b
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func compareEndpoints(a, b SliceEndpoint) int {
	return cmp.Or(a.Address.Compare(b.Address), cmp.Compare(a.State, b.State), strings.Compare(a.Zone, b.Zone))
}
