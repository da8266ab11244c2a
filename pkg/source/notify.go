package source

import "time"

// notifier tells of changes in directories of the disk.
type notifier interface {
	// add has it tell of changes in a directory, too. It returns errWatchLimit
	// if the system allows no more.
	add(real string) error
	notices() <-chan []notice
	close()
}

// notice is a change of a name in a directory. An empty name is the directory
// itself.
type notice struct {
	dir, name string
	what      what
	// moved, if not 0, pairs the old and the new name of something renamed.
	moved uint32
}

type what uint8

const (
	// created: it is new, and somebody may be about to write to it.
	created what = iota
	// written: its content changes, and somebody may go on writing.
	written
	// complete: it is there with all its content.
	complete
	// gone: it is not there any more.
	gone
	// overflow: too many changes to tell; look at everything.
	overflow
)

// timing holds how long is waited for what.
type timing struct {
	// pause is how long nothing must change for changes to count as made in one
	// go; breath is the same where several files have changed already, as in a
	// checkout, which may wait for the disk. Together bounds them.
	pause, breath, together time.Duration
	// created and written are how long a new file and a changed one must be
	// left alone before they are read, if nothing tells that they are complete.
	created, written time.Duration
	// doubt is how much longer then, if objects would get lost.
	doubt time.Duration
	// gone is how long a file or a directory may be away, as editors rename
	// files before they write them anew.
	gone time.Duration
	// patience bounds all waiting for a file that is written to all the time.
	patience time.Duration
	// missing is how often a root that vanished is looked for, poll how often
	// everything is looked at where the system cannot tell of changes.
	missing, poll time.Duration
}
