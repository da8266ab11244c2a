package translator

import (
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setTimeouts bounds a request. The bound of each try is in setRetry.
func setTimeouts(a *routev3.RouteAction, t *ir.Timeouts) {
	if t == nil {
		return
	}
	a.Timeout = optionalDuration(t.Request)
	a.IdleTimeout = optionalDuration(t.Idle)
	if t.Stream != nil {
		a.MaxStreamDuration = &routev3.RouteAction_MaxStreamDuration{MaxStreamDuration: optionalDuration(t.Stream)}
	}
}
