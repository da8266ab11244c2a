package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noon is the time at which the tests parse.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// pair is what a Secret holds: PEM of a chain and of a key.
type pair struct{ crt, key []byte }

// made is a certificate with its key.
type made struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func ecKey(t *testing.T, c elliptic.Curve) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(c, rand.Reader)
	require.NoError(t, err)
	return k
}

func rsaKey(t *testing.T, bits int) crypto.Signer {
	t.Helper()
	k, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(t, err)
	return k
}

// issue makes a certificate for key, signed by parent or by itself.
func issue(t *testing.T, key crypto.Signer, parent *made, change func(*x509.Certificate)) made {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7),
		Subject:      pkix.Name{CommonName: "a.example"},
		DNSNames:     []string{"b.example", "A.example"},
		NotBefore:    noon.Add(-time.Hour),
		NotAfter:     noon.Add(time.Hour),
	}
	if change != nil {
		change(template)
	}
	by := made{template, key}
	if parent != nil {
		by = *parent
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, key.Public(), by.key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return made{cert, key}
}

func authority(t *testing.T, name string, parent *made) made {
	t.Helper()
	return issue(t, ecKey(t, elliptic.P256()), parent, func(c *x509.Certificate) {
		c.Subject, c.DNSNames = pkix.Name{CommonName: name}, nil
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	})
}

func named(name string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.Subject.CommonName = name }
}

func valid(from, to time.Time) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = from, to }
}

// stapled demands OCSP stapling (RFC 7633).
func stapled(t *testing.T) func(*x509.Certificate) {
	t.Helper()
	value, err := asn1.Marshal([]int{5})
	require.NoError(t, err)
	return func(c *x509.Certificate) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 24}, Value: value}}
	}
}

func crtPEM(ms ...made) []byte {
	var out []byte
	for _, m := range ms {
		out = append(out, encode("CERTIFICATE", m.cert.Raw)...)
	}
	return out
}

func keyPEM(t *testing.T, k crypto.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(k)
	require.NoError(t, err)
	return encode("PRIVATE KEY", der)
}

func secretOf(t *testing.T, m made, chain ...made) pair {
	t.Helper()
	return pair{crtPEM(append([]made{m}, chain...)...), keyPEM(t, m.key)}
}

// stored reads a pair that package crypto cannot make, made with openssl.
func stored(t *testing.T, name string) pair {
	t.Helper()
	crt, err := os.ReadFile(filepath.Join("testdata", name+".crt"))
	require.NoError(t, err)
	key, err := os.ReadFile(filepath.Join("testdata", name+".key"))
	require.NoError(t, err)
	return pair{crt, key}
}
