package tls

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const maxChain = 16

// parseChain returns the certificates of tls.crt, the leaf first. Blocks of
// other types, such as a private key in the same file, are left out.
func parseChain(data []byte) ([]*x509.Certificate, *ir.Problem) {
	blocks, ok := decode(data)
	if !ok {
		return nil, bad(crtField, "tls.crt has a PEM block that cannot be read",
			"each block must begin and end on lines of its own, without indentation or a byte order mark, and hold base64")
	}
	var chain []*x509.Certificate
	for _, b := range blocks {
		if b.Type != "CERTIFICATE" && b.Type != "X509 CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, bad(crtField, fmt.Sprintf("certificate %d of tls.crt cannot be read: %v", len(chain)+1, err), "issue it again")
		}
		chain = append(chain, c)
	}
	return chain, checkLength(chain, blocks)
}

func checkLength(chain []*x509.Certificate, blocks []*pem.Block) *ir.Problem {
	switch {
	case len(chain) > maxChain:
		return bad(crtField, fmt.Sprintf("tls.crt holds more than %d certificates", maxChain),
			"keep the server's certificate and its intermediates only")
	case len(chain) > 0:
		return nil
	case len(blocks) > 0:
		return bad(crtField, "tls.crt holds no certificate but a "+blocks[0].Type, "store the PEM block CERTIFICATE there")
	default:
		return bad(crtField, "tls.crt is not PEM", "convert it: `openssl x509 -inform der -in FILE`")
	}
}

func encodeChain(chain []*x509.Certificate) []byte {
	var out []byte
	for _, c := range chain {
		out = append(out, encode("CERTIFICATE", c.Raw)...)
	}
	return out
}

func dnsNames(leaf *x509.Certificate) []string {
	var out []string
	for _, n := range leaf.DNSNames {
		out = append(out, strings.ToLower(n))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// warn returns the first reason to look at a certificate that is served.
func warn(chain []*x509.Certificate, now time.Time) *ir.Problem {
	leaf := chain[0]
	switch {
	case now.After(leaf.NotAfter):
		return doubtful("the certificate has expired on "+leaf.NotAfter.UTC().Format(time.RFC3339)+"; it is served all the same", "renew it")
	case now.Before(leaf.NotBefore):
		return doubtful("the certificate is not valid before "+leaf.NotBefore.UTC().Format(time.RFC3339)+"; it is served all the same",
			"check the clocks of the issuer and of this machine")
	case leaf.PublicKeyAlgorithm == x509.Ed25519:
		return doubtful("the certificate has an Ed25519 key, which browsers do not support", "use ECDSA P-256 or RSA with 2048 bits")
	}
	for i := 1; i < len(chain); i++ {
		if !bytes.Equal(chain[i-1].RawIssuer, chain[i].RawSubject) {
			return doubtful(fmt.Sprintf("certificate %d of tls.crt is not the issuer of the one before it", i+1),
				"put the server's certificate first and after each certificate its issuer (RFC 5246, section 7.4.2)")
		}
	}
	return nil
}

// mustStaple reports whether the leaf demands a stapled OCSP response (RFC
// 7633, feature status_request). Envoy refuses such a certificate unless it
// is given a response together with it.
func mustStaple(leaf *x509.Certificate) bool {
	tlsFeature := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}
	const statusRequest = 5
	for _, e := range leaf.Extensions {
		var features []int
		if !e.Id.Equal(tlsFeature) {
			continue
		}
		if _, err := asn1.Unmarshal(e.Value, &features); err != nil || slices.Contains(features, statusRequest) {
			return true
		}
	}
	return false
}
