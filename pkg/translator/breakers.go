package translator

import (
	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setBreakers bounds what an upstream is asked at a time.
func setBreakers(out *clusterv3.Cluster, b *ir.CircuitBreakers) {
	if b == nil {
		return
	}
	out.CircuitBreakers = &clusterv3.CircuitBreakers{Thresholds: []*clusterv3.CircuitBreakers_Thresholds{{
		MaxConnections:     optionalUint32(b.MaxConnections),
		MaxPendingRequests: optionalUint32(b.MaxPending),
		MaxRequests:        optionalUint32(b.MaxRequests),
		MaxRetries:         optionalUint32(b.MaxRetries),
		TrackRemaining:     b.TrackRemaining,
	}}}
}
