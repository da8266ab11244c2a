package source

import (
	"errors"
	"path/filepath"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"
)

// fsNotifier works on every system, but does not tell when a file is complete.
type fsNotifier struct {
	watcher *fsnotify.Watcher
	out     chan []notice
	done    chan struct{}
}

func newFSNotifier() (*fsNotifier, error) {
	watcher, err := fsnotify.NewBufferedWatcher(4096)
	if err != nil {
		return nil, err
	}
	n := &fsNotifier{watcher: watcher, out: make(chan []notice, 1), done: make(chan struct{})}
	go n.run()
	return n, nil
}

func (n *fsNotifier) add(real string) error {
	err := n.watcher.Add(real)
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) {
		return errWatchLimit
	}
	return err
}

func (n *fsNotifier) notices() <-chan []notice { return n.out }

func (n *fsNotifier) close() {
	close(n.done)
	n.watcher.Close()
}

func (n *fsNotifier) run() {
	defer close(n.out)
	for {
		note := notice{what: overflow}
		select {
		case event, ok := <-n.watcher.Events:
			if !ok {
				return
			}
			note = fsNotice(event)
		case _, ok := <-n.watcher.Errors:
			if !ok {
				return
			}
		}
		select {
		case n.out <- []notice{note}:
		case <-n.done:
			return
		}
	}
}

func fsNotice(event fsnotify.Event) notice {
	note := notice{dir: filepath.Dir(event.Name), name: filepath.Base(event.Name)}
	switch {
	case event.Has(fsnotify.Rename) && !isManifest(note.name):
		note.what = overflow // a directory perhaps, which is then not watched any more
	case event.Has(fsnotify.Create):
		note.what = created
	case event.Has(fsnotify.Remove), event.Has(fsnotify.Rename):
		note.what = gone
	default:
		note.what = written
	}
	return note
}

// fsTiming waits for files to be left alone, as nothing tells that they are
// complete.
func fsTiming() timing {
	return timing{
		pause: 3 * time.Millisecond, breath: 30 * time.Millisecond, together: time.Second,
		created: 5 * time.Millisecond, written: 5 * time.Millisecond, doubt: 250 * time.Millisecond,
		gone: 50 * time.Millisecond, patience: 3 * time.Second, missing: time.Second, poll: 2 * time.Second,
	}
}
