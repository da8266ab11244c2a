package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func secret(p pair) *corev1.Secret {
	return &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "cert"},
		Type:       corev1.SecretTypeTLS,
		Data:       map[string][]byte{corev1.TLSCertKey: p.crt, corev1.TLSPrivateKeyKey: p.key},
	}
}

// parseCase is an input, what Parse says of it and whether Envoy agrees.
type parseCase struct {
	name string
	in   pair
	// message is part of the problem's; none without.
	message string
	// served is true where Parse returns a certificate.
	served bool
	// stricter is true where Envoy would load what Parse refuses.
	stricter bool
}

func joined(parts ...any) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			b.WriteString(p)
		case []byte:
			b.Write(p)
		}
	}
	return b.Bytes()
}

func keyCases(t *testing.T) []parseCase {
	t.Helper()
	p256 := issue(t, ecKey(t, elliptic.P256()), nil, nil)
	rsa2048 := issue(t, rsaKey(t, 2048), nil, nil)
	ecDER, err := x509.MarshalECPrivateKey(p256.key.(*ecdsa.PrivateKey))
	require.NoError(t, err)
	rsaDER := x509.MarshalPKCS1PrivateKey(rsa2048.key.(*rsa.PrivateKey))
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	crt, key := crtPEM(p256), keyPEM(t, p256.key)
	encrypted := pem.EncodeToMemory(&pem.Block{
		Type: "EC PRIVATE KEY", Bytes: ecDER,
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"},
	})
	pair256 := func(key []byte) pair { return pair{crt, key} }
	return []parseCase{
		{name: "P-256", in: secretOf(t, p256), served: true},
		{name: "P-384", in: secretOf(t, issue(t, ecKey(t, elliptic.P384()), nil, nil)), served: true},
		{name: "P-521", in: secretOf(t, issue(t, ecKey(t, elliptic.P521()), nil, nil)), served: true},
		{name: "P-224", in: secretOf(t, issue(t, ecKey(t, elliptic.P224()), nil, nil)), message: "curve P-224"},
		{name: "Ed25519", in: secretOf(t, issue(t, ed, nil, nil)), served: true, message: "browsers do not support"},
		{name: "RSA 1024", in: secretOf(t, issue(t, rsaKey(t, 1024), nil, nil)), message: "1024 bits"},
		{name: "RSA 2047", in: secretOf(t, issue(t, rsaKey(t, 2047), nil, nil)), message: "2047 bits"},
		{name: "RSA 2048", in: secretOf(t, rsa2048), served: true},
		{name: "RSA with three primes", in: stored(t, "multiprime"), message: "more than two primes"},
		{name: "RSA-PSS", in: stored(t, "rsapss"), message: "cannot be read"},
		{name: "PKCS #1", in: pair{crtPEM(rsa2048), encode("RSA PRIVATE KEY", rsaDER)}, served: true},
		{name: "SEC 1", in: pair256(encode("EC PRIVATE KEY", ecDER)), served: true},
		{name: "parameters before the key", in: pair256(joined(encode("EC PARAMETERS", []byte{5, 0}), key)), served: true},
		{name: "text around the key", in: pair256(joined("Bag Attributes\n", key, "the end\n")), served: true},
		{name: "second key fits", in: pair256(joined(keyPEM(t, rsa2048.key), key)), message: "does not belong"},
		{name: "first key fits", in: pair256(joined(key, keyPEM(t, rsa2048.key))), served: true},
		{name: "key of another certificate", in: pair256(keyPEM(t, ecKey(t, elliptic.P256()))), message: "does not belong"},
		{name: "key of another kind", in: pair256(keyPEM(t, rsa2048.key)), message: "does not belong"},
		{name: "encrypted PKCS #8", in: pair256(encode("ENCRYPTED PRIVATE KEY", ecDER)), message: "encrypted"},
		{name: "encrypted the old way", in: pair256(encrypted), message: "encrypted"},
		{name: "certificate as key", in: pair256(crt), message: "no private key"},
		{name: "key cut short", in: pair256(key[:len(key)/2]), message: "cannot be read"},
		{name: "key of random bytes", in: pair256(encode("PRIVATE KEY", []byte("nonsense"))), message: "cannot be read"},
		{name: "key in DER", in: pair256(ecDER), message: "no private key"},
		{name: "no key", in: pair256(nil), message: "no tls.key"},
	}
}

