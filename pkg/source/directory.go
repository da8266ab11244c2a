package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// ReasonUnreadable is the reason of problems with files and directories that
// cannot be read or watched.
const ReasonUnreadable = "Unreadable"

// Directory is a directory tree of Kubernetes manifests: every *.yaml, *.yml
// and *.json in it, hidden ones excepted. Load and Watch are to be called from
// one goroutine, in this order; Where from any.
type Directory struct {
	root    string
	schemas *Schemas
	log     *slog.Logger
	timing  timing
	// notify makes what tells of changes; watchDir has it look at a directory
	// of the disk, too.
	notify   func() (notifier, error)
	watchDir func(real string)

	tree  tree
	files map[string]*file
	// reported is what was last said of each path, trouble what is wrong with
	// what is no manifest: a directory, a link. Noted are the paths whose
	// trouble may have changed since the last report.
	reported map[string][]FileProblem
	trouble  map[string]FileProblem
	noted    map[string]bool

	mu     sync.RWMutex
	claims claims // guarded by mu, against Where
}

// NewDirectory returns the directory at root. A nil log discards.
func NewDirectory(root string, schemas *Schemas, log *slog.Logger) *Directory {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Directory{
		root: filepath.Clean(root), schemas: schemas, log: log,
		timing: systemTiming(), notify: systemNotifier, watchDir: func(string) {},
		tree: newTree(), files: map[string]*file{}, claims: newClaims(),
		reported: map[string][]FileProblem{}, trouble: map[string]FileProblem{}, noted: map[string]bool{},
	}
}

// Load reads the whole tree and returns everything in it. The error is not nil
// only if the root cannot be read or ctx ends; what is wrong below the root is
// a problem.
func (d *Directory) Load(ctx context.Context) (Batch, error) {
	start := time.Now()
	paths, err := d.scanTree()
	if err != nil {
		return Batch{}, err
	}
	changes := d.read(ctx, paths)
	for i, c := range changes {
		if errors.Is(c.err, errUnstable) {
			changes[i].after = c.before.unusable(paths[i], stamp{}, 0, ReasonUnreadable, c.err.Error())
		}
	}
	changes = slices.DeleteFunc(changes, func(c change) bool { return c.after == nil }) // vanished meanwhile
	batch := d.commit(changes)
	d.log.Debug("loaded the directory", "path", d.root, "files", len(paths), "objects", len(batch.Events), "took", time.Since(start))
	return batch, ctx.Err()
}

// Where returns the file and the line on which the document of the object
// starts now, or false if the object is not there.
func (d *Directory) Where(key ir.Object) (file string, line int, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	cl, ok := d.claims.byKey[key]
	if !ok {
		return "", 0, false
	}
	return cl.winner.File, cl.winner.Line, true
}

// read returns the changes of the files at paths, in their order.
func (d *Directory) read(ctx context.Context, paths []string) []change {
	changes := make([]change, len(paths))
	spread(len(paths), func(i int) {
		changes[i].before = d.files[paths[i]]
		if changes[i].err = ctx.Err(); changes[i].err == nil {
			changes[i].after, changes[i].err = d.readOne(paths[i], changes[i].before)
		}
	})
	return changes
}

// readOne returns the file's next version, or an error if it has none yet: it
// changes or vanishes just now.
func (d *Directory) readOne(path string, before *file) (*file, error) {
	text, at, err := readFile(path)
	switch {
	case errors.Is(err, errUnstable), errors.Is(err, fs.ErrNotExist):
		return nil, err
	case err != nil:
		return before.unusable(path, at, 0, ReasonUnreadable, "the file cannot be read: "+plain(err).Error()), nil
	default:
		return before.parse(d.schemas, path, at, text), nil
	}
}

// commit takes the changes in and returns what they come to.
func (d *Directory) commit(changes []change) Batch {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range changes {
		if c.after == nil {
			delete(d.files, c.before.path)
		} else {
			d.files[c.after.path] = c.after
		}
	}
	events, dirty := d.claims.apply(changes)
	for path := range d.noted {
		dirty[path] = true
	}
	d.noted = map[string]bool{}
	return Batch{Events: events, Problems: d.report(dirty)}
}

// report returns the problems of those of the paths whose problems changed.
func (d *Directory) report(dirty map[string]bool) map[string][]FileProblem {
	out := map[string][]FileProblem{}
	for path := range dirty {
		now := d.problems(path)
		if slices.Equal(now, d.reported[path]) {
			continue
		}
		out[path] = now
		d.reported[path] = now
		if len(now) == 0 {
			delete(d.reported, path)
		}
	}
	return out
}

func (d *Directory) problems(path string) []FileProblem {
	var out []FileProblem
	if p, ok := d.trouble[path]; ok {
		out = append(out, p)
	}
	f := d.files[path]
	if f == nil {
		return out
	}
	out = append(out, f.problems...)
	for i := range f.docs {
		out = append(out, f.docs[i].problems...)
	}
	out = append(out, d.claims.conflicts(f)...)
	slices.SortStableFunc(out, func(a, b FileProblem) int { return a.Line - b.Line })
	return out
}

// complain notes what is wrong with a path that is no manifest.
func (d *Directory) complain(path string, severity ir.Severity, format string, args ...any) {
	d.noted[path] = true
	d.trouble[path] = FileProblem{File: path, Problem: ir.Problem{
		Severity: severity, Reason: ReasonUnreadable, Message: fmt.Sprintf(format, args...),
		Remedy: "mend it; it is looked at again when it changes",
	}}
}

// settled notes that nothing is wrong with the path any more.
func (d *Directory) settled(path string) {
	if _, ok := d.trouble[path]; ok {
		d.noted[path] = true
		delete(d.trouble, path)
	}
}
