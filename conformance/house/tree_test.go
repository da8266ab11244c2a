package house_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree is this repository, by path from its root with slashes.
type tree map[string]string

// read returns the texts of all files but those of the data that tests read.
func read(t *testing.T) tree {
	root := filepath.Join("..", "..")
	files := tree{}
	require.NoError(t, filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(at, root+string(filepath.Separator)))
		if entry.IsDir() {
			switch entry.Name() {
			case ".git", ".cache", "bin", "testdata":
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".sum") || !entry.Type().IsRegular() {
			return nil
		}
		text, err := os.ReadFile(at)
		files[name] = string(text)
		return err
	}))
	require.Contains(t, files, "go.mod")
	return files
}

// matching returns the files whose path fits one of the patterns of path.Match.
func (f tree) matching(patterns ...string) tree {
	out := tree{}
	for name, text := range f {
		for _, pattern := range patterns {
			if fits, err := path.Match(pattern, name); err != nil || fits {
				out[name] = text
			}
		}
	}
	return out
}

// ending returns the files with the ending.
func (f tree) ending(ending string) tree {
	out := tree{}
	for name, text := range f {
		if strings.HasSuffix(name, ending) {
			out[name] = text
		}
	}
	return out
}
