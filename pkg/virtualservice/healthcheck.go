package virtualservice

import (
	"strconv"
	"strings"
	"time"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// The thresholds of health checks that set none. Envoy has no defaults.
const (
	defaultUnhealthyThreshold = 3
	defaultHealthyThreshold   = 2
)

// healthChecks translates the health checks of an upstream. One with a part
// that cannot be done is left out: half a check might call healthy endpoints
// unhealthy.
func (p place) healthChecks(checks []v1.HealthCheck, protocol ir.AppProtocol) []ir.HealthCheck {
	var out []ir.HealthCheck
	for i := range checks {
		at := p.index(".healthChecks", i)
		before := at.report.errors
		h := at.healthCheck(&checks[i], protocol)
		if at.report.errors == before {
			out = append(out, h)
		}
	}
	return out
}

func (p place) healthCheck(h *v1.HealthCheck, protocol ir.AppProtocol) ir.HealthCheck {
	out := ir.HealthCheck{
		Timeout:            p.required(".timeout", h.Timeout),
		Interval:           p.required(".interval", h.Interval),
		UnhealthyThreshold: p.threshold(".unhealthyThreshold", h.UnhealthyThreshold, defaultUnhealthyThreshold),
		HealthyThreshold:   p.threshold(".healthyThreshold", h.HealthyThreshold, defaultHealthyThreshold),
	}
	switch {
	case h.HTTPHealthCheck != nil:
		out.HTTP = p.at(".httpHealthCheck").httpCheck(h.HTTPHealthCheck)
	case h.TCPHealthCheck != nil:
		out.TCP = true
		p.at(".tcpHealthCheck").tcpCheck(h.TCPHealthCheck)
	case h.GrpcHealthCheck != nil:
		out.GRPC = p.at(".grpcHealthCheck").grpcCheck(h.GrpcHealthCheck, protocol)
	case h.CustomHealthCheck != nil:
		p.refuseCheck(".customHealthCheck", true)
	default:
		p.invalid("", "the health check has no kind", "set httpHealthCheck, tcpHealthCheck or grpcHealthCheck")
	}
	p.unsupportedCheck(h)
	return out
}

func (p place) required(sub string, d *v1.Duration) time.Duration {
	if d == nil {
		p.invalid(sub, "the duration is missing", `write it, such as "5s"`)
	}
	return orZero(p.positive(sub, d, time.Millisecond))
}

func (p place) threshold(sub string, n *v1.UInt32, fallback uint32) uint32 {
	if n == nil {
		return fallback
	}
	if *n < 1 {
		p.invalid(sub, "the threshold is below 1", "")
	}
	return p.number(sub, *n)
}

func (p place) httpCheck(h *v1.HTTPHealthCheck) *ir.HTTPHealthCheck {
	if !strings.HasPrefix(h.Path, "/") || ir.CheckHeaderValue(h.Path) != "" {
		p.invalid(".path", strconv.Quote(h.Path)+" is not a path", "begin it with a slash")
	}
	if ir.CheckHeaderValue(h.Host) != "" {
		p.invalid(".host", "the host has a control character", "remove it")
	}
	p.refuseCheck(".serviceName", h.ServiceName != "")
	p.refuseCheck(".requestHeadersToAdd", len(h.RequestHeadersToAdd) > 0)
	p.refuseCheck(".requestHeadersToRemove", len(h.RequestHeadersToRemove) > 0)
	p.refuseCheck(".useHttp2", h.UseHTTP2)
	p.refuseCheck(".expectedStatuses", len(h.ExpectedStatuses) > 0)
	p.refuseCheck(".responseAssertions", h.ResponseAssertions != nil)
	p.refuseCheck(".method", h.Method != nil && h.Method.String() != "GET" && h.Method.String() != "1")
	return &ir.HTTPHealthCheck{Host: h.Host, Path: h.Path}
}

func (p place) tcpCheck(h *v1.TCPHealthCheck) {
	p.refuseCheck(".send", h.Send != nil)
	p.refuseCheck(".receive", len(h.Receive) > 0)
}

func (p place) grpcCheck(h *v1.GrpcHealthCheck, protocol ir.AppProtocol) *ir.GRPCHealthCheck {
	if protocol == ir.HTTP1 {
		p.invalid("", "a gRPC health check needs endpoints that speak HTTP/2", "set spec.useHttp2")
	}
	if ir.CheckHeaderValue(h.Authority) != "" {
		p.invalid(".authority", "the authority has a control character", "remove it")
	}
	p.refuseCheck(".initialMetadata", len(h.InitialMetadata) > 0)
	return &ir.GRPCHealthCheck{Service: h.ServiceName, Authority: h.Authority}
}

func (p place) refuseCheck(sub string, set bool) {
	if set {
		p.refuse(sub, "the health check is left out")
	}
}

// unsupportedCheck notes what changes the pace of a check only.
func (p place) unsupportedCheck(h *v1.HealthCheck) {
	for name, set := range map[string]bool{
		".initialJitter": h.InitialJitter != nil, ".intervalJitter": h.IntervalJitter != nil,
		".intervalJitterPercent": orZero(h.IntervalJitterPercent) > 0, ".reuseConnection": h.ReuseConnection != nil && !*h.ReuseConnection,
		".noTrafficInterval": h.NoTrafficInterval != nil, ".unhealthyInterval": h.UnhealthyInterval != nil,
		".unhealthyEdgeInterval": h.UnhealthyEdgeInterval != nil, ".healthyEdgeInterval": h.HealthyEdgeInterval != nil,
		".eventLogPath": h.EventLogPath != "", ".alwaysLogHealthCheckFailures": h.AlwaysLogHealthCheckFailures,
	} {
		if set {
			p.ignore(name)
		}
	}
}
