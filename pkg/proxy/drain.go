package proxy

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// How Drain looks whether Envoy has finished.
const (
	drainInterval = 50 * time.Millisecond
	// quietTime without a request must pass while clients hold idle
	// connections, on which the next request may be under way.
	quietTime = time.Second
)

// drainStats are the numbers that traffic is made of.
const drainStats = `\.downstream_(cx_active|rq_active|rq_total)$`

// ErrNotRunning says that there is nothing to drain before Run.
var ErrNotRunning = errors.New("proxy: nothing to drain before Run")

// Drain ends Envoy with no request lost: it asks clients to leave, waits until
// nothing is under way, for at most the time given, and then lets Run return.
// New connections are served meanwhile, for load balancers that have not
// noticed yet. When ctx ends first, or by a second call, Envoy is ended at once. The error
// tells how many requests were cut off; nil means none.
func (p *Proxy) Drain(ctx context.Context, most time.Duration) error {
	if !p.running() {
		return ErrNotRunning
	}
	select {
	case <-p.ended:
		return nil
	default:
	}
	before := Stopped
	p.report(func(s *Status) { s.State, before = Draining, s.State })
	var err error
	if before == Ready || before == Starting && p.admin.Ready(ctx) == nil { // it may serve before that was noticed
		patient, cancel := context.WithTimeout(ctx, most)
		defer cancel()
		err = p.finish(patient)
	}
	p.stop()
	<-p.ended
	return err
}

func (p *Proxy) running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.started
}

// finish returns when nothing is under way.
func (p *Proxy) finish(ctx context.Context) error {
	err := p.admin.FailHealthCheck(ctx)
	if err == nil {
		err = p.admin.DrainListeners(ctx)
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return traffic{}.cutOff(context.Cause(ctx))
	case err != nil:
		return fmt.Errorf("cannot drain: %w", err)
	}
	tick := time.NewTicker(drainInterval)
	defer tick.Stop()
	quiet := quietness{since: time.Now()}
	var now traffic
	for {
		stats, err := p.admin.Stats(ctx, drainStats)
		if err == nil {
			now = trafficOf(stats)
			if quiet.finished(now, time.Now()) {
				return nil
			}
		}
		select {
		case <-p.ended:
			return errors.New("envoy ended while it was drained")
		case <-ctx.Done():
			return now.cutOff(context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// traffic is what goes on in Envoy at one moment, the admin interface left out.
type traffic struct {
	known       bool   // false until Envoy has said
	connections uint64 // all from clients
	busy        uint64 // requests under way, and connections that are not HTTP
	requests    uint64 // ever
}

// cutOff is the error of an end that traffic did not get to wait for.
func (t traffic) cutOff(cause error) error {
	switch {
	case !t.known:
		return fmt.Errorf("requests under way may have been cut off: %w", cause)
	case t.busy == 0:
		return nil
	default:
		return fmt.Errorf("%d requests and connections were cut off: %w", t.busy, cause)
	}
}

func trafficOf(stats map[string]uint64) traffic {
	t := traffic{known: true}
	var http uint64
	for name, value := range stats {
		if strings.HasPrefix(name, "http.admin.") || strings.HasPrefix(name, "listener.admin.") {
			continue
		}
		isHTTP := strings.HasPrefix(name, "http.")
		isListener := strings.HasPrefix(name, "listener.") && !strings.Contains(name, ".worker_")
		switch {
		case isHTTP && strings.HasSuffix(name, ".downstream_rq_active"):
			t.busy += value
		case isHTTP && strings.HasSuffix(name, ".downstream_rq_total"):
			t.requests += value
		case isHTTP && strings.HasSuffix(name, ".downstream_cx_active"):
			http += value
		case isListener && strings.HasSuffix(name, ".downstream_cx_active"):
			t.connections += value
		}
	}
	t.busy += t.connections - min(http, t.connections)
	return t
}

// quietness remembers since when nothing has happened.
type quietness struct {
	last  traffic
	since time.Time
}

// finished reports whether all is done: there is no connection, or for some time there was no request.
func (q *quietness) finished(now traffic, at time.Time) bool {
	if now.busy > 0 || now.requests != q.last.requests {
		q.since = at
	}
	q.last = now
	return now.connections == 0 || at.Sub(q.since) >= quietTime
}
