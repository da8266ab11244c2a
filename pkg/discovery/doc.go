// Package discovery turns Services and EndpointSlices into upstreams and their
// endpoints.
//
//	Service ──┬─ Upstreams ─→ ir.Upstream per port: protocol, or the DNS name of an ExternalName
//	          ├─ Name ──────→ the name a VirtualService may call it by
//	          └─ Ports ─────→ Port per port ─────────────────────┐
//	                                                             ├─ Endpoints ─→ ir.Endpoints
//	EndpointSlice ─ ParseSlice ─→ Slice: what is used of it ─────┘   (join by port name)
//
// How to read it: upstream.go with protocol.go, external.go and annotations.go
// is the Service's half; slice.go and endpoints.go are the endpoints' half.
// They meet in the port's name only, so a pod that comes or goes recomputes one
// ir.Endpoints and nothing else.
//
// # Which endpoints are used
//
// Ready ones. Those that terminate but still serve are listed as draining
// beside them, and take over only while no endpoint is ready (what kube-proxy
// does, KEP-1669). A Service with publishNotReadyAddresses uses all. An
// endpoint that is in several slices counts once, in its best state.
//
// A dual-stack Service lists each pod once per family, and using both would
// count every pod twice. So the family named first in spec.ipFamilies is used,
// IPv4 where none is named, and the other only while the first has no endpoint
// that can be used.
//
// # What is refused
//
// Addresses that ir.CheckAddress refuses: anyone who may write an EndpointSlice
// could otherwise point the gateway at itself or at a cloud's metadata service
// (CVE-2021-25740). Slices of FQDNs have no defined meaning and are refused too.
package discovery
