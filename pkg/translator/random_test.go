package translator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// This file makes random values that keep the promises of package ir.

// maybe is nil half of the time.
func maybe[T any](rng *rand.Rand, v T) *T {
	if chance(rng, 50) {
		return nil
	}
	return &v
}

func randomDuration(rng *rand.Rand) time.Duration {
	return time.Duration(rng.IntN(5000)) * time.Millisecond
}

func positiveMillis(rng *rand.Rand) time.Duration {
	return time.Duration(1+rng.IntN(5000)) * time.Millisecond
}

func randomText(rng *rand.Rand) string {
	return pick(rng, "", "a", "100%", `"quoted"`, `\back`, "%REQ(x)%", "tab\there", "ünï", "${x}", "`tick`", "a,b;c=d")
}

func randomHeaders(rng *rand.Rand) *ir.HeaderModifier {
	names := []string{"x-a", "x-b", "x-c", "x-d", "x-e"}
	m := &ir.HeaderModifier{}
	for _, n := range names {
		h := ir.Header{Name: n, Value: randomText(rng)}
		switch rng.IntN(4) {
		case 0:
			m.Set = append(m.Set, h)
		case 1:
			m.Add = append(m.Add, h)
		case 2:
			m.Remove = append(m.Remove, n)
		}
	}
	return m
}

func randomPolicy(rng *rand.Rand) ir.Policy {
	p := ir.Policy{Retry: maybe(rng, randomRetry(rng))}
	if chance(rng, 50) {
		p.RequestHeaders = randomHeaders(rng)
	}
	if chance(rng, 50) {
		p.ResponseHeaders = randomHeaders(rng)
	}
	if chance(rng, 50) {
		by := pick(rng, "", "/", "/x", "/x/", "/50%25", `/\1`)
		p.PathRewrite = pick(rng, &ir.PathRewrite{Full: &by}, &ir.PathRewrite{Prefix: &by},
			&ir.PathRewrite{Regex: &ir.RegexRewrite{Pattern: "^/(a+)", Substitution: `/\1`}})
	}
	if chance(rng, 50) {
		p.HostRewrite = pick(rng, &ir.HostRewrite{Literal: "x.example"}, &ir.HostRewrite{Backend: true},
			&ir.HostRewrite{Header: "x-h"}, &ir.HostRewrite{Path: &ir.RegexRewrite{Pattern: "/(.*)", Substitution: `\1`}})
	}
	p.Timeouts = maybe(rng, ir.Timeouts{
		Request: maybe(rng, randomDuration(rng)), Backend: maybe(rng, randomDuration(rng)),
		Idle: maybe(rng, randomDuration(rng)), Stream: maybe(rng, randomDuration(rng)),
	})
	p.CORS = maybe(rng, randomCORS(rng))
	p.Mirrors = maybe(rng, ir.Mirrors{To: []ir.Mirror{
		{Cluster: serviceCluster("m").Key, Numerator: uint32(rng.IntN(101)), Denominator: pick(rng, uint32(100), 10_000, 1_000_000)},
		{Numerator: 1, Denominator: 100},
	}})
	p.Fault = maybe(rng, ir.Fault{
		AbortPercent: pick(rng, 0.0, 0.01, 100), AbortCode: 503, DelayPercent: pick(rng, 0.0, 50), Delay: randomDuration(rng),
	})
	p.Hash = maybe(rng, ir.Hash{On: []ir.HashKey{
		{Header: "x-u", Terminal: chance(rng, 50)},
		{SourceIP: true},
		{Cookie: &ir.HashCookie{Name: "c", Path: pick(rng, "", "/"), TTL: maybe(rng, randomDuration(rng))}},
	}})
	return p
}

func randomRetry(rng *rand.Rand) ir.Retry {
	return ir.Retry{
		On: pick(rng, nil, []string{"5xx"}, []string{"retriable-status-codes", "reset"}), Codes: pick(rng, nil, []uint32{409, 503}),
		Attempts: uint32(rng.IntN(5)), PerTry: pick(rng, 0, randomDuration(rng)),
		BaseInterval: pick(rng, 0, positiveMillis(rng)), MaxInterval: pick(rng, 0, positiveMillis(rng)),
	}
}

