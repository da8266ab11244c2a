package source

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// TestWatchingAnyScriptOfEditsEndsAsAFreshLoad is the oracle of this package:
// whatever is done to the files, and however it falls together in time, who
// followed the events holds what who loads now finds.
func TestWatchingAnyScriptOfEditsEndsAsAFreshLoad(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := script{t: t, rand: rand.New(rand.NewPCG(seed, 1)), root: t.TempDir(), outside: t.TempDir()}
			for range 10 {
				s.step()
			}
			l := watchDir(t, s.root)
			for range 12 {
				for range 1 + s.rand.IntN(12) {
					s.step()
				}
				s.mend()
				l.until(func() bool {
					now := load(t, s.root)
					return agree(now, l.held)
				})
				checkWhere(t, l)
			}
		})
	}
}

// agree reports whether two readers hold the same, but for generations.
func agree(a, b *held) bool {
	if len(a.objects) != len(b.objects) || strings.Join(a.said(), "\n") != strings.Join(b.said(), "\n") {
		return false
	}
	for key, o := range a.objects {
		if other := b.objects[key]; other == nil || !same(o.Obj, other.Obj) {
			return false
		}
	}
	return true
}

// checkWhere reads the line that an object is said to start on.
func checkWhere(t *testing.T, l *live) {
	for key := range l.objects {
		file, line, ok := l.dir.Where(key)
		require.True(t, ok)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		lines := strings.Split(string(text), "\n")
		require.Contains(t, lines[line+1], fmt.Sprintf("{name: %q}", key.Name))
	}
	require.Len(t, l.dir.claims.byKey, len(l.objects))
	_, _, ok := l.dir.Where(ir.Object{Kind: "None"})
	require.False(t, ok)
}

// script does random things to a directory.
type script struct {
	t             *testing.T
	rand          *rand.Rand
	root, outside string
	versions      int
}

var scriptNames = []string{"a.yaml", "b.yml", "c.yaml", "sub/a.yaml", "sub/b.yaml", "sub/deep/c.yaml", "other/d.yaml"}

func (s *script) path() string {
	return filepath.Join(s.root, scriptNames[s.rand.IntN(len(scriptNames))])
}

// content is a few documents, some of which others define, too.
func (s *script) content() string {
	var docs []string
	for range s.rand.IntN(5) {
		s.versions++
		docs = append(docs, config(fmt.Sprintf("o%d", s.rand.IntN(12)), fmt.Sprint(s.versions)))
	}
	if s.rand.IntN(4) == 0 {
		docs = append(docs, "# only a comment\n")
	}
	return strings.Join(docs, "---\n")
}

const brokenMark = "# broken\n"

func (s *script) broken() string {
	docs := []string{"a: [", "\x00", "apiVersion: v1\nkind: ConfigMap\n", strings.Replace(config("o1", "x"), "\ndata", "\ndta", 1), "apiVersion: v1\nki"}
	return brokenMark + s.content() + "---\n" + docs[s.rand.IntN(len(docs))]
}

func (s *script) step() {
	path := s.path()
	switch s.rand.IntN(12) {
	case 0, 1, 2:
		write(s.t, path, s.content())
	case 3, 4:
		require.NoError(s.t, os.MkdirAll(filepath.Dir(path), 0o755))
		replace(s.t, path, s.content())
	case 5:
		write(s.t, path, s.broken())
	case 6:
		_ = os.Remove(path)
	case 7:
		_ = os.Rename(path, s.path())
	case 8:
		_ = os.RemoveAll(filepath.Join(s.root, "sub"))
	case 9:
		_ = os.Rename(filepath.Join(s.root, "sub"), filepath.Join(s.root, "other", "sub"))
		_ = os.Rename(filepath.Join(s.root, "other", "sub", "deep"), filepath.Join(s.root, "deep"))
	case 10:
		target := filepath.Join(s.outside, fmt.Sprintf("t%d", s.rand.IntN(3)))
		write(s.t, filepath.Join(target, "x.yaml"), s.content())
		_ = os.Symlink(target, filepath.Join(s.root, ".next"))
		_ = os.Rename(filepath.Join(s.root, ".next"), filepath.Join(s.root, "linked"))
	case 11:
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
		if err == nil {
			_, _ = f.WriteString("---\n" + config("appended", "1"))
			f.Close()
		}
	}
}

// mend makes every file valid, as what a broken one holds depends on the past.
func (s *script) mend() {
	for _, top := range []string{s.root, s.outside} {
		require.NoError(s.t, filepath.WalkDir(top, func(path string, e os.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() || !isManifest(path) {
				return err
			}
			text, err := os.ReadFile(path)
			require.NoError(s.t, err)
			if strings.Contains(string(text), brokenMark) {
				write(s.t, path, s.content())
			}
			return nil
		}))
	}
}
