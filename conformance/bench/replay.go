package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/sluice-gateway/sluice/pkg/proxy"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// replayResult is what Envoy alone needs for the edit of one route: from the
// sending of the RouteConfiguration to its acknowledgement.
type replayResult struct {
	ack, cpu time.Duration
	bytes    int
}

// measureReplay gives an Envoy what the gateway would give it, then one
// RouteConfiguration as it is before and after an edit, in turn.
func measureReplay(ctx context.Context, taken recording, listen, edits int) (replayResult, error) {
	var r replayResult
	err := withEnvoy(ctx, taken.store, func(s *ads, envoy process) error {
		if _, err := newClient(listen).until(get("nobody.example", "/"), func(a answer) bool { return a.status == 404 }); err != nil {
			return err
		}
		var all []time.Duration
		cpu := envoy.mainCPU()
		for i := range edits {
			bytes := [][]byte{taken.after, taken.before}[i%2]
			took, err := s.push(xds.RouteType, taken.name, bytes)
			if err != nil {
				return err
			}
			all = append(all, took)
			time.Sleep(pause)
		}
		r = replayResult{ack: median(all), cpu: (envoy.mainCPU() - cpu) / time.Duration(edits), bytes: len(taken.after)}
		return nil
	})
	return r, err
}

// withEnvoy runs an Envoy with the gateway's own bootstrap against a store.
func withEnvoy(ctx context.Context, store *xds.Store, use func(*ads, process) error) error {
	binary, err := proxy.Find(ctx, "")
	if err != nil {
		return err
	}
	sockets, err := proxy.NewDir()
	if err != nil {
		return err
	}
	defer sockets.Remove() //nolint:errcheck // a temporary directory
	s, stop, err := serveADS(store, sockets.XDSSocket())
	if err != nil {
		return err
	}
	defer stop()
	started := make(chan process, 1)
	envoy, err := proxy.New(proxy.Config{
		Binary: binary, Dir: sockets, LogLevel: "error", Stdout: io.Discard, Log: slog.New(slog.DiscardHandler),
		OnStatus: func(status proxy.Status) {
			if status.State == proxy.Ready {
				started <- process(status.PID)
			}
		},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- envoy.Run(ctx) }()
	defer func() {
		cancel()
		<-ended //nolint:errcheck // it was told to end
	}()
	select {
	case pid := <-started:
		return use(s, pid)
	case err := <-ended:
		ended <- err
		return err
	}
}
