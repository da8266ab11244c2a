package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
	"time"
)

// connections is the number of clients, each with one request under way.
const connections = 8

// lane is a way to the upstream: a request to an Envoy.
type lane struct {
	port    int
	request []byte
	envoy   process
}

// drive is what came of sending requests for some time.
type drive struct {
	rate      float64       // requests per second
	cpu       time.Duration // of Envoy for one request
	p50, p99  time.Duration
	envoyBusy float64 // share of one CPU
	selfBusy  float64
	wrong     int
}

// run sends requests over all connections for some time: one after the other,
// or at a fixed rate if one is given.
func (l lane) run(length time.Duration, rate float64) drive {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var d drive
	var all []time.Duration
	cpu, self := l.envoy.cpu(), process(os.Getpid()).cpu()
	start := time.Now()
	for range connections {
		wg.Go(func() {
			took, wrong := l.client(start.Add(length), rate/connections)
			mu.Lock()
			defer mu.Unlock()
			all = append(all, took...)
			d.wrong += wrong
		})
	}
	wg.Wait()
	elapsed := time.Since(start)
	spent := l.envoy.cpu() - cpu
	d.rate = float64(len(all)) / elapsed.Seconds()
	d.cpu = spent / time.Duration(max(1, len(all)))
	d.p50, d.p99 = quantile(all, 0.5), quantile(all, 0.99)
	d.envoyBusy = spent.Seconds() / elapsed.Seconds()
	d.selfBusy = (process(os.Getpid()).cpu() - self).Seconds() / elapsed.Seconds()
	return d
}

// client is one connection's share of a run.
func (l lane) client(end time.Time, rate float64) (took []time.Duration, wrong int) {
	c := newClient(l.port)
	defer c.close()
	took = make([]time.Duration, 0, 1<<16)
	next := time.Now()
	for {
		if rate > 0 {
			next = next.Add(time.Duration(float64(time.Second) / rate))
			time.Sleep(time.Until(next))
		}
		start := time.Now()
		if start.After(end) {
			return took, wrong
		}
		a, err := c.send(l.request)
		took = append(took, time.Since(start))
		if err != nil || a.status != 200 {
			wrong++
		}
	}
}

// comparison is one lane beside another.
type comparison struct {
	name        string
	rate, cpu   []float64 // ratio of each pair
	ours, other drive     // medians
	wrong       int
}

// compare drives two lanes in the order ABBA, so that what changes steadily
// on the machine falls on both alike. Latencies are of a run at half the rate
// that the slower of the two can do.
func compare(name string, a, b lane, rounds int, length time.Duration) comparison {
	c := comparison{name: name}
	a.run(length/2, 0)
	b.run(length/2, 0)
	var as, bs []drive
	for range rounds {
		first := a.run(length, 0)
		bs = append(bs, b.run(length, 0), b.run(length, 0))
		as = append(as, first, a.run(length, 0))
	}
	for i := range as {
		c.rate = append(c.rate, as[i].rate/bs[i].rate)
		c.cpu = append(c.cpu, float64(bs[i].cpu)/float64(as[i].cpu))
		c.wrong += as[i].wrong + bs[i].wrong
	}
	c.ours, c.other = medianDrive(as), medianDrive(bs)
	half := min(c.ours.rate, c.other.rate) / 2
	pa, pb := a.run(2*length, half), b.run(2*length, half)
	c.ours.p50, c.ours.p99, c.other.p50, c.other.p99 = pa.p50, pa.p99, pb.p50, pb.p99
	return c
}

func medianDrive(all []drive) drive {
	of := func(value func(drive) float64) float64 {
		values := make([]float64, len(all))
		for i, d := range all {
			values[i] = value(d)
		}
		return median(values)
	}
	return drive{
		rate:      of(func(d drive) float64 { return d.rate }),
		cpu:       time.Duration(of(func(d drive) float64 { return float64(d.cpu) })),
		envoyBusy: of(func(d drive) float64 { return d.envoyBusy }),
		selfBusy:  of(func(d drive) float64 { return d.selfBusy }),
	}
}

// throughput compares gateways with 1, 1,000 and 10,000 routes in one host with
// a minimal Envoy, and that with another of its kind. Each Envoy has one worker
// and the first CPU; this program, which is both clients and upstream, the others.
type throughput struct {
	m       *machine
	rounds  int
	length  time.Duration
	results []comparison
}

func (t *throughput) run(ctx context.Context, hostSizes []int) error {
	unpin, err := pinSelf()
	if err != nil {
		return err
	}
	defer unpin()
	baseline, err := t.startMinimal(minimalConfig)
	if err != nil {
		return err
	}
	defer baseline.stop()
	bare := baseline.lane()
	for _, other := range []struct{ name, config string }{
		{"a second minimal Envoy (the noise)", minimalConfig},
		{"a minimal Envoy with our edge settings", edgeConfig},
	} {
		e, err := t.startMinimal(other.config)
		if err != nil {
			return err
		}
		t.add(other.name, e.lane(), bare)
		e.stop()
	}
	for _, n := range hostSizes {
		if err := t.host(ctx, n, bare); err != nil {
			return err
		}
	}
	return nil
}

func (t *throughput) add(name string, a, b lane) {
	c := compare(name, a, b, t.rounds, t.length)
	t.m.log("throughput of %s: %.3f of its baseline, CPU %.3f, wrong %d", name, median(c.rate), median(c.cpu), c.wrong)
	t.results = append(t.results, c)
}

func (t *throughput) startMinimal(config string) (*minimal, error) {
	m, err := startMinimal(t.m.envoy.Path, t.m.dir, config, t.m.ports[0])
	if err != nil {
		return nil, err
	}
	return m, pin(process(m.cmd.Process.Pid), 0)
}

func (m *minimal) lane() lane {
	return lane{m.port, get("a.example", "/p00000/v00000"), process(m.cmd.Process.Pid)}
}

// host compares the first and the last route of a host of n routes.
func (t *throughput) host(ctx context.Context, n int, bare lane) error {
	return t.m.withWorld(shape{1, n, plainRoutes}, func(w *world) error {
		g, err := startGateway(t.m.sluice, w.dir, 1)
		if err != nil {
			return err
		}
		defer g.stop()
		if err := g.ready(ctx); err != nil {
			return err
		}
		if err := pin(g.envoy, 0); err != nil {
			return err
		}
		to := func(i int) lane { return lane{w.listen, get(w.host(i), w.path(i)), g.envoy} }
		if n == 1 {
			t.add("the only route of a host", to(0), bare)
			return nil
		}
		t.add(fmt.Sprintf("the first of %s routes", thousands(n)), to(0), bare)
		t.add(fmt.Sprintf("the last of %s routes", thousands(n)), to(n-1), bare)
		if n >= tenThousand {
			t.add(fmt.Sprintf("the last of %s routes, beside the first", thousands(n)), to(n-1), to(0))
		}
		return nil
	})
}

// pinSelf keeps this program away from the first CPU.
func pinSelf() (unpin func(), err error) {
	self, n := process(os.Getpid()), runtime.NumCPU()
	if n < 2 {
		return nil, fmt.Errorf("throughput needs two CPUs: one for Envoy, one for its clients")
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return func() { _ = pin(self, all...) }, pin(self, all[1:]...)
}
