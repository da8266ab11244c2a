package virtualservice_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

func translateUpstream(t *testing.T, spec string) (*ir.Upstream, []string) {
	t.Helper()
	us := &v1.Upstream{Spec: *decode[v1.UpstreamSpec](t, spec)}
	us.APIVersion, us.Namespace, us.Name = "gloo.solo.io/v1", "default", "us"
	out, status := virtualservice.TranslateUpstream(newWorld(), us)
	require.Equal(t, ir.Object{Group: "gloo.solo.io", Kind: "Upstream", Namespace: "default", Name: "us"}, status.Object)
	return out, problemTexts(status.Problems)
}

const static = "static: {hosts: [{addr: 10.0.0.1, port: 80}]}"

func TestStaticUpstream(t *testing.T) {
	got, problems := translateUpstream(t, "static: {hosts: [{addr: 10.0.0.1, port: 80}, {addr: Svc.Example, port: 81, loadBalancingWeight: 3}]}")
	require.Empty(t, problems)
	require.Equal(t, &ir.Upstream{
		Key:    ir.BackendKey{Kind: ir.UpstreamBackend, Name: name("default", "us")},
		Origin: ir.Object{Group: "gloo.solo.io", Kind: "Upstream", Namespace: "default", Name: "us"},
		Hosts:  []ir.UpstreamHost{{Address: "10.0.0.1", Port: 80}, {Address: "svc.example", Port: 81, Weight: 3}},
	}, got)
}

func TestKubeUpstream(t *testing.T) {
	got, problems := translateUpstream(t, "{kube: {serviceName: web, servicePort: 80}, useHttp2: true}")
	require.Empty(t, problems)
	require.Equal(t, &ir.ServicePort{Service: name("default", "web"), Port: 80}, got.Service)
	require.Equal(t, ir.HTTP2, got.Protocol)

	got, problems = translateUpstream(t, "kube: {serviceName: web, servicePort: 81}")
	require.Nil(t, got)
	require.Equal(t, []string{"error BackendNotFound spec.kube"}, problems)

	_, problems = translateUpstream(t, "kube: {serviceName: web, serviceNamespace: default, servicePort: 80, selector: {a: b}, subsetSpec: {selectors: []}}")
	require.Equal(t, []string{"warning NotSupported spec.kube.selector", "warning NotSupported spec.kube.subsetSpec"}, problems)
}

func TestUpstreamsThatCannotBeUsed(t *testing.T) {
	for spec, problem := range map[string]string{
		"{}":         "error Invalid spec",
		"static: {}": "error Invalid spec.static.hosts",
		"static: {hosts: [{addr: 169.254.169.254, port: 80}]}": "error UnsafeAddress spec.static.hosts[0].addr",
		"static: {hosts: [{addr: 'a b', port: 80}]}":           "error Invalid spec.static.hosts[0].addr",
		"static: {hosts: [{addr: a, port: 70000}]}":            "error Invalid spec.static.hosts[0].port",
		"pipe: {path: /x}":                                         "error NotSupported spec.pipe",
		"consul: {serviceName: x}":                                 "error NotSupported spec.consul",
		"aws: {region: x}":                                         "error NotSupported spec.aws",
		"azure: {functionAppName: x}":                              "error NotSupported spec.azure",
		"awsEc2: {region: x}":                                      "error NotSupported spec.awsEc2",
		"gcp: {host: x}":                                           "error NotSupported spec.gcp",
		"ai: {x: 1}":                                               "error NotSupported spec.ai",
		"{" + static + ", httpProxyHostname: x}":                   "error NotSupported spec.httpProxyHostname",
		"{" + static + ", httpConnectSslConfig: {}}":               "error NotSupported spec.httpConnectSslConfig",
		"{" + static + ", httpConnectHeaders: [{key: x}]}":         "error NotSupported spec.httpConnectHeaders",
		"{" + static + ", proxyProtocolVersion: V2}":               "error NotSupported spec.proxyProtocolVersion",
		"{" + static + ", protocolSelection: 7}":                   "error Invalid spec.protocolSelection",
		"{" + static + ", sslConfig: {secretRef: {name: gone}}}":   "error NotFound spec.sslConfig.secretRef",
		"{" + static + ", sslConfig: {sslFiles: {rootCa: /x}}}":    "error NotSupported spec.sslConfig.sslFiles",
		"{" + static + ", sslConfig: {sds: {targetUri: x}}}":       "error NotSupported spec.sslConfig.sds",
		"{" + static + ", sslConfig: {verifySubjectAltName: [x]}}": "error Invalid spec.sslConfig.verifySubjectAltName",
		"{" + static + ", sslConfig: {secretRef: {name: ca}, oneWayTls: true, verifySubjectAltName: [x]}}": "error Invalid spec.sslConfig.verifySubjectAltName",
		"{" + static + ", sslConfig: {parameters: {cipherSuites: [X]}}}":                                   "error Invalid spec.sslConfig.parameters.cipherSuites[0]",
	} {
		t.Run(spec, func(t *testing.T) {
			got, problems := translateUpstream(t, spec)
			require.Nil(t, got)
			require.Equal(t, []string{problem}, problems)
		})
	}
}

