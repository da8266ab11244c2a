package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	churnHosts    = 500
	churnRoutes   = 1000
	churnServices = 100
	// churnRest is the least time between two edits that change what one route
	// answers, so that "the state before" is one state.
	churnRest = 500 * time.Millisecond
	// churnLoad is the number of connections that ask all the time, and
	// churnGap their rest between two requests.
	churnLoad = 4
	churnGap  = 2 * time.Millisecond
)

// state is what a route answers from some time on.
type state struct {
	since    time.Time
	upstream int
}

// churnRoute is a route and what it has led to, the newest last.
type churnRoute struct {
	service string
	// private is the file of a Service that only this route uses.
	private string
	states  []state
}

// churn edits a directory 100 times a second while it asks for every route.
type churn struct {
	dir    string
	ports  []int
	listen int
	random *rand.Rand

	mu       sync.Mutex // guards what follows
	routes   []churnRoute
	services map[string]int // upstream of each
	made     int            // Services made on the way
	result   churnResult
}

type churnResult struct {
	edits, requests, wrong int
	examples               []string
	latest                 time.Duration // longest time for which the state before was seen
	late                   []time.Duration
	length                 time.Duration
	control, envoy         time.Duration // CPU
	memory, envoyMemory    memory
	unsettled              int
}

func newChurn(dir string, listen int, ports []int) (*churn, error) {
	c := &churn{
		dir: dir, listen: listen, ports: ports, services: map[string]int{},
		random: rand.New(rand.NewPCG(1, 2)), //nolint:gosec // the same edits each time
	}
	if err := c.write("gateway.yaml", gatewayDoc(listen)); err != nil {
		return nil, err
	}
	for i := range churnServices {
		name := serviceName(i)
		c.services[name] = i % len(ports)
		if err := c.writeService(name); err != nil {
			return nil, err
		}
	}
	now := time.Now()
	for i := range churnRoutes {
		name := serviceName(i % churnServices)
		c.routes = append(c.routes, churnRoute{service: name, states: []state{{now, c.services[name]}}})
		if err := c.writeRoute(i); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *churn) write(name string, text []byte) error {
	hidden := filepath.Join(c.dir, "."+name)
	if err := os.WriteFile(hidden, text, 0o600); err != nil {
		return err
	}
	return os.Rename(hidden, filepath.Join(c.dir, name))
}

func (c *churn) writeService(name string) error {
	text := fmt.Appendf(serviceDoc(name), "---\n%s", endpointsDoc(name, c.ports[c.services[name]]))
	return c.write("service-"+name+".yaml", text)
}

func churnHost(i int) string { return fmt.Sprintf("h%05d.bench.example", i%churnHosts) }

func churnPath(i int) string { return fmt.Sprintf("/p%05d", i/churnHosts) }

func (c *churn) writeRoute(i int) error {
	return c.write(fmt.Sprintf("route-%05d.yaml", i), httpRouteDoc(i, churnHost(i), churnPath(i), c.routes[i].service, headerFilter))
}

// edit makes one edit of a kind. It notes what routes answer before it writes.
func (c *churn) edit(kind int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result.edits++
	switch kind % 3 {
	case 0:
		return c.editRoute()
	case 1:
		return c.editEndpoints()
	default:
		return c.replaceBackend()
	}
}

// rested picks a route that has not changed for a while.
func (c *churn) rested() int {
	for {
		i := c.random.IntN(len(c.routes))
		if c.isRested(i) {
			return i
		}
	}
}

func (c *churn) isRested(i int) bool {
	states := c.routes[i].states
	return time.Since(states[len(states)-1].since) > churnRest
}

// editRoute sends a route to another Service.
func (c *churn) editRoute() error {
	i := c.rested()
	return c.lead(i, serviceName(c.random.IntN(churnServices)), "")
}

// lead points a route at a Service and removes the one that it had for itself.
func (c *churn) lead(i int, service, private string) error {
	r := &c.routes[i]
	old, oldService := r.private, r.service
	r.service, r.private = service, private
	c.changed(i)
	if err := c.writeRoute(i); err != nil || old == "" {
		return err
	}
	delete(c.services, oldService)
	return os.Remove(filepath.Join(c.dir, old))
}

// changed notes that a route now answers something else.
func (c *churn) changed(i int) {
	r := &c.routes[i]
	r.states = append(r.states, state{time.Now(), c.services[r.service]})
	if len(r.states) > 8 {
		r.states = append(r.states[:0], r.states[len(r.states)-4:]...)
	}
}

// editEndpoints moves a Service that several routes use to another upstream.
func (c *churn) editEndpoints() error {
	for {
		name := serviceName(c.random.IntN(churnServices))
		if !c.serviceRested(name) {
			continue
		}
		c.services[name] = (c.services[name] + 1 + c.random.IntN(len(c.ports)-1)) % len(c.ports)
		for i := range c.routes {
			if c.routes[i].service == name {
				c.changed(i)
			}
		}
		return c.writeService(name)
	}
}

func (c *churn) serviceRested(name string) bool {
	for i := range c.routes {
		if c.routes[i].service == name && !c.isRested(i) {
			return false
		}
	}
	return true
}

// replaceBackend makes a new Service, sends a route there and removes the Service
// that the route had, all within a moment.
func (c *churn) replaceBackend() error {
	i := c.rested()
	c.made++
	name := fmt.Sprintf("n%06d", c.made)
	c.services[name] = c.random.IntN(len(c.ports))
	if err := c.writeService(name); err != nil {
		return err
	}
	return c.lead(i, name, "service-"+name+".yaml")
}

// ask sends requests to random routes until the context ends, and judges each answer.
func (c *churn) ask(ctx context.Context, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // the same requests each time
	client := newClient(c.listen)
	defer client.close()
	for ctx.Err() == nil {
		i := random.IntN(churnRoutes)
		start := time.Now()
		a, err := client.send(get(churnHost(i), churnPath(i)))
		c.judge(i, a, err, start, time.Now())
		time.Sleep(churnGap)
	}
}

// judge counts an answer that is neither right for a state that held while the
// request was under way nor for the state just before.
func (c *churn) judge(i int, a answer, err error, start, end time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.result.requests++
	states := c.routes[i].states
	last := len(states) - 1
	for last > 0 && states[last].since.After(end) {
		last--
	}
	first := last
	for first > 0 && states[first].since.After(start) {
		first--
	}
	first = max(0, first-1)
	if err == nil && a.status == 200 {
		for k := last; k >= first; k-- {
			if states[k].upstream == a.upstream {
				c.seen(states, k, last, end)
				return
			}
		}
	}
	c.result.wrong++
	if len(c.result.examples) < 10 {
		c.result.examples = append(c.result.examples, fmt.Sprintf("route %d: status %d upstream %d error %v, the state is %d for %s",
			i, a.status, a.upstream, err, states[last].upstream, end.Sub(states[last].since)))
	}
}

// seen notes for how long the state before was still served.
func (c *churn) seen(states []state, k, last int, end time.Time) {
	if k < last {
		late := end.Sub(states[k+1].since)
		c.result.late = append(c.result.late, late)
		c.result.latest = max(c.result.latest, late)
	}
}

// run edits at a rate for some time.
func (c *churn) run(ctx context.Context, length time.Duration, perSecond int) error {
	asking, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	for k := range churnLoad {
		wg.Go(func() { c.ask(asking, uint64(k)) })
	}
	defer wg.Wait()
	defer stop()
	tick := time.NewTicker(time.Second / time.Duration(perSecond))
	defer tick.Stop()
	start := time.Now()
	for kind := 0; time.Since(start) < length; kind++ {
		<-tick.C
		if err := c.edit(kind); err != nil {
			return err
		}
	}
	c.result.length = time.Since(start)
	time.Sleep(2 * time.Second)
	return nil
}

// settled counts the routes that do not answer what they should when all is quiet.
func (c *churn) settled() {
	client := newClient(c.listen)
	defer client.close()
	for i, r := range c.routes {
		a, err := client.send(get(churnHost(i), churnPath(i)))
		if err != nil || a.status != 200 || a.upstream != r.states[len(r.states)-1].upstream {
			c.result.unsettled++
		}
	}
}

// measureChurn runs a churn against a gateway.
func measureChurn(ctx context.Context, m *machine, length time.Duration) (churnResult, error) {
	dir, err := os.MkdirTemp(m.dir, "churn-")
	if err != nil {
		return churnResult{}, err
	}
	listen, err := freePort()
	if err != nil {
		return churnResult{}, err
	}
	c, err := newChurn(dir, listen, m.ports)
	if err != nil {
		return churnResult{}, err
	}
	g, err := startGateway(m.sluice, dir, 0)
	if err != nil {
		return churnResult{}, err
	}
	defer g.stop()
	if err := g.ready(ctx); err != nil {
		return churnResult{}, err
	}
	control, envoy := g.process().cpu(), g.envoy.cpu()
	if err := c.run(ctx, length, 100); err != nil {
		return c.result, err
	}
	c.result.control, c.result.envoy = g.process().cpu()-control, g.envoy.cpu()-envoy
	c.result.memory, c.result.envoyMemory = g.process().memory(), g.envoy.memory()
	c.settled()
	return c.result, nil
}
