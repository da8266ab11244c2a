package proxy

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// termTime is how long Envoy gets to end after a SIGTERM, on which it drops what is under way.
const termTime = 3 * time.Second

// process is one life of Envoy.
type process struct {
	cmd    *exec.Cmd
	stderr *logWriter
	done   chan struct{} // closed after the end
	err    error         // why it ended; to be read after done
}

// startProcess starts a command of which stdout gets the standard output and
// stderr the rest. It returns once the process exists or cannot.
func startProcess(cmd *exec.Cmd, stdout io.Writer, stderr *logWriter) (*process, error) {
	p := &process{cmd: cmd, stderr: stderr, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.WaitDelay = termTime
	cmd.SysProcAttr = processAttributes()
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("cannot start Envoy: %w", err)
	}
	return p, nil
}

// run stays on one thread until the process has ended: on Linux the kernel ends
// a child with the thread that started it, not with the program.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	p.err = p.describe(p.cmd.Wait())
	close(p.done)
}

// describe makes the error of a process's end tell what Envoy said about it.
func (p *process) describe(err error) error {
	if err == nil {
		err = errors.New("exit status 0")
	}
	if last := p.stderr.last(); last != "" {
		return fmt.Errorf("envoy ended (%w): %s", err, last)
	}
	return fmt.Errorf("envoy ended (%w)", err)
}

// stop ends the process, by force if it does not want to, and waits for that.
func (p *process) stop() {
	p.stderr.end()
	// An error means that the process is gone already, as done then tells.
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	force := time.NewTimer(termTime)
	defer force.Stop()
	select {
	case <-p.done:
	case <-force.C:
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}
