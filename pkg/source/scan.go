package source

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// maxDirLinks is how many links to directories a path may lead through. It
// bounds what links that lead to each other add up to.
const maxDirLinks = 4

// scanTree finds the root anew and returns all manifests in it.
func (d *Directory) scanTree() ([]string, error) {
	absolute, err := filepath.Abs(d.root)
	if err != nil {
		return nil, fmt.Errorf("find the directory: %w", err)
	}
	real, hops, err := d.resolve(absolute)
	if err == nil {
		_, err = os.ReadDir(real)
	}
	if err != nil {
		return nil, fmt.Errorf("read the directory %s: %w", d.root, plain(err))
	}
	// What the root's own name leads to is a hop even where no link is.
	hops = append(hops, hop{filepath.Dir(absolute), filepath.Base(absolute)})
	d.forgetAll()
	d.tree.addDir(d.root, dir{real: real})
	d.tree.addLink(d.root, hops)
	d.watchDir(filepath.Dir(absolute))
	return d.scan(d.root), nil
}

// scan returns the manifests below the directory at path. It is watched before
// it is listed, so that nothing that comes into being meanwhile is missed.
func (d *Directory) scan(path string) []string {
	real := d.tree.dirs[path].real
	d.watchDir(real)
	entries, err := os.ReadDir(real)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		d.complain(path, ir.Error, "the directory cannot be read: %v", plain(err))
		return d.filesBelow(path)
	}
	d.settled(path)
	var found []string
	for _, entry := range entries {
		if !isHidden(entry.Name()) {
			found = append(found, d.enter(filepath.Join(path, entry.Name()), entry.Type())...)
		}
	}
	return found
}

// enter returns the manifests at path: itself, those below it, or none.
func (d *Directory) enter(path string, kind fs.FileMode) []string {
	parent, ok := d.tree.dirs[filepath.Dir(path)]
	if !ok {
		return nil
	}
	at := dir{real: filepath.Join(parent.real, filepath.Base(path)), links: parent.links}
	linked := kind&fs.ModeSymlink != 0
	if linked {
		if at.real, kind, ok = d.follow(path, at.real); !ok {
			return nil
		}
	}
	switch {
	case kind.IsDir() && linked:
		at.links++
		return d.enterLinked(path, at)
	case kind.IsDir():
		d.tree.addDir(path, at)
		return d.scan(path)
	case kind.IsRegular() && isManifest(filepath.Base(path)):
		return []string{path}
	default:
		return nil
	}
}

// enterLinked is enter for a link to a directory.
func (d *Directory) enterLinked(path string, at dir) []string {
	if at.links > maxDirLinks {
		d.complain(path, ir.Warning, "more than %d links to directories in one path are not followed", maxDirLinks)
		return nil
	}
	if up, back := d.tree.leadsBack(path, at.real); back {
		d.complain(path, ir.Warning, "the link leads back to %s and is not followed", up)
		return nil
	}
	d.tree.addDir(path, at)
	return d.scan(path)
}

// follow returns where the link at path leads, which is the one at real, and
// notes the hops on the way.
func (d *Directory) follow(path, real string) (string, fs.FileMode, bool) {
	target, hops, err := d.resolve(real)
	d.tree.addLink(path, hops)
	var info fs.FileInfo
	if err == nil {
		info, err = os.Stat(target)
	}
	if err != nil {
		d.complain(path, ir.Warning, "the link leads nowhere: %v", plain(err))
		return "", 0, false
	}
	d.settled(path)
	return target, info.Mode().Type(), true
}

// resolve is resolve with every hop watched, and looked at after that.
func (d *Directory) resolve(path string) (string, []hop, error) {
	for {
		real, hops, err := resolve(path)
		for _, h := range hops {
			d.watchDir(h.dir)
		}
		if again, _, _ := resolve(path); err != nil || again == real {
			return real, hops, err
		}
	}
}

// filesBelow returns the known files at path, or below it if it is a directory.
func (d *Directory) filesBelow(path string) []string {
	if _, ok := d.tree.dirs[path]; !ok {
		if d.files[path] == nil {
			return nil
		}
		return []string{path}
	}
	var out []string
	for name := range d.files {
		if isBelow(name, path) {
			out = append(out, name)
		}
	}
	return out
}

// forget drops what is known of directories and links at path and below.
func (d *Directory) forget(path string) {
	d.tree.remove(path)
	for name := range d.trouble {
		if isBelow(name, path) {
			d.settled(name)
		}
	}
}

func (d *Directory) forgetAll() {
	d.tree = newTree()
	for name := range d.trouble {
		if name != watchingOf(d.root) {
			d.settled(name)
		}
	}
}

// without returns the removal of those of the known files that were not found.
func (d *Directory) without(known, found []string) []change {
	still := make(map[string]bool, len(found))
	for _, path := range found {
		still[path] = true
	}
	var removed []change
	for _, path := range known {
		if !still[path] {
			removed = append(removed, change{before: d.files[path]})
		}
	}
	return removed
}

// stale returns those of the paths that may have changed since they were read.
func (d *Directory) stale(paths []string) []string {
	changed := make([]bool, len(paths))
	spread(len(paths), func(i int) {
		f := d.files[paths[i]]
		info, err := os.Stat(paths[i])
		changed[i] = f == nil || err != nil || !f.stamp.same(stampOf(info))
	})
	var out []string
	for i, path := range paths {
		if changed[i] {
			out = append(out, path)
		}
	}
	return out
}

// plain is the error without the path, which is said beside it.
func plain(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}
