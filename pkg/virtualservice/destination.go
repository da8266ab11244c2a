package virtualservice

import (
	"strconv"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// destinations resolves the destinations that an object names.
type destinations struct {
	world     GroupWorld
	from      ir.Object
	namespace string
}

func (p place) single(d destinations, dest *v1.Destination) action {
	backend, ok := p.destination(d, dest)
	if !ok {
		return action{Action: ir.Broken()}
	}
	return action{
		Action:   &ir.Forward{Backends: []ir.WeightedBackend{{Cluster: ir.ClusterKey{Backend: backend.Key}, Weight: 1}}},
		forwards: true, hashes: backend.Hash,
	}
}

// weighted spreads requests over destinations. A share whose destination cannot
// be used is answered with 500; the others are not touched.
func (p place) weighted(d destinations, list []v1.WeightedDestination) action {
	out := action{}
	forward := &ir.Forward{}
	total := uint64(0)
	for i := range list {
		at := p.index(".destinations", i)
		// A report of its own: what is wrong with a share breaks that
		// share, not the route.
		share := place{&report{}, at.field}
		b := ir.WeightedBackend{Weight: share.weight(&list[i])}
		backend, ok := share.share(d, &list[i], &b.Policy)
		p.report.problems = append(p.report.problems, share.report.problems...)
		if b.Weight == 0 {
			continue // as if it were not there, in every dialect
		}
		if ok && share.report.errors == 0 {
			b.Cluster = ir.ClusterKey{Backend: backend.Key}
			out.forwards = true
			out.hashes = out.hashes || backend.Hash
		} else {
			b.Policy = ir.Policy{}
		}
		total += uint64(b.Weight)
		forward.Backends = append(forward.Backends, b)
	}
	if total == 0 || total > maxUint32 {
		p.invalid(".destinations", "the sum of the weights is "+strconv.FormatUint(total, 10), "give the destinations a sum of 1 to 4294967295")
	}
	out.Action = forward
	if !out.forwards {
		out.Action = ir.Broken()
	}
	return out
}

func (p place) weight(d *v1.WeightedDestination) uint32 {
	if d.Weight == nil {
		p.doubt(".weight", "the weight is not set, so the destination gets no requests", "set the weight, to 0 if that is meant")
	}
	return p.number(".weight", orZero(d.Weight))
}

func (p place) share(d destinations, w *v1.WeightedDestination, policy *ir.Policy) (ir.Backend, bool) {
	if o := w.Options; o != nil {
		at := p.at(".options")
		policy.RequestHeaders, policy.ResponseHeaders = at.headerManipulation(o.HeaderManipulation)
		at.unsupportedShare(o)
	}
	if w.Destination == nil {
		p.invalid(".destination", "there is no destination", "name an upstream")
		return ir.Backend{}, false
	}
	return p.at(".destination").destination(d, w.Destination)
}

// destination finds the backend that a destination names.
func (p place) destination(d destinations, dest *v1.Destination) (ir.Backend, bool) {
	if dest.DestinationSpec != nil {
		p.refuse(".destinationSpec", "requests for this destination are answered with 500")
		return ir.Backend{}, false
	}
	if dest.Subset != nil {
		p.refuse(".subset", "requests for this destination are answered with 500")
		return ir.Backend{}, false
	}
	switch {
	case dest.Upstream != nil:
		return p.backend(d, ir.Error, ".upstream", upstreamRef(d, dest.Upstream))
	case dest.Kube != nil:
		return p.backend(d, ir.Error, ".kube", ir.BackendRef{
			From: d.from, Kind: "Service", Name: resolve(&dest.Kube.Ref, d.namespace), Port: dest.Kube.Port, Trusted: true,
		})
	case dest.Consul != nil:
		p.refuse(".consul", "requests for this destination are answered with 500")
	default:
		p.invalid("", "the destination names nothing", "set upstream or kube")
	}
	return ir.Backend{}, false
}

// upstreamRef refers to an Upstream. Upstreams of any namespace may be named,
// as in Gloo.
func upstreamRef(d destinations, ref *v1.ResourceRef) ir.BackendRef {
	return ir.BackendRef{
		From: d.from, Group: v1.Group, Kind: v1.KindUpstream, Name: resolve(ref, d.namespace), Discovered: true, Trusted: true,
	}
}

// backend finds what a reference names. The severity is that of one that is missing.
func (p place) backend(d destinations, severity ir.Severity, sub string, ref ir.BackendRef) (ir.Backend, bool) {
	backend, problem := d.world.Backend(ref)
	if problem != nil {
		p.pass(severity, sub, problem)
		return ir.Backend{}, false
	}
	return backend, true
}
