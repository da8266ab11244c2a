package source

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

type values = map[string]string

func TestLoadReadsTheTree(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "a.yaml"), config("a", "1")+"---\n"+config("b", "2"))
	write(t, filepath.Join(root, "sub", "deep", "c.yml"), "\uFEFF# a comment\r\n---\r\n"+strings.ReplaceAll(config("c", "3"), "\n", "\r\n"))
	write(t, filepath.Join(root, "d.JSON"), `{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"d"},"data":{"v":"4"}}]}`)
	write(t, filepath.Join(root, "empty.yaml"), "")
	write(t, filepath.Join(root, "comments.yaml"), "# nothing\n---\n# still nothing\n")
	write(t, filepath.Join(root, "README.md"), "not ours")
	write(t, filepath.Join(root, ".hidden.yaml"), config("h", "1"))
	write(t, filepath.Join(root, ".git", "x.yaml"), config("h", "1"))
	write(t, filepath.Join(root, "e.yaml~"), config("h", "1"))
	require.NoError(t, syscall.Mkfifo(filepath.Join(root, "pipe.yaml"), 0o600))

	h := load(t, root)
	require.Equal(t, values{"a": "1", "b": "2", "c": "3", "d": "4"}, h.values())
	require.Empty(t, h.said())
	b := h.objects[ir.Object{Kind: "ConfigMap", Namespace: "default", Name: "b"}]
	require.Equal(t, filepath.Join(root, "a.yaml"), b.File)
	require.Equal(t, 6, b.Line)
	require.EqualValues(t, 1, b.Obj.GetGeneration())
}

func TestLoadFailsOnlyForTheRoot(t *testing.T) {
	root := t.TempDir()
	_, err := open(t, filepath.Join(root, "none")).Load(t.Context())
	require.ErrorContains(t, err, "none")
	write(t, filepath.Join(root, "file"), "")
	_, err = open(t, filepath.Join(root, "file")).Load(t.Context())
	require.ErrorContains(t, err, "not a directory")
}

func TestProblemsNameFileLineAndField(t *testing.T) {
	root := t.TempDir()
	for name, text := range map[string]string{
		"syntax.yaml":    config("s", "1") + "---\na: [1\n",
		"unknown.yaml":   config("u", "1") + "---\napiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec:\n  ports:\n  - port: 80\n    prot: TCP\n",
		"twice.yaml":     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  v: a\n  v: b\n",
		"list.yaml":      "kind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: l}}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: m}\n  data: {k: 1}\n",
		"kind.yaml":      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n",
		"nameless.yaml":  "apiVersion: v1\nkind: Service\nmetadata:\n  labels: {}\n---\n" + config("n", "1"),
		"latin1.yaml":    "a: 1\nb: \xe4\n",
		"nul.yaml":       config("n0", "1") + "\x00",
		"scalar.yaml":    "hello\n",
		"duplicate.yaml": config("two", "1") + "---\n" + config("two", "2"),
	} {
		write(t, filepath.Join(root, name), text)
	}
	h := load(t, root)
	require.Equal(t, values{"u": "1", "l": "", "n": "1", "two": "1"}, h.values())
	require.Equal(t, []string{
		"duplicate.yaml:6: Conflict: ConfigMap default/two is defined by line 1 already; remove one of them",
		"kind.yaml:2: UnknownKind: kind: Deployment of apps/v1 is not a known kind, ignored; keep it elsewhere, if it is not for Sluice",
		"latin1.yaml:2: SyntaxError: the file cannot be parsed: the text is not UTF-8; mend it; until then the file counts as it last was",
		"list.yaml:7: WrongType: data[k]: expected a text, found a number or true or false; correct it; until then the object counts as it last was",
		"nameless.yaml:3: Invalid: metadata.name: is required; correct it; until then the object counts as it last was",
		"nul.yaml:5: SyntaxError: the file cannot be parsed: the text has a NUL byte; mend it; until then the file counts as it last was",
		"scalar.yaml:1: SyntaxError: the file cannot be parsed: expected an object, with fields such as apiVersion and kind; mend it; until then the file counts as it last was",
		"syntax.yaml:7: SyntaxError: the file cannot be parsed: did not find expected ',' or ']'; mend it; until then the file counts as it last was",
		"twice.yaml:6: DuplicateField: data.v: the field is written twice; remove one of them; until then the object counts as it last was",
		"unknown.yaml:12: UnknownField: spec.ports[0].prot: unknown field; correct it; until then the object counts as it last was",
	}, h.said())
}

