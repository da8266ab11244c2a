package ir

import "time"

// Timeouts bound a request. A nil field leaves Envoy's default, zero means no
// limit.
type Timeouts struct {
	// Request bounds the whole exchange, from the end of the request to
	// the end of the response. Default 15s.
	Request *time.Duration
	// Backend bounds each try. It is not above Request.
	Backend *time.Duration
	// Idle bounds the time without a byte in either direction. Default 5m.
	Idle *time.Duration
	// Stream bounds the life of the stream. Default none.
	Stream *time.Duration
}

// Over merges field by field.
func (t *Timeouts) Over(parent *Timeouts) *Timeouts {
	if t == nil || parent == nil {
		return first(t, parent)
	}
	return &Timeouts{
		Request: first(t.Request, parent.Request),
		Backend: first(t.Backend, parent.Backend),
		Idle:    first(t.Idle, parent.Idle),
		Stream:  first(t.Stream, parent.Stream),
	}
}
