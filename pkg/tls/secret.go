package tls

import (
	"crypto/sha256"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// The fields of a Secret that problems name.
const (
	crtField = `data["tls.crt"]`
	keyField = `data["tls.key"]`
)

// maxChainBytes and maxKeyBytes bound what is parsed: the largest key that is
// accepted (RSA, 8192 bits) takes 7 KiB, sixteen certificates some 32 KiB.
const (
	maxChainBytes = 128 << 10
	maxKeyBytes   = 32 << 10
)

// Parse returns the certificate in a Secret of type kubernetes.io/tls or
// Opaque with the keys tls.crt and tls.key.
//
// A problem of severity ir.Error means that there is no certificate. With one
// of severity ir.Warning the certificate is served all the same: one that has
// expired, is not valid yet at now, has a chain out of order, or has a kind of
// key that browsers do not know. An expired certificate is served because that
// leaves the decision to the client, who can tell it from an outage.
func Parse(s *corev1.Secret, now time.Time) (ir.Certificate, *ir.Problem) {
	if p := checkSecret(s); p != nil {
		return ir.Certificate{}, p
	}
	chain, p := parseChain(s.Data[corev1.TLSCertKey])
	if p != nil {
		return ir.Certificate{}, p
	}
	key, p := parseKey(s.Data[corev1.TLSPrivateKeyKey])
	if p != nil {
		return ir.Certificate{}, p
	}
	if p := checkPair(chain, key); p != nil {
		return ir.Certificate{}, p
	}
	c := ir.Certificate{
		Name:     ir.Name{Namespace: s.Namespace, Name: s.Name},
		Chain:    encodeChain(chain),
		Key:      key.pem,
		DNSNames: dnsNames(chain[0]),
	}
	c.Digest = digest(c)
	return c, warn(chain, now)
}

func digest(c ir.Certificate) [32]byte {
	h := sha256.New()
	h.Write(c.Chain)
	h.Write(c.Key)
	return [32]byte(h.Sum(nil))
}

func checkSecret(s *corev1.Secret) *ir.Problem {
	if t := s.Type; t != corev1.SecretTypeTLS && t != corev1.SecretTypeOpaque && t != "" {
		return bad("type", "the Secret is of type "+strconv.Quote(string(t)), "use type kubernetes.io/tls")
	}
	if p := checkData(s, corev1.TLSCertKey, crtField, maxChainBytes); p != nil {
		return p
	}
	return checkData(s, corev1.TLSPrivateKeyKey, keyField, maxKeyBytes)
}

func checkData(s *corev1.Secret, key, field string, limit int) *ir.Problem {
	switch n := len(s.Data[key]); {
	case n == 0:
		return bad(field, "the Secret has no "+key, "make it with `kubectl create secret tls NAME --cert=FILE --key=FILE`")
	case n > limit:
		return bad(field, key+" is longer than "+strconv.Itoa(limit>>10)+" KiB", "keep the server's certificate and its intermediates only")
	}
	return nil
}

func bad(field, message, remedy string) *ir.Problem {
	return &ir.Problem{Severity: ir.Error, Reason: ir.ReasonBadCertificate, Field: field, Message: message, Remedy: remedy}
}

func doubtful(message, remedy string) *ir.Problem {
	return &ir.Problem{Severity: ir.Warning, Reason: ir.ReasonBadCertificate, Field: crtField, Message: message, Remedy: remedy}
}
