package main

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

func TestSecretHoldsACertificateForTheHost(t *testing.T) {
	file := filepath.Join(t.TempDir(), "certificate.yaml")
	now := time.Now()
	require.NoError(t, write(file, "default", "pets-example", "pets.example", now))

	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	var secret struct {
		Kind, Type string
		Metadata   struct{ Namespace, Name string }
		StringData map[string]string
	}
	require.NoError(t, yaml.Unmarshal(content, &secret))
	require.Equal(t, "Secret", secret.Kind)
	require.Equal(t, "kubernetes.io/tls", secret.Type)
	require.Equal(t, "default", secret.Metadata.Namespace)
	require.Equal(t, "pets-example", secret.Metadata.Name)

	pair, err := tls.X509KeyPair([]byte(secret.StringData["tls.crt"]), []byte(secret.StringData["tls.key"]))
	require.NoError(t, err)
	require.NoError(t, pair.Leaf.VerifyHostname("pets.example"))
	require.Error(t, pair.Leaf.VerifyHostname("other.example"))
	require.True(t, pair.Leaf.NotBefore.Before(now) && pair.Leaf.NotAfter.After(now.Add(24*time.Hour)))
}

func TestEachCertificateHasItsOwnKey(t *testing.T) {
	_, first, err := selfSigned("pets.example", time.Now())
	require.NoError(t, err)
	_, second, err := selfSigned("pets.example", time.Now())
	require.NoError(t, err)
	require.NotEqual(t, first, second)
}

func TestFileThatCannotBeWrittenIsAnError(t *testing.T) {
	require.ErrorContains(t, write(t.TempDir(), "default", "x", "x.example", time.Now()), "secret")
}
