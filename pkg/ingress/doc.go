// Package ingress is the frontend for Ingress and IngressClass
// (networking.k8s.io/v1), to the letter of the Kubernetes specification.
//
//	Ingress ─ class.go: is it ours? ─→ which Gateway ─────────────────────┐
//	        ├ annotations.go: what cannot be honoured, and what that does │
//	        ├ rule.go: hosts and their routes ◄ host.go path.go backend.go├─ attach.go ─→ ir.Fragment per {port, host}
//	        └ tls.go: server names and their Secrets ─────────────────────┘           └→ ir.ServerName per {port, SNI}
//
// Everything is a pure function of the object and of what it asks of World.
// translate.go is the one page that puts the parts together.
//
// # Choices
//
// What the specification leaves open, or says in several ways:
//
//   - The annotation kubernetes.io/ingress.class goes before
//     spec.ingressClassName (KEP-1453); a conflict is reported.
//   - An Exact path goes before every prefix, then the longest prefix (KEP-1453,
//     path matching semantics). ImplementationSpecific is Prefix.
//   - "*.example.com" stands for one label (IngressRule.host).
//   - spec.defaultBackend takes what no path of the Ingress's own hosts matches,
//     and requests for hosts that nobody has. Of several the oldest wins.
//   - Several Ingresses share a host; of equal paths the oldest object's wins.
//   - Every host is served over HTTP. It is served over HTTPS too, without a
//     redirect, where an entry of spec.tls covers it. An entry without hosts
//     covers all hosts of the Ingress, and connections with any other server
//     name if the Ingress has a rule without host or a default backend.
//   - A Secret that is missing or broken takes out only the server names of its
//     entry; HTTP goes on, and the status says so. Routes never read Secrets.
//   - Wrong values that an API server would refuse (a directory has none) are
//     problems. A rule with a bad host or path is left out; a good path with a
//     bad backend answers 500.
//
// # Annotations of other controllers
//
// None of nginx.ingress.kubernetes.io/* is honoured yet; each is reported. Those
// that restrict access fail closed: the Ingress's routes answer 503, as
// ingress-nginx does for a location whose restriction it cannot set up.
package ingress
