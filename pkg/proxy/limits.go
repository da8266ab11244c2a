package proxy

import (
	"fmt"
	"syscall"
)

// raiseFileLimit lets Envoy open as many files as this user may. Go raises only its own
// limit and gives children back the old one (often 1,024, fewer than the
// connections of a gateway), unless the program has set the limit itself.
func raiseFileLimit() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("cannot read the limit of open files: %w", err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("cannot raise the limit of open files: %w", err)
	}
	return nil
}
