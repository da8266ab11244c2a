package virtualservice

import (
	"slices"
	"strconv"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// serverNames is what an sslConfig asks HTTPS listeners for.
type serverNames struct {
	// snis may be wildcards, or "*" for any. They are empty where the
	// sslConfig is broken: then handshakes for them fail.
	snis []string
	tls  ir.ServerTLS
}

// serverTLS translates sslConfig. It reports false if clients were to be
// verified, which is not done yet: then nothing may be served.
func (t *translation) serverTLS() (serverNames, bool) {
	c := t.vs.Spec.SSLConfig
	if c == nil {
		return serverNames{}, true
	}
	at := t.at("spec.sslConfig")
	before := at.report.errors
	safe := at.clientVerification(c)
	at.unsupportedTLS(c)
	tls := at.parameters(c.Parameters, c.AlpnProtocols)
	tls.Certificates = t.certificates(at, c)
	usable := at.report.errors == before
	snis := at.sniDomains(c.SniDomains, t.vs.Spec.VirtualHost.Domains)
	if !usable {
		snis = nil
	}
	return serverNames{snis, tls}, safe
}

// clientVerification refuses what asks for certificates of clients.
func (p place) clientVerification(c *v1.SSLConfig) bool {
	safe := true
	if len(c.VerifySubjectAltName) > 0 {
		p.refuse(".verifySubjectAltName", "the host answers 500")
		safe = false
	}
	if c.OneWayTLS != nil && !*c.OneWayTLS {
		p.refuse(".oneWayTls", "the host answers 500")
		safe = false
	}
	return safe
}

func (p place) unsupportedTLS(c *v1.SSLConfig) {
	if orZero(c.DisableTLSSessionResumption) {
		p.ignore(".disableTlsSessionResumption")
	}
	if c.TransportSocketConnectTimeout != nil {
		p.ignore(".transportSocketConnectTimeout")
	}
	if p.enum(".ocspStaplePolicy", c.OcspStaplePolicy, "LENIENT_STAPLING", "STRICT_STAPLING", "MUST_STAPLE") > 0 {
		p.ignore(".ocspStaplePolicy")
	}
}

func (t *translation) certificates(at place, c *v1.SSLConfig) []ir.Name {
	switch {
	case c.SecretRef != nil:
		name, problem := t.world.Certificate(ir.SecretRef{From: t.object, Name: resolve(c.SecretRef, t.vs.Namespace), Trusted: true})
		if problem != nil {
			at.pass(ir.Error, ".secretRef", problem)
			return nil
		}
		return []ir.Name{name}
	case c.SSLFiles != nil:
		at.refuse(".sslFiles", "TLS is not served")
	case c.SDS != nil:
		at.refuse(".sds", "TLS is not served")
	default:
		at.invalid("", "there is no certificate", "name a Secret in secretRef")
	}
	return nil
}

// parameters translates versions, ciphers, curves and ALPN protocols. Envoy
// refuses a whole listener for names that it does not know.
func (p place) parameters(s *v1.SSLParameters, alpn []string) ir.ServerTLS {
	out := ir.ServerTLS{ALPN: alpn}
	for i, protocol := range alpn {
		if protocol == "" || len(protocol) > 255 || strings.Contains(protocol, ",") {
			p.index(".alpnProtocols", i).invalid("", strconv.Quote(protocol)+" is not a protocol", "use h2 or http/1.1")
		}
	}
	if s == nil {
		return out
	}
	at := p.at(".parameters")
	out.MinVersion, out.MaxVersion = at.versions(s)
	out.Ciphers = at.known(".cipherSuites", s.CipherSuites, ciphers())
	out.Curves = at.known(".ecdhCurves", s.EcdhCurves, curves())
	return out
}

func (p place) versions(s *v1.SSLParameters) (lowest, highest string) {
	names := []string{"TLS_AUTO", "TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"}
	versions := []string{"", "1.0", "1.1", "1.2", "1.3"}
	lowest = versions[p.enum(".minimumProtocolVersion", s.MinimumProtocolVersion, names...)]
	highest = versions[p.enum(".maximumProtocolVersion", s.MaximumProtocolVersion, names...)]
	// Unset is at least 1.2 and at most 1.3 (ir.ServerTLS).
	if lowest != "" && highest != "" && lowest > highest || lowest == "" && highest != "" && highest < "1.2" {
		p.invalid(".maximumProtocolVersion", "the highest version is below the lowest", "set minimumProtocolVersion too")
	}
	return lowest, highest
}

func (p place) known(sub string, names, all []string) []string {
	for i, name := range names {
		for one := range strings.SplitSeq(strings.Trim(name, "[]"), "|") {
			if !slices.Contains(all, one) {
				p.index(sub, i).invalid("", strconv.Quote(one)+" is not known to Envoy", "use some of "+strings.Join(all, ", "))
			}
		}
	}
	return names
}

// ciphers are the cipher suites up to TLS 1.2 that Envoy knows (Envoy
// TlsParameters.cipher_suites). Those of TLS 1.3 cannot be chosen.
func ciphers() []string {
	return []string{
		"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
		"ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
		"ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA",
		"AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA",
	}
}

// curves are the key exchange groups that Envoy knows.
func curves() []string { return []string{"X25519", "P-256", "P-384", "P-521", "X25519MLKEM768"} }

// sniDomains returns the server names: those that are written, else the domains
// of the virtual host. Gloo then takes connections for every name, which lets
// one VirtualService answer for another's names with the wrong certificate. A
// domain with a trailing wildcard cannot be a server name, so any will do.
func (p place) sniDomains(written, domains []string) []string {
	if len(written) == 0 {
		var out []string
		for _, d := range (place{&report{}, ""}).domains(domains) {
			out = append(out, anySNI(d.host))
		}
		return sortedUnique(out)
	}
	var out []string
	for i, w := range written {
		at := p.index(".sniDomains", i)
		host, ok := at.host(w)
		if ok && (strings.HasSuffix(host, ".*") || strings.HasPrefix(host, "[")) {
			at.invalid("", strconv.Quote(w)+" cannot be a server name", `write it like "a.example" or "*.example"`)
			ok = false
		}
		if ok {
			out = append(out, host)
		}
	}
	return sortedUnique(out)
}

func anySNI(host string) string {
	if strings.HasSuffix(host, ".*") || strings.HasPrefix(host, "[") {
		return "*"
	}
	return host
}

// addServerNames asks a section's port for the server names that the section
// takes, if it takes certificates of routes.
func (t *translation) addServerNames(a *attachment, gw *ir.Gateway, s ir.Section) {
	if !s.RouteCertificates {
		if len(a.names.snis) > 0 {
			t.at("spec.sslConfig").note(ir.Warning, ir.ReasonNotAttached, "",
				"listener "+s.Name+" of Gateway "+gw.Name.String()+" takes no certificates of routes",
				"remove sslConfig's Secret, or set tls.options sluice.dev/certificates: routes on the listener")
		}
		return
	}
	for _, sni := range a.names.snis {
		name, ok := ir.Intersect(s.Hostname, sni)
		if !ok {
			continue
		}
		if name == "*" {
			name = ""
		}
		n := ir.ServerName{
			Listener: ir.ListenerKey{Gateway: gw.Name, Port: s.Port}, SNI: name, TLS: a.names.tls, Created: t.vs.CreationTimestamp.Time,
			Origin: ir.Origin{Object: t.object, Field: "spec.sslConfig"},
		}
		if !slices.ContainsFunc(a.out.ServerNames, n.Equal) {
			a.out.ServerNames = append(a.out.ServerNames, n)
		}
	}
}