func TestUpstreamTLS(t *testing.T) {
	own := name("default", "both")
	for spec, want := range map[string]*ir.UpstreamTLS{
		static: nil,
		"static: {hosts: [{addr: a.example, port: 443}]}":                                 {SNI: "a.example"},
		"static: {hosts: [{addr: a.example, port: 443}], useTls: false}":                  nil,
		"static: {hosts: [{addr: a.example, port: 80}], useTls: true}":                    {SNI: "a.example"},
		"static: {hosts: [{addr: a.example, port: 443, sniAddr: b.example}]}":             {SNI: "b.example"},
		"static: {hosts: [{addr: a.example, port: 443}], autoSniRewrite: false}":          {},
		"static: {hosts: [{addr: 10.0.0.1, port: 443}]}":                                  {},
		"{" + static + ", sslConfig: {}}":                                                 {},
		"{" + static + ", sslConfig: {sni: x}}":                                           {SNI: "x"},
		"{" + static + ", sslConfig: {secretRef: {name: cert}}}":                          {Certificate: new(name("default", "cert"))},
		"{" + static + ", sslConfig: {secretRef: {name: ca}, verifySubjectAltName: [x]}}": {CA: []byte("pem"), SubjectAltNames: []string{"x"}},
		"{" + static + ", sslConfig: {secretRef: {name: both}, oneWayTls: true}}":         {Certificate: &own},
		"{" + static + ", sslConfig: {secretRef: {name: both}, alpnProtocols: [h2], parameters: {minimumProtocolVersion: TLSv1_2, cipherSuites: [AES128-SHA]}}}": {
			Certificate: &own, CA: []byte("pem"), ALPN: []string{"h2"}, MinVersion: "1.2", Ciphers: []string{"AES128-SHA"},
		},
	} {
		t.Run(spec, func(t *testing.T) {
			got, problems := translateUpstream(t, spec)
			require.Empty(t, problems)
			require.Equal(t, want, got.TLS)
		})
	}
	got, problems := translateUpstream(t, "static: {hosts: [{addr: a, port: 443}, {addr: b, port: 443}]}")
	require.Equal(t, &ir.UpstreamTLS{AutoSNI: true}, got.TLS)
	require.Equal(t, []string{"warning NotSupported spec.static.hosts"}, problems)
}

