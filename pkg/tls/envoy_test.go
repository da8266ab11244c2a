package tls

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// envoyPath finds Envoy: $ENVOY, then PATH, then .cache/bin at the root of the
// repository.
func envoyPath(t *testing.T) string {
	t.Helper()
	if p := os.Getenv("ENVOY"); p != "" {
		return p
	}
	if p, err := exec.LookPath("envoy"); err == nil {
		return p
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	p := filepath.Join(dir, ".cache", "bin", "envoy")
	require.FileExists(t, p, "Envoy is missing: set ENVOY or put it there")
	return p
}

const bootstrap = `
static_resources:
  listeners:
  - address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    filter_chains:
    - filters:
      - name: echo
        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.echo.v3.Echo}
      transport_socket:
        name: tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
          common_tls_context:
            tls_certificates:
            - certificate_chain: {filename: %q}
              private_key: {filename: %q}
`

// envoyAccepts reports whether Envoy loads a listener with the certificate,
// and what it says.
func envoyAccepts(t *testing.T, envoy string, chain, key []byte) (bool, string) {
	t.Helper()
	dir := t.TempDir()
	crt, pkey, config := filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key"), filepath.Join(dir, "envoy.yaml")
	require.NoError(t, os.WriteFile(crt, chain, 0o600))
	require.NoError(t, os.WriteFile(pkey, key, 0o600))
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, bootstrap, crt, pkey), 0o600))
	cmd := exec.CommandContext(t.Context(), envoy, "--mode", "validate", "-c", config,
		"--disable-hot-restart", "--concurrency", "1", "-l", "error")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := cmd.CombinedOutput()
	if err != nil {
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit, "Envoy did not run")
	}
	return err == nil, string(out)
}
