package pipeline

import (
	"log/slog"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/translator"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// Options configure a Pipeline.
type Options struct {
	// Translator says how resources are bound to a machine.
	Translator translator.Options
	// Standalone assumes the class "sluice" and a default Gateway where no
	// object says otherwise, and allows endpoints on loopback addresses.
	Standalone bool
	// Now tells the time by which certificates are judged. Default time.Now.
	Now func() time.Time
	// Log gets defects of Sluice itself. Default slog.Default().
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.Translator.BindPort == nil {
		o.Translator.BindPort = func(port int32) int32 { return port }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return o
}

// Pipeline turns objects into Envoy resources and statuses. It is not safe for
// concurrent use: one goroutine stages, commits and reads.
type Pipeline struct {
	graph      *table.Graph
	options    Options
	translator *translator.Translator
	tables     tables
	sinks      map[kind]sink
	dumps      []dump
	assumed    assumption
}

// New returns an empty pipeline.
func New(options Options) *Pipeline {
	options = options.withDefaults()
	p := &Pipeline{
		graph: table.New(), options: options, translator: translator.New(options.Translator),
		sinks: map[kind]sink{}, assumed: newAssumption(options.Standalone),
	}
	p.declare()
	return p
}

// attachable is an object that contributes routes or listeners: *gwv1.Gateway,
// *gwv1.HTTPRoute, *networkingv1.Ingress or *v1.VirtualService.
type attachable interface {
	runtime.Object
	metav1.Object
}

// kind is an API kind without its version.
type kind struct{ group, kind string }

// sink takes the objects of a kind.
type sink interface {
	set(k ir.Object, obj any) bool
	remove(k ir.Object)
}

type typedSink[V any] struct{ source *table.Source[ir.Object, V] }

func sinkOf[V any](s *table.Source[ir.Object, V]) sink { return typedSink[V]{s} }

func (s typedSink[V]) set(k ir.Object, obj any) bool {
	v, ok := obj.(V)
	if ok {
		s.source.Set(k, v)
	}
	return ok
}

func (s typedSink[V]) remove(k ir.Object) { s.source.Delete(k) }

// source adds a source table for a kind that is served under one or more groups.
func source[V any](p *Pipeline, name, group, kindName string, more ...string) *table.Source[ir.Object, V] {
	s := table.NewSource[ir.Object, V](p.graph, name, nil)
	show(p, s.Table)
	p.accept(sinkOf(s), group, kindName, more...)
	return s
}

func (p *Pipeline) accept(s sink, group, kindName string, more ...string) {
	for _, g := range append(more, group) {
		p.sinks[kind{g, kindName}] = s
	}
}

// Stage notes that an object is now obj, or is gone if obj is nil. It takes
// effect with the next Commit. The result says whether there is anything to say
// of objects of the kind.
func (p *Pipeline) Stage(k ir.Object, obj runtime.Object) bool {
	s, ok := p.sinks[kind{k.Group, k.Kind}]
	if !ok {
		return p.stageUnserved(k, obj)
	}
	p.assumed.note(k, obj)
	if obj == nil {
		s.remove(k)
		return true
	}
	return s.set(k, obj)
}

// Rejected identifies what an Envoy refused; see xds.Rejection.
type Rejected struct{ Type, Name, Part string }

// StageRejection notes that Envoy refuses a resource, or accepts it again if
// message is empty.
func (p *Pipeline) StageRejection(r Rejected, message string) {
	if message == "" {
		p.tables.rejections.Delete(r)
		return
	}
	p.tables.rejections.Set(r, message)
}

// StageProgrammed notes that an Envoy listens on a port, or no longer does.
func (p *Pipeline) StageProgrammed(listener string, programmed bool) {
	key, ok := listenerNamed(listener)
	switch {
	case !ok:
	case programmed:
		p.tables.programmed.Set(key, only{})
	default:
		p.tables.programmed.Delete(key)
	}
}

// Changes is the outcome of a commit.
type Changes struct {
	// XDS is one atomic change set.
	XDS []xds.Change
	// Statuses are the objects of which something else is to be said.
	Statuses []StatusChange
}

// StatusChange is a new status, or the end of one.
type StatusChange struct {
	Object ir.Object
	// Status is nil when the object is gone or nothing is to be said of it.
	Status *ir.Status
}

// Commit brings everything up to date with what was staged and returns what
// changed. It costs what the change touches.
func (p *Pipeline) Commit() Changes {
	p.assumed.settle(p.tables.attachables)
	p.graph.Commit()
	return Changes{XDS: p.xdsChanges(), Statuses: p.statusChanges()}
}

// Stats returns a line per table for metrics.
func (p *Pipeline) Stats() []table.Stat { return p.graph.Stats() }
