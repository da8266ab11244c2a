package translator

import (
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setLoadBalancer chooses how endpoints are chosen.
func setLoadBalancer(out *clusterv3.Cluster, lb *ir.LoadBalancer) {
	switch lb.Algorithm {
	case ir.RoundRobin:
		out.LbPolicy = clusterv3.Cluster_ROUND_ROBIN
		if s := slowStart(lb.SlowStart); s != nil {
			out.LbConfig = &clusterv3.Cluster_RoundRobinLbConfig_{
				RoundRobinLbConfig: &clusterv3.Cluster_RoundRobinLbConfig{SlowStartConfig: s},
			}
		}
	case ir.Random:
		out.LbPolicy = clusterv3.Cluster_RANDOM
	case ir.RingHash:
		out.LbPolicy = clusterv3.Cluster_RING_HASH
		setRing(out, lb)
	case ir.Maglev:
		out.LbPolicy = clusterv3.Cluster_MAGLEV
	default:
		setLeastRequest(out, lb)
	}
	setCommonLoadBalancing(out, lb)
}

func setLeastRequest(out *clusterv3.Cluster, lb *ir.LoadBalancer) {
	out.LbPolicy = clusterv3.Cluster_LEAST_REQUEST
	config := &clusterv3.Cluster_LeastRequestLbConfig{SlowStartConfig: slowStart(lb.SlowStart)}
	if lb.Choices > 0 {
		config.ChoiceCount = wrapperspb.UInt32(max(lb.Choices, 2)) // Envoy's minimum
	}
	if config.SlowStartConfig != nil || config.ChoiceCount != nil {
		out.LbConfig = &clusterv3.Cluster_LeastRequestLbConfig_{LeastRequestLbConfig: config}
	}
}

// Limits of Envoy's ring, in entries.
const (
	defaultMinRing = 1 << 10
	defaultMaxRing = 8 << 20
)

// setRing bounds the ring. Envoy refuses a minimum above the maximum.
func setRing(out *clusterv3.Cluster, lb *ir.LoadBalancer) {
	if lb.MinRing == 0 && lb.MaxRing == 0 {
		return
	}
	config := &clusterv3.Cluster_RingHashLbConfig{}
	lower := uint64(defaultMinRing)
	if lb.MinRing > 0 {
		lower = min(lb.MinRing, defaultMaxRing)
	}
	if lb.MaxRing > 0 {
		upper := min(lb.MaxRing, defaultMaxRing)
		lower = min(lower, upper)
		config.MaximumRingSize = wrapperspb.UInt64(upper)
	}
	config.MinimumRingSize = wrapperspb.UInt64(lower)
	out.LbConfig = &clusterv3.Cluster_RingHashLbConfig_{RingHashLbConfig: config}
}

func slowStart(window time.Duration) *clusterv3.Cluster_SlowStartConfig {
	if window <= 0 {
		return nil
	}
	return &clusterv3.Cluster_SlowStartConfig{SlowStartWindow: durationpb.New(window)}
}

func setCommonLoadBalancing(out *clusterv3.Cluster, lb *ir.LoadBalancer) {
	if lb.PanicThreshold == nil && !lb.LocalityWeighted && lb.MergeWindow == nil && !lb.CloseOnHostChange {
		return
	}
	common := &clusterv3.Cluster_CommonLbConfig{
		UpdateMergeWindow:               optionalDuration(lb.MergeWindow),
		CloseConnectionsOnHostSetChange: lb.CloseOnHostChange,
	}
	if lb.PanicThreshold != nil {
		common.HealthyPanicThreshold = &typev3.Percent{Value: min(max(*lb.PanicThreshold, 0), 100)}
	}
	if lb.LocalityWeighted {
		common.LocalityConfigSpecifier = &clusterv3.Cluster_CommonLbConfig_LocalityWeightedLbConfig_{
			LocalityWeightedLbConfig: &clusterv3.Cluster_CommonLbConfig_LocalityWeightedLbConfig{},
		}
	}
	out.CommonLbConfig = common
}
