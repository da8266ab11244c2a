package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/sluice-gateway/sluice/pkg/source/manifest"
)

// stamp tells versions of a file apart without reading it. The zero stamp
// equals no other.
type stamp struct {
	inode    uint64
	size     int64
	modified int64 // Unix time in nanoseconds
}

// coarse is more than the steps in which kernels count the time of changes: a
// stamp as young as that may hide another change.
const coarse = 20 * time.Millisecond

func stampOf(info fs.FileInfo) stamp {
	s := stamp{size: info.Size(), modified: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.inode = sys.Ino
	}
	return s
}

// same reports whether the file is surely unchanged since the stamp was taken.
func (s stamp) same(now stamp) bool { return s != stamp{} && s == now }

// errUnstable says that a file changed while it was read.
var errUnstable = errors.New("the file changes while it is read")

// readFile returns the content of a regular file. Its stamp is zero when the
// content is so young that a change might not show.
func readFile(path string) ([]byte, stamp, error) {
	// O_NONBLOCK keeps a named pipe from blocking; regular files ignore it.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, stamp{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, stamp{}, err
	case !info.Mode().IsRegular():
		return nil, stamp{}, fmt.Errorf("%s is not a regular file", path)
	case info.Size() > manifest.MaxFile:
		return make([]byte, 0), stampOf(info), fmt.Errorf("it has %d bytes, more than the %d that are read", info.Size(), manifest.MaxFile)
	}
	text, err := readAll(f, info.Size())
	if err != nil {
		return nil, stamp{}, err
	}
	after, err := f.Stat()
	if err != nil {
		return nil, stamp{}, err
	}
	if stampOf(after) != stampOf(info) || int64(len(text)) != info.Size() {
		return text, stamp{}, errUnstable
	}
	if time.Since(info.ModTime()) < coarse {
		return text, stamp{}, nil
	}
	return text, stampOf(info), nil
}

func readAll(f *os.File, size int64) ([]byte, error) {
	text := make([]byte, size+1) // one more, to see whether it grew
	n, err := io.ReadFull(f, text)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = nil
	}
	return text[:n], err
}

// isManifest reports whether a file of this name is read.
func isManifest(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".yaml", ".yml", ".json":
		return !isHidden(name)
	default:
		return false
	}
}

// isHidden reports whether files and directories of this name are passed over.
// A mounted ConfigMap keeps its versions in hidden directories.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") }

// hop is a name in a directory on which it depends what a path leads to.
type hop struct{ dir, name string }

// maxLinks is how many symbolic links a path may lead through, as in Linux.
const maxLinks = 40

// resolve follows the symbolic links of an absolute path, and returns where it
// leads and over which hops: every link, and the place where it ends.
func resolve(path string) (string, []hop, error) {
	const root = string(filepath.Separator)
	var hops []hop
	at, rest, links := root, strings.Split(path, root), 0
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			at = filepath.Dir(at)
			continue
		}
		target, err := os.Readlink(filepath.Join(at, name))
		if err != nil { // not a link
			at = filepath.Join(at, name)
			continue
		}
		if links++; links > maxLinks {
			return "", hops, fmt.Errorf("%s leads through more than %d symbolic links", path, maxLinks)
		}
		hops = append(hops, hop{at, name})
		if filepath.IsAbs(target) {
			at = root
		}
		rest = append(strings.Split(target, root), rest...)
	}
	return at, append(hops, hop{filepath.Dir(at), filepath.Base(at)}), nil
}