func TestUpstreamPolicies(t *testing.T) {
	got, problems := translateUpstream(t, `
static: {hosts: [{addr: a, port: 80}]}
protocolSelection: USE_DOWNSTREAM_PROTOCOL
loadBalancerConfig: {healthyPanicThreshold: 0, updateMergeWindow: 1s, ringHash: {ringHashConfig: {minimumRingSize: 8, maximumRingSize: 16}}, localityWeightedLbConfig: {}, closeConnectionsOnHostSetChange: true}
circuitBreakers: {maxConnections: 1, maxPendingRequests: 2, maxRequests: 3, maxRetries: 4294967295, trackRemaining: true}
healthChecks:
- {timeout: 1s, interval: 5s, unhealthyThreshold: 4, healthyThreshold: 1, httpHealthCheck: {path: /ok, host: h}}
- {timeout: 1s, interval: 5s, tcpHealthCheck: {}}
- {timeout: 1s, interval: 5s, grpcHealthCheck: {serviceName: s, authority: a}}
outlierDetection: {consecutive5xx: 3, interval: 10s, baseEjectionTime: 30s, maxEjectionPercent: 100, splitExternalLocalOriginErrors: true}
connectionConfig: {maxRequestsPerConnection: 9, connectTimeout: 2s, tcpKeepalive: {keepaliveProbes: 3, keepaliveTime: 60s, keepaliveInterval: 10s}, perConnectionBufferLimitBytes: 4096, commonHttpProtocolOptions: {idleTimeout: 1m}}
initialStreamWindowSize: 65535
initialConnectionWindowSize: 1048576
maxConcurrentStreams: 7`)
	require.Empty(t, problems)
	require.Equal(t, ir.SameAsClient, got.Protocol)
	require.Equal(t, ir.LoadBalancer{
		Algorithm: ir.RingHash, MinRing: 8, MaxRing: 16, PanicThreshold: new(0.0), MergeWindow: new(time.Second),
		LocalityWeighted: true, CloseOnHostChange: true,
	}, got.LoadBalancer)
	require.Equal(t, &ir.CircuitBreakers{
		MaxConnections: new(uint32(1)), MaxPending: new(uint32(2)), MaxRequests: new(uint32(3)), MaxRetries: new(uint32(4294967295)), TrackRemaining: true,
	}, got.Breakers)
	require.Equal(t, []ir.HealthCheck{
		{Timeout: time.Second, Interval: 5 * time.Second, UnhealthyThreshold: 4, HealthyThreshold: 1, HTTP: &ir.HTTPHealthCheck{Host: "h", Path: "/ok"}},
		{Timeout: time.Second, Interval: 5 * time.Second, UnhealthyThreshold: 3, HealthyThreshold: 2, TCP: true},
		{Timeout: time.Second, Interval: 5 * time.Second, UnhealthyThreshold: 3, HealthyThreshold: 2, GRPC: &ir.GRPCHealthCheck{Service: "s", Authority: "a"}},
	}, got.HealthChecks)
	require.Equal(t, &ir.OutlierDetection{
		Consecutive5xx: new(uint32(3)), Interval: new(10 * time.Second), BaseEjection: new(30 * time.Second), MaxEjectionPercent: new(uint32(100)), SplitLocalOrigin: true,
	}, got.Outliers)
	require.Equal(t, ir.Connection{
		ConnectTimeout: new(2 * time.Second), MaxRequests: 9, BufferLimit: 4096, IdleTimeout: new(time.Minute),
		Keepalive: &ir.TCPKeepalive{Probes: 3, Time: time.Minute, Interval: 10 * time.Second}, MaxStreams: 7, StreamWindow: 65535, ConnectionWindow: 1 << 20,
	}, got.Connection)
}

func TestLoadBalancers(t *testing.T) {
	for config, want := range map[string]ir.LoadBalancer{
		"{}": {},
		"{roundRobin: {slowStartConfig: {slowStartWindow: 10s}}}": {Algorithm: ir.RoundRobin, SlowStart: 10 * time.Second},
		"{leastRequest: {choiceCount: 5}}":                        {Algorithm: ir.LeastRequest, Choices: 5},
		"{random: {}}":                                            {Algorithm: ir.Random},
		"{ringHash: {}}":                                          {Algorithm: ir.RingHash},
		"{maglev: {}}":                                            {Algorithm: ir.Maglev},
	} {
		got, problems := translateUpstream(t, "{"+static+", loadBalancerConfig: "+config+"}")
		require.Empty(t, problems, config)
		require.Equal(t, want, got.LoadBalancer, config)
	}
}

