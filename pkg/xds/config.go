package xds

import (
	"context"
	"log/slog"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
)

// Config holds what a Server can be told. The zero value is a working one.
type Config struct {
	// WarmTimeout bounds the wait for Envoy to fetch what a cluster or a listener
	// needs, so that one which never gets ready cannot hold up the others. It does not bound what Envoy
	// waits for before it acknowledges a cluster, such as a first health check. Default 5 s.
	WarmTimeout time.Duration
	// Grace is the time between the acknowledgement of routes and listeners without a cluster and
	// the removal of that cluster, for requests still under way. Default 10 s.
	Grace time.Duration
	// Retry is the time after which a listener that Envoy refuses is sent again: its port may have become
	// free. Default 5 s.
	Retry time.Duration
	// MaxProbes bounds the responses sent to find what Envoy refused in one response.
	// What is still in doubt then counts as refused. Default 256.
	MaxProbes int
	// Authorize decides on the first request of a stream whether this node may have
	// the configuration; an error ends the stream with PermissionDenied. Nil admits everybody.
	Authorize func(ctx context.Context, node *core.Node) error
	// Hooks are called as things happen.
	Hooks Hooks
	// Log gets refusals and ends of streams. Default slog.Default().
	Log *slog.Logger
}

// Hooks tell the caller what happens on the streams; each may be nil. They run on the
// goroutines of the streams, so several at once, and must return soon.
type Hooks struct {
	// Streams is called with the number of connected streams when it changes.
	Streams func(connected int)
	// Pushed is called for each response sent, with the size of its resources.
	Pushed func(typeURL string, resources, bytes int)
	// Answered is called for each ACK and, with refused, each NACK.
	Answered func(typeURL string, refused bool)
	// Rejected is called when Envoy is found to refuse a resource or part. Another
	// version of the same part that is refused as well replaces the Rejection, with no Cleared between.
	Rejected func(Rejection)
	// Cleared is called when a rejected resource or part was accepted with other bytes or removed,
	// or when its Envoy has not come back for a minute.
	Cleared func(Rejection)
	// Acked is called when a node has acknowledged all of a revision.
	Acked func(node string, revision Revision)
}

// Rejection is a resource, or a part of one, that an Envoy refuses. Until its bytes change, that
// Envoy keeps the bytes it acknowledged last, or does without it if it never accepted any.
type Rejection struct {
	Node string // node id
	Ref
	Part    string // key of the part; empty for a whole resource or the head of a composite
	Version string // of the refused bytes
	Message string // Envoy's words
}

func (c Config) withDefaults() Config {
	if c.WarmTimeout <= 0 {
		c.WarmTimeout = 5 * time.Second
	}
	if c.Grace <= 0 {
		c.Grace = 10 * time.Second
	}
	if c.Retry <= 0 {
		c.Retry = 5 * time.Second
	}
	if c.MaxProbes <= 0 {
		c.MaxProbes = 256
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c
}

func (h Hooks) streams(n int) {
	if h.Streams != nil {
		h.Streams(n)
	}
}

func (h Hooks) pushed(r *response) {
	if h.Pushed != nil {
		h.Pushed(r.typeURL, len(r.resources), r.size())
	}
}

func (h Hooks) answered(typeURL string, refused bool) {
	if h.Answered != nil {
		h.Answered(typeURL, refused)
	}
}

func (h Hooks) rejected(r Rejection) {
	if h.Rejected != nil {
		h.Rejected(r)
	}
}

func (h Hooks) cleared(r Rejection) {
	if h.Cleared != nil {
		h.Cleared(r)
	}
}

func (h Hooks) acked(node string, revision Revision) {
	if h.Acked != nil {
		h.Acked(node, revision)
	}
}
