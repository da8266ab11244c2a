package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-gateway/sluice/pkg/standalone"
)

// runFlags are the flags of `sluice run`.
type runFlags struct {
	standalone.Config
	logLevel, logFormat string
	once                bool
}

func newRun() *cobra.Command {
	f := &runFlags{}
	cmd := &cobra.Command{
		Use:   "run DIR",
		Short: "Serve a directory of Kubernetes YAML",
		Long: `Run serves the routes in DIR and follows every change of its files. Ports below
1024 are bound 8000 higher: 80 becomes 8080 and 443 becomes 8443. With no Gateway
in DIR one with HTTP on 80 and HTTPS on 443 is assumed. Ctrl-C drains; a second
Ctrl-C ends at once.`,
		Args: oneDirectory,
		RunE: func(cmd *cobra.Command, args []string) error {
			f.Dir = args[0]
			return f.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.BindAddress, "bind-address", "127.0.0.1", "address that all listeners bind")
	flags.StringVar(&f.AdminAddress, "admin-address", "127.0.0.1:9901", "address of /readyz, /healthz, /metrics and /debug")
	flags.StringVar(&f.Envoy, "envoy", "", "path of Envoy (default: $ENVOY, then envoy on PATH, then the cache)")
	flags.IntVar(&f.Concurrency, "concurrency", 0, "Envoy's worker threads (default: one per CPU)")
	flags.DurationVar(&f.DrainTime, "drain-time", 30*time.Second, "longest wait for requests under way at the end")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
	flags.StringVar(&f.logFormat, "log-format", "text", "text for people, or json")
	flags.BoolVar(&f.once, "once", false, "load, print problems and exit")
	return cmd
}

func (f *runFlags) run(ctx context.Context, out, errOut io.Writer) error {
	printer, log, err := newPrinter(errOut, f.logFormat, f.logLevel)
	if err != nil {
		return err
	}
	f.Log = log
	if f.once {
		return f.check(ctx, out)
	}
	f.Observer, f.OnReady = printer, func(addresses []string) { printer.ready(ctx, f.Config, addresses) }
	if f.logLevel == "debug" {
		f.EnvoyLogLevel = "info"
	}
	ctx, kill := stopSignals(ctx)
	gateway, err := standalone.New(ctx, f.Config)
	if err != nil {
		return err
	}
	return gateway.Run(ctx, kill)
}

func (f *runFlags) check(ctx context.Context, out io.Writer) error {
	findings, err := standalone.Check(ctx, f.Config)
	if err != nil {
		return err
	}
	output := outputTable
	if f.logFormat == outputJSON {
		output = outputJSON
	}
	return printFindings(out, output, findings)
}

// stopSignals returns a context that ends with the first signal to stop and one
// that ends with the second.
func stopSignals(ctx context.Context) (stop, kill context.Context) {
	stop, cancelStop := context.WithCancel(ctx)
	kill, cancelKill := context.WithCancel(context.WithoutCancel(ctx))
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancelStop()
		<-signals
		cancelKill()
	}()
	return stop, kill
}

func parseLevel(s string) (slog.Level, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s)); err != nil {
		return level, fmt.Errorf("unknown log level %q: use debug, info, warn or error", s)
	}
	return level, nil
}
