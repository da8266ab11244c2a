package behaviour

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"

	"github.com/sluice-gateway/sluice/manifests"
	"github.com/sluice-gateway/sluice/pkg/controlplane"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/proxy"
	"github.com/sluice-gateway/sluice/pkg/proxy/proxytest"
	"github.com/sluice-gateway/sluice/pkg/source"
	"github.com/sluice-gateway/sluice/pkg/standalone"
	"github.com/sluice-gateway/sluice/pkg/translator"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// Gateway is a standalone gateway with one Envoy that serves one case after the
// other. It differs from `sluice run` in nothing but its ports and in the short
// life of clusters that are no longer used.
type Gateway struct {
	control      *controlplane.ControlPlane
	schemas      *source.Schemas
	ports        *Ports
	backends     *Backends
	certificates *Certificates
	client       *client
	log          *slog.Logger

	// held is what the control plane has been given.
	held *held
	// empty is what Envoy has when there are no objects.
	empty resources
}

// Start starts a gateway that ends with the test.
func Start(t testing.TB) *Gateway {
	t.Helper()
	certificates, err := NewCertificates()
	require.NoError(t, err)
	schemas, err := source.NewSchemas(manifests.CRDs)
	require.NoError(t, err)
	g := &Gateway{
		schemas: schemas, certificates: certificates, ports: NewPorts(), backends: NewBackends(certificates),
		log: slog.New(slog.DiscardHandler), held: newHeld(),
	}
	if testing.Verbose() {
		g.log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	t.Cleanup(g.backends.Stop)
	g.client = &client{g.ports, g.backends}
	options := standalone.Config{}.Pipeline()
	options.Translator = translator.Options{BindAddress: "127.0.0.1", BindPort: g.ports.Bind}
	g.control = controlplane.New(controlplane.Config{Pipeline: options, XDS: xds.Config{Grace: 1}, Log: g.log})
	g.run(t)
	require.NoError(t, g.settle(t.Context()), "Envoy does not take the first configuration")
	g.empty = g.resources()
	return g
}

// run starts all parts; the end of the test ends them.
func (g *Gateway) run(t testing.TB) {
	t.Helper()
	sockets, err := proxy.NewDir()
	require.NoError(t, err)
	t.Cleanup(func() { _ = sockets.Remove() })
	listener, err := net.Listen("unix", sockets.XDSSocket()) //nolint:noctx // a socket in a directory of our own
	require.NoError(t, err)
	server := grpc.NewServer(xds.GRPCOptions()...)
	g.control.Server().Register(server)
	go server.Serve(listener) //nolint:errcheck // it ends when it is stopped
	t.Cleanup(server.Stop)

	ctx, cancel := context.WithCancel(context.Background())
	envoy, err := proxy.New(proxy.Config{
		Binary: proxytest.Envoy(t), Dir: sockets, Concurrency: 1, LogLevel: "error", Stdout: io.Discard, Log: g.log,
	})
	require.NoError(t, err)
	go g.control.Run(ctx)
	g.control.Complete()
	ended := make(chan error, 1)
	go func() { ended <- envoy.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Envoy ended badly: %v", err)
		}
		if n := envoy.Status().Restarts; n > 0 {
			t.Errorf("Envoy died and was started again %d times", n)
		}
	})
}

// Snapshot is what the gateway makes of the present objects.
type Snapshot struct {
	hosts       []pipeline.Row
	serverNames []pipeline.Row
	statuses    []pipeline.Row
}

// settle waits until all that was offered is committed and acknowledged.
func (g *Gateway) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, context.DeadlineExceeded)
	defer cancel()
	if _, err := g.snapshot(ctx); err != nil {
		return err
	}
	server, revision := g.control.Server(), g.control.Store().Revision()
	if err := server.WaitAcked(ctx, revision); err != nil {
		return fmt.Errorf("revision %d is not acknowledged: %w: %+v", revision, err, server.Status())
	}
	return nil
}
