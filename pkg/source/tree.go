package source

import (
	"path/filepath"
	"slices"
	"strings"
)

// tree is what is known of directories and links. A directory of the disk can
// be at several paths of the tree, and a path can depend on places elsewhere.
type tree struct {
	dirs map[string]dir
	// byReal holds the paths of each directory of the disk.
	byReal map[string][]string
	// links holds the hops of every path that is a link, and of the root.
	links map[string][]hop
	// byHop holds the paths that lead over a hop.
	byHop map[hop][]string
}

// dir is a directory at a path of the tree.
type dir struct {
	// real is its path without symbolic links.
	real string
	// links is how many links to directories its path leads through.
	links int
}

func newTree() tree {
	return tree{dirs: map[string]dir{}, byReal: map[string][]string{}, links: map[string][]hop{}, byHop: map[hop][]string{}}
}

func (t *tree) addDir(path string, at dir) {
	t.removeDir(path)
	t.dirs[path] = at
	t.byReal[at.real] = append(t.byReal[at.real], path)
}

func (t *tree) removeDir(path string) {
	at, ok := t.dirs[path]
	if !ok {
		return
	}
	delete(t.dirs, path)
	removeFrom(t.byReal, at.real, path)
}

func (t *tree) addLink(path string, hops []hop) {
	t.removeLink(path)
	t.links[path] = hops
	for _, h := range hops {
		t.byHop[h] = append(t.byHop[h], path)
	}
}

func (t *tree) removeLink(path string) {
	for _, h := range t.links[path] {
		removeFrom(t.byHop, h, path)
	}
	delete(t.links, path)
}

func removeFrom[K comparable](index map[K][]string, key K, path string) {
	rest := slices.DeleteFunc(index[key], func(p string) bool { return p == path })
	if index[key] = rest; len(rest) == 0 {
		delete(index, key)
	}
}

// remove forgets what is at path and, if that is a directory, below it.
func (t *tree) remove(path string) {
	t.removeLink(path)
	if _, ok := t.dirs[path]; !ok {
		return
	}
	for name := range t.dirs {
		if isBelow(name, path) {
			t.removeDir(name)
		}
	}
	for name := range t.links {
		if isBelow(name, path) {
			t.removeLink(name)
		}
	}
}

// paths returns what a name in a directory of the disk is, or decides on.
func (t *tree) paths(real, name string) []string {
	var out []string
	if !isHidden(name) {
		for _, path := range t.byReal[real] {
			out = append(out, filepath.Join(path, name))
		}
	}
	return append(out, t.byHop[hop{real, name}]...)
}

// leadsBack returns the directory above path that is the same one on the disk.
func (t *tree) leadsBack(path, real string) (string, bool) {
	for up := filepath.Dir(path); ; up = filepath.Dir(up) {
		at, ok := t.dirs[up]
		if !ok {
			return "", false
		}
		if at.real == real {
			return up, true
		}
		if up == filepath.Dir(up) {
			return "", false
		}
	}
}

// isBelow reports whether path is dir or something in it.
func isBelow(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, dir+string(filepath.Separator))
}
