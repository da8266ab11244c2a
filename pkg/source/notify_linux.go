package source

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// errWatchLimit says that the system watches no more directories for us.
var errWatchLimit = errors.New("the limit of watched directories is reached (sysctl fs.inotify.max_user_watches and max_user_instances)")

// systemTiming waits long where inotify will tell that a file is complete.
func systemTiming() timing {
	return timing{
		pause: 3 * time.Millisecond, breath: 30 * time.Millisecond, together: time.Second,
		created: 20 * time.Millisecond, written: time.Second, doubt: 250 * time.Millisecond,
		gone: 50 * time.Millisecond, patience: 3 * time.Second, missing: time.Second, poll: 2 * time.Second,
	}
}

const inotifyMask = unix.IN_CREATE | unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_MOVED_TO | unix.IN_MOVED_FROM |
	unix.IN_DELETE | unix.IN_ATTRIB | unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR

// inotify is used as it is, because it tells when a writer closes a file: only
// then is the file sure to be whole.
type inotify struct {
	file *os.File
	out  chan []notice
	done chan struct{}

	mu   sync.Mutex
	dirs map[int32]string
}

func systemNotifier() (notifier, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("watch for changes: %w", limit(err))
	}
	// Non-blocking, so that closing the file ends a read.
	n := &inotify{
		file: os.NewFile(uintptr(fd), "inotify"), out: make(chan []notice, 1),
		done: make(chan struct{}), dirs: map[int32]string{},
	}
	go n.run()
	return n, nil
}

func limit(err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENOMEM) {
		return errWatchLimit
	}
	return err
}

func (n *inotify) add(real string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	raw, err := n.file.SyscallConn()
	if err != nil {
		return err
	}
	var watch int
	control := raw.Control(func(fd uintptr) { watch, err = unix.InotifyAddWatch(int(fd), real, inotifyMask) })
	if err := errors.Join(control, err); err != nil {
		return limit(err)
	}
	n.dirs[int32(watch)] = real
	return nil
}

func (n *inotify) notices() <-chan []notice { return n.out }

func (n *inotify) close() {
	close(n.done)
	n.file.Close()
}

func (n *inotify) run() {
	defer close(n.out)
	buffer := make([]byte, 64<<10)
	for {
		size, err := n.file.Read(buffer)
		if err != nil {
			return // closed
		}
		select {
		case n.out <- n.decode(buffer[:size]):
		case <-n.done:
			return
		}
	}
}

// decode reads struct inotify_event: watch, mask, cookie and length of name,
// 32 bits each, and the name, padded with NUL.
func (n *inotify) decode(events []byte) []notice {
	var out []notice
	for len(events) >= unix.SizeofInotifyEvent {
		watch := int32(binary.NativeEndian.Uint32(events))
		mask := binary.NativeEndian.Uint32(events[4:])
		cookie := binary.NativeEndian.Uint32(events[8:])
		size := binary.NativeEndian.Uint32(events[12:])
		name := string(events[unix.SizeofInotifyEvent : unix.SizeofInotifyEvent+size])
		events = events[unix.SizeofInotifyEvent+size:]
		out = append(out, n.notice(watch, mask, cookie, strings.TrimRight(name, "\x00")))
	}
	return out
}

func (n *inotify) notice(watch int32, mask, cookie uint32, name string) notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	note := notice{dir: n.dirs[watch], name: name, moved: cookie}
	if mask&unix.IN_IGNORED != 0 {
		delete(n.dirs, watch)
	}
	switch {
	case mask&unix.IN_Q_OVERFLOW != 0:
		note.what = overflow
	case mask&(unix.IN_DELETE|unix.IN_MOVED_FROM|unix.IN_DELETE_SELF|unix.IN_MOVE_SELF|unix.IN_IGNORED|unix.IN_UNMOUNT) != 0:
		note.what = gone
	case mask&(unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO) != 0:
		note.what = complete
	case mask&unix.IN_MODIFY != 0:
		note.what = written
	default: // created, or its mode changed, so that it may be readable now
		note.what = created
	}
	return note
}
