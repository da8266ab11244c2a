package translator

import (
	"errors"
	"strings"
	"testing"
	"time"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestPoliciesOfARoute(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy ir.Policy
		want   string
	}{
		{"nothing said", ir.Policy{}, "{cluster:service/test/a/80}"},
		{
			"timeouts",
			ir.Policy{Timeouts: &ir.Timeouts{Request: seconds(0), Backend: seconds(2), Idle: seconds(3), Stream: seconds(4)}},
			"{cluster:service/test/a/80,timeout:0s,idle_timeout:3s,retry_policy:{per_try_timeout:2s},max_stream_duration:{max_stream_duration:4s}}",
		},
		{"no timeout of the backend", ir.Policy{Timeouts: &ir.Timeouts{Backend: seconds(0)}}, "{cluster:service/test/a/80}"},
		{
			"retry",
			ir.Policy{Retry: &ir.Retry{On: []string{"5xx", "reset"}, Attempts: 3}},
			"{cluster:service/test/a/80,retry_policy:{retry_on:5xx,reset,num_retries:3}}",
		},
		{
			"retry on statuses",
			ir.Policy{Retry: &ir.Retry{Codes: []uint32{409}, Attempts: 1, PerTry: time.Second}, Timeouts: &ir.Timeouts{Backend: seconds(2)}},
			"{cluster:service/test/a/80,retry_policy:{retry_on:retriable-status-codes,num_retries:1,per_try_timeout:1s,retriable_status_codes:[409]}}",
		},
		{
			"back-off",
			ir.Policy{Retry: &ir.Retry{On: []string{"5xx"}, MaxInterval: time.Second}},
			"{cluster:service/test/a/80,retry_policy:{retry_on:5xx,num_retries:0,retry_back_off:{base_interval:0.025s,max_interval:1s}}}",
		},
		{
			"mirrors",
			ir.Policy{Mirrors: &ir.Mirrors{To: []ir.Mirror{
				{Cluster: serviceCluster("b").Key, Numerator: 100, Denominator: 100, KeepHost: true},
				{Cluster: serviceCluster("c").Key, Numerator: 5, Denominator: 10_000},
				{Cluster: serviceCluster("d").Key, Denominator: 100},
			}}},
			"{cluster:service/test/a/80,request_mirror_policies:[{cluster:service/test/b/80,disable_shadow_host_suffix_append:true}," +
				"{cluster:service/test/c/80,runtime_fraction:{default_value:{numerator:5,denominator:TEN_THOUSAND}}}]}",
		},
		{
			"hash",
			ir.Policy{Hash: &ir.Hash{On: []ir.HashKey{
				{Header: "x-a", Terminal: true}, {Cookie: &ir.HashCookie{Name: "c", Path: "/", TTL: seconds(0)}}, {SourceIP: true},
			}}},
			"{cluster:service/test/a/80,hash_policy:[{header:{header_name:x-a},terminal:true},{cookie:{name:c,ttl:0s,path:/}}," +
				"{connection_properties:{source_ip:true}}]}",
		},
		{"host of the backend", ir.Policy{HostRewrite: &ir.HostRewrite{Backend: true}}, "{cluster:service/test/a/80,auto_host_rewrite:true}"},
		{"a prefix needs no expression", replacePrefix("/x/"), "{cluster:service/test/a/80,prefix_rewrite:/x/}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ir.VirtualHost{Key: ir.HostKey{Host: "a.example"}, Routes: one(ir.AnyPath(), c.policy)}
			b, err := New(Options{}).VirtualHost(v)
			require.NoError(t, err)
			require.Equal(t, c.want, text(t, decode(t, b, &routev3.VirtualHost{}).GetRoutes()[0].GetRoute()))
		})
	}
}

