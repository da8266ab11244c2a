package behaviour

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/controlplane"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/source"
	"github.com/sluice-gateway/sluice/pkg/standalone"
)

// held is what the control plane has been given. It may be used from several
// goroutines.
type held struct {
	mu      sync.Mutex
	objects map[ir.Object]bool
	// files holds the problems of each file, by its path in the directory.
	files map[string][]source.FileProblem
}

func newHeld() *held {
	return &held{objects: map[ir.Object]bool{}, files: map[string][]source.FileProblem{}}
}

func (h *held) has(o ir.Object) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.objects[o]
}

// problems returns the problems of all files.
func (h *held) problems() map[string][]source.FileProblem {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.files)
}

// workload is the directory of one dialect of a case.
type workload struct {
	gateway *Gateway
	dir     string
	files   map[string]string // as they were written, placeholders filled in
}

// open writes the files of a case's first step and gives them to the gateway in
// the place of what it had.
func (g *Gateway) open(t testing.TB, c *Case, dialect string) *workload {
	t.Helper()
	w := &workload{gateway: g, dir: filepath.Join(t.TempDir(), "case"), files: map[string]string{}}
	require.NoError(t, os.Mkdir(w.dir, 0o700))
	require.NoError(t, w.write(&c.Steps[0], dialect))
	directory := source.NewDirectory(w.dir, g.schemas, g.log)
	batch, err := directory.Load(t.Context())
	require.NoError(t, err)
	g.replace(batch)
	if len(c.Steps) > 1 {
		w.watch(t, directory)
	}
	return w
}

// replace gives the control plane a batch, and takes away what it does not hold.
func (g *Gateway) replace(batch source.Batch) {
	old := g.held
	g.held = newHeld()
	g.note(batch)
	out := standalone.Batch(batch)
	for o := range old.objects {
		if !g.held.objects[o] {
			out.Edits = append(out.Edits, controlplane.Edit{Key: o})
		}
	}
	for f := range old.files {
		if _, ok := out.Files[f]; !ok {
			out.Files[f] = []report.Finding{}
		}
	}
	g.control.Offer(out)
}

// note keeps track of what is held.
func (g *Gateway) note(batch source.Batch) {
	g.held.mu.Lock()
	defer g.held.mu.Unlock()
	for _, e := range batch.Events {
		g.held.objects[e.Key] = e.Object != nil
	}
	maps.DeleteFunc(g.held.objects, func(_ ir.Object, held bool) bool { return !held })
	maps.Copy(g.held.files, batch.Problems)
}

// watch lets the gateway follow the directory, for the steps after the first.
func (w *workload) watch(t testing.TB, directory *source.Directory) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		directory.Watch(ctx, func(b source.Batch) { //nolint:errcheck // it ends with ctx
			w.gateway.note(b)
			w.gateway.control.Offer(standalone.Batch(b))
		})
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
}

// edit writes the files of a later step and waits until the watch has read them.
func (w *workload) edit(t testing.TB, step *Step, dialect string) {
	t.Helper()
	require.NoError(t, w.write(step, dialect))
	mark := ir.Object{Kind: "ConfigMap", Namespace: "default", Name: fmt.Sprintf("step-%d", step.Number)}
	require.True(t, eventually(t.Context(), func() bool { return w.gateway.held.has(mark) }), "the watch has not read step %d", step.Number)
}

// write brings the directory to a step. The last file is a mark by which the end
// of an edit is known.
func (w *workload) write(step *Step, dialect string) error {
	for _, name := range step.filesFor(dialect) {
		text, err := w.gateway.fill(step.Files[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := w.put(name, text); err != nil {
			return err
		}
	}
	slices, err := w.gateway.endpoints(w.files)
	if err != nil {
		return err
	}
	if err := w.put(generated, slices); err != nil {
		return err
	}
	if step.Number == 1 {
		return nil
	}
	mark := fmt.Sprintf("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: step-%d}\n", step.Number)
	return w.put("zz-step.yaml", mark)
}

// put writes a file at once, as editors and ConfigMap mounts do.
func (w *workload) put(name, text string) error {
	if w.files[name] == text {
		return nil
	}
	w.files[name] = text
	if text == "" {
		text = "# nothing any more\n"
	}
	path := filepath.Join(w.dir, name)
	temporary := filepath.Join(filepath.Dir(w.dir), "temporary")
	if err := os.WriteFile(temporary, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
