package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Envoy refuses RSA below 2048 bits. BoringSSL takes up to 16384, but a
// handshake with more than 8192 costs a core most of a second, and Go clients
// refuse it (crypto/tls).
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// privateKey is a parsed private key.
type privateKey struct {
	public crypto.PublicKey
	// pem is the key as PKCS #8.
	pem []byte
}

// parseKey returns the first private key of tls.key, as Envoy does. Blocks
// before it, such as EC PARAMETERS, are left out.
func parseKey(data []byte) (privateKey, *ir.Problem) {
	blocks, ok := decode(data)
	if !ok {
		return privateKey{}, bad(keyField, "tls.key has a PEM block that cannot be read",
			"the block must begin and end on lines of its own, without indentation or a byte order mark, and hold base64")
	}
	for _, b := range blocks {
		if strings.HasSuffix(b.Type, "PRIVATE KEY") {
			return parseKeyBlock(b)
		}
	}
	return privateKey{}, bad(keyField, "tls.key holds no private key in PEM", "store the PEM block PRIVATE KEY there")
}

func parseKeyBlock(b *pem.Block) (privateKey, *ir.Problem) {
	if b.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(b.Headers["Proc-Type"], "ENCRYPTED") {
		return privateKey{}, bad(keyField, "the private key is encrypted with a pass phrase",
			"store it decrypted: `openssl pkey -in FILE`")
	}
	key, err := decodeKey(b)
	if err != nil {
		// The error is not shown: it could quote the key.
		return privateKey{}, bad(keyField, "the private key ("+b.Type+") cannot be read", "store it as PKCS #8: `openssl pkey -in FILE`")
	}
	if message := checkKey(key.Public()); message != "" {
		return privateKey{}, bad(keyField, message, "use ECDSA P-256 or RSA with 2048 bits")
	}
	if k, ok := key.(*rsa.PrivateKey); ok && len(k.Primes) != 2 {
		return privateKey{}, bad(keyField, "the RSA key has more than two primes, which Envoy does not support", "use ECDSA P-256 or RSA with 2048 bits")
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return privateKey{}, bad(keyField, "the private key ("+b.Type+") cannot be used", "use ECDSA P-256 or RSA with 2048 bits")
	}
	return privateKey{key.Public(), encode("PRIVATE KEY", der)}, nil
}

func decodeKey(b *pem.Block) (crypto.Signer, error) {
	var key any
	var err error
	switch b.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(b.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(b.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(b.Bytes)
	}
	if err != nil {
		return nil, fmt.Errorf("parsing %s: %w", b.Type, err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%T cannot sign", key)
	}
	return signer, nil
}

// checkKey reports why Envoy would refuse a key, or "".
func checkKey(key crypto.PublicKey) string {
	switch k := key.(type) {
	case *rsa.PublicKey:
		return checkRSA(k.N.BitLen())
	case *ecdsa.PublicKey:
		if k.Curve != elliptic.P256() && k.Curve != elliptic.P384() && k.Curve != elliptic.P521() {
			return "the key is on the curve " + k.Curve.Params().Name + ", which Envoy does not support"
		}
		return ""
	case ed25519.PublicKey:
		return ""
	default:
		return "the key is of a kind that Envoy does not support"
	}
}

func checkRSA(bits int) string {
	switch {
	case bits < minRSABits:
		return fmt.Sprintf("the RSA key has %d bits; Envoy refuses less than %d", bits, minRSABits)
	case bits > maxRSABits:
		return fmt.Sprintf("the RSA key has %d bits; more than %d are not accepted", bits, maxRSABits)
	default:
		return ""
	}
}

// checkPair reports why a leaf and a key cannot be served together.
func checkPair(chain []*x509.Certificate, key privateKey) *ir.Problem {
	if mustStaple(chain[0]) {
		return bad(crtField, "the certificate demands a stapled OCSP response, which Sluice does not provide", "issue it without the TLS feature extension")
	}
	for i, c := range chain {
		if pub, ok := c.PublicKey.(interface{ Equal(crypto.PublicKey) bool }); !ok || !pub.Equal(key.public) {
			continue
		}
		if i > 0 {
			return bad(crtField, fmt.Sprintf("the key belongs to certificate %d of tls.crt, not to the first", i+1), "put the server's certificate first")
		}
		return nil
	}
	return bad(keyField, "the private key does not belong to the certificate in tls.crt", "store the key that the certificate was issued for")
}
