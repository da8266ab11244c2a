package virtualservice

import (
	"slices"
	"time"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// options are the options of a route, translated.
type options struct {
	policy ir.Policy
	// headers is true where headerManipulation is set, even to nothing.
	headers bool
	// broken is true where an option cannot be done that requests must not
	// be served without.
	broken bool
}

// under returns the options of a route in a table below a delegating route: as
// in Gloo, an option that the route sets is its own as a whole, and one that it
// leaves out is the parent's. A parent that is broken breaks the route too.
func (o options) under(parent options) options {
	q, p := o.policy, parent.policy
	out := options{headers: o.headers || parent.headers, broken: o.broken || parent.broken}
	out.policy = ir.Policy{
		RequestHeaders: q.RequestHeaders, ResponseHeaders: q.ResponseHeaders,
		PathRewrite: first(q.PathRewrite, p.PathRewrite),
		HostRewrite: first(q.HostRewrite, p.HostRewrite),
		Timeouts:    q.Timeouts.Over(p.Timeouts),
		Retry:       first(q.Retry, p.Retry),
		CORS:        first(q.CORS, p.CORS),
		Mirrors:     first(q.Mirrors, p.Mirrors),
		Fault:       first(q.Fault, p.Fault),
		Hash:        first(q.Hash, p.Hash),
	}
	if !o.headers {
		out.policy.RequestHeaders, out.policy.ResponseHeaders = p.RequestHeaders, p.ResponseHeaders
	}
	return out
}

func first[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// routeOptions translates the options of a route.
func (p place) routeOptions(t *translation, sc *scope, r *v1.Route) options {
	before := p.report.errors
	out := options{}
	if r.OptionsConfigRefs != nil {
		p.refuse(".optionsConfigRefs", "the route answers 500")
	}
	if o := r.Options; o != nil {
		at := p.at(".options")
		out.headers = o.HeaderManipulation != nil
		out.policy = ir.Policy{
			PathRewrite: at.pathRewrite(o),
			HostRewrite: at.hostRewrite(o),
			Timeouts:    at.timeouts(o),
			Retry:       at.retries(o.Retries),
			CORS:        at.cors(o.Cors),
			Mirrors:     at.shadowing(destinations{t.world, sc.object, sc.namespace}, o.Shadowing),
			Fault:       at.faults(o.Faults),
			Hash:        at.hash(o.LbHash),
		}
		out.policy.RequestHeaders, out.policy.ResponseHeaders = at.headerManipulation(o.HeaderManipulation)
		at.unsupportedRoute(o)
	}
	out.broken = p.report.errors > before
	return out
}

// hostOptions are the options of a virtual host, translated.
type hostOptions struct {
	policy ir.Policy
	// uniteExpose adds the host's exposeHeaders to those of routes.
	uniteExpose bool
	// broken is true where an option cannot be done that no request must be
	// served without.
	broken bool
}

func (p place) hostOptions(vh *v1.VirtualHost) hostOptions {
	before := p.report.errors
	out := hostOptions{}
	if vh.OptionsConfigRefs != nil {
		p.refuse(".optionsConfigRefs", "the host answers 500")
	}
	if o := vh.Options; o != nil {
		at := p.at(".options")
		out.policy = ir.Policy{Retry: at.retries(o.Retries), CORS: at.cors(o.Cors)}
		out.policy.RequestHeaders, out.policy.ResponseHeaders = at.headerManipulation(o.HeaderManipulation)
		if m := o.CorsPolicyMergeSettings; m != nil {
			out.uniteExpose = at.enum(".corsPolicyMergeSettings.exposeHeaders", m.ExposeHeaders, "DEFAULT", "UNION") == 1
		}
		at.unsupportedHost(o)
	}
	out.broken = p.report.errors > before
	return out
}

func (p place) timeouts(o *v1.RouteOptions) *ir.Timeouts {
	out := ir.Timeouts{
		Request: p.duration(".timeout", o.Timeout),
		Idle:    p.duration(".idleTimeout", o.IdleTimeout),
	}
	if m := o.MaxStreamDuration; m != nil {
		out.Stream = p.duration(".maxStreamDuration.maxStreamDuration", m.MaxStreamDuration)
		if m.GrpcTimeoutHeaderMax != nil {
			p.ignore(".maxStreamDuration.grpcTimeoutHeaderMax")
		}
		if m.GrpcTimeoutHeaderOffset != nil {
			p.ignore(".maxStreamDuration.grpcTimeoutHeaderOffset")
		}
	}
	if out == (ir.Timeouts{}) {
		return nil
	}
	return &out
}

// retryConditions are the conditions of Envoy's x-envoy-retry-on and
// x-envoy-retry-grpc-on headers, which retryOn may list.
func retryConditions() []string {
	return []string{
		"5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "envoy-ratelimited", "retriable-4xx",
		"refused-stream", "retriable-status-codes", "retriable-headers", "http3-post-connect-failure",
		"cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable",
	}
}

func (p place) retries(r *v1.RetryPolicy) *ir.Retry {
	if r == nil {
		return nil
	}
	at := p.at(".retries")
	out := &ir.Retry{On: at.retryOn(r.RetryOn), Attempts: 1, PerTry: orZero(at.duration(".perTryTimeout", r.PerTryTimeout))}
	if r.NumRetries > 0 {
		out.Attempts = at.number(".numRetries", r.NumRetries)
	}
	for i, code := range r.RetriableStatusCodes {
		if code < 100 || code > 599 {
			at.index(".retriableStatusCodes", i).invalid("", "the status code is not between 100 and 599", "")
		}
		out.Codes = append(out.Codes, uint32(code))
	}
	at.backOff(out, r.RetryBackOff)
	if r.RateLimitedRetryBackOff != nil {
		at.ignore(".rateLimitedRetryBackOff")
	}
	if r.PreviousPriorities != nil {
		at.ignore(".previousPriorities")
	}
	return out
}

func (p place) backOff(out *ir.Retry, b *v1.RetryBackOff) {
	if b == nil {
		return
	}
	out.BaseInterval = orZero(p.positive(".retryBackOff.baseInterval", b.BaseInterval, time.Millisecond))
	out.MaxInterval = orZero(p.positive(".retryBackOff.maxInterval", b.MaxInterval, time.Millisecond))
	if out.MaxInterval > 0 && out.MaxInterval < out.BaseInterval {
		p.invalid(".retryBackOff.maxInterval", "maxInterval is shorter than baseInterval", "make it longer, or remove it")
	}
	if out.MaxInterval > 0 && b.BaseInterval == nil {
		p.invalid(".retryBackOff.baseInterval", "maxInterval is set without baseInterval", "set both")
	}
}

func (p place) retryOn(list string) []string {
	var out []string
	for _, condition := range splitList(list) {
		if !slices.Contains(retryConditions(), condition) {
			p.doubt(".retryOn", `"`+condition+`" is not a retry condition, so it is left out`, "use Envoy's conditions, such as 5xx or connect-failure")
			continue
		}
		out = append(out, condition)
	}
	if len(out) == 0 {
		p.doubt(".retryOn", "no retry condition is named, so nothing is retried", `set it, such as to "connect-failure,refused-stream"`)
	}
	return out
}
