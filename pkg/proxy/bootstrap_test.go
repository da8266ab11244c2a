package proxy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	bootstrap "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
)

func TestBootstrapIsTheSameEachTime(t *testing.T) {
	options := Options{XDS: "/run/xds.sock", AdminSocket: "/run/admin.sock"}
	first, err := Bootstrap(options)
	require.NoError(t, err)
	second, err := Bootstrap(options)
	require.NoError(t, err)
	require.Equal(t, string(first), string(second))
}

func TestBootstrapOpensNoPort(t *testing.T) {
	content, err := Bootstrap(Options{XDS: "/run/xds.sock", AdminSocket: "/run/admin.sock"})
	require.NoError(t, err)
	require.NotContains(t, string(content), "portValue")
	var message bootstrap.Bootstrap
	require.NoError(t, protojson.Unmarshal(content, &message))
	admin := message.GetAdmin().GetAddress().GetPipe()
	require.Equal(t, "/run/admin.sock", admin.GetPath())
	require.EqualValues(t, 0o600, admin.GetMode())
}

func TestBootstrapRefusesAddressesThatCannotBeUsed(t *testing.T) {
	long := "/" + strings.Repeat("x", maxSocketPath)
	tests := map[string]struct{ xds, admin, want string }{
		"no xds":         {"", "/a", "address of the ADS server"},
		"host name":      {"localhost:1", "/a", "neither an absolute path nor an IP address"},
		"not loopback":   {"10.0.0.1:18000", "/a", "is not a loopback address"},
		"all addresses":  {"0.0.0.0:18000", "/a", "is not a loopback address"},
		"long socket":    {long, "/a", "is longer than"},
		"no admin":       {"/x", "", "admin socket"},
		"relative admin": {"/x", "a.sock", "must be an absolute path"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Bootstrap(Options{XDS: test.xds, AdminSocket: test.admin})
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestBootstrapTakesLoopbackPorts(t *testing.T) {
	for _, xds := range []string{"127.0.0.1:18000", "[::1]:18000"} {
		content, err := Bootstrap(Options{XDS: xds, AdminSocket: "/a"})
		require.NoError(t, err)
		require.Contains(t, string(content), `"portValue": 18000`)
	}
}

func TestDirHasShortNamesForSockets(t *testing.T) {
	deep := filepath.Join(t.TempDir(), strings.Repeat("d", maxSocketPath))
	require.NoError(t, os.Mkdir(deep, 0o700))
	t.Setenv("TMPDIR", deep)
	dir, err := NewDir()
	require.NoError(t, err)
	require.LessOrEqual(t, len(dir.AdminSocket()), maxSocketPath)

	info, err := os.Stat(dir.path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	entries, err := os.ReadDir(deep)
	require.NoError(t, err)
	require.Empty(t, entries, "the directory with the long name was removed again")

	require.NoError(t, dir.Remove())
	require.NoDirExists(t, dir.path)
}
