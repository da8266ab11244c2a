package proxy

import "syscall"

// processAttributes give Envoy a process group of its own, so that a Ctrl-C at
// the terminal reaches only us and we can drain; and an end when we are killed.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
