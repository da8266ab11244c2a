package standalone

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"

	"github.com/sluice-gateway/sluice/manifests"
	"github.com/sluice-gateway/sluice/pkg/controlplane"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/proxy"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/source"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// Gateway is a running standalone gateway.
type Gateway struct {
	config  Config
	binary  proxy.Binary
	dir     *source.Directory
	control *controlplane.ControlPlane
}

// New finds Envoy and prepares a gateway.
func New(ctx context.Context, c Config) (*Gateway, error) {
	c = c.withDefaults()
	if err := c.validate(); err != nil {
		return nil, err
	}
	binary, err := proxy.Find(ctx, c.Envoy)
	if err != nil {
		return nil, err
	}
	schemas, err := source.NewSchemas(manifests.CRDs)
	if err != nil {
		return nil, err
	}
	dir := source.NewDirectory(c.Dir, schemas, c.Log)
	return &Gateway{
		config: c, binary: binary, dir: dir,
		control: controlplane.New(controlplane.Config{
			Pipeline: c.Pipeline(), XDS: c.XDS, Observer: c.Observer, Locate: locate(dir), Log: c.Log,
		}),
	}, nil
}

// ControlPlane is the gateway's control plane.
func (g *Gateway) ControlPlane() *controlplane.ControlPlane { return g.control }

// Run serves until ctx ends, then drains: requests under way are finished for
// up to DrainTime, which ends early when kill ends.
func (g *Gateway) Run(ctx, kill context.Context) error {
	sockets, err := proxy.NewDir()
	if err != nil {
		return err
	}
	defer sockets.Remove() //nolint:errcheck // a temporary directory, nothing depends on it
	envoy, err := proxy.New(proxy.Config{
		Binary: g.binary, Dir: sockets, Concurrency: g.config.Concurrency, LogLevel: g.config.EnvoyLogLevel, Log: g.config.Log,
	})
	if err != nil {
		return err
	}
	admin, err := new(net.ListenConfig).Listen(ctx, "tcp", g.config.AdminAddress)
	if err != nil {
		return fmt.Errorf("cannot listen on the admin address: %w", err)
	}
	return g.serve(ctx, kill, sockets, envoy, admin)
}

// serve runs all parts until ctx ends or one of them fails.
func (g *Gateway) serve(ctx, kill context.Context, sockets proxy.Dir, envoy *proxy.Proxy, admin net.Listener) error {
	// Parts outlive ctx, so that Envoy can drain with its control plane there.
	parts, fail := context.WithCancelCause(context.WithoutCancel(ctx))
	defer fail(nil)
	stopXDS, err := g.serveXDS(ctx, sockets.XDSSocket(), fail)
	if err != nil {
		return err
	}
	defer stopXDS()
	web := adminServer(g.control.Admin())
	go func() { failUnless(fail, web.Serve(admin), http.ErrServerClosed) }()
	defer web.Close()

	go g.control.Run(parts)
	if err := g.load(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // asked to end while nothing was served yet
		}
		return err
	}
	go func() { failUnless(fail, g.dir.Watch(parts, g.offer), context.Canceled) }()
	ended := make(chan error, 1)
	go func() { ended <- envoy.Run(parts) }()
	go g.announce(parts, envoy)
	select {
	case err := <-ended:
		return errors.Join(err, context.Cause(parts))
	case <-parts.Done():
		return errors.Join(context.Cause(parts), <-ended) // its sockets are removed after this
	case <-ctx.Done():
		g.config.Log.Info("draining: requests under way are finished first; a second signal ends at once", "at_most", g.config.DrainTime)
		err := envoy.Drain(kill, g.config.DrainTime)
		if errors.Is(err, proxy.ErrNotRunning) {
			fail(nil) // before it has begun
			return <-ended
		}
		return err
	}
}

// adminServer bounds what a client of the admin address can hold up. Dumps of
// large tables take some time to write.
func adminServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: time.Minute,
	}
}

// failUnless ends all parts for an error that is not the expected one.
func failUnless(fail context.CancelCauseFunc, err, expected error) {
	if err != nil && !errors.Is(err, expected) {
		fail(err)
	}
}

// serveXDS serves Envoy on a Unix socket that only this user can reach.
func (g *Gateway) serveXDS(ctx context.Context, socket string, fail context.CancelCauseFunc) (stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", socket)
	if err != nil {
		return nil, fmt.Errorf("cannot listen for Envoy: %w", err)
	}
	server := grpc.NewServer(xds.GRPCOptions()...)
	g.control.Server().Register(server)
	go func() { failUnless(fail, server.Serve(listener), grpc.ErrServerStopped) }()
	return server.Stop, nil
}

func (g *Gateway) load(ctx context.Context) error {
	batch, err := g.dir.Load(ctx)
	if err != nil {
		return err
	}
	g.offer(batch)
	g.control.Complete()
	return nil
}

// announce calls OnReady when Envoy has acknowledged the first configuration and
// says itself that it serves.
func (g *Gateway) announce(ctx context.Context, envoy *proxy.Proxy) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !g.control.Server().Programmed() || envoy.Status().State != proxy.Ready {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
	var addresses []string
	err := g.control.Ask(ctx, func(p *pipeline.Pipeline, _ *report.Book) { addresses = g.config.addresses(p.Listeners()) })
	if err == nil && g.config.OnReady != nil {
		g.config.OnReady(addresses)
	}
	debug.FreeOSMemory() // to read the directory took more than to keep it does
}

// locate says where an object is written now.
func locate(d *source.Directory) func(ir.Object) (report.Place, bool) {
	return func(o ir.Object) (report.Place, bool) {
		file, line, ok := d.Where(o)
		return report.Place{File: file, Line: line}, ok
	}
}

func (g *Gateway) offer(b source.Batch) { g.control.Offer(Batch(b)) }

// Batch converts what a directory emits to what the control plane takes.
func Batch(b source.Batch) controlplane.Batch {
	out := controlplane.Batch{Edits: make([]controlplane.Edit, 0, len(b.Events)), Files: map[string][]report.Finding{}}
	for _, e := range b.Events {
		edit := controlplane.Edit{Key: e.Key}
		if e.Object != nil {
			edit.Object, edit.Place = e.Object.Obj, report.Place{File: e.Object.File, Line: e.Object.Line}
		}
		out.Edits = append(out.Edits, edit)
	}
	for file, problems := range b.Problems {
		findings := make([]report.Finding, len(problems))
		for i, p := range problems {
			findings[i] = report.Finding{Problem: p.Problem, Object: p.Object, Place: report.Place{File: p.File, Line: p.Line}}
		}
		out.Files[file] = findings
	}
	return out
}