func TestUnreadableFilesAndDirectoriesAreProblems(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("permissions bind no root user; big.yaml alone is checked")
	}
	root := t.TempDir()
	big := filepath.Join(root, "big.yaml")
	write(t, big, "")
	require.NoError(t, os.Truncate(big, 65<<20))
	write(t, filepath.Join(root, "a.yaml"), config("a", "1"))
	h := load(t, root)
	require.Equal(t, values{"a": "1"}, h.values())
	require.Len(t, h.said(), 1)
	require.Contains(t, h.said()[0], "big.yaml:0: Unreadable: the file cannot be read: it has 68157440 bytes")
}

func TestFirstFileByPathWinsAnObject(t *testing.T) {
	root := t.TempDir()
	write(t, filepath.Join(root, "b.yaml"), config("x", "b")+"---\n"+config("y", "b"))
	write(t, filepath.Join(root, "a.yaml"), config("x", "a"))
	write(t, filepath.Join(root, "c.yaml"), config("x", "c"))
	h := load(t, root)
	require.Equal(t, values{"x": "a", "y": "b"}, h.values())
	require.Equal(t, []string{
		"b.yaml:1: Conflict: ConfigMap default/x is defined by " + root + "/a.yaml already; remove one of them",
		"c.yaml:1: Conflict: ConfigMap default/x is defined by " + root + "/a.yaml already; remove one of them",
	}, h.said())
}

func TestLinksAreFollowedAndBounded(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "dir", "a.yaml"), config("a", "1"))
	write(t, filepath.Join(outside, "b.yaml"), config("b", "1"))
	write(t, filepath.Join(root, "own", "c.yaml"), config("c", "1"))
	for link, target := range map[string]string{
		"linked":      filepath.Join(outside, "dir"),
		"b.yaml":      filepath.Join(outside, "b.yaml"),
		"own/up":      "..",
		"own/self":    ".",
		"loop1":       "loop2",
		"loop2":       "loop1",
		"gone.yaml":   "nowhere",
		"chain":       "chain2",
		"chain2":      "b.yaml",
		"again.yaml":  "chain",
		".hid":        filepath.Join(outside, "dir"),
		"passwd.yaml": "/dev/zero",
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(root, link)))
	}
	require.NoError(t, os.Symlink(root, filepath.Join(outside, "dir", "back")))
	h := load(t, root)
	require.Equal(t, values{"a": "1", "b": "1", "c": "1"}, h.values())
	said := strings.Join(h.said(), "\n")
	for _, want := range []string{
		"b.yaml:1: Conflict", // again.yaml leads to the same file and comes first
		"own/up:0: Unreadable: the link leads back to " + root,
		"own/self:0: Unreadable: the link leads back to " + root + "/own",
		"linked/back:0: Unreadable: the link leads back to " + root,
		"loop1:0: Unreadable: the link leads nowhere",
		"gone.yaml:0: Unreadable: the link leads nowhere",
	} {
		require.Contains(t, said, want)
	}
	require.NotContains(t, said, "passwd")
}

func TestLinksBetweenDirectoriesDoNotMultiply(t *testing.T) {
	root := t.TempDir()
	outside := t.TempDir()
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	for _, from := range names {
		write(t, filepath.Join(outside, from, from+".yaml"), config(from, "1"))
		for _, to := range names {
			require.NoError(t, os.Symlink(filepath.Join(outside, to), filepath.Join(outside, from, "to-"+to)))
		}
	}
	require.NoError(t, os.Symlink(filepath.Join(outside, "a"), filepath.Join(root, "in")))
	h := load(t, root)
	require.Len(t, h.values(), len(names))
}