// One bad route must not cost its host.
func TestRouteThatCannotBeTranslatedAnswers500OrIsLeftOut(t *testing.T) {
	bad := func(r ir.Route) ir.Route { r.Origin.Field = "spec.rules[1]"; return r }
	good := ir.Route{Match: ir.Match{Path: exact("/good")}, Action: forward("a")}
	for _, c := range []struct {
		name  string
		route ir.Route
		want  string
	}{
		{"no action", ir.Route{Match: ir.Match{Path: exact("/x")}}, "{match:{path:/x},direct_response:{status:500}}"},
		{
			"host as a header",
			ir.Route{Match: ir.Match{Path: exact("/x")}, Action: forward("a"), Policy: ir.Policy{
				RequestHeaders: &ir.HeaderModifier{Set: []ir.Header{{Name: "Host", Value: "a"}}},
			}},
			"{match:{path:/x},direct_response:{status:500}}",
		},
		{
			"a body that is too long",
			ir.Route{Match: ir.Match{Path: exact("/x")}, Action: &ir.Respond{Code: 200, Body: strings.Repeat("x", ir.MaxBody+1)}},
			"{match:{path:/x},direct_response:{status:500}}",
		},
		{"code of a redirect", ir.Route{Match: ir.Match{Path: exact("/x")}, Action: &ir.Redirect{Code: 200}}, "{match:{path:/x},direct_response:{status:500}}"},
		{"a header without a name", ir.Route{Match: ir.Match{Headers: []ir.ValueMatch{{Kind: ir.ValuePresent}}}, Action: forward("a")}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := ir.VirtualHost{Key: ir.HostKey{Host: "a.example"}, Routes: []ir.Route{bad(c.route), good}}
			b, err := New(Options{}).VirtualHost(v)
			require.ErrorContains(t, err, "spec.rules[1]")
			routes := decode(t, b, &routev3.VirtualHost{}).GetRoutes()
			require.Equal(t, "/good", routes[len(routes)-1].GetMatch().GetPath())
			if c.want == "" {
				require.Len(t, routes, 1)
				return
			}
			require.Len(t, routes, 2)
			require.Equal(t, c.want, text(t, routes[0]))
		})
	}
}

func TestPathsThatCannotBeAreLeftOut(t *testing.T) {
	v := ir.VirtualHost{Key: ir.HostKey{Host: "a.example"}}
	for _, p := range []ir.PathMatch{prefix("/a?b"), exact("/a#b"), chars("/?"), prefix("/a")} {
		v.Routes = append(v.Routes, ir.Route{Match: ir.Match{Path: p}, Action: forward("a")})
	}
	b, err := New(Options{}).VirtualHost(v)
	require.NoError(t, err)
	require.Len(t, decode(t, b, &routev3.VirtualHost{}).GetRoutes(), 1)
}

func TestPortsOfRedirectsAreThoseThatClientsReach(t *testing.T) {
	tr := New(Options{PublicPort: func(p int32) int32 { return p + 8000 }})
	for _, c := range []struct {
		redirect ir.Redirect
		want     string
	}{
		{ir.Redirect{Scheme: "https", Code: 301}, "{scheme_redirect:https,port_redirect:8443}"},
		{ir.Redirect{Port: 80, Code: 301}, "{port_redirect:8080}"},
		{ir.Redirect{Scheme: "https", Host: "other.example", Code: 301}, "{scheme_redirect:https,host_redirect:other.example}"},
		{ir.Redirect{Host: "other.example", Port: 99, Code: 301}, "{host_redirect:other.example,port_redirect:99}"},
	} {
		v := ir.VirtualHost{
			Key:    ir.HostKey{Listener: ir.ListenerKey{Port: 80}, Host: "a.example"},
			Routes: []ir.Route{{Action: &c.redirect}},
		}
		b, err := tr.VirtualHost(v)
		require.NoError(t, err)
		require.Equal(t, c.want, text(t, decode(t, b, &routev3.VirtualHost{}).GetRoutes()[0].GetRedirect()))
	}
}

func TestRoutesThatEnvoyWouldRefuseAreNamed(t *testing.T) {
	long := ir.Route{
		Origin: ir.Origin{Object: ir.Object{Kind: "HTTPRoute", Namespace: "default", Name: "long"}, Field: "spec.rules[0]"},
		Match:  ir.Match{Path: prefix("/long")}, Action: forward("a"),
	}
	long.Policy.RequestHeaders = &ir.HeaderModifier{Set: []ir.Header{{Name: "x", Value: strings.Repeat("x", 1<<20)}}}
	v := ir.VirtualHost{Key: ir.HostKey{Host: "a.example"}, Routes: []ir.Route{long, {Match: ir.Match{Path: prefix("/")}, Action: forward("a")}}}
	b, err := New(Options{}).VirtualHost(v)
	faults, all := RouteErrors(err)
	require.True(t, all)
	require.Len(t, faults, 1)
	require.Equal(t, long.Origin, faults[0].Origin)
	require.Contains(t, faults[0].Cause(), "16384")
	require.NotContains(t, faults[0].Cause(), "caused by")
	routes := decode(t, b, &routev3.VirtualHost{}).GetRoutes()
	require.Len(t, routes, 2)
	require.EqualValues(t, 500, routes[0].GetDirectResponse().GetStatus())

	_, all = RouteErrors(errors.Join(err, errors.New("another")))
	require.False(t, all)
}
