package proxy

import (
	"fmt"
	"os"
	"path/filepath"
)

// maxSocketPath is the shortest limit of Unix socket paths among the systems we
// run on: sun_path holds 104 bytes on macOS and 108 on Linux, with a closing zero.
const maxSocketPath = 103

// Dir is the private directory of one Envoy: its bootstrap and its Unix
// sockets. Only this user may enter it.
type Dir struct{ path string }

// NewDir makes a directory with a name short enough for sockets, under the
// system's directory for temporary files or, if that has a long name, under /tmp.
// The caller removes it in the end.
func NewDir() (Dir, error) {
	for _, parent := range []string{os.TempDir(), "/tmp"} {
		path, err := os.MkdirTemp(parent, "sluice-")
		if err != nil {
			return Dir{}, fmt.Errorf("cannot make a directory for Envoy's sockets: %w", err)
		}
		dir := Dir{path: path}
		if len(dir.AdminSocket()) <= maxSocketPath {
			return dir, nil
		}
		if err := dir.Remove(); err != nil {
			return Dir{}, err
		}
	}
	return Dir{}, fmt.Errorf("no directory with a name short enough for a Unix socket (%d bytes)", maxSocketPath)
}

// XDSSocket is where the ADS server listens and Envoy connects to.
func (d Dir) XDSSocket() string { return filepath.Join(d.path, "xds.sock") }

// AdminSocket is where Envoy's admin interface listens.
func (d Dir) AdminSocket() string { return filepath.Join(d.path, "admin.sock") }

// bootstrapFile is what Envoy is started with.
func (d Dir) bootstrapFile() string { return filepath.Join(d.path, "bootstrap.json") }

// Remove deletes the directory and all in it.
func (d Dir) Remove() error {
	if err := os.RemoveAll(d.path); err != nil {
		return fmt.Errorf("cannot remove Envoy's directory: %w", err)
	}
	return nil
}
