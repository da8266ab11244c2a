package translator

import (
	"strings"
	"testing"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestClusters(t *testing.T) {
	plain := "{name:upstream/n/u,type:STATIC,connect_timeout:5s,per_connection_buffer_limit_bytes:32768,lb_policy:LEAST_REQUEST," +
		"load_assignment:{cluster_name:upstream/n/u},ignore_health_on_host_removal:true}"
	for _, c := range []struct {
		name     string
		upstream ir.Upstream
		want     string // the whole text, or with "…" what must be in it
	}{
		{"nothing said", ir.Upstream{}, plain},
		{
			"endpoints of a Service are named by the backend, not by the variant",
			ir.Upstream{Service: &ir.ServicePort{Port: 80}},
			"…type:EDS,eds_cluster_config:{eds_config:{ads:{},resource_api_version:V3},service_name:upstream/n/u}",
		},
		{
			"addresses",
			ir.Upstream{Hosts: []ir.UpstreamHost{{Address: "::1", Port: 80, Weight: 3}}},
			"…load_assignment:{cluster_name:upstream/n/u,endpoints:[{lb_endpoints:[{endpoint:{address:{socket_address:" +
				"{address:::1,port_value:80}}},load_balancing_weight:3}],load_balancing_weight:1}]}",
		},
		{
			"names",
			ir.Upstream{Hosts: []ir.UpstreamHost{{Address: "10.0.0.1", Port: 80}, {Address: "h.example", Port: 81}}},
			"…cluster_type:{name:envoy.clusters.dns,typed_config:{@type:type.googleapis.com/envoy.extensions.clusters.dns.v3.DnsCluster," +
				"respect_dns_ttl:true,dns_lookup_family:V4_PREFERRED,dns_min_refresh_rate:5s}}",
		},
		{
			"ring",
			ir.Upstream{LoadBalancer: ir.LoadBalancer{Algorithm: ir.RingHash, MinRing: 5000, MaxRing: 100}},
			"…ring_hash_lb_config:{minimum_ring_size:100,maximum_ring_size:100}",
		},
		{
			"slow start and choices",
			ir.Upstream{LoadBalancer: ir.LoadBalancer{Choices: 1, SlowStart: time.Second}},
			"…least_request_lb_config:{choice_count:2,slow_start_config:{slow_start_window:1s}}",
		},
		{
			"localities, panic, merging",
			ir.Upstream{LoadBalancer: ir.LoadBalancer{
				Algorithm: ir.Maglev, LocalityWeighted: true, PanicThreshold: new(0.0), MergeWindow: seconds(0), CloseOnHostChange: true,
			}},
			"…common_lb_config:{healthy_panic_threshold:{},locality_weighted_lb_config:{},update_merge_window:0s," +
				"close_connections_on_host_set_change:true}",
		},
		{
			"circuit breakers",
			ir.Upstream{Breakers: &ir.CircuitBreakers{MaxPending: new(uint32(0)), TrackRemaining: true}},
			"…circuit_breakers:{thresholds:[{max_pending_requests:0,track_remaining:true}]}",
		},
		{
			"outliers",
			ir.Upstream{Outliers: &ir.OutlierDetection{Consecutive5xx: new(uint32(3)), MaxEjection: seconds(1)}},
			"…outlier_detection:{consecutive_5xx:3,max_ejection_time:30s}",
		},
		{
			"health check without a host",
			ir.Upstream{Protocol: ir.HTTP2, Hosts: []ir.UpstreamHost{{Address: "10.0.0.1", Port: 1}}, HealthChecks: []ir.HealthCheck{{
				Timeout: time.Second, Interval: time.Minute, UnhealthyThreshold: 3, HealthyThreshold: 2, HTTP: &ir.HTTPHealthCheck{Path: "/ok"},
			}}},
			"…health_checks:[{timeout:1s,interval:60s,unhealthy_threshold:3,healthy_threshold:2," +
				"http_health_check:{host:10.0.0.1,path:/ok,codec_client_type:HTTP2}}]",
		},
		{
			"keepalive",
			ir.Upstream{Connection: ir.Connection{Keepalive: &ir.TCPKeepalive{Probes: 3, Time: 1500 * time.Millisecond}, BufferLimit: 7}},
			"…upstream_connection_options:{tcp_keepalive:{keepalive_probes:3,keepalive_time:2}}",
		},
		{
			"HTTP/2",
			ir.Upstream{Protocol: ir.HTTP2, Connection: ir.Connection{MaxRequests: 9, MaxStreams: 7, IdleTimeout: seconds(3)}},
			"…common_http_protocol_options:{idle_timeout:3s,max_requests_per_connection:9},explicit_http_config:{http2_protocol_options:" +
				"{max_concurrent_streams:7,initial_stream_window_size:65536,initial_connection_window_size:1048576}}",
		},
		{
			"what the client speaks",
			ir.Upstream{Protocol: ir.SameAsClient},
			"…use_downstream_protocol_config:{http_protocol_options:{},http2_protocol_options:{max_concurrent_streams:100",
		},
		{
			"authorities of the system",
			ir.Upstream{TLS: &ir.UpstreamTLS{System: true, SNI: "a", SubjectAltNames: []string{"a", "::1", "spiffe://b"}}},
			"…validation_context:{trusted_ca:{filename:/etc/ssl/certs/ca-certificates.crt},match_typed_subject_alt_names:[" +
				"{san_type:DNS,matcher:{exact:a}},{san_type:IP_ADDRESS,matcher:{exact:::1}},{san_type:URI,matcher:{exact:spiffe://b}}]}},sni:a}",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.upstream.Key = ir.BackendKey{Kind: ir.UpstreamBackend, Name: ir.Name{Namespace: "n", Name: "u"}}
			r, err := New(Options{}).Cluster(ir.Cluster{Key: ir.ClusterKey{Backend: c.upstream.Key}, Upstream: &c.upstream})
			require.NoError(t, err)
			got := text(t, decode(t, r.Bytes, &clusterv3.Cluster{}))
			if part, ok := strings.CutPrefix(c.want, "…"); ok {
				require.Contains(t, got, part)
				return
			}
			require.Equal(t, c.want, got)
		})
	}
}

func TestClustersThatCannotBeSafeAreRefused(t *testing.T) {
	for name, u := range map[string]ir.Upstream{
		"names without an authority":         {TLS: &ir.UpstreamTLS{SubjectAltNames: []string{"a"}}},
		"a gRPC health check over HTTP/1":    {HealthChecks: []ir.HealthCheck{{Timeout: 1, Interval: 1, GRPC: &ir.GRPCHealthCheck{}}}},
		"a health check that checks nothing": {HealthChecks: []ir.HealthCheck{{Timeout: 1, Interval: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(Options{}).Cluster(ir.Cluster{Key: ir.ClusterKey{}, Upstream: &u})
			require.Error(t, err)
		})
	}
}
