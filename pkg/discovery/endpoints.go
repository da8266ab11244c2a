package discovery

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Port is what endpoints read of a Service's port.
type Port struct {
	Key ir.BackendKey
	// Name is what the port is called in EndpointSlices; it may be empty.
	Name string
	// Family is used where the Service has two; empty means IPv4.
	Family Family
	// NotReady uses endpoints whether they are ready or not.
	NotReady bool
	// Field is where the port is written.
	Field string
}

// Ports returns the TCP ports of a Service whose endpoints come from
// EndpointSlices: all but those of type ExternalName.
func Ports(svc *corev1.Service) []Port {
	if svc.Spec.Type == corev1.ServiceTypeExternalName {
		return nil
	}
	var family Family
	if len(svc.Spec.IPFamilies) > 0 {
		family = svc.Spec.IPFamilies[0]
	}
	ports, _ := tcpPorts(svc) // Upstreams reports the problems
	var out []Port
	for _, p := range ports {
		out = append(out, Port{
			Key: ir.BackendKey{
				Kind: ir.ServiceBackend, Name: ir.Name{Namespace: svc.Namespace, Name: svc.Name}, Port: p.Port,
			},
			Name: p.Name, Family: family, NotReady: svc.Spec.PublishNotReadyAddresses, Field: p.field,
		})
	}
	return out
}

// Endpoints returns the endpoints of a Service's port from all slices of the
// Service, by zone, in an order that does not depend on that of the slices. See
// the package's documentation for which are used. There is a problem if there
// are none.
func Endpoints(p Port, ss []Slice) (ir.Endpoints, []ir.Problem) {
	out := ir.Endpoints{Backend: p.Key}
	first, second := corev1.IPv4Protocol, corev1.IPv6Protocol
	if p.Family == second {
		first, second = second, first
	}
	for _, family := range []Family{first, second} {
		if found := usable(join(p, family, ss)); len(found) > 0 {
			out.Localities = localities(found)
			return out, nil
		}
	}
	if problems := misnamed(p, ss); len(problems) > 0 {
		return out, problems
	}
	return out, []ir.Problem{{
		Severity: ir.Warning, Reason: ir.ReasonNoEndpoints, Field: p.Field,
		Message: "no endpoint is ready, so requests get 503", Remedy: "start what serves them, or look at its EndpointSlices",
	}}
}

// place is an endpoint's address and port, and what is known of it.
type place struct {
	at    netip.AddrPort
	state State
	zone  string
}

// join returns the endpoints of a family behind a port, each once.
func join(p Port, family Family, ss []Slice) []place {
	var all []place
	for _, s := range ss {
		if s.Family != family {
			continue
		}
		for _, sp := range s.Ports {
			if sp.Name == p.Name {
				all = appendPlaces(all, s.Endpoints, sp.Port, p.NotReady)
			}
		}
	}
	slices.SortFunc(all, comparePlaces)
	return slices.CompactFunc(all, func(a, b place) bool { return a.at == b.at })
}

func appendPlaces(all []place, es []SliceEndpoint, port int32, notReady bool) []place {
	for _, e := range es {
		state := e.State
		if notReady {
			state = Ready
		}
		all = append(all, place{netip.AddrPortFrom(e.Address, uint16(port)), state, e.Zone})
	}
	return all
}

// comparePlaces puts the best of equal addresses first: the readiest, then one
// whose zone is known.
func comparePlaces(a, b place) int {
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.state, b.state), strings.Compare(b.zone, a.zone))
}

// usable drops endpoints that take no requests. While none is ready, those
// that drain are as good as ready.
func usable(all []place) []place {
	out := slices.DeleteFunc(all, func(p place) bool { return p.state == NotReady })
	if slices.ContainsFunc(out, func(p place) bool { return p.state == Ready }) {
		return out
	}
	for i := range out {
		out[i].state = Ready
	}
	return out
}

func localities(ps []place) []ir.Locality {
	slices.SortStableFunc(ps, func(a, b place) int { return strings.Compare(a.zone, b.zone) })
	var out []ir.Locality
	for _, p := range ps {
		if len(out) == 0 || out[len(out)-1].Zone != p.zone {
			out = append(out, ir.Locality{Zone: p.zone})
		}
		l := &out[len(out)-1]
		l.Endpoints = append(l.Endpoints, ir.Endpoint{
			Address: p.at.Addr().String(), Port: int32(p.at.Port()), Draining: p.state == Draining,
		})
	}
	return out
}

// misnamed reports that no slice with endpoints knows the port by its name,
// which happens with slices written by hand.
func misnamed(p Port, ss []Slice) []ir.Problem {
	var names []string
	for _, s := range ss {
		for _, sp := range s.Ports {
			if sp.Name == p.Name {
				return nil
			}
			if len(s.Endpoints) > 0 {
				names = append(names, `"`+sp.Name+`"`)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	return []ir.Problem{{
		Severity: ir.Warning, Reason: ir.ReasonNotFound, Field: p.Field + ".name",
		Message: `no EndpointSlice of the Service has a port "` + p.Name + `", only ` + strings.Join(slices.Compact(names), ", "),
		Remedy:  "give the port the same name in the Service and its EndpointSlices",
	}}
}
