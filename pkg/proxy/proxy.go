package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// watchInterval is the time between two looks at an Envoy that is starting.
const watchInterval = 20 * time.Millisecond

// Config is what a Proxy is made of.
type Config struct {
	// Binary is the Envoy to run. Required.
	Binary Binary
	// Dir holds the sockets; the caller removes it after Run has returned. Required.
	Dir Dir
	// Bootstrap is what the bootstrap says; XDS and AdminSocket default to Dir's sockets.
	Bootstrap Options
	// Concurrency is the number of worker threads. Default: one for each CPU.
	Concurrency int
	// LogLevel is Envoy's own, from "trace" to "off". Default "warning". What gets
	// through is logged at the level it has in Envoy.
	LogLevel string
	// Stdout gets what Envoy writes there, which is access logs only. Default os.Stdout.
	Stdout io.Writer
	// Log gets Envoy's log and what happens to it. Default slog.Default().
	Log *slog.Logger
	// OnStatus is called with each change of Status, in order. It must return soon
	// and not call Run or Drain.
	OnStatus func(Status)
}

func (c Config) withDefaults() Config {
	if c.Bootstrap.XDS == "" {
		c.Bootstrap.XDS = c.Dir.XDSSocket()
	}
	c.Bootstrap.AdminSocket = c.Dir.AdminSocket()
	if c.LogLevel == "" {
		c.LogLevel = "warning"
	}
	if c.Stdout == nil {
		c.Stdout = os.Stdout
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.OnStatus == nil {
		c.OnStatus = func(Status) {}
	}
	return c
}

// State is what a Proxy is doing.
type State string

// The states of a Proxy. It goes from Starting to Ready; when Envoy dies to
// Restarting and again to Starting; from any of them to Draining or Stopped.
const (
	Starting   State = "starting"   // Envoy runs and waits for its first configuration
	Ready      State = "ready"      // Envoy serves
	Restarting State = "restarting" // Envoy died and will be started again
	Draining   State = "draining"   // Envoy finishes what is under way
	Stopped    State = "stopped"    // there is no Envoy and will be none
)

// Status is a State with what led to it.
type Status struct {
	State State
	// Restarts counts the starts of Envoy after the first.
	Restarts int
	// Err is why Envoy died last; nil if it never did.
	Err error
	// PID is Envoy's process; 0 while there is none.
	PID int
}

// Proxy runs one Envoy and keeps it running.
type Proxy struct {
	config Config
	admin  *Admin
	ended  chan struct{} // closed when Run has returned
	quit   chan struct{} // closed to end Run

	stop func() // closes quit, once

	order sync.Mutex // held while OnStatus is told, so that changes arrive in order

	mu       sync.Mutex // guards what follows
	status   Status
	started  bool // Run was called
	answered bool // some Envoy has come so far as to answer
}

// New returns a Proxy that Run starts. An error means that the configuration is not usable.
func New(config Config) (*Proxy, error) {
	config = config.withDefaults()
	content, err := Bootstrap(config.Bootstrap)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(config.Dir.bootstrapFile(), content, 0o600); err != nil {
		return nil, fmt.Errorf("cannot write Envoy's bootstrap: %w", err)
	}
	quit := make(chan struct{})
	return &Proxy{
		config: config,
		admin:  NewAdmin(config.Bootstrap.AdminSocket),
		ended:  make(chan struct{}),
		quit:   quit,
		stop:   sync.OnceFunc(func() { close(quit) }),
		status: Status{State: Stopped},
	}, nil
}

// Admin returns the client of the admin interface.
func (p *Proxy) Admin() *Admin { return p.admin }

// Status returns what the Proxy is doing.
func (p *Proxy) Status() Status {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

// Run starts Envoy and starts it again whenever it dies, until ctx ends, which
// ends Envoy at once, or Drain has. It may be called once. An error means that
// Envoy could not be started even once: what it said is in the error.
func (p *Proxy) Run(ctx context.Context) error {
	if !p.start() {
		return errors.New("proxy: Run was called before")
	}
	defer close(p.ended)
	defer p.report(func(s *Status) { s.State, s.PID = Stopped, 0 })
	if err := raiseFileLimit(); err != nil {
		p.config.Log.Warn("Envoy may run out of connections", "reason", err)
	}
	return p.supervise(ctx)
}

// start reports whether this is the first call of Run.
func (p *Proxy) start() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	first := !p.started
	p.started = true
	return first
}

// supervise leads one Envoy after the other.
func (p *Proxy) supervise(ctx context.Context) error {
	var pause backoff
	for {
		began := time.Now()
		died := p.runOnce(ctx)
		switch {
		case p.over(ctx):
			return nil
		case !p.hasAnswered():
			return died
		}
		wait := pause.next(time.Since(began), rand.Float64()) //nolint:gosec // not a secret
		p.config.Log.Error("Envoy died and will be started again", "reason", died, "in", wait)
		p.report(func(s *Status) { *s = Status{State: Restarting, Restarts: s.Restarts + 1, Err: died} })
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		case <-p.quit:
		}
		if p.over(ctx) {
			return nil
		}
	}
}

// runOnce runs one Envoy to its end and returns why it ended.
func (p *Proxy) runOnce(ctx context.Context) error {
	stderr := &logWriter{log: p.config.Log}
	envoy, err := startProcess(p.command(), p.config.Stdout, stderr)
	if err != nil {
		return err
	}
	p.report(func(s *Status) { s.State, s.PID = Starting, envoy.cmd.Process.Pid })
	watching, stop := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	watcher.Go(func() { p.watch(watching) })
	select {
	case <-envoy.done:
	case <-ctx.Done():
		envoy.stop()
	case <-p.quit:
		envoy.stop()
	}
	stop()
	watcher.Wait()
	return envoy.err
}

// command is the line that starts Envoy. Hot restart is off: it needs shared
// memory named by numbers that users of one machine would have to agree on.
func (p *Proxy) command() *exec.Cmd {
	args := []string{
		"--config-path", p.config.Dir.bootstrapFile(),
		"--disable-hot-restart",
		"--log-level", p.config.LogLevel,
		"--log-format", logFormat,
	}
	if p.config.Concurrency > 0 {
		args = append(args, "--concurrency", strconv.Itoa(p.config.Concurrency))
	}
	//nolint:gosec,noctx // the binary is the operator's choice, and runOnce ends it more gently than a context
	return exec.Command(p.config.Binary.Path, args...)
}

// watch waits for Envoy to serve.
func (p *Proxy) watch(ctx context.Context) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		err := p.admin.Ready(ctx)
		var waits *NotReadyError
		if err == nil || errors.As(err, &waits) {
			p.mu.Lock()
			p.answered = true
			p.mu.Unlock()
		}
		if err == nil {
			p.report(func(s *Status) { s.State = Ready })
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (p *Proxy) hasAnswered() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.answered
}

// over reports whether no further Envoy is wanted.
func (p *Proxy) over(ctx context.Context) bool {
	select {
	case <-p.quit:
		return true
	default:
		return ctx.Err() != nil || p.Status().State == Draining
	}
}

// report changes the status and tells. From Draining it only goes to Stopped.
func (p *Proxy) report(change func(*Status)) {
	p.order.Lock()
	defer p.order.Unlock()
	before := p.Status()
	after := before
	change(&after)
	if before.State == Draining && after.State != Stopped {
		return
	}
	p.mu.Lock()
	p.status = after
	p.mu.Unlock()
	if after != before {
		p.config.OnStatus(after)
	}
}
