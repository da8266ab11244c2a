package translator

import (
	"errors"
	"net/netip"
	"strings"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// verifies reports whether endpoints' certificates are verified.
func verifies(t *ir.UpstreamTLS) bool { return t.System || len(t.CA) > 0 }

// setUpstreamTLS makes connections to endpoints TLS.
func (t *Translator) setUpstreamTLS(out *clusterv3.Cluster, u *ir.Upstream) error {
	if u.TLS == nil {
		return nil
	}
	if len(u.TLS.SubjectAltNames) > 0 && !verifies(u.TLS) {
		return errors.New("subject alternative names cannot be verified without an authority")
	}
	common := &tlsv3.CommonTlsContext{
		TlsParams:     tlsParams(u.TLS.MinVersion, u.TLS.MaxVersion, u.TLS.Ciphers, nil),
		AlpnProtocols: u.TLS.ALPN,
	}
	if len(u.TLS.ALPN) == 0 && u.Protocol == ir.HTTP2 {
		common.AlpnProtocols = []string{"h2"}
	}
	if c := u.TLS.Certificate; c != nil {
		common.TlsCertificateSdsSecretConfigs = []*tlsv3.SdsSecretConfig{secretReference(*c)}
	}
	if verifies(u.TLS) {
		common.ValidationContextType = &tlsv3.CommonTlsContext_ValidationContext{ValidationContext: t.verification(u.TLS)}
	}
	var err error
	out.TransportSocket, err = socket(&tlsv3.UpstreamTlsContext{CommonTlsContext: common, Sni: u.TLS.SNI})
	return err
}

// verification trusts the upstream's authorities, else the system's.
func (t *Translator) verification(u *ir.UpstreamTLS) *tlsv3.CertificateValidationContext {
	out := &tlsv3.CertificateValidationContext{TrustedCa: inline(u.CA)}
	if len(u.CA) == 0 {
		out.TrustedCa = &corev3.DataSource{Specifier: &corev3.DataSource_Filename{Filename: t.options.SystemCA}}
	}
	for _, name := range u.SubjectAltNames {
		out.MatchTypedSubjectAltNames = append(out.MatchTypedSubjectAltNames, &tlsv3.SubjectAltNameMatcher{
			SanType: sanType(name), Matcher: exactMatch(name),
		})
	}
	return out
}

func sanType(name string) tlsv3.SubjectAltNameMatcher_SanType {
	if _, err := netip.ParseAddr(name); err == nil {
		return tlsv3.SubjectAltNameMatcher_IP_ADDRESS
	}
	if strings.Contains(name, "://") {
		return tlsv3.SubjectAltNameMatcher_URI
	}
	return tlsv3.SubjectAltNameMatcher_DNS
}
