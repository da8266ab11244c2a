package proxy

import (
	metrics "github.com/envoyproxy/go-control-plane/envoy/config/metrics/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// statPrefixes are the families of numbers about Envoy as a whole, kept entirely.
func statPrefixes() []string {
	return []string{
		"server.",
		"control_plane.",
		"listener_manager.",
		"cluster_manager.",
		"overload.",
	}
}

// statSuffixes are the numbers kept for each listener, HTTP connection manager
// and cluster. By default Envoy has over a hundred for a cluster. With 5,000
// clusters, this list and deferred creation together bring Envoy from 257 to 133 MB,
// its start from 1.1 to 0.3 s and a scrape from 850,000 to 25,000 lines.
func statSuffixes() []string {
	return []string{
		// Listeners and HTTP connection managers.
		".downstream_cx_active", ".downstream_cx_total", ".downstream_cx_overflow",
		".downstream_cx_overload_reject", ".downstream_global_cx_overflow",
		".downstream_cx_rx_bytes_total", ".downstream_cx_tx_bytes_total",
		".downstream_rq_active", ".downstream_rq_total", ".downstream_rq_time",
		".downstream_rq_1xx", ".downstream_rq_2xx", ".downstream_rq_3xx", ".downstream_rq_4xx", ".downstream_rq_5xx",
		".downstream_rq_timeout", ".downstream_rq_overload_close", ".downstream_rq_rx_reset",
		".no_route", ".no_cluster", ".no_filter_chain_match",
		".ssl.handshake", ".ssl.connection_error", ".ssl.fail_verify_error", ".ssl.fail_verify_no_cert",
		// Clusters.
		".upstream_cx_active", ".upstream_cx_total", ".upstream_cx_connect_fail", ".upstream_cx_overflow",
		".upstream_cx_rx_bytes_total", ".upstream_cx_tx_bytes_total",
		".upstream_rq_active", ".upstream_rq_total", ".upstream_rq_time",
		".upstream_rq_1xx", ".upstream_rq_2xx", ".upstream_rq_3xx", ".upstream_rq_4xx", ".upstream_rq_5xx",
		".upstream_rq_timeout", ".upstream_rq_retry", ".upstream_rq_pending_overflow", ".upstream_rq_rx_reset",
		".membership_healthy", ".membership_total",
		".outlier_detection.ejections_active", ".outlier_detection.ejections_enforced_total",
		".health_check.failure", ".health_check.healthy",
		".circuit_breakers.default.cx_open", ".circuit_breakers.default.rq_open",
		// Configuration: how often Envoy refused what it was sent.
		".update_success", ".update_rejected",
	}
}

// statsConfig lets Envoy keep only what dashboards, readiness and draining need.
func statsConfig() *metrics.StatsConfig {
	var patterns []*matcher.StringMatcher
	for _, prefix := range statPrefixes() {
		patterns = append(patterns, &matcher.StringMatcher{
			MatchPattern: &matcher.StringMatcher_Prefix{Prefix: prefix},
		})
	}
	for _, suffix := range statSuffixes() {
		patterns = append(patterns, &matcher.StringMatcher{
			MatchPattern: &matcher.StringMatcher_Suffix{Suffix: suffix},
		})
	}
	return &metrics.StatsConfig{StatsMatcher: &metrics.StatsMatcher{
		StatsMatcher: &metrics.StatsMatcher_InclusionList{
			InclusionList: &matcher.ListStringMatcher{Patterns: patterns},
		},
	}}
}
