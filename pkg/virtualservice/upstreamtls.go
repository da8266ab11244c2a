package virtualservice

import (
	"net/netip"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// tls makes connections TLS if sslConfig says so, or a static upstream asks for
// it, or one of its hosts has port 443 and it does not forbid it.
func (u *upstream) tls() {
	c := u.spec.SSLConfig
	if c == nil {
		if s := u.spec.Static; s != nil && speaksTLS(s) {
			u.out.TLS = &ir.UpstreamTLS{}
			u.serverName(u.out.TLS)
		}
		return
	}
	at := u.at(".sslConfig")
	params := at.parameters(c.Parameters, c.AlpnProtocols)
	out := &ir.UpstreamTLS{
		SNI: c.Sni, SubjectAltNames: c.VerifySubjectAltName,
		MinVersion: params.MinVersion, MaxVersion: params.MaxVersion, Ciphers: params.Ciphers, ALPN: params.ALPN,
	}
	u.out.TLS = out
	u.serverName(out)
	u.secret(at, c)
	if len(c.VerifySubjectAltName) > 0 && len(out.CA) == 0 {
		at.invalid(".verifySubjectAltName", "names are verified only together with a CA", "name a Secret with ca.crt in secretRef, and do not set oneWayTls")
	}
	at.unsupportedUpstreamTLS(c)
}

func speaksTLS(s *v1.StaticUpstream) bool {
	if s.UseTLS != nil {
		return *s.UseTLS
	}
	for i := range s.Hosts {
		if s.Hosts[i].Port == 443 {
			return true
		}
	}
	return false
}

// serverName completes the SNI of a static upstream: that of its hosts, which
// is their sniAddr or DNS name, if it is one and the same.
func (u *upstream) serverName(out *ir.UpstreamTLS) {
	s := u.spec.Static
	if out.SNI != "" || s == nil || s.AutoSniRewrite != nil && !*s.AutoSniRewrite {
		return
	}
	for i := range s.Hosts {
		name := hostSNI(&s.Hosts[i])
		if i > 0 && name != out.SNI {
			u.note(ir.Warning, ir.ReasonNotSupported, ".static.hosts", "the hosts have different server names, so the Host of the request is sent as SNI",
				"write an upstream for each, or set sslConfig.sni")
			out.SNI, out.AutoSNI = "", true
			return
		}
		out.SNI = name
	}
}

func hostSNI(h *v1.StaticHost) string {
	if h.SniAddr != "" {
		return h.SniAddr
	}
	if _, err := netip.ParseAddr(h.Addr); err == nil {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(h.Addr, "."))
}

// secret takes the client certificate and the CA from a Secret. The CA is not
// used where oneWayTls says so.
func (u *upstream) secret(at place, c *v1.UpstreamSSLConfig) {
	if c.SecretRef == nil {
		return
	}
	name := resolve(c.SecretRef, u.namespace)
	secret, problem := u.world.UpstreamSecret(ir.SecretRef{From: u.out.Origin, Name: name, Trusted: true})
	if problem != nil {
		at.pass(ir.Error, ".secretRef", problem)
		return
	}
	if secret.Certificate {
		u.out.TLS.Certificate = &name
	}
	if !orZero(c.OneWayTLS) {
		u.out.TLS.CA = secret.CA
	}
}

func (p place) unsupportedUpstreamTLS(c *v1.UpstreamSSLConfig) {
	if c.SSLFiles != nil {
		p.refuse(".sslFiles", "the upstream cannot be used")
	}
	if c.SDS != nil {
		p.refuse(".sds", "the upstream cannot be used")
	}
	if orZero(c.AllowRenegotiation) {
		p.ignore(".allowRenegotiation")
	}
	if c.Parameters != nil && len(c.Parameters.EcdhCurves) > 0 {
		p.ignore(".parameters.ecdhCurves")
	}
}
