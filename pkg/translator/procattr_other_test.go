//go:build !linux

package translator

import "syscall"

func processAttributes() *syscall.SysProcAttr { return nil }
