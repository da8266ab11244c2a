//go:build !linux

package main

import (
	"errors"
	"os/exec"
)

func endWithParent(*exec.Cmd) {}

func pin(process, ...int) error { return errors.ErrUnsupported }
