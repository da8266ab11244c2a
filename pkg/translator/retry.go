package translator

import (
	"cmp"
	"slices"
	"strings"
	"time"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// onCodes is the condition without which Envoy ignores a list of statuses.
const onCodes = "retriable-status-codes"

// defaultBaseInterval is Envoy's (runtime key upstream.base_retry_backoff_ms).
const defaultBaseInterval = 25 * time.Millisecond

// setRetry repeats failed requests. The bound of each try is a retry's own, else
// the timeout of the backend; Envoy obeys it without retries, too.
func setRetry(a *routev3.RouteAction, r *ir.Retry, t *ir.Timeouts) {
	var perTry *durationpb.Duration
	if t != nil && t.Backend != nil {
		perTry = positiveDuration(*t.Backend)
	}
	if r == nil {
		if perTry != nil {
			a.RetryPolicy = &routev3.RetryPolicy{PerTryTimeout: perTry}
		}
		return
	}
	a.RetryPolicy = &routev3.RetryPolicy{
		RetryOn:              retryOn(r),
		NumRetries:           wrapperspb.UInt32(r.Attempts),
		RetriableStatusCodes: r.Codes,
		PerTryTimeout:        cmp.Or(positiveDuration(r.PerTry), perTry),
		RetryBackOff:         backOff(r),
	}
}

func retryOn(r *ir.Retry) string {
	on := r.On
	if len(r.Codes) > 0 && !slices.Contains(on, onCodes) {
		on = append(slices.Clone(on), onCodes)
	}
	return strings.Join(on, ",")
}

// backOff is nil for Envoy's default. Envoy refuses a maximum below the base.
func backOff(r *ir.Retry) *routev3.RetryPolicy_RetryBackOff {
	if r.BaseInterval <= 0 && r.MaxInterval <= 0 {
		return nil
	}
	base := r.BaseInterval
	if base <= 0 {
		base = min(defaultBaseInterval, r.MaxInterval)
	}
	out := &routev3.RetryPolicy_RetryBackOff{BaseInterval: durationpb.New(base)}
	if r.MaxInterval > 0 {
		out.MaxInterval = durationpb.New(max(base, r.MaxInterval))
	}
	return out
}