func randomCORS(rng *rand.Rand) ir.CORS {
	return ir.CORS{
		Disabled: chance(rng, 20), AnyOrigin: chance(rng, 30), Origins: pick(rng, nil, []string{"https://a.example"}),
		OriginRegexes: pick(rng, nil, []string{"https://.*"}), Methods: pick(rng, nil, []string{"GET", "PUT"}),
		Headers: pick(rng, nil, []string{"*"}), Expose: pick(rng, nil, []string{"x-a"}),
		MaxAge: maybe(rng, randomDuration(rng)), AllowCredentials: chance(rng, 50),
	}
}

func randomAction(rng *rand.Rand) ir.Action {
	switch rng.IntN(4) {
	case 0:
		by := pick(rng, "/", "/x/", "")
		return &ir.Redirect{
			Scheme: pick(rng, "", "http", "https"), Host: pick(rng, "", "r.example"), Port: pick(rng, int32(0), 80, 443, 8080),
			Path: maybe(rng, ir.PathRewrite{Prefix: &by}), Code: pick(rng, 301, 302, 303, 307, 308), StripQuery: chance(rng, 50),
		}
	case 1:
		return &ir.Respond{Code: 200 + rng.IntN(400), Body: randomText(rng)}
	default:
		f := &ir.Forward{}
		for range 1 + rng.IntN(3) {
			b := ir.WeightedBackend{Cluster: serviceCluster(pick(rng, "a", "b")).Key, Weight: pick(rng, uint32(0), 1, 5, 1<<32-1)}
			if chance(rng, 20) {
				b.Cluster = ir.ClusterKey{}
			}
			if chance(rng, 30) {
				b.Policy.RequestHeaders = randomHeaders(rng)
			}
			f.Backends = append(f.Backends, b)
		}
		return f
	}
}

// fullHost is a host of routes with any action and policy.
func fullHost(rng *rand.Rand, key ir.HostKey, routes int) ir.VirtualHost {
	v := ir.VirtualHost{Key: key}
	for range routes {
		v.Routes = append(v.Routes, ir.Route{
			Name: pick(rng, "", "rule"), Match: randomMatch(rng), Action: randomAction(rng), Policy: randomPolicy(rng),
		})
	}
	return v
}

func randomUpstream(rng *rand.Rand, name string) ir.Upstream {
	u := ir.Upstream{
		Key:      ir.BackendKey{Kind: ir.UpstreamBackend, Name: ir.Name{Namespace: "test", Name: name}},
		Protocol: pick(rng, ir.HTTP1, ir.HTTP2, ir.SameAsClient),
		LoadBalancer: ir.LoadBalancer{
			Algorithm: pick(rng, ir.LeastRequest, ir.RoundRobin, ir.Random, ir.RingHash, ir.Maglev), Choices: uint32(rng.IntN(4)),
			MinRing: pick(rng, uint64(0), 10, 1<<20), MaxRing: pick(rng, uint64(0), 1000, 1<<30),
			PanicThreshold: maybe(rng, float64(rng.IntN(101))), SlowStart: randomDuration(rng), LocalityWeighted: chance(rng, 50),
			MergeWindow: maybe(rng, randomDuration(rng)), CloseOnHostChange: chance(rng, 50),
		},
		Breakers: maybe(rng, ir.CircuitBreakers{
			MaxConnections: maybe(rng, rng.Uint32()), MaxPending: maybe(rng, rng.Uint32()),
			MaxRequests: maybe(rng, rng.Uint32()), MaxRetries: maybe(rng, rng.Uint32()), TrackRemaining: chance(rng, 50),
		}),
		Outliers: maybe(rng, ir.OutlierDetection{
			Consecutive5xx: maybe(rng, rng.Uint32()), ConsecutiveGatewayFailure: maybe(rng, rng.Uint32()),
			ConsecutiveLocalOrigin: maybe(rng, rng.Uint32()), SplitLocalOrigin: chance(rng, 50), Interval: maybe(rng, positiveMillis(rng)),
			BaseEjection: maybe(rng, positiveMillis(rng)), MaxEjection: maybe(rng, positiveMillis(rng)),
			MaxEjectionPercent: maybe(rng, rng.Uint32N(101)), EnforcingConsecutive5xx: maybe(rng, rng.Uint32N(101)),
			EnforcingGatewayFailure: maybe(rng, rng.Uint32N(101)), EnforcingSuccessRate: maybe(rng, rng.Uint32N(101)),
			SuccessRateMinimumHosts: maybe(rng, rng.Uint32()), SuccessRateRequestVolume: maybe(rng, rng.Uint32()),
			SuccessRateStdevFactor: maybe(rng, rng.Uint32()),
		}),
		Connection: ir.Connection{
			ConnectTimeout: maybe(rng, positiveMillis(rng)), MaxRequests: rng.Uint32N(3), BufferLimit: pick(rng, uint32(0), 1000),
			IdleTimeout: maybe(rng, randomDuration(rng)),
			Keepalive:   maybe(rng, ir.TCPKeepalive{Probes: rng.Uint32N(3), Time: randomDuration(rng), Interval: randomDuration(rng)}),
			MaxStreams:  rng.Uint32N(3), StreamWindow: pick(rng, uint32(0), 1<<20), ConnectionWindow: pick(rng, uint32(0), 1<<20),
		},
	}
	u.HealthChecks = randomHealthChecks(rng, u.Protocol)
	u.TLS = maybe(rng, ir.UpstreamTLS{
		SNI: pick(rng, "", "a.example"), AutoSNI: chance(rng, 50), MinVersion: pick(rng, "", "1.3"), ALPN: pick(rng, nil, []string{"h2"}),
		Ciphers: pick(rng, nil, []string{"ECDHE-RSA-AES128-GCM-SHA256"}),
	})
	if chance(rng, 50) {
		u.Service = &ir.ServicePort{Service: ir.Name{Namespace: "test", Name: name}, Port: 80}
		return u
	}
	for range rng.IntN(3) {
		u.Hosts = append(u.Hosts, ir.UpstreamHost{
			Address: pick(rng, "10.0.0.1", "::1", "host.example"), Port: int32(1 + rng.IntN(65535)), Weight: rng.Uint32N(3),
		})
	}
	return u
}

