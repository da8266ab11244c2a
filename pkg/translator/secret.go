package translator

import (
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Secret translates a certificate and its key.
func (*Translator) Secret(c ir.Certificate) (Resource, error) {
	name := SecretName(c.Name)
	b, err := encode(&tlsv3.Secret{
		Name: name,
		Type: &tlsv3.Secret_TlsCertificate{TlsCertificate: &tlsv3.TlsCertificate{
			CertificateChain: inline(c.Chain),
			PrivateKey:       inline(c.Key),
		}},
	})
	return Resource{Name: name, Bytes: b}, err
}

func inline(b []byte) *corev3.DataSource {
	return &corev3.DataSource{Specifier: &corev3.DataSource_InlineBytes{InlineBytes: b}}
}