// What is wrong with a setting costs the setting, not the upstream.
func TestUpstreamSettingsThatAreWrong(t *testing.T) {
	const check = "timeout: 1s, interval: 1s"
	for spec, problem := range map[string]string{
		"loadBalancerConfig: {leastRequest: {choiceCount: 1}}":                                                    "error Invalid spec.loadBalancerConfig.leastRequest.choiceCount",
		"loadBalancerConfig: {ringHash: {ringHashConfig: {minimumRingSize: 9, maximumRingSize: 8}}}":              "error Invalid spec.loadBalancerConfig.ringHash.ringHashConfig",
		"loadBalancerConfig: {healthyPanicThreshold: 101}":                                                        "error Invalid spec.loadBalancerConfig.healthyPanicThreshold",
		"loadBalancerConfig: {useHostnameForHashing: true}":                                                       "warning NotSupported spec.loadBalancerConfig.useHostnameForHashing",
		"loadBalancerConfig: {roundRobin: {slowStartConfig: {aggression: 2}}}":                                    "warning NotSupported spec.loadBalancerConfig.roundRobin.slowStartConfig.aggression",
		"outlierDetection: {maxEjectionPercent: 101}":                                                             "error Invalid spec.outlierDetection.maxEjectionPercent",
		"outlierDetection: {interval: 0s}":                                                                        "error Invalid spec.outlierDetection.interval",
		"outlierDetection: {enforcingLocalOriginSuccessRate: 1}":                                                  "warning NotSupported spec.outlierDetection.enforcingLocalOriginSuccessRate",
		"connectionConfig: {connectTimeout: 0s}":                                                                  "error Invalid spec.connectionConfig.connectTimeout",
		"connectionConfig: {http1ProtocolOptions: {enableTrailers: true}}":                                        "warning NotSupported spec.connectionConfig.http1ProtocolOptions",
		"connectionConfig: {commonHttpProtocolOptions: {maxHeadersCount: 1}}":                                     "warning NotSupported spec.connectionConfig.commonHttpProtocolOptions.maxHeadersCount",
		"connectionConfig: {tcpKeepalive: {keepaliveTime: 1ms}}":                                                  "error Invalid spec.connectionConfig.tcpKeepalive.keepaliveTime",
		"initialStreamWindowSize: 1":                                                                              "error Invalid spec.initialStreamWindowSize",
		"maxConcurrentStreams: 0":                                                                                 "error Invalid spec.maxConcurrentStreams",
		"failover: {prioritizedLocalities: []}":                                                                   "warning NotSupported spec.failover",
		"respectDnsTtl: true":                                                                                     "warning NotSupported spec.respectDnsTtl",
		"sslConfig: {allowRenegotiation: true}":                                                                   "warning NotSupported spec.sslConfig.allowRenegotiation",
		"healthChecks: [{interval: 1s, tcpHealthCheck: {}}]":                                                      "error Invalid spec.healthChecks[0].timeout",
		"healthChecks: [{timeout: 1s, interval: 0s, tcpHealthCheck: {}}]":                                         "error Invalid spec.healthChecks[0].interval",
		"healthChecks: [{" + check + "}]":                                                                         "error Invalid spec.healthChecks[0]",
		"healthChecks: [{" + check + ", unhealthyThreshold: 0, tcpHealthCheck: {}}]":                              "error Invalid spec.healthChecks[0].unhealthyThreshold",
		"healthChecks: [{" + check + ", customHealthCheck: {name: x}}]":                                           "error NotSupported spec.healthChecks[0].customHealthCheck",
		"healthChecks: [{" + check + ", tcpHealthCheck: {send: {text: x}}}]":                                      "error NotSupported spec.healthChecks[0].tcpHealthCheck.send",
		"healthChecks: [{" + check + ", httpHealthCheck: {path: x}}]":                                             "error Invalid spec.healthChecks[0].httpHealthCheck.path",
		"healthChecks: [{" + check + ", httpHealthCheck: {path: /, method: POST}}]":                               "error NotSupported spec.healthChecks[0].httpHealthCheck.method",
		"healthChecks: [{" + check + ", httpHealthCheck: {path: /, expectedStatuses: [{start: 200, end: 300}]}}]": "error NotSupported spec.healthChecks[0].httpHealthCheck.expectedStatuses",
		"useHttp2: true, healthChecks: [{" + check + ", grpcHealthCheck: {initialMetadata: [{}]}}]":               "error NotSupported spec.healthChecks[0].grpcHealthCheck.initialMetadata",
		"healthChecks: [{" + check + ", grpcHealthCheck: {}}]":                                                    "error Invalid spec.healthChecks[0].grpcHealthCheck",
	} {
		t.Run(spec, func(t *testing.T) {
			got, problems := translateUpstream(t, "{"+static+", "+spec+"}")
			require.NotNil(t, got)
			require.Equal(t, []string{problem}, problems)
			require.Empty(t, got.HealthChecks, "half a health check is worse than none")
		})
	}
	got, problems := translateUpstream(t, "{"+static+", healthChecks: [{"+check+", reuseConnection: false, tcpHealthCheck: {}}]}")
	require.Len(t, got.HealthChecks, 1)
	require.Equal(t, []string{"warning NotSupported spec.healthChecks[0].reuseConnection"}, problems)
}

