package translator

import (
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	commonfaultv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/common/fault/v3"
	faultv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/fault/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setFault makes the fault filter act on a route; without it the filter does
// nothing.
func setFault(route *routev3.Route, f *ir.Fault) error {
	if f == nil {
		return nil
	}
	out := &faultv3.HTTPFault{}
	if f.AbortPercent > 0 {
		out.Abort = &faultv3.FaultAbort{
			ErrorType:  &faultv3.FaultAbort_HttpStatus{HttpStatus: f.AbortCode},
			Percentage: percent(f.AbortPercent),
		}
	}
	if f.DelayPercent > 0 && f.Delay > 0 {
		out.Delay = &commonfaultv3.FaultDelay{
			FaultDelaySecifier: &commonfaultv3.FaultDelay_FixedDelay{FixedDelay: durationpb.New(f.Delay)},
			Percentage:         percent(f.DelayPercent),
		}
	}
	if out.Abort == nil && out.Delay == nil {
		return nil
	}
	return setFilterConfig(route, faultFilter, out)
}

// percent has a resolution of a ten-thousandth of a per cent.
func percent(p float64) *typev3.FractionalPercent {
	return &typev3.FractionalPercent{
		Numerator:   uint32(min(max(p, 0), 100) * 10_000),
		Denominator: typev3.FractionalPercent_MILLION,
	}
}
