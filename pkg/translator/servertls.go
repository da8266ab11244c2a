package translator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const tlsSocket = "envoy.transport_sockets.tls"

// serverGroup is a filter chain: the server names that share a way to speak TLS.
type serverGroup struct {
	// name says how the chain speaks TLS and not for whom, so that a new
	// server name renames no chain, and connections of other chains live on.
	name string
	// names is empty for connections that no other chain takes.
	names []string
	tls   ir.ServerTLS
}

// serverGroups groups server names, sorted by the name of the chain. Names
// without a certificate cannot be served and are left out.
func serverGroups(names []ir.ServerName) []serverGroup {
	groups := map[string]*serverGroup{}
	for _, n := range names {
		if len(n.TLS.Certificates) == 0 {
			continue
		}
		name := "sni/" + digest(n.TLS)
		if n.SNI == "" {
			name = "any/" + digest(n.TLS)
		}
		g := groups[name]
		if g == nil {
			g = &serverGroup{name: name, tls: n.TLS}
			groups[name] = g
		}
		if n.SNI != "" {
			g.names = append(g.names, n.SNI)
		}
	}
	out := make([]serverGroup, 0, len(groups))
	for _, g := range groups {
		slices.Sort(g.names)
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b serverGroup) int { return cmp.Compare(a.name, b.name) })
	return out
}

// digest identifies a way to speak TLS. Quoting keeps the fields apart.
func digest(t ir.ServerTLS) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %q",
		t.Certificates, t.MinVersion, t.MaxVersion, t.Ciphers, t.Curves, t.ALPN))
	return hex.EncodeToString(sum[:8])
}

// serverSocket speaks TLS towards clients.
func serverSocket(t ir.ServerTLS) (*corev3.TransportSocket, error) {
	common := &tlsv3.CommonTlsContext{
		AlpnProtocols: t.ALPN,
		TlsParams:     tlsParams(t.MinVersion, t.MaxVersion, t.Ciphers, t.Curves),
	}
	if len(t.ALPN) == 0 {
		common.AlpnProtocols = []string{"h2", "http/1.1"}
	}
	for _, n := range t.Certificates {
		common.TlsCertificateSdsSecretConfigs = append(common.TlsCertificateSdsSecretConfigs, secretReference(n))
	}
	return socket(&tlsv3.DownstreamTlsContext{CommonTlsContext: common})
}

func socket(m message) (*corev3.TransportSocket, error) {
	config, err := pack(m)
	if err != nil {
		return nil, err
	}
	return &corev3.TransportSocket{
		Name: tlsSocket, ConfigType: &corev3.TransportSocket_TypedConfig{TypedConfig: config},
	}, nil
}

// tlsParams defaults to TLS 1.2 and 1.3 in both directions.
func tlsParams(minVersion, maxVersion string, ciphers, curves []string) *tlsv3.TlsParameters {
	return &tlsv3.TlsParameters{
		TlsMinimumProtocolVersion: tlsVersion(cmp.Or(minVersion, "1.2")),
		TlsMaximumProtocolVersion: tlsVersion(cmp.Or(maxVersion, "1.3")),
		CipherSuites:              ciphers,
		EcdhCurves:                curves,
	}
}

// tlsVersion is TLS_AUTO, Envoy's own choice, for an unknown version.
func tlsVersion(v string) tlsv3.TlsParameters_TlsProtocol {
	switch v {
	case "1.0":
		return tlsv3.TlsParameters_TLSv1_0
	case "1.1":
		return tlsv3.TlsParameters_TLSv1_1
	case "1.2":
		return tlsv3.TlsParameters_TLSv1_2
	case "1.3":
		return tlsv3.TlsParameters_TLSv1_3
	default:
		return tlsv3.TlsParameters_TLS_AUTO
	}
}
