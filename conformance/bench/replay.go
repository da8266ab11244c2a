package main

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/sluice-gateway/sluice/pkg/proxy"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// replayResult is what Envoy alone needs for the edit of one route: from the
// sending of the RouteConfiguration to its acknowledgement.
type replayResult struct {
	all   []time.Duration
	bytes int
}

func (r replayResult) ack() time.Duration { return median(r.all) }

// and adds the results of a second time: one comes before what it is compared
// with and one after, so that a change of the machine's mood shows in both.
func (r replayResult) and(o replayResult) replayResult {
	return replayResult{slices.Concat(r.all, o.all), r.bytes}
}

// measureReplay gives an Envoy what the gateway would give it, then one
// RouteConfiguration as it is before and after an edit, in turn.
func measureReplay(ctx context.Context, taken recording, listen, edits int) (replayResult, error) {
	var r replayResult
	err := withEnvoy(ctx, taken.store, func(s *ads) error {
		if _, err := newClient(listen).until(get("nobody.example", "/"), func(a answer) bool { return a.status == 404 }); err != nil {
			return err
		}
		r.bytes = len(taken.after)
		for i := range edits {
			bytes := [][]byte{taken.after, taken.before}[i%2]
			took, err := s.push(xds.RouteType, taken.name, bytes)
			if err != nil {
				return err
			}
			r.all = append(r.all, took)
			time.Sleep(pause)
		}
		return nil
	})
	return r, err
}

// withEnvoy runs an Envoy with the gateway's own bootstrap against a store.
func withEnvoy(ctx context.Context, store *xds.Store, use func(*ads) error) error {
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
	ready := make(chan struct{}, 1)
	envoy, err := proxy.New(proxy.Config{
		Binary: binary, Dir: sockets, LogLevel: "error", Stdout: io.Discard, Log: slog.New(slog.DiscardHandler),
		OnStatus: func(status proxy.Status) {
			if status.State == proxy.Ready {
				ready <- struct{}{}
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
	case <-ready:
		return use(s)
	case err := <-ended:
		ended <- err
		return err
	}
}
