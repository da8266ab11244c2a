package translator

import (
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// defaultBaseEjection is Envoy's.
const defaultBaseEjection = 30 * time.Second

// setOutliers ejects endpoints that fail.
func setOutliers(out *clusterv3.Cluster, o *ir.OutlierDetection) {
	if o == nil {
		return
	}
	out.OutlierDetection = &clusterv3.OutlierDetection{
		Consecutive_5Xx:                    optionalUint32(o.Consecutive5xx),
		ConsecutiveGatewayFailure:          optionalUint32(o.ConsecutiveGatewayFailure),
		ConsecutiveLocalOriginFailure:      optionalUint32(o.ConsecutiveLocalOrigin),
		SplitExternalLocalOriginErrors:     o.SplitLocalOrigin,
		Interval:                           optionalDuration(o.Interval),
		BaseEjectionTime:                   optionalDuration(o.BaseEjection),
		MaxEjectionTime:                    maxEjection(o),
		MaxEjectionPercent:                 optionalUint32(o.MaxEjectionPercent),
		EnforcingConsecutive_5Xx:           optionalUint32(o.EnforcingConsecutive5xx),
		EnforcingConsecutiveGatewayFailure: optionalUint32(o.EnforcingGatewayFailure),
		EnforcingSuccessRate:               optionalUint32(o.EnforcingSuccessRate),
		SuccessRateMinimumHosts:            optionalUint32(o.SuccessRateMinimumHosts),
		SuccessRateRequestVolume:           optionalUint32(o.SuccessRateRequestVolume),
		SuccessRateStdevFactor:             optionalUint32(o.SuccessRateStdevFactor),
	}
}

// maxEjection is not below the base, which Envoy would refuse.
func maxEjection(o *ir.OutlierDetection) *durationpb.Duration {
	if o.MaxEjection == nil {
		return nil
	}
	base := defaultBaseEjection
	if o.BaseEjection != nil {
		base = *o.BaseEjection
	}
	return durationpb.New(max(base, *o.MaxEjection))
}