func chainCases(t *testing.T) []parseCase {
	t.Helper()
	root := authority(t, "root", nil)
	mid := authority(t, "mid", &root)
	leaf := issue(t, ecKey(t, elliptic.P256()), &mid, named("leaf"))
	crt, key := crtPEM(leaf), keyPEM(t, leaf.key)
	with := func(parts ...any) pair { return pair{joined(parts...), key} }
	weak := crtPEM(issue(t, rsaKey(t, 1024), nil, named("weak")))
	selfSigned := func(change func(*x509.Certificate)) pair {
		return secretOf(t, issue(t, ecKey(t, elliptic.P256()), nil, change))
	}
	return []parseCase{
		{name: "leaf alone", in: secretOf(t, leaf), served: true},
		{name: "whole chain", in: secretOf(t, leaf, mid, root), served: true},
		{name: "chain with a gap", in: secretOf(t, leaf, root), served: true, message: "certificate 2 of tls.crt is not the issuer"},
		{name: "chain out of order", in: secretOf(t, leaf, root, mid), served: true, message: "certificate 2 of tls.crt is not the issuer"},
		{name: "stranger with a weak key behind the leaf", in: with(crt, weak), served: true, message: "not the issuer"},
		{name: "leaf last", in: with(crtPEM(root, mid, leaf)), message: "belongs to certificate 3"},
		{name: "expired", in: selfSigned(valid(noon.Add(-2*time.Hour), noon.Add(-time.Hour))), served: true, message: "expired on 2026-06-01T11:00:00Z"},
		{name: "not valid yet", in: selfSigned(valid(noon.Add(time.Hour), noon.Add(2*time.Hour))), served: true, message: "not valid before 2026-06-01T13:00:00Z"},
		{name: "stapling demanded", in: selfSigned(stapled(t)), message: "stapled OCSP"},
		{name: "text before and after", in: with("subject=leaf\n", crt, "garbage\n"), served: true},
		{name: "key before the certificate", in: with(key, crt), served: true},
		{name: "old name of the PEM type", in: with(encode("X509 CERTIFICATE", leaf.cert.Raw)), served: true},
		{name: "trusted certificate", in: stored(t, "trusted"), message: "TRUSTED CERTIFICATE", stricter: true},
		{name: "carriage returns", in: with(bytes.ReplaceAll(crt, []byte("\n"), []byte("\r\n"))), served: true},
		{name: "no newline at the end", in: with(bytes.TrimSpace(crt)), served: true},
		{name: "broken block behind the leaf", in: with(crt, "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"), message: "cannot be read"},
		{name: "open block behind the leaf", in: with(crt, "-----BEGIN CERTIFICATE-----\nAAAA\n"), message: "cannot be read"},
		{name: "nonsense in a block", in: with(crt, encode("CERTIFICATE", []byte("nonsense"))), message: "certificate 2 of tls.crt cannot be read"},
		{name: "indented", in: with(bytes.ReplaceAll(crt, []byte("\n"), []byte("\n "))), message: "cannot be read"},
		{name: "byte order mark", in: with("\xef\xbb\xbf", crt), message: "cannot be read"},
		{name: "all on one line", in: with(bytes.ReplaceAll(crt, []byte("\n"), nil)), message: "cannot be read"},
		{name: "DER", in: with(leaf.cert.Raw), message: "not PEM"},
		{name: "key as certificate", in: with(key), message: "holds no certificate but a PRIVATE KEY"},
		{name: "no certificate", in: with(), message: "no tls.crt"},
		{name: "seventeen certificates", in: with(bytes.Repeat(crt, 17)), message: "more than 16", stricter: true},
		{name: "too long", in: with(crt, bytes.Repeat([]byte("a line of text\n"), 10000)), message: "longer than 128 KiB", stricter: true},
	}
}

