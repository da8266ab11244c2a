//go:build !linux

package source

import "errors"

// errWatchLimit says that the system watches no more directories for us.
var errWatchLimit = errors.New("the limit of open files is reached, which bounds the watched directories")

func systemTiming() timing { return fsTiming() }

func systemNotifier() (notifier, error) { return newFSNotifier() }