func TestAnUpstreamThatSpeaksGRPCSpeaksHTTP2(t *testing.T) {
	got, problems := translateUpstream(t, "kube: {serviceName: web, servicePort: 80, serviceSpec: {grpc: {}}}")
	require.Equal(t, ir.HTTP2, got.Protocol)
	require.Empty(t, problems)

	got, problems = translateUpstream(t, "static: {hosts: [{addr: a, port: 80}], serviceSpec: {rest: {swaggerInfo: {url: x}}}}")
	require.Equal(t, ir.HTTP1, got.Protocol)
	require.Equal(t, []string{"warning NotSupported spec.static.serviceSpec"}, problems)
}

func TestUpstreamGroupStatus(t *testing.T) {
	good := virtualservice.TranslateUpstreamGroup(newWorld(), upstreamGroup(t, "default", "[{destination: {upstream: {name: a}}, weight: 1}]"))
	require.Empty(t, good.Problems)
	require.Equal(t, "UpstreamGroup default/group", good.Object.String())

	bad := virtualservice.TranslateUpstreamGroup(newWorld(), upstreamGroup(t, "default", "[{destination: {upstream: {name: gone}}, weight: 1}, {weight: 1}]"))
	require.Equal(t, []string{"error BackendNotFound spec.destinations[0].destination.upstream", "error Invalid spec.destinations[1].destination"}, problemTexts(bad.Problems))
}

func TestSettings(t *testing.T) {
	for spec, c := range map[string]struct {
		discovery bool
		problems  []string
	}{
		"{}": {true, nil},
		"discovery: {enabled: true, fdsMode: DISABLED}":   {true, nil},
		"discovery: {enabled: false}":                     {false, nil},
		"discovery: {udsOptions: {enabled: false}}":       {false, nil},
		"discovery: {fdsMode: 0}":                         {true, []string{"warning NotSupported spec.discovery.fdsMode"}},
		"discovery: {fdsMode: GUESS}":                     {true, []string{"error Invalid spec.discovery.fdsMode", "warning NotSupported spec.discovery.fdsMode"}},
		"{linkerd: true, gloo: {regexMaxProgramSize: 9}}": {true, []string{"warning NotSupported spec.gloo", "warning NotSupported spec.linkerd"}},
		"discovery: {udsOptions: {watchLabels: {a: b}}}":  {true, []string{"warning NotSupported spec.discovery.udsOptions.watchLabels"}},
	} {
		in := &v1.Settings{Spec: *decode[v1.SettingsSpec](t, spec)}
		got, status := virtualservice.TranslateSettings(in)
		require.Equal(t, c.discovery, got.Discovery, spec)
		require.Equal(t, c.problems, problemTexts(status.Problems), spec)
	}
}
