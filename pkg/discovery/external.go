package discovery

import (
	"net/netip"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// externalName returns the DNS name or address that a Service of type
// ExternalName stands for, and "" for the other types. What ir.CheckHost
// refuses is refused, even in standalone: an endpoint on this host is written
// as an EndpointSlice.
func externalName(svc *corev1.Service) (string, *ir.Problem) {
	if svc.Spec.Type != corev1.ServiceTypeExternalName {
		return "", nil
	}
	p := &ir.Problem{
		Severity: ir.Error, Reason: ir.ReasonInvalid, Field: "spec.externalName",
		Remedy: "name a host outside the cluster by its DNS name in lower case",
	}
	host := strings.TrimSuffix(svc.Spec.ExternalName, ".")
	if why := ir.CheckHost(host, false); why != "" {
		p.Reason, p.Message = ir.ReasonUnsafeAddress, "requests are not sent to "+host+": "+why
		return "", p
	}
	_, err := netip.ParseAddr(host)
	if why := validation.IsDNS1123Subdomain(host); err != nil && len(why) > 0 {
		p.Message = "the external name is not a DNS name: " + why[0]
		return "", p
	}
	return host, nil
}

// externalPort is the port on the external host: a numbered targetPort, which
// an API server sets to the port where the user did not.
func externalPort(p corev1.ServicePort) int32 {
	if p.TargetPort.Type == intstr.Int && p.TargetPort.IntVal > 0 {
		return p.TargetPort.IntVal
	}
	return p.Port
}
