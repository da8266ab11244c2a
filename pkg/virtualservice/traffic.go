package virtualservice

import (
	"math"
	"time"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// shadowing translates a mirror. A missing upstream costs the copies only.
func (p place) shadowing(d destinations, s *v1.RouteShadowing) *ir.Mirrors {
	if s == nil {
		return nil
	}
	at := p.at(".shadowing")
	if s.HostRewriteLiteral != "" {
		at.ignore(".hostRewriteLiteral")
	}
	if s.Upstream == nil {
		at.invalid(".upstream", "there is no upstream", "name the upstream that gets the copies")
		return nil
	}
	backend, ok := at.backend(d, ir.Warning, ".upstream", upstreamRef(d, s.Upstream))
	percent := at.percent(".percentage", s.Percentage)
	if !ok || percent == 0 {
		return &ir.Mirrors{}
	}
	m := ir.Mirror{Cluster: ir.ClusterKey{Backend: backend.Key}, KeepHost: s.DisableShadowHostSuffixAppend}
	m.Numerator, m.Denominator = fraction(percent)
	return &ir.Mirrors{To: []ir.Mirror{m}}
}

// fraction writes a percentage with the smallest of Envoy's denominators that
// holds it.
func fraction(percent float64) (numerator, denominator uint32) {
	for _, d := range []uint32{100, 10_000} {
		if n := percent / 100 * float64(d); n == math.Trunc(n) {
			return uint32(n), d
		}
	}
	return uint32(math.Round(percent * 10_000)), 1_000_000
}

func (p place) percent(sub string, v v1.Percentage) float64 {
	if !(v >= 0 && v <= 100) {
		p.invalid(sub, "the percentage is not between 0 and 100", "")
		return 0
	}
	return float64(v)
}

func (p place) faults(f *v1.RouteFaults) *ir.Fault {
	if f == nil {
		return nil
	}
	at := p.at(".faults")
	out := &ir.Fault{}
	if a := f.Abort; a != nil {
		out.AbortPercent = at.percent(".abort.percentage", a.Percentage)
		if a.HTTPStatus < 200 || a.HTTPStatus > 599 {
			at.invalid(".abort.httpStatus", "the status is not between 200 and 599", "")
		} else {
			out.AbortCode = uint32(a.HTTPStatus)
		}
	}
	if d := f.Delay; d != nil {
		out.DelayPercent = at.percent(".delay.percentage", d.Percentage)
		out.Delay = orZero(at.positive(".delay.fixedDelay", d.FixedDelay, time.Millisecond))
		if d.FixedDelay == nil {
			at.invalid(".delay.fixedDelay", "there is no delay", `write how long, such as "2s"`)
		}
	}
	return out
}

func (p place) hash(h *v1.RouteActionHashConfig) *ir.Hash {
	if h == nil {
		return nil
	}
	out := &ir.Hash{}
	for i := range h.HashPolicies {
		if k, ok := p.index(".lbHash.hashPolicies", i).hashKey(&h.HashPolicies[i]); ok {
			out.On = append(out.On, k)
		}
	}
	return out
}

func (p place) hashKey(h *v1.HashPolicy) (ir.HashKey, bool) {
	switch {
	case h.Header != nil:
		name, ok := headerName(*h.Header)
		if !ok {
			p.invalid(".header", "this is not the name of a header", "")
		}
		return ir.HashKey{Header: name, Terminal: h.Terminal}, ok
	case h.Cookie != nil:
		if message := ir.CheckHeaderName(h.Cookie.Name); message != "" {
			p.invalid(".cookie.name", "this is not the name of a cookie", "")
			return ir.HashKey{}, false
		}
		if ir.CheckHeaderValue(h.Cookie.Path) != "" {
			p.invalid(".cookie.path", "the path has a control character", "remove it")
			return ir.HashKey{}, false
		}
		return ir.HashKey{Terminal: h.Terminal, Cookie: &ir.HashCookie{
			Name: h.Cookie.Name, Path: h.Cookie.Path, TTL: p.duration(".cookie.ttl", h.Cookie.TTL),
		}}, true
	case orZero(h.SourceIP):
		return ir.HashKey{SourceIP: true, Terminal: h.Terminal}, true
	default:
		p.doubt("", "nothing is hashed", "set header, cookie or sourceIp")
		return ir.HashKey{}, false
	}
}

// checkHash notes a hash that no upstream of the route looks at.
func (p place) checkHash(r *v1.Route, a action) {
	if r.Options == nil || r.Options.LbHash == nil || !a.forwards || a.hashes {
		return
	}
	p.doubt(".options.lbHash", "no upstream of the route balances by hash, so it has no effect",
		"set loadBalancerConfig.ringHash or maglev on the Upstream")
}
