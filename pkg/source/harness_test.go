package source

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/sluice-gateway/sluice/manifests"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// held is what a reader of batches holds: it knows nothing but what they say.
type held struct {
	t        testing.TB
	root     string
	objects  map[ir.Object]*Object
	problems map[string][]FileProblem
	events   int
}

func newHeld(t testing.TB, root string) *held {
	return &held{t: t, root: root, objects: map[ir.Object]*Object{}, problems: map[string][]FileProblem{}}
}

func (h *held) take(b Batch) {
	h.events += len(b.Events)
	require.True(h.t, slices.IsSortedFunc(b.Events, func(a, b Event) int { return a.Key.Compare(b.Key) }))
	for i, e := range b.Events {
		require.True(h.t, i == 0 || b.Events[i-1].Key != e.Key, "an event twice")
		before := h.objects[e.Key]
		if e.Object == nil {
			require.NotNil(h.t, before, "%v was not there", e.Key)
			delete(h.objects, e.Key)
			continue
		}
		require.Equal(h.t, e.Key.Name, e.Object.Obj.GetName())
		require.Equal(h.t, e.Key.Namespace, e.Object.Obj.GetNamespace())
		if before != nil {
			require.GreaterOrEqual(h.t, e.Object.Obj.GetGeneration(), before.Obj.GetGeneration())
		}
		h.objects[e.Key] = e.Object
	}
	for file, ps := range b.Problems {
		if h.problems[file] = ps; len(ps) == 0 {
			delete(h.problems, file)
		}
	}
}

// values returns what is held: "ConfigMap default/a" to its value of key v.
func (h *held) values() map[string]string {
	out := map[string]string{}
	for key, o := range h.objects {
		value := ""
		if c, ok := o.Obj.(*corev1.ConfigMap); ok {
			value = c.Data["v"]
		}
		out[key.Name] = value
	}
	return out
}

// said returns the problems, one per line, sorted: "file:line: problem".
func (h *held) said() []string {
	var out []string
	for _, file := range slices.Sorted(maps.Keys(h.problems)) {
		for _, p := range h.problems[file] {
			require.Equal(h.t, file, p.File)
			name, err := filepath.Rel(h.root, strings.TrimSuffix(file, "/"))
			require.NoError(h.t, err)
			out = append(out, fmt.Sprintf("%s:%d: %s: %s", name, p.Line, p.Reason, p.String()))
		}
	}
	return out
}

func config(name, value string) string {
	return fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %q}\ndata: {v: %q}\n", name, value)
}

func write(t testing.TB, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
}

// replace writes as careful programs do: aside, then renamed.
func replace(t testing.TB, path, text string) {
	t.Helper()
	aside := filepath.Join(filepath.Dir(path), ".aside")
	write(t, aside, text)
	require.NoError(t, os.Rename(aside, path))
}

func open(t testing.TB, root string) *Directory {
	t.Helper()
	schemas, err := NewSchemas(manifests.CRDs)
	require.NoError(t, err)
	return NewDirectory(root, schemas, nil)
}

func load(t testing.TB, root string) *held {
	t.Helper()
	batch, err := open(t, root).Load(t.Context())
	require.NoError(t, err)
	h := newHeld(t, root)
	h.take(batch)
	return h
}

// live is a directory that is being watched.
type live struct {
	*held
	dir     *Directory
	batches chan Batch
}

func watchDir(t testing.TB, root string, setUp ...func(*Directory)) *live {
	t.Helper()
	l := &live{held: newHeld(t, root), dir: open(t, root), batches: make(chan Batch, 1000)}
	for _, f := range setUp {
		f(l.dir)
	}
	batch, err := l.dir.Load(t.Context())
	require.NoError(t, err)
	l.take(batch)
	ended := make(chan error, 1)
	watching := make(chan struct{})
	notify := l.dir.notify
	l.dir.notify = func() (notifier, error) { defer close(watching); return notify() }
	go func() { ended <- l.dir.Watch(t.Context(), func(b Batch) { l.batches <- b }) }()
	t.Cleanup(func() { require.NoError(t, <-ended) }) // the context of a test ends before its clean-up
	<-watching
	return l
}

// until takes batches until ok, and fails the test if that never comes.
func (l *live) until(ok func() bool) {
	l.t.Helper()
	deadline := time.After(20 * time.Second)
	for !ok() {
		select {
		case b := <-l.batches:
			l.take(b)
		case <-deadline:
			require.FailNow(l.t, "it never came", "%v\n%s", l.values(), strings.Join(l.said(), "\n"))
		}
	}
}

func (l *live) untilValues(want map[string]string) {
	l.t.Helper()
	l.until(func() bool { return maps.Equal(want, l.values()) })
}

// quiet takes what comes until a change to a file of the test's own is seen,
// and reports how many other events came on the way.
func (l *live) quiet() int {
	l.t.Helper()
	before := l.events
	probe := filepath.Join(l.root, "zz-probe.yaml")
	replace(l.t, probe, config("zz-probe", "x"))
	l.until(func() bool { _, ok := l.values()["zz-probe"]; return ok })
	require.NoError(l.t, os.Remove(probe))
	l.until(func() bool { _, ok := l.values()["zz-probe"]; return !ok })
	return l.events - before - 2
}
