package controlplane

import (
	"context"
	"log/slog"
	"time"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// Config configures a ControlPlane.
type Config struct {
	Pipeline pipeline.Options
	// XDS configures delivery. Its hooks are used by the control plane.
	XDS xds.Config
	// Observer is told what is new after each commit. May be nil.
	Observer Observer
	// Locate says where an object is written; see report.Book. It is called on
	// the loop's goroutine. May be nil.
	Locate func(ir.Object) (report.Place, bool)
	Log    *slog.Logger
}

// Observer reads the outcome of each commit, on the loop's goroutine.
type Observer interface {
	// Committed is called after a commit was handed to delivery.
	Committed(Summary)
}

// Summary is what one commit came to.
type Summary struct {
	// First is true for the commit that made the configuration complete.
	First bool
	// Took is the time from taking the batch to handing it to delivery.
	Took     time.Duration
	Edits    int
	Revision xds.Revision
	Statuses []pipeline.StatusChange
	// Added and Gone are the problems that are new and that are gone.
	Added, Gone []report.Finding
}

// ControlPlane owns the pipeline, the store of resources and the book of
// problems. Make it with New, start it with Run.
type ControlPlane struct {
	config    Config
	inbox     *inbox
	pipeline  *pipeline.Pipeline
	book      *report.Book
	store     *xds.Store
	server    *xds.Server
	metrics   *metrics
	listening listening
	ready     bool
}

// New returns a control plane with nothing in it.
func New(c Config) *ControlPlane {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	c.Pipeline.Log, c.XDS.Log = c.Log, c.Log
	cp := &ControlPlane{
		config: c, inbox: newInbox(), pipeline: pipeline.New(c.Pipeline),
		book: report.NewBook(), store: xds.NewStore(), metrics: newMetrics(), listening: listening{},
	}
	cp.book.Locate(c.Locate)
	cp.config.XDS.Hooks = cp.metrics.hooks(cp.judged, cp.acked)
	cp.server = xds.NewServer(cp.store, cp.config.XDS)
	return cp
}

// Server is the xDS server to register with gRPC.
func (cp *ControlPlane) Server() *xds.Server { return cp.server }

// Store holds the resources as they are served.
func (cp *ControlPlane) Store() *xds.Store { return cp.store }

// Offer adds a batch. It may be called from any goroutine and does not wait.
func (cp *ControlPlane) Offer(b Batch) { cp.inbox.put(func(m *mail) { m.add(b) }) }

// Complete says that everything that exists has been offered. Nothing is sent
// to an Envoy before: it never sees partial configuration.
func (cp *ControlPlane) Complete() { cp.inbox.put(func(m *mail) { m.complete = true }) }

// Ask runs f on the loop's goroutine, between commits, and waits for it.
func (cp *ControlPlane) Ask(ctx context.Context, f func(*pipeline.Pipeline, *report.Book)) error {
	done := make(chan struct{})
	cp.inbox.put(func(m *mail) {
		m.questions = append(m.questions, func() {
			defer close(done)
			f(cp.pipeline, cp.book)
		})
	})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// judged notes that some Envoy has begun or ceased to refuse something. Whether
// any of them refuses it is asked when the mail is read.
func (cp *ControlPlane) judged(r xds.Rejection) {
	key := pipeline.Rejected{Type: r.Type, Name: r.Name, Part: r.Part}
	cp.inbox.put(func(m *mail) { m.judged = append(m.judged, key) })
}

func (cp *ControlPlane) stageRejection(k pipeline.Rejected) {
	r, refused := cp.server.Refusal(xds.Ref{Type: k.Type, Name: k.Name}, k.Part)
	if refused && r.Message == "" {
		r.Message = "it does not say why"
	}
	cp.pipeline.StageRejection(k, r.Message)
}

// acked notes what some Envoy has acknowledged, where a listener waits for it.
func (cp *ControlPlane) acked(_ string, revision xds.Revision) {
	cp.inbox.put(func(m *mail) { m.acked = max(m.acked, revision) })
}

// Run is the loop. It returns when ctx ends.
func (cp *ControlPlane) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-cp.inbox.waking:
			cp.turn(cp.inbox.take())
		}
	}
}

// turn handles one batch of mail.
func (cp *ControlPlane) turn(m mail) {
	start := time.Now()
	first := m.complete && !cp.ready
	programmed := cp.listening.acked(m.acked, cp.pipeline)
	if len(m.edits)+len(m.files)+len(m.judged) > 0 || first || programmed {
		s := cp.commit(m)
		s.First, s.Took = first, time.Since(start)
		if first {
			cp.ready = true
			cp.store.MarkReady()
		}
		cp.metrics.committed(s, cp.pipeline.Stats(), cp.book)
		if cp.config.Observer != nil {
			cp.config.Observer.Committed(s)
		}
	}
	for _, ask := range m.questions {
		ask()
	}
}

func (cp *ControlPlane) commit(m mail) Summary {
	s := Summary{Edits: len(m.edits)}
	for _, e := range m.edits {
		cp.pipeline.Stage(e.Key, e.Object)
		if e.Object != nil {
			cp.book.SetPlace(e.Key, e.Place)
		}
	}
	for _, r := range m.judged {
		cp.stageRejection(r)
	}
	changes := cp.pipeline.Commit()
	revision, err := cp.store.Apply(changes.XDS)
	if err != nil {
		cp.config.Log.Error("a change set cannot be delivered; this is a defect of Sluice", "error", err)
	}
	cp.listening.note(changes.XDS, revision, cp.pipeline)
	s.Revision, s.Statuses = revision, changes.Statuses
	cp.record(&s, m)
	return s
}

// record brings the book of problems up to date.
func (cp *ControlPlane) record(s *Summary, m mail) {
	note := func(added, gone []report.Finding) {
		s.Added, s.Gone = append(s.Added, added...), append(s.Gone, gone...)
	}
	for _, c := range s.Statuses {
		if c.Status == nil {
			note(cp.book.SetObject(c.Object, nil))
			continue
		}
		note(cp.book.SetObject(c.Object, c.Status.Problems))
	}
	for _, e := range m.edits { // in order: what is gone may be back
		if e.Object == nil {
			cp.book.Forget(e.Key)
		} else {
			cp.book.SetPlace(e.Key, e.Place)
		}
	}
	for file, findings := range m.files {
		note(cp.book.SetFile(file, findings))
	}
}
