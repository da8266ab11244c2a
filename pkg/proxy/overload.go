package proxy

import (
	"time"

	overload "github.com/envoyproxy/go-control-plane/envoy/config/overload/v3"
	connections "github.com/envoyproxy/go-control-plane/envoy/extensions/resource_monitors/downstream_connections/v3"
	heap "github.com/envoyproxy/go-control-plane/envoy/extensions/resource_monitors/fixed_heap/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Monitors and actions of Envoy's overload manager that we use.
const (
	heapMonitor        = "envoy.resource_monitors.fixed_heap"
	connectionsMonitor = "envoy.resource_monitors.global_downstream_max_connections"

	shrinkHeap   = "envoy.overload_actions.shrink_heap"
	stopRequests = "envoy.overload_actions.stop_accepting_requests"
)

// overloadManager keeps Envoy alive when it gets more than it can hold, with
// the thresholds of Envoy's guide for edge proxies ("Configuring Envoy as an edge
// proxy"). The limit of connections is enforced as they come, so it needs no action.
func overloadManager(o Options) (*overload.OverloadManager, error) {
	memory, err := monitor(heapMonitor, &heap.FixedHeapConfig{MaxHeapSizeBytes: o.MaxHeap})
	if err != nil {
		return nil, err
	}
	clients, err := monitor(connectionsMonitor, &connections.DownstreamConnectionsConfig{
		MaxActiveDownstreamConnections: o.MaxConnections,
	})
	if err != nil {
		return nil, err
	}
	return &overload.OverloadManager{
		RefreshInterval:  durationpb.New(250 * time.Millisecond),
		ResourceMonitors: []*overload.ResourceMonitor{memory, clients},
		Actions: []*overload.OverloadAction{
			whenHeapReaches(0.95, shrinkHeap),
			whenHeapReaches(0.98, stopRequests),
		},
	}, nil
}

func monitor(name string, config proto.Message) (*overload.ResourceMonitor, error) {
	packed, err := pack(config)
	if err != nil {
		return nil, err
	}
	return &overload.ResourceMonitor{
		Name:       name,
		ConfigType: &overload.ResourceMonitor_TypedConfig{TypedConfig: packed},
	}, nil
}

func whenHeapReaches(share float64, action string) *overload.OverloadAction {
	return &overload.OverloadAction{
		Name: action,
		Triggers: []*overload.Trigger{{
			Name: heapMonitor,
			TriggerOneof: &overload.Trigger_Threshold{
				Threshold: &overload.ThresholdTrigger{Value: share},
			},
		}},
	}
}