func TestParseAcceptsWhatEnvoyAccepts(t *testing.T) {
	envoy := envoyPath(t)
	for _, c := range slices.Concat(keyCases(t), chainCases(t)) {
		t.Run(c.name, func(t *testing.T) {
			out, p := Parse(secret(c.in), noon)
			checkProblem(t, c, p)
			accepts, said := envoyAccepts(t, envoy, c.in.crt, c.in.key)
			require.Equal(t, c.served || c.stricter, accepts, "what is in the Secret: %s", said)
			if !c.served {
				require.Zero(t, out)
				return
			}
			accepts, said = envoyAccepts(t, envoy, out.Chain, out.Key)
			require.True(t, accepts, "what Parse returns: %s", said)
		})
	}
}

func checkProblem(t *testing.T, c parseCase, p *ir.Problem) {
	t.Helper()
	if c.message == "" {
		require.Nil(t, p)
		return
	}
	require.NotNil(t, p)
	require.Contains(t, p.Message, c.message)
	require.Equal(t, ir.ReasonBadCertificate, p.Reason)
	require.NotEmpty(t, p.Remedy)
	require.Contains(t, []string{crtField, keyField}, p.Field)
	want := ir.Error
	if c.served {
		want = ir.Warning
	}
	require.Equal(t, want, p.Severity)
}

func TestParseRefusesHugeKeys(t *testing.T) {
	key := &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 8192), E: 65537}
	require.Contains(t, checkKey(key), "8193 bits")
}

func TestParseTakesOnlyTheTypesThatHoldCertificates(t *testing.T) {
	in := secretOf(t, issue(t, ecKey(t, elliptic.P256()), nil, nil))
	for kind, ok := range map[corev1.SecretType]bool{
		corev1.SecretTypeTLS: true, corev1.SecretTypeOpaque: true, "": true,
		corev1.SecretTypeBasicAuth: false, "example.com/tls": false,
	} {
		s := secret(in)
		s.Type = kind
		_, p := Parse(s, noon)
		require.Equal(t, ok, p == nil, "type %q", kind)
		if p != nil {
			require.Equal(t, "type", p.Field)
		}
	}
}

func TestParseReturnsNamesAndStableBytes(t *testing.T) {
	m := issue(t, ecKey(t, elliptic.P256()), nil, nil)
	in := secretOf(t, m)
	c, p := Parse(secret(in), noon)
	require.Nil(t, p)
	require.Equal(t, ir.Name{Namespace: "ns", Name: "cert"}, c.Name)
	require.Equal(t, []string{"a.example", "b.example"}, c.DNSNames)
	require.Equal(t, in.crt, c.Chain)
	require.Equal(t, in.key, c.Key)

	noisy, p := Parse(secret(pair{joined("text\n", in.crt), joined(in.key, "text\n")}), noon)
	require.Nil(t, p)
	require.Equal(t, c, noisy, "text around the blocks changes nothing")

	renewed, p := Parse(secret(secretOf(t, issue(t, m.key, nil, named("other")))), noon)
	require.Nil(t, p)
	require.NotEqual(t, c.Digest, renewed.Digest)
}

func TestParseNeverQuotesTheKey(t *testing.T) {
	in := secretOf(t, issue(t, ecKey(t, elliptic.P256()), nil, nil))
	in.key = encode("PRIVATE KEY", []byte("my secret words"))
	_, p := Parse(secret(in), noon)
	require.NotNil(t, p)
	require.NotContains(t, p.String(), "words")
}
