package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// editResult are figures of a whole gateway: file write to first right answer.
type editResult struct {
	ready, served                 time.Duration
	route, endpoint, several      time.Duration
	routeWorst, endpointWorst     time.Duration
	routeCPU, routeEnvoyCPU       time.Duration // of one edit
	endpointCPU, endpointEnvoyCPU time.Duration
	noopCPU                       time.Duration
	noopResponses                 int
	severalN                      int
	startCPU, startEnvoyCPU       time.Duration
	envoy, controller             memory
	heapLive                      int64
}

// trial measures one world, served by one gateway.
type trial struct {
	w      *world
	g      *gateway
	client *client
	r      editResult
}

// measureEdits measures a world from the start of its gateway to its last edit.
func measureEdits(ctx context.Context, binary string, w *world, edits int) (editResult, error) {
	g, err := startGateway(binary, w.dir, 0)
	if err != nil {
		return editResult{}, err
	}
	defer g.stop()
	t := &trial{w: w, g: g, client: newClient(w.listen)}
	defer t.client.close()
	for _, step := range []func(context.Context, int) error{t.start, t.routeEdits, t.endpointEdits, t.noop, t.several, t.account} {
		if err := step(ctx, edits); err != nil {
			return t.r, fmt.Errorf("%w; the gateway says: %s", err, g.output.text)
		}
	}
	return t.r, nil
}

// start waits until the whole world is served: a sample of routes, the last
// one among them.
func (t *trial) start(ctx context.Context, _ int) error {
	if err := t.g.ready(ctx); err != nil {
		return err
	}
	t.r.ready = time.Since(t.g.began)
	n := t.w.routes()
	for i := n - 1; i >= 0; i -= max(1, n/100) {
		if _, err := t.client.until(get(t.w.host(i), t.w.path(i)), ok); err != nil {
			return err
		}
	}
	t.r.served = time.Since(t.g.began)
	t.r.startCPU, t.r.startEnvoyCPU = t.g.process().cpu(), t.g.envoy.cpu()
	return nil
}

// pause lets what an edit has set off come to an end.
const pause = 60 * time.Millisecond

// meter adds up the CPU time of an edit in both processes. Envoy's is that of
// its main thread, since its workers answer the questions of this program.
type meter struct {
	g                 *gateway
	control, envoy    time.Duration
	controlAt, atMain time.Duration
}

func (m *meter) begin() { m.controlAt, m.atMain = m.g.process().cpu(), m.g.envoy.mainCPU() }

func (m *meter) end() {
	m.control += m.g.process().cpu() - m.controlAt
	m.envoy += m.g.envoy.mainCPU() - m.atMain
}

// timed measures edits one by one.
func (t *trial) timed(n int, edit func(round int) (request []byte, right func(answer) bool, err error)) (all []time.Duration, m meter, err error) {
	m.g = t.g
	for round := range n {
		time.Sleep(pause)
		m.begin()
		start := time.Now()
		request, right, err := edit(round)
		if err != nil {
			return nil, m, err
		}
		if _, err := t.client.until(request, right); err != nil {
			return nil, m, err
		}
		all = append(all, time.Since(start))
		time.Sleep(pause / 4)
		m.end()
	}
	m.control /= time.Duration(n)
	m.envoy /= time.Duration(n)
	return all, m, nil
}

func (t *trial) routeEdits(_ context.Context, n int) error {
	all, m, err := t.timed(n, func(round int) ([]byte, func(answer) bool, error) {
		i := round * 7919 % t.w.routes()
		err := t.w.touchRoutes(i)
		return get(t.w.host(i), t.w.path(i)), ok, err
	})
	t.r.route, t.r.routeWorst = median(all), quantile(all, 1)
	t.r.routeCPU, t.r.routeEnvoyCPU = m.control, m.envoy
	return err
}

func (t *trial) endpointEdits(_ context.Context, n int) error {
	all, m, err := t.timed(n, func(round int) ([]byte, func(answer) bool, error) {
		i := round * 7919 % t.w.routes()
		want, err := t.w.touchEndpoints(t.w.serviceOf(i))
		return get(t.w.host(i), t.w.path(i)), func(a answer) bool { return a.upstream == want }, err
	})
	t.r.endpoint, t.r.endpointWorst = median(all), quantile(all, 1)
	t.r.endpointCPU, t.r.endpointEnvoyCPU = m.control, m.envoy
	return err
}

// noop writes a file anew with the same content, ten times.
func (t *trial) noop(ctx context.Context, _ int) error {
	const times = 10
	before, err := t.g.metrics(ctx)
	if err != nil {
		return err
	}
	cpu := t.g.process().cpu()
	for i := range times {
		file := i * 7919 % t.w.routeObjects() / perFile
		if err := t.w.rewrite("routes", t.w.routeDocs, file); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	t.r.noopCPU = (t.g.process().cpu() - cpu) / times
	after, err := t.g.metrics(ctx)
	const responses = "sluice_xds_responses_total"
	t.r.noopResponses = int(after[responses] - before[responses])
	return err
}

// several edits 1,000 routes at once, in ten files, and waits until all of them
// are served. The last one is asked for first: to ask for all takes longer than
// the edit, and counts only as far as one of them is not right yet.
func (t *trial) several(context.Context, int) error {
	n := min(1000, t.w.routes())
	t.r.severalN = n
	var all []time.Duration
	for round := range 3 {
		time.Sleep(4 * pause)
		routes := make([]int, n)
		for i := range routes {
			routes[i] = (round*n + i) % t.w.routes()
		}
		start := time.Now()
		if err := t.w.touchRoutes(routes...); err != nil {
			return err
		}
		var took time.Duration
		for _, i := range slices.Backward(routes) {
			wrong, err := t.client.until(get(t.w.host(i), t.w.path(i)), ok)
			if err != nil {
				return err
			}
			if took == 0 || wrong > 0 {
				took = time.Since(start)
			}
		}
		all = append(all, took)
	}
	t.r.several = median(all)
	return nil
}

// account looks at the memory of both processes.
func (t *trial) account(ctx context.Context, _ int) error {
	t.r.envoy, t.r.controller = t.g.envoy.memory(), t.g.process().memory()
	m, err := t.g.metrics(ctx)
	if err != nil {
		return err
	}
	// The next collection begins at twice what the last one found alive.
	t.r.heapLive = int64(m["go_memstats_next_gc_bytes"] / 2)
	return nil
}
