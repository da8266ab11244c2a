package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"flag"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"time"

	"sigs.k8s.io/yaml"
)

// lifetime of the certificate; clients refuse those that live much longer.
const lifetime = 90 * 24 * time.Hour

func main() {
	host := flag.String("host", "pets.example", "DNS name in the certificate")
	name := flag.String("name", "pets-example", "name of the Secret")
	namespace := flag.String("namespace", "default", "namespace of the Secret")
	out := flag.String("out", "", "file to write")
	flag.Parse()
	if err := write(*out, *namespace, *name, *host, time.Now()); err != nil {
		slog.Error("no certificate", "reason", err)
		os.Exit(1)
	}
}

// write puts the Secret into a file that only this user can read.
func write(file, namespace, name, host string, now time.Time) error {
	cert, key, err := selfSigned(host, now)
	if err != nil {
		return err
	}
	content, err := yaml.Marshal(secret(namespace, name, cert, key))
	if err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return fmt.Errorf("secret: %w", err)
	}
	return nil
}

// secret is a Secret of type kubernetes.io/tls.
func secret(namespace, name string, cert, key []byte) map[string]any {
	return map[string]any{
		"apiVersion": "v1",
		"kind":       "Secret",
		"metadata":   map[string]any{"namespace": namespace, "name": name},
		"type":       "kubernetes.io/tls",
		"stringData": map[string]string{"tls.crt": string(cert), "tls.key": string(key)},
	}
}

// selfSigned returns a certificate for a host and its key, both in PEM.
func selfSigned(host string, now time.Time) (cert, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, fmt.Errorf("serial number: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: host},
		DNSNames:     []string{host},
		NotBefore:    now.Add(-time.Hour), // for clients whose clock is late
		NotAfter:     now.Add(lifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate: %w", err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("key: %w", err)
	}
	cert = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	key = pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
	return cert, key, nil
}
