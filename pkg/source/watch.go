package source

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Watch calls emit, from this goroutine, with what changes after Load, until
// ctx ends; then it returns nil. A root that vanishes is a problem, not an
// error: what it held stays until it returns. Where the system's limits forbid
// watching, everything is looked at every two seconds, with a warning.
func (d *Directory) Watch(ctx context.Context, emit func(Batch)) error {
	w := &watch{d: d, emit: emit, pending: map[string]look{}}
	stop := w.start()
	defer stop()
	w.resync(ctx)
	for {
		timer := time.NewTimer(w.untilNext())
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case notes, ok := <-w.notices:
			if !ok {
				w.notices = nil
				w.fallBack(errors.New("the system's notifications ended"))
			}
			w.take(notes)
		case <-timer.C:
		}
		timer.Stop()
		w.work(ctx)
	}
}

// watch is one run of Watch.
type watch struct {
	d       *Directory
	emit    func(Batch)
	notices <-chan []notice
	pending map[string]look
	// everything asks for a look at the whole tree.
	everything bool
	// missing is since when the root is away; lost, that this has been said.
	missing time.Time
	lost    bool
	// polling says that the system does not tell of all changes.
	polling  bool
	nextPoll time.Time
	// moved holds the paths of something renamed, by the pair's number.
	moved map[uint32][]string
}

// look is a path that is to be looked at.
type look struct {
	at, since time.Time
	// complete says that the file is whole; away that it was not there when it
	// was looked at before; again that it was in doubt then.
	complete, away, again bool
}

// start begins to watch and returns what ends it.
func (w *watch) start() func() {
	n, err := w.d.notify()
	if err != nil {
		w.fallBack(err)
		return func() {}
	}
	w.notices = n.notices()
	w.d.watchDir = func(real string) {
		if err := n.add(real); errors.Is(err, errWatchLimit) {
			w.fallBack(err)
		}
	}
	return func() {
		w.d.watchDir = func(string) {}
		n.close()
	}
}

// fallBack has everything be looked at from time to time.
func (w *watch) fallBack(err error) {
	if w.polling {
		return
	}
	w.polling = true
	w.nextPoll = time.Now().Add(w.d.timing.poll)
	w.d.log.Warn("changes of files are noticed late", "path", w.d.root, "interval", w.d.timing.poll, "error", err)
	w.d.complain(watchingOf(w.d.root), ir.Warning, "not every directory can be watched, so changes are noticed every %v only: %v", w.d.timing.poll, err)
}

// watchingOf is the path for what is wrong with watching the root, beside what
// is wrong with the root.
func watchingOf(root string) string { return root + string(os.PathSeparator) }