func randomHealthChecks(rng *rand.Rand, p ir.AppProtocol) []ir.HealthCheck {
	h := ir.HealthCheck{Timeout: positiveMillis(rng), Interval: positiveMillis(rng), UnhealthyThreshold: 2, HealthyThreshold: 1}
	switch rng.IntN(4) {
	case 0:
		return nil
	case 1:
		h.HTTP = &ir.HTTPHealthCheck{Host: pick(rng, "", "h.example"), Path: pick(rng, "", "/ok")}
	case 2:
		h.TCP = true
	default:
		h.TCP = p == ir.HTTP1
		if !h.TCP {
			h.GRPC = &ir.GRPCHealthCheck{Service: pick(rng, "", "s"), Authority: pick(rng, "", "a")}
		}
	}
	return []ir.HealthCheck{h}
}

func randomEndpoints(rng *rand.Rand) ir.Endpoints {
	e := ir.Endpoints{Backend: serviceCluster("a").Key.Backend}
	for z := range rng.IntN(4) {
		l := ir.Locality{Zone: pick(rng, "", fmt.Sprint("z", z))}
		for i := range rng.IntN(5) {
			l.Endpoints = append(l.Endpoints, ir.Endpoint{
				Address: pick(rng, fmt.Sprintf("10.0.%d.%d", z, i), fmt.Sprintf("fd00::%d:%d", z, i)),
				Port:    int32(1 + rng.IntN(65535)), Draining: chance(rng, 30),
			})
		}
		if !slices.ContainsFunc(e.Localities, func(o ir.Locality) bool { return o.Zone == l.Zone }) {
			e.Localities = append(e.Localities, l)
		}
	}
	return e
}

func randomListener(rng *rand.Rand, key ir.ListenerKey, certificates []ir.Name) ir.Listener {
	l := ir.Listener{Key: key, Protocol: pick(rng, ir.HTTP, ir.HTTPS, ir.HTTPS)}
	if l.Protocol == ir.HTTP {
		return l
	}
	for i := range rng.IntN(8) {
		l.ServerNames = append(l.ServerNames, ir.ServerName{
			Listener: key, SNI: fmt.Sprintf(pick(rng, "s%d.example", "*.s%d.example"), i),
			TLS: ir.ServerTLS{
				Certificates: certificates[:rng.IntN(len(certificates)+1)], MinVersion: pick(rng, "", "1.3"),
				ALPN: pick(rng, nil, []string{"http/1.1"}),
			},
		})
	}
	if chance(rng, 30) {
		l.ServerNames = append(l.ServerNames, ir.ServerName{Listener: key, TLS: ir.ServerTLS{Certificates: certificates[:1]}})
	}
	return l
}
