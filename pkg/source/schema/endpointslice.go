package schema

import (
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// The bounds that the API server sets on an EndpointSlice.
const (
	maxEndpoints = 1000
	maxAddresses = 100
	maxPorts     = 20000
)

// finishEndpointSlice lets loopback and link-local addresses pass, which an API
// server refuses: whether they may be used depends on where we run, and is
// decided with the other rules about addresses.
func finishEndpointSlice(s *discoveryv1.EndpointSlice) field.ErrorList {
	errs := oneOf(field.NewPath("addressType"), s.AddressType, discoveryv1.AddressTypeFQDN, discoveryv1.AddressTypeIPv4, discoveryv1.AddressTypeIPv6)
	at := field.NewPath("endpoints")
	if n := len(s.Endpoints); n > maxEndpoints {
		errs = append(errs, field.TooMany(at, n, maxEndpoints))
	}
	for i := range s.Endpoints {
		errs = append(errs, validAddresses(at.Index(i).Child("addresses"), s.Endpoints[i].Addresses, s.AddressType)...)
	}
	return append(errs, finishEndpointPorts(field.NewPath("ports"), s.Ports)...)
}

func validAddresses(at *field.Path, addresses []string, family discoveryv1.AddressType) field.ErrorList {
	var errs field.ErrorList
	switch n := len(addresses); {
	case n == 0:
		return field.ErrorList{field.Required(at, "at least 1 address")}
	case n > maxAddresses:
		return field.ErrorList{field.TooMany(at, n, maxAddresses)}
	}
	for i, address := range addresses {
		errs = append(errs, validAddress(at.Index(i), address, family)...)
	}
	return errs
}

func validAddress(at *field.Path, address string, family discoveryv1.AddressType) field.ErrorList {
	if family == discoveryv1.AddressTypeFQDN {
		return must(at, address, validation.IsDNS1123Subdomain(address))
	}
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Zone() != "" || ip.Is4() != (family == discoveryv1.AddressTypeIPv4) {
		return field.ErrorList{field.Invalid(at, address, "must be an "+string(family)+" address")}
	}
	return nil
}

func finishEndpointPorts(at *field.Path, ports []discoveryv1.EndpointPort) field.ErrorList {
	var errs field.ErrorList
	if n := len(ports); n > maxPorts {
		return field.ErrorList{field.TooMany(at, n, maxPorts)}
	}
	var names []string
	for i := range ports {
		p, at := &ports[i], at.Index(i)
		if p.Name == nil {
			p.Name = new(string)
		}
		if p.Protocol == nil {
			p.Protocol = new(corev1.ProtocolTCP)
		}
		names = append(names, *p.Name)
		errs = append(errs, validProtocol(at.Child("protocol"), *p.Protocol)...)
		if *p.Name != "" {
			errs = append(errs, must(at.Child("name"), *p.Name, validation.IsDNS1123Label(*p.Name))...)
		}
		if p.Port != nil {
			errs = append(errs, validPort(at.Child("port"), *p.Port)...)
		}
	}
	return append(errs, uniqueNames(at, names)...)
}
