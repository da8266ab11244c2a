package translator

import (
	"fmt"
	"testing"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// plainHost is a host of routes as they come: a prefix to a backend, with a
// header set.
func plainHost(host string, routes int) ir.VirtualHost {
	v := ir.VirtualHost{Key: ir.HostKey{Host: host}, Routes: make([]ir.Route, routes)}
	headers := &ir.HeaderModifier{Set: []ir.Header{{Name: "x-a", Value: "b"}}}
	for i := range v.Routes {
		v.Routes[i] = ir.Route{
			Match:  ir.Match{Path: ir.NewPath(ir.Prefix, fmt.Sprintf("/group-%d/item-%d", i%100, i), false)},
			Action: forward("a"),
			Policy: ir.Policy{RequestHeaders: headers},
		}
	}
	return v
}

// benchmarkHosts reports the cost of one route.
func benchmarkHosts(b *testing.B, hosts, routes int) {
	tr := New(Options{})
	vs := make([]ir.VirtualHost, hosts)
	for i := range vs {
		vs[i] = plainHost(fmt.Sprintf("h%d.example", i), routes)
	}
	b.ReportAllocs()
	bytes := 0
	for b.Loop() {
		bytes = 0
		for _, v := range vs {
			out, err := tr.VirtualHost(v)
			if err != nil {
				b.Fatal(err)
			}
			bytes += len(out)
		}
	}
	n := float64(hosts * routes)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/route")
	b.ReportMetric(float64(bytes)/n, "wire-B/route")
}

func Benchmark100kRoutesOn10kHosts(b *testing.B) { benchmarkHosts(b, 10_000, 10) }

func Benchmark10kRoutesOnOneHost(b *testing.B) { benchmarkHosts(b, 1, 10_000) }

func BenchmarkOneRoute(b *testing.B) { benchmarkHosts(b, 1, 1) }
