package xds

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// connection is what is used of a gRPC stream; grpc.ServerStream has it.
type connection interface {
	Context() context.Context
	Recv() (*discovery.DeltaDiscoveryRequest, error)
	SendMsg(message any) error
}

// envoy runs the state machine of one connection. Three goroutines share the work: one
// reads, one writes, and one steps the machine, so that a client which does not read holds up nothing but its own writer.
type envoy struct {
	server *Server
	node   string

	mu     sync.Mutex // guards stream
	stream *stream
}

// admit reads the first request of a connection and asks Authorize about its node.
func (s *Server) admit(conn connection) (*discovery.DeltaDiscoveryRequest, error) {
	first, err := conn.Recv()
	if err != nil {
		return nil, err
	}
	if s.config.Authorize == nil {
		return first, nil
	}
	if err := s.config.Authorize(conn.Context(), first.GetNode()); err != nil {
		s.config.Log.Warn("envoy refused", "node", first.GetNode().GetId(), "error", err)
		return nil, status.Error(codes.PermissionDenied, err.Error())
	}
	return first, nil
}

// serve runs until the connection ends. It returns nil if the client ended it in order.
func (e *envoy) serve(conn connection, first *discovery.DeltaDiscoveryRequest) error {
	ctx, cancel := context.WithCancelCause(conn.Context())
	defer cancel(nil)
	requests := make(chan *discovery.DeltaDiscoveryRequest)
	w := &mailbox{responses: make(chan *response, 1), free: make(chan struct{}, 1)}
	go read(ctx, cancel, conn, requests)
	go w.write(ctx, cancel, conn)
	if err := e.loop(ctx, first, requests, w); err != nil {
		return status.Error(codes.InvalidArgument, err.Error())
	}
	if err := context.Cause(ctx); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func read(ctx context.Context, cancel context.CancelCauseFunc, conn connection, requests chan<- *discovery.DeltaDiscoveryRequest) {
	for {
		req, err := conn.Recv()
		if err != nil {
			cancel(err)
			return
		}
		select {
		case requests <- req:
		case <-ctx.Done():
			return
		}
	}
}

// mailbox hands responses to the writer one at a time. The next one is made when the writer has got
// rid of the last, so that it holds the newest content.
type mailbox struct {
	responses chan *response
	free      chan struct{}
}

func (m *mailbox) write(ctx context.Context, cancel context.CancelCauseFunc, conn connection) {
	m.free <- struct{}{}
	for {
		select {
		case r := <-m.responses:
			if err := conn.SendMsg(r); err != nil {
				cancel(err)
				return
			}
			m.free <- struct{}{}
		case <-ctx.Done():
			return
		}
	}
}

// loop steps the machine with what comes in, and gives the writer a response when it is free to take one.
func (e *envoy) loop(ctx context.Context, req *discovery.DeltaDiscoveryRequest,
	requests <-chan *discovery.DeltaDiscoveryRequest, w *mailbox,
) error {
	wake, stop := e.server.store.watch()
	defer stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	free := false
	for {
		r, err := e.step(req, free, timer)
		if err != nil {
			return err
		}
		if r != nil {
			w.responses <- r
			free = false
		}
		req = nil
		select {
		case req = <-requests:
		case <-w.free:
			free = true
		case <-wake:
		case <-timer.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// step tells the machine what is new, takes a response from it if wanted, and reports what came of it.
func (e *envoy) step(req *discovery.DeltaDiscoveryRequest, wanted bool, timer *time.Timer) (*response, error) {
	e.mu.Lock()
	now := time.Now()
	before := e.stream.acked
	e.stream.update(e.server.store.current(), now)
	e.stream.tick(now)
	var err error
	if req != nil {
		err = e.stream.receive(req, now)
	}
	var r *response
	if wanted && err == nil {
		r = e.stream.next(now)
	}
	if at := e.stream.wakeAt; !at.IsZero() {
		timer.Reset(at.Sub(now))
	}
	events, acked := e.stream.events, e.stream.acked
	e.stream.events = nil
	e.mu.Unlock()

	e.report(req, r, events)
	if acked > before {
		e.server.announceAcked(e.node, acked)
	}
	return r, err
}

// report calls the hooks.
func (e *envoy) report(req *discovery.DeltaDiscoveryRequest, r *response, events []event) {
	config := e.server.config
	if r != nil {
		config.Hooks.pushed(r)
	}
	if req.GetResponseNonce() != "" {
		config.Hooks.answered(req.GetTypeUrl(), req.GetErrorDetail() != nil)
	}
	for _, ev := range events {
		ev.Node = e.node
		if ev.cleared {
			config.Hooks.cleared(ev.Rejection)
			continue
		}
		config.Log.Debug("envoy refuses a resource", "node", ev.Node, "type", ev.Type, "name", ev.Name, "part", ev.Part, "message", ev.Message)
		config.Hooks.rejected(ev.Rejection)
	}
}

func (e *envoy) acked() Revision {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stream.acked
}

func (e *envoy) status() NodeStatus {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stream.status(e.node)
}

// end returns what to remember of the stream. It is the next stream's from then on, so
// nothing of it is left here for those who still look at this Envoy.
func (e *envoy) end() *memory {
	e.mu.Lock()
	defer e.mu.Unlock()
	m := e.stream.remember()
	e.stream = &stream{}
	return m
}

func (e *envoy) refusal(ref Ref, part string) (refusal, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stream.refusal(ref, part)
}
