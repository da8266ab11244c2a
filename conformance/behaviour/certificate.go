package behaviour

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"time"
)

// Certificates makes certificates for the names that cases ask for, each once.
type Certificates struct {
	ca    *x509.Certificate
	caKey *ecdsa.PrivateKey

	mu    sync.Mutex
	pairs map[string]pair
}

// pair is a certificate and its key, in PEM.
type pair struct{ chain, key []byte }

// NewCertificates makes an authority.
func NewCertificates() (*Certificates, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of the behaviour cases"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	ca, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &Certificates{ca: ca, caKey: key, pairs: map[string]pair{}}, nil
}

// Authority returns the authority's certificate in PEM.
func (c *Certificates) Authority() []byte { return encode("CERTIFICATE", c.ca.Raw) }

// Pair returns a certificate for DNS names, separated by commas, and its key, in
// PEM. Of names that start with "expired," the certificate is out of date.
func (c *Certificates) Pair(names string) (chain, key []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.pairs[names]
	if !ok {
		if p, err = c.issue(names); err != nil {
			return nil, nil, err
		}
		c.pairs[names] = p
	}
	return p.chain, p.key, nil
}

func (c *Certificates) issue(names string) (pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return pair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return pair{}, err
	}
	end := time.Now().Add(12 * time.Hour)
	dns, expired := strings.CutPrefix(names, "expired,")
	if expired {
		end = time.Now().Add(-time.Minute)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "behaviour case"}, DNSNames: strings.Split(dns, ","),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: end, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, c.ca, key.Public(), c.caKey)
	if err != nil {
		return pair{}, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return pair{}, err
	}
	return pair{encode("CERTIFICATE", der), encode("PRIVATE KEY", pkcs8)}, nil
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// Backend returns the settings with which backends serve TLS: a certificate for
// whatever name is asked for, "backend.example" if none is. A certificate of the
// client is asked for and not needed.
func (c *Certificates) Backend() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, ClientAuth: tls.RequestClientCert,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
			name := hello.ServerName
			if name == "" {
				name = "backend.example"
			}
			chain, key, err := c.Pair(name)
			if err != nil {
				return nil, err
			}
			pair, err := tls.X509KeyPair(chain, key)
			return &pair, err
		},
	}
}
