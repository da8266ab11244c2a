package translator

import (
	"time"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func headerCases() []serveCase {
	request := func(m ir.HeaderModifier) []ir.Route { return one(ir.AnyPath(), ir.Policy{RequestHeaders: &m}) }
	response := func(m ir.HeaderModifier) []ir.Route { return one(ir.AnyPath(), ir.Policy{ResponseHeaders: &m}) }
	h := func(name, value string) []ir.Header { return []ir.Header{{Name: name, Value: value}} }
	return []serveCase{
		{"set a request header", "", request(ir.HeaderModifier{Set: h("x-a", "new")}), []exchange{
			{"GET / | X-A: old | X-A: older", "200 | X-A: new | !old"},
			{"GET /", "200 | X-A: new"},
		}},
		{"add a request header", "", request(ir.HeaderModifier{Add: h("x-a", "new")}), []exchange{
			{"GET / | X-A: old", "200 | X-A: new | X-A: old"},
		}},
		{"remove a request header", "", request(ir.HeaderModifier{Remove: []string{"x-a"}}), []exchange{
			{"GET / | X-A: old | X-B: kept", "200 | !X-A | X-B: kept"},
		}},
		{"a value stands for itself", "", request(ir.HeaderModifier{Set: h("x-a", `100% "x" %REQ(x-b)% %% \ ${y}`)}), []exchange{
			{"GET / | X-B: b", `200 | X-A: 100% "x" %REQ(x-b)% %% \ ${y}`},
		}},
		{
			"a format is one", "",
			request(ir.HeaderModifier{Set: []ir.Header{{Name: "x-a", Value: "%REQ(x-b)%!", Format: true}}}),
			[]exchange{{"GET / | X-B: b", "200 | X-A: b!"}},
		},
		{"an empty value", "", request(ir.HeaderModifier{Set: h("x-a", "")}), []exchange{
			{"GET / | X-A: old", "200 | X-A:  | !old"},
		}},
		{
			"response headers", "",
			response(ir.HeaderModifier{Set: h("x-backend", "set"), Add: h("x-more", "50%"), Remove: []string{"server"}}),
			[]exchange{{"GET /", "200 | x-backend: set | x-more: 50% | !server:"}},
		},
		{
			"response headers of an answer of our own", "",
			[]ir.Route{{
				Action: &ir.Respond{Code: 418, Body: "100% tea"},
				Policy: ir.Policy{ResponseHeaders: &ir.HeaderModifier{Set: h("x-a", "b")}},
			}},
			[]exchange{{"GET /", "418 | 100% tea | x-a: b | !server"}},
		},
		{
			"a share's headers come after its route's", "",
			[]ir.Route{{
				Action: &ir.Forward{Backends: []ir.WeightedBackend{{
					Cluster: serviceCluster("a").Key, Weight: 1, Policy: ir.Policy{
						RequestHeaders:  &ir.HeaderModifier{Set: h("x-a", "share"), Remove: []string{"x-b"}},
						ResponseHeaders: &ir.HeaderModifier{Set: h("x-c", "share")},
						HostRewrite:     &ir.HostRewrite{Literal: "share.example"},
					},
				}}},
				Policy: ir.Policy{
					RequestHeaders:  &ir.HeaderModifier{Set: append(h("x-a", "route"), h("x-b", "route")...)},
					ResponseHeaders: &ir.HeaderModifier{Set: h("x-c", "route")},
				},
			}},
			[]exchange{{"GET /", "200 | GET share.example / | X-A: share | !X-B | x-c: share"}},
		},
	}
}

func forwardCases() []serveCase {
	share := func(name string, weight uint32) ir.WeightedBackend {
		b := ir.WeightedBackend{Weight: weight}
		if name != "" {
			b.Cluster = serviceCluster(name).Key
		}
		return b
	}
	to := func(shares ...ir.WeightedBackend) []ir.Route {
		return []ir.Route{{Action: &ir.Forward{Backends: shares}}}
	}
	return []serveCase{
		{"no weight goes nowhere", "", to(share("a", 0), share("b", 1)), []exchange{
			{"GET /", "200 | x-backend: b"},
			{"GET /", "200 | x-backend: b"},
		}},
		{"no weight at all", "", to(share("a", 0)), []exchange{{"GET /", "500"}}},
		{"a broken backend", "", to(share("", 1)), []exchange{{"GET /", "500"}}},
		{"a broken share of nearly everything", "", to(share("", 4_000_000_000), share("a", 1)), []exchange{{"GET /", "500"}}},
		{"a broken share of no weight", "", to(share("", 0), share("a", 1)), []exchange{{"GET /", "200"}}},
		{"weights beyond 32 bits", "", to(share("a", 4_000_000_000), share("a", 4_000_000_000)), []exchange{
			{"GET /", "200 | x-backend: a"},
		}},
		{"an action for what is broken", "", []ir.Route{{Action: ir.Broken()}}, []exchange{{"GET /", "500"}}},
		{
			"a mirror changes no answer", "",
			one(ir.AnyPath(), ir.Policy{Mirrors: &ir.Mirrors{To: []ir.Mirror{
				{Cluster: serviceCluster("b").Key, Numerator: 100, Denominator: 100, KeepHost: true},
				{Cluster: serviceCluster("b").Key, Numerator: 1, Denominator: 1_000_000},
				{Numerator: 100, Denominator: 100},
			}}}),
			[]exchange{{"GET /", "200 | x-backend: a"}},
		},
		{
			"timeouts, retries and hashes", "",
			one(ir.AnyPath(), ir.Policy{
				Timeouts: &ir.Timeouts{Request: seconds(0), Backend: seconds(2), Idle: seconds(0), Stream: seconds(9)},
				Retry: &ir.Retry{
					On: []string{"5xx", "connect-failure"}, Codes: []uint32{409}, Attempts: 2,
					PerTry: time.Second, MaxInterval: time.Millisecond,
				},
				Hash: &ir.Hash{On: []ir.HashKey{
					{Header: "x-user", Terminal: true},
					{SourceIP: true},
					{Cookie: &ir.HashCookie{Name: "sticky", Path: "/", TTL: seconds(0)}},
				}},
			}),
			[]exchange{{"GET /", "200"}},
		},
	}
}

func filterCases() []serveCase {
	cors := func(c ir.CORS) ir.Policy { return ir.Policy{CORS: &c} }
	preflight := "OPTIONS / | Access-Control-Request-Method: PUT | Origin: "
	shop := ir.CORS{
		Origins: []string{"https://shop.example"}, OriginRegexes: []string{`https://[a-z]+\.dev`},
		Methods: []string{"GET", "PUT"}, Headers: []string{"x-a", "x-b"}, Expose: []string{"x-c"},
		MaxAge: seconds(60), AllowCredentials: true,
	}
	faulty := cors(ir.CORS{AnyOrigin: true})
	faulty.Fault = &ir.Fault{AbortPercent: 100, AbortCode: 418}
	return []serveCase{
		{"preflight", "", one(ir.AnyPath(), cors(shop)), []exchange{
			{preflight + "https://shop.example", "200 | access-control-allow-origin: https://shop.example | " +
				"access-control-allow-methods: GET,PUT | access-control-allow-headers: x-a,x-b | access-control-max-age: 60 | " +
				"access-control-allow-credentials: true | !x-backend"},
			{preflight + "https://a.dev", "200 | access-control-allow-origin: https://a.dev"},
			{preflight + "https://a.dev.evil", "200 | !access-control-allow-origin"},
			{"GET / | Origin: https://shop.example", "200 | access-control-allow-origin: https://shop.example | access-control-expose-headers: x-c"},
			{"GET / | Origin: https://shopxexample", "200 | !access-control-allow-origin"},
		}},
		{"any origin", "", one(ir.AnyPath(), cors(ir.CORS{AnyOrigin: true})), []exchange{
			{"GET / | Origin: https://x.example", "200 | access-control-allow-origin: https://x.example"},
		}},
		{"no origin rules, turned off", "", one(ir.AnyPath(), cors(ir.CORS{Disabled: true, AnyOrigin: true})), []exchange{
			{"GET / | Origin: https://x.example", "200 | !access-control"},
		}},
		{"abort", "", one(ir.AnyPath(), ir.Policy{Fault: &ir.Fault{AbortPercent: 100, AbortCode: 418}}), []exchange{
			{"GET /", "418 | !x-backend"},
		}},
		{"abort of nothing", "", one(ir.AnyPath(), ir.Policy{Fault: &ir.Fault{AbortCode: 418}}), []exchange{{"GET /", "200"}}},
		{
			"delay", "", one(ir.AnyPath(), ir.Policy{Fault: &ir.Fault{DelayPercent: 100, Delay: time.Millisecond}}),
			[]exchange{{"GET /", "200"}},
		},
		{"a fault is marked for the page to read", "", one(ir.AnyPath(), faulty), []exchange{
			{"GET / | Origin: https://x.example", "418 | access-control-allow-origin: https://x.example"},
			{preflight + "https://x.example", "200"},
		}},
	}
}

func edgeCases() []serveCase {
	all := one(ir.AnyPath(), ir.Policy{})
	return []serveCase{
		{"what a client is told of the gateway", "", all, []exchange{
			{"GET /", "200 | server: echo | !x-envoy"},
		}},
		{"what a backend is told of the client", "", all, []exchange{
			{"GET / | X-Forwarded-Proto: https", "200 | X-Forwarded-Proto: http"},
		}},
		{"a client cannot give orders", "", all, []exchange{
			{"GET / | X-Envoy-Retry-On: 5xx | X-Envoy-Upstream-Rq-Timeout-Ms: 1 | X-Envoy-Internal: true", "200 | !X-Envoy-Retry | !X-Envoy-Upstream | !X-Envoy-Internal"},
		}},
		{"paths are tidied up", "", all, []exchange{
			{"GET /a//b/./c/../d", "200 | GET %h /a/b/d"},
			{"GET /a%2Fb?x=%2F", "307 | location: /a/b?x=%2F"},
			{"GET /a%5Cb", "307 | location: /a/b"},
			{"GET /%61%3Fb", "200 | GET %h /a%3Fb"},
		}},
		{"headers with underscores", "", all, []exchange{{"GET / | X_A: 1", "400"}}},
		{"trailing dots do not reach backends", "", all, []exchange{{"GET %. /", "200 | GET %h /"}}},
	}
}
