package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	discoveryv1 "k8s.io/api/discovery/v1"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/manifests"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/source"
	"github.com/sluice-gateway/sluice/pkg/standalone"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// cost is what a piece of work takes in this process.
type cost struct {
	time           time.Duration
	objects, bytes int64
}

// controlResult are the figures of the control plane alone.
type controlResult struct {
	read, build                    cost
	route, endpoint, noop, several cost
	severalN                       int
	heap                           int64
}

// control is the control plane without its ends: objects in, bytes out.
type control struct {
	pipeline *pipeline.Pipeline
	store    *xds.Store
	events   []source.Event
	routes   []source.Event
	slices   []source.Event
	version  int
}

// newControl reads a directory as the gateway does and translates it.
func newControl(ctx context.Context, dir string) (*control, controlResult, error) {
	var r controlResult
	var err error
	c := &control{}
	before := liveHeap()
	r.read = measure(func() { c.events, err = load(ctx, dir) })
	if err != nil {
		return nil, r, err
	}
	r.build = measure(func() {
		c.pipeline, c.store = pipeline.New(standalone.Config{}.Pipeline()), xds.NewStore()
		err = c.commit(c.events...)
	})
	if err != nil {
		return nil, r, err
	}
	if err := c.commit(); err != nil { // lets the changes of the first commit go
		return nil, r, err
	}
	for _, e := range c.events {
		switch e.Object.Obj.(type) {
		case *gwv1.HTTPRoute, *networkingv1.Ingress, *v1.VirtualService:
			c.routes = append(c.routes, e)
		case *discoveryv1.EndpointSlice:
			c.slices = append(c.slices, e)
		}
	}
	c.events = nil
	r.heap = int64(liveHeap() - before)
	return c, r, nil
}

func load(ctx context.Context, dir string) ([]source.Event, error) {
	schemas, err := source.NewSchemas(manifests.CRDs)
	if err != nil {
		return nil, err
	}
	batch, err := source.NewDirectory(dir, schemas, slog.New(slog.DiscardHandler)).Load(ctx)
	for file, problems := range batch.Problems {
		return nil, fmt.Errorf("%s: %s", file, problems[0].Message)
	}
	return batch.Events, err
}

func (c *control) commit(events ...source.Event) error {
	for _, e := range events {
		c.pipeline.Stage(e.Key, e.Object.Obj)
	}
	_, err := c.store.Apply(c.pipeline.Commit().XDS)
	return err
}

// measure runs work once.
func measure(work func()) cost {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	work()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return cost{took, int64(after.Mallocs - before.Mallocs), int64(after.TotalAlloc - before.TotalAlloc)}
}

// liveHeap is what is in use in this process, in bytes.
func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// edited returns an object that differs from the last one in the path that its
// first route matches, or in the address of its endpoints.
func (c *control) edited(e source.Event) source.Event {
	c.version++
	path := fmt.Sprintf("/edit/%05d", c.version)
	object := *e.Object
	object.Obj = object.Obj.DeepCopyObject().(source.KubeObject) //nolint:forcetypeassert // a copy of one
	switch o := object.Obj.(type) {
	case *gwv1.HTTPRoute:
		o.Spec.Rules[0].Matches[0].Path.Value = &path
	case *networkingv1.Ingress:
		o.Spec.Rules[0].HTTP.Paths[0].Path = path
	case *v1.VirtualService:
		o.Spec.VirtualHost.Routes[0].Matchers[0].Prefix = &path
	case *discoveryv1.EndpointSlice:
		port := int32(1024 + c.version%60_000)
		o.Ports[0].Port = &port
	}
	return source.Event{Key: e.Key, Object: &object}
}

// spread returns n of the events, from all over, that differ with each round.
func spread(events []source.Event, n, round int) []source.Event {
	out := make([]source.Event, n)
	for i := range out {
		out[i] = events[(round*7919+i*(len(events)/n))%len(events)]
	}
	return out
}

// repeat measures edits many times: each time n of the events, changed by edit.
func (c *control) repeat(times, n int, events []source.Event, edit func(source.Event) source.Event) (cost, error) {
	var all []cost
	for round := range times {
		edits := spread(events, n, round)
		for i := range edits {
			edits[i] = edit(edits[i])
		}
		var err error
		all = append(all, measure(func() { err = c.commit(edits...) }))
		if err != nil {
			return cost{}, err
		}
	}
	return medianCost(all), nil
}

func medianCost(all []cost) cost {
	var times []time.Duration
	var objects, sizes []int64
	for _, c := range all {
		times, objects, sizes = append(times, c.time), append(objects, c.objects), append(sizes, c.bytes)
	}
	return cost{median(times), median(objects), median(sizes)}
}

// recording is what the gateway would send to Envoy: everything, and the one
// RouteConfiguration before and after an edit.
type recording struct {
	store         *xds.Store
	name          string
	before, after []byte
}

func (c *control) record() (recording, error) {
	r := recording{store: c.store, name: c.store.Names(xds.RouteType)[0]}
	present := func() []byte {
		resource, _ := c.store.Get(xds.Ref{Type: xds.RouteType, Name: r.name})
		return resource.Bytes
	}
	r.before = present()
	if err := c.commit(c.edited(c.routes[len(c.routes)/2])); err != nil {
		return r, err
	}
	r.after = present()
	return r, nil
}

// measureControl measures the control plane on a directory, and records what
// it sends.
func measureControl(ctx context.Context, dir string, edits int) (controlResult, recording, error) {
	defer debug.FreeOSMemory() // what follows is measured beside this process
	c, r, err := newControl(ctx, dir)
	if err != nil {
		return r, recording{}, err
	}
	if err := c.measure(&r, edits); err != nil {
		return r, recording{}, err
	}
	taken, err := c.record()
	return r, taken, err
}

func (c *control) measure(r *controlResult, edits int) (err error) {
	same := func(e source.Event) source.Event {
		object := *e.Object
		object.Obj = object.Obj.DeepCopyObject().(source.KubeObject) //nolint:forcetypeassert // a copy of one
		return source.Event{Key: e.Key, Object: &object}
	}
	if r.noop, err = c.repeat(edits, 1, c.routes, same); err != nil {
		return err
	}
	if r.route, err = c.repeat(edits, 1, c.routes, c.edited); err != nil {
		return err
	}
	if r.endpoint, err = c.repeat(edits, 1, c.slices, c.edited); err != nil {
		return err
	}
	r.severalN = min(1000, len(c.routes))
	r.several, err = c.repeat(max(3, edits/10), r.severalN, c.routes, c.edited)
	return err
}
