package proxytest

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/sluice-gateway/sluice/pkg/proxy"
)

// Envoy returns the binary that proxy.Find chooses or else the one that `make
// envoy` has put into this repository. Without any it fails the test: a check
// that is left out in silence is none.
func Envoy(t testing.TB) proxy.Binary {
	t.Helper()
	binary, err := proxy.Find(t.Context(), "")
	if errors.Is(err, proxy.ErrNotFound) {
		binary, err = proxy.Find(t.Context(), filepath.Join(repository(t), ".cache", "bin", "envoy"))
	}
	if err != nil {
		t.Fatalf("these tests need Envoy, which `make envoy` gets: %v", err)
	}
	return binary
}

// repository returns the directory that holds go.mod, above the test's own.
func repository(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("not inside a Go module")
		}
		dir = parent
	}
}
