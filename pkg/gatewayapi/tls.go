package gatewayapi

import (
	"fmt"
	"slices"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// tls reads the TLS configuration of an HTTP or HTTPS listener.
func (t *gatewayTranslation) tls(s *section, l *gwv1.Listener) {
	const unsupported = string(gwv1.ListenerReasonUnsupportedValue)
	if s.Protocol == ir.HTTP {
		if l.TLS != nil {
			s.refuse(unsupported, ".tls", "an HTTP listener has no TLS", "use protocol HTTPS, or remove tls")
		}
		return
	}
	if field := t.clientValidation(l.Port); field != "" {
		s.refuse(unsupported, "", "client certificates are required by "+field+
			", which is not supported yet, and the listener must not be open without them", "remove validation to let every client in")
	}
	if l.TLS == nil {
		s.unresolved(string(gwv1.ListenerReasonInvalidCertificateRef), ".tls", "an HTTPS listener needs a certificate", "add tls.certificateRefs")
		return
	}
	if l.TLS.Mode != nil && *l.TLS.Mode != gwv1.TLSModeTerminate {
		s.refuse(unsupported, ".tls.mode", fmt.Sprintf("mode %s is not possible with protocol HTTPS", *l.TLS.Mode), "use mode Terminate")
		return
	}
	s.RouteCertificates = l.TLS.Options[CertificatesOption] == CertificatesOfRoutes
	if len(l.TLS.Options) > 1 || len(l.TLS.Options) == 1 && !s.RouteCertificates {
		t.warn(s.field+".tls.options", "options other than "+CertificatesOption+": "+CertificatesOfRoutes+" are not known, so they have no effect", "remove them")
	}
	if s.RouteCertificates && len(l.TLS.CertificateRefs) == 0 {
		return
	}
	t.certificates(s, l.TLS.CertificateRefs)
}

// CertificatesOption is the key of a listener's tls.options that says where
// certificates come from besides certificateRefs. With CertificatesOfRoutes they
// come from what attaches: the tls section of an Ingress, the sslConfig of a
// VirtualService. Without it what attaches cannot bring any.
const (
	CertificatesOption   = "sluice.dev/certificates"
	CertificatesOfRoutes = "routes"
)

// clientValidation returns the field that asks clients of a port for a
// certificate, "" if none does. A port's own entry replaces the default.
func (t *gatewayTranslation) clientValidation(port int32) string {
	if t.gw.Spec.TLS == nil || t.gw.Spec.TLS.Frontend == nil {
		return ""
	}
	f := t.gw.Spec.TLS.Frontend
	if i := slices.IndexFunc(f.PerPort, func(p gwv1.TLSPortConfig) bool { return p.Port == port }); i >= 0 {
		if f.PerPort[i].TLS.Validation == nil {
			return ""
		}
		return fmt.Sprintf("spec.tls.frontend.perPort[%d].tls.validation", i)
	}
	if f.Default.Validation == nil {
		return ""
	}
	return "spec.tls.frontend.default.validation"
}

// certificates resolves certificateRefs. Those that fail are reported and left
// out; the section is served with the rest.
func (t *gatewayTranslation) certificates(s *section, refs []gwv1.SecretObjectReference) {
	if len(refs) == 0 {
		s.unresolved(string(gwv1.ListenerReasonInvalidCertificateRef), ".tls.certificateRefs", "an HTTPS listener needs a certificate", "name a Secret of type kubernetes.io/tls")
	}
	for i := range refs {
		t.certificate(s, fmt.Sprintf(".tls.certificateRefs[%d]", i), &refs[i])
	}
}

func (t *gatewayTranslation) certificate(s *section, field string, ref *gwv1.SecretObjectReference) {
	if ref.Group != nil && *ref.Group != "" || ref.Kind != nil && *ref.Kind != "Secret" {
		s.unresolved(string(gwv1.ListenerReasonInvalidCertificateRef), field,
			fmt.Sprintf("kind %s cannot hold a certificate", groupKind(ref.Group, ref.Kind, "Secret")), "name a Secret of type kubernetes.io/tls")
		return
	}
	name := ir.Name{Namespace: t.gw.Namespace, Name: string(ref.Name)}
	if ref.Namespace != nil {
		name.Namespace = string(*ref.Namespace)
	}
	found, p := t.world.Certificate(ir.SecretRef{From: t.origin, Name: name})
	switch {
	case p == nil:
		if !slices.Contains(s.certificates, found) {
			s.certificates = append(s.certificates, found)
		}
	case p.Reason == ir.ReasonRefNotPermitted:
		s.unresolved(string(gwv1.ListenerReasonRefNotPermitted), field, p.Message, p.Remedy)
	default:
		s.unresolved(string(gwv1.ListenerReasonInvalidCertificateRef), field, p.Message, p.Remedy)
	}
}

// groupKind renders a reference's kind, such as "Secret" or "example.com/Secret".
func groupKind(group *gwv1.Group, kind *gwv1.Kind, fallback string) string {
	out := fallback
	if kind != nil {
		out = string(*kind)
	}
	if group != nil && *group != "" {
		out = string(*group) + "/" + out
	}
	return out
}
