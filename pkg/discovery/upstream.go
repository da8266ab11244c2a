package discovery

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Upstreams returns the upstream of each TCP port of a Service, in the order of
// the ports. Ports of UDP and SCTP are passed over: no route leads to them. A
// port with a problem of severity ir.Error has no upstream.
func Upstreams(svc *corev1.Service) ([]ir.Upstream, []ir.Problem) {
	ports, problems := tcpPorts(svc)
	notes := readAnnotations(svc.Annotations)
	problems = append(problems, notes.problems...)
	external, p := externalName(svc)
	if p != nil {
		return nil, ir.SortProblems(append(problems, *p))
	}
	var out []ir.Upstream
	for _, port := range ports {
		if notes.closed(port.Port) {
			continue
		}
		u, p := upstream(svc, port, notes)
		if p != nil {
			problems = append(problems, *p)
		}
		if external != "" {
			u.Service, u.Hosts = nil, []ir.UpstreamHost{{Address: external, Port: externalPort(port.ServicePort)}}
		}
		out = append(out, u)
	}
	return out, ir.SortProblems(problems)
}

func upstream(svc *corev1.Service, port tcpPort, notes annotations) (ir.Upstream, *ir.Problem) {
	name := ir.Name{Namespace: svc.Namespace, Name: svc.Name}
	protocol, p := protocolOf(port, notes.h2)
	return ir.Upstream{
		Key:      ir.BackendKey{Kind: ir.ServiceBackend, Name: name, Port: port.Port},
		Origin:   ir.Object{Kind: "Service", Namespace: svc.Namespace, Name: svc.Name},
		Service:  &ir.ServicePort{Service: name, Port: port.Port},
		Protocol: protocol,
	}, p
}

// tcpPort is a port of a Service and where it is written.
type tcpPort struct {
	corev1.ServicePort
	field string
}

// tcpPorts returns the TCP ports of a Service, each number once.
func tcpPorts(svc *corev1.Service) ([]tcpPort, []ir.Problem) {
	var out []tcpPort
	var problems []ir.Problem
	seen := map[int32]bool{}
	for i, p := range svc.Spec.Ports {
		if p.Protocol != "" && p.Protocol != corev1.ProtocolTCP {
			continue
		}
		field := fmt.Sprintf("spec.ports[%d]", i)
		if message := checkPort(p.Port, seen); message != "" {
			problems = append(problems, ir.Problem{Severity: ir.Error, Reason: ir.ReasonInvalid, Field: field + ".port", Message: message})
			continue
		}
		seen[p.Port] = true
		out = append(out, tcpPort{p, field})
	}
	return out, problems
}

func checkPort(port int32, seen map[int32]bool) string {
	switch {
	case port < 1 || port > 65535:
		return fmt.Sprintf("the port %d is not between 1 and 65535", port)
	case seen[port]:
		return fmt.Sprintf("the port %d is listed twice; the first counts", port)
	default:
		return ""
	}
}