func (w *watch) untilNext() time.Duration {
	switch {
	case w.lost:
		return w.d.timing.missing
	case !w.missing.IsZero():
		return w.d.timing.gone
	}
	next := time.Now().Add(time.Hour)
	if w.polling {
		next = w.nextPoll
	}
	for _, l := range w.pending {
		next = earlier(next, l.at)
	}
	return time.Until(next)
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// several is how many files are more than a person edits at a time.
const several = 8

// take turns notices into looks, with those that follow without a pause: a route
// and its Service may be in two files that one checkout changes.
func (w *watch) take(notes []notice) {
	end := time.Now().Add(w.d.timing.together)
	w.moved = map[uint32][]string{}
	for notes != nil {
		now := time.Now()
		for _, n := range notes {
			w.note(n, now)
		}
		wait := w.d.timing.pause
		if len(w.pending) >= several {
			wait = w.d.timing.breath
		}
		pause := time.NewTimer(min(wait, end.Sub(now)))
		select {
		case notes = <-w.notices:
		case <-pause.C:
			notes = nil
		}
		pause.Stop()
	}
}

func (w *watch) note(n notice, now time.Time) {
	if n.what == overflow {
		w.everything = true
		return
	}
	paths := w.d.tree.paths(n.dir, n.name)
	if n.name == "" {
		paths = slices.Clone(w.d.tree.byReal[n.dir])
	}
	if n.what == created && !isManifest(n.name) {
		n.what = complete // a directory or a link, neither of which is written to
	}
	for _, path := range paths {
		if n.what == written && w.d.files[path] == nil && !isManifest(path) {
			continue
		}
		w.plan(path, n.what, now)
	}
	if n.moved == 0 {
		return
	}
	if n.what == gone {
		w.moved[n.moved] = paths
		return
	}
	// The old name is known to be gone for good, if the new one is in the tree.
	for _, old := range w.moved[n.moved] {
		if len(paths) > 0 && (isManifest(n.name) || !isManifest(old)) {
			w.pending[old] = look{at: now, since: now, away: true}
		}
	}
}

// plan has the path be looked at as soon as it can be relied on.
func (w *watch) plan(path string, what what, now time.Time) {
	l := look{at: now, since: now}
	if before, ok := w.pending[path]; ok {
		l.since = before.since
	}
	switch what {
	case created:
		l.at = now.Add(w.d.timing.created)
	case written:
		l.at = earlier(now.Add(w.d.timing.written), l.since.Add(w.d.timing.patience))
	case complete:
		l.complete = true
	case gone: // perhaps only what a link led to before
		l.complete = w.pending[path].complete
	case overflow:
	}
	w.pending[path] = l
}

// work looks at what is due and emits what changed.
func (w *watch) work(ctx context.Context) {
	if w.rootIsAway() {
		return
	}
	now := time.Now()
	due := w.due(now)
	if w.everything || slices.Contains(due, w.d.root) || w.polling && !now.Before(w.nextPoll) {
		w.resync(ctx)
		return
	}
	if len(due) == 0 {
		return
	}
	var changes []change
	looks := map[string]look{}
	for _, path := range due {
		l := w.pending[path]
		delete(w.pending, path)
		removed, found := w.lookAt(path, l, now)
		changes = append(changes, removed...)
		for _, f := range found {
			looks[f] = l
		}
	}
	w.finish(ctx, changes, looks)
}

func (w *watch) due(now time.Time) []string {
	var out []string
	for path, l := range w.pending {
		if !l.at.After(now) {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// lookAt returns the files that are gone and those to read at a path.
func (w *watch) lookAt(path string, l look, now time.Time) (removed []change, found []string) {
	d := w.d
	known := d.filesBelow(path)
	_, wasDir := d.tree.dirs[path]
	_, err := os.Stat(path)
	if err != nil && !l.away && (len(known) > 0 || wasDir) {
		l.away, l.at = true, now.Add(d.timing.gone)
		w.pending[path] = l
		return nil, nil
	}
	d.forget(path)
	if info, err := os.Lstat(path); err == nil {
		found = d.enter(path, info.Mode().Type())
	}
	removed = w.missed(known, found, l.away, now)
	if _, isDir := d.tree.dirs[path]; isDir {
		found = d.stale(found)
	}
	return removed, found
}

// missed returns the removal of the known files that were not found, if that is
// no news; else it has them be looked at again, as they may be back at once.
func (w *watch) missed(known, found []string, away bool, now time.Time) []change {
	removed := w.d.without(known, found)
	if away {
		return removed
	}
	for _, c := range removed {
		path := c.before.path
		if l, ok := w.pending[path]; !ok || !l.away {
			w.pending[path] = look{at: now.Add(w.d.timing.gone), since: now, away: true}
		}
	}
	return nil
}

// resync compares the whole tree with what is known of it.
func (w *watch) resync(ctx context.Context) {
	now := time.Now()
	w.everything = false
	w.nextPoll = now.Add(w.d.timing.poll)
	delete(w.pending, w.d.root)
	found, err := w.d.scanTree()
	if errors.Is(err, fs.ErrNotExist) {
		w.missing = now
		return
	}
	if err != nil {
		w.d.complain(w.d.root, ir.Error, "%v; what it held stays in force", err)
		w.finish(ctx, nil, nil)
		return
	}
	removed := w.missed(slices.Collect(maps.Keys(w.d.files)), found, false, now)
	looks := map[string]look{}
	for _, path := range w.d.stale(found) {
		l := w.pending[path]
		if l.again && l.at.After(now) {
			continue // in doubt, and the time to make up for it is not over
		}
		looks[path] = l
		delete(w.pending, path)
	}
	w.finish(ctx, removed, looks)
}

// finish reads the paths to look at, puts off what cannot be relied on yet, and
// emits what changed.
func (w *watch) finish(ctx context.Context, changes []change, looks map[string]look) {
	now := time.Now()
	paths := slices.Sorted(maps.Keys(looks))
	for i, c := range w.d.read(ctx, paths) {
		l := looks[paths[i]]
		switch {
		case c.err != nil:
			l.at = now.Add(w.d.timing.created)
			w.pending[paths[i]] = l
		case !l.complete && !l.again && loses(c):
			l.at, l.again = now.Add(w.d.timing.doubt), true
			w.pending[paths[i]] = l
		default:
			changes = append(changes, c)
		}
	}
	if batch := w.d.commit(changes); !batch.Empty() {
		w.emit(batch)
	}
}

// rootIsAway reports whether the root is missing, and says so once it has been
// for longer than it takes to swap a directory for another.
func (w *watch) rootIsAway() bool {
	d := w.d
	_, err := os.Stat(d.root)
	switch {
	case err == nil && !w.missing.IsZero():
		w.missing, w.lost, w.everything = time.Time{}, false, true
		return false
	case err == nil:
		return false
	case w.missing.IsZero():
		w.missing = time.Now()
	case !w.lost && time.Since(w.missing) >= d.timing.gone:
		w.lost = true
		d.log.Debug("the directory is gone; what it held stays in force", "path", d.root, "error", plain(err))
		d.complain(d.root, ir.Error, "the directory is gone (%v); what it held stays in force", plain(err))
		w.emit(d.commit(nil))
	}
	return true
}

// loses reports whether objects of the file would be gone.
func loses(c change) bool {
	if c.before == nil {
		return false
	}
	held := c.before.last()
	for h := range c.after.objects {
		delete(held, h.key)
	}
	return len(held) > 0
}
