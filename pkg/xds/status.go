package xds

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// NodeStatus is what one connected Envoy has.
type NodeStatus struct {
	Node       string   // node id
	Acked      Revision // all of it is acknowledged, refused resources excepted; 0 before the first listeners are
	Delivering bool     // a round is under way
	Types      []TypeStatus
	Rejections []Rejection
}

// TypeStatus is what one Envoy has of one type.
type TypeStatus struct {
	Type       string
	Subscribed int // names, those of a wildcard not counted
	Wildcard   bool
	Acked      int // resources the Envoy has
	Pending    int // names waiting to be sent
	InFlight   int // responses that wait for an answer
	Refusals   int // NACKs on this stream
}

// status describes the stream of a node.
func (s *stream) status(node string) NodeStatus {
	n := NodeStatus{Node: node, Acked: s.acked, Delivering: s.round != nil}
	for _, k := range s.kinds {
		n.Types = append(n.Types, k.status())
		for _, r := range k.rejections() {
			r.Node = node
			n.Rejections = append(n.Rejections, r)
		}
	}
	return n
}

func (k *kind) status() TypeStatus {
	t := TypeStatus{Type: k.url, Subscribed: len(k.names), Wildcard: k.wildcard, Acked: len(k.have), Refusals: k.nacks}
	for _, l := range k.order {
		t.Pending += len(l.pending)
		if l.flight != nil {
			t.InFlight++
		}
	}
	return t
}

// Status describes all connected Envoys, sorted by node id.
func (s *Server) Status() []NodeStatus {
	var out []NodeStatus
	for _, e := range s.connected() {
		out = append(out, e.status())
	}
	slices.SortStableFunc(out, func(a, b NodeStatus) int { return strings.Compare(a.Node, b.Node) })
	return out
}

// Refusal returns the Rejection of a resource or part, whether or not its Envoy is connected: one
// that went away is expected back for a minute. Of several Envoys that refuse it the first by
// node id counts. The hooks Rejected and Cleared tell when the answer may have changed.
func (s *Server) Refusal(ref Ref, part string) (Rejection, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []Rejection
	add := func(node string, r refusal, refused bool) {
		if refused {
			found = append(found, Rejection{node, ref, part, version(r.hash), r.message})
		}
	}
	for e := range s.envoys {
		r, refused := e.refusal(ref, part)
		add(e.node, r, refused)
	}
	for node, m := range s.remembered {
		r, refused := m.refusal(ref, part)
		add(node, r, refused)
	}
	if len(found) == 0 {
		return Rejection{}, false
	}
	return slices.MinFunc(found, func(a, b Rejection) int {
		return cmp.Or(strings.Compare(a.Node, b.Node), strings.Compare(a.Message, b.Message))
	}), true
}

// Programmed reports whether some connected Envoy has acknowledged listeners and routes.
func (s *Server) Programmed() bool { return s.acked(1, false) }

// WaitAcked waits until at least one Envoy is connected and every connected one has
// acknowledged the revision. It returns the context's error if that ends first.
func (s *Server) WaitAcked(ctx context.Context, revision Revision) error {
	for {
		progress := s.progressed()
		if s.acked(revision, true) {
			return nil
		}
		select {
		case <-progress:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// acked reports whether one, or every, connected Envoy has acknowledged a revision.
func (s *Server) acked(revision Revision, every bool) bool {
	all := s.connected()
	done := 0
	for _, e := range all {
		if e.acked() >= revision {
			done++
		}
	}
	if every {
		return done > 0 && done == len(all)
	}
	return done > 0
}
