package virtualservice

import (
	"time"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// maxRing is the largest ring that Envoy builds (RingHashLbConfig).
const maxRing = 8 << 20

func (p place) loadBalancer(c *v1.LoadBalancerConfig) ir.LoadBalancer {
	out := ir.LoadBalancer{}
	if c == nil {
		return out
	}
	switch {
	case c.RoundRobin != nil:
		out.Algorithm = ir.RoundRobin
		out.SlowStart = p.slowStart(".roundRobin", c.RoundRobin.SlowStartConfig)
	case c.LeastRequest != nil:
		out.Choices = p.choices(c.LeastRequest.ChoiceCount)
		out.SlowStart = p.slowStart(".leastRequest", c.LeastRequest.SlowStartConfig)
	case c.Random != nil:
		out.Algorithm = ir.Random
	case c.RingHash != nil:
		out.Algorithm = ir.RingHash
		p.ring(&out, c.RingHash.RingHashConfig)
	case c.Maglev != nil:
		out.Algorithm = ir.Maglev
	}
	if t := c.HealthyPanicThreshold; t != nil {
		percent := p.percent(".healthyPanicThreshold", *t)
		out.PanicThreshold = &percent
	}
	out.MergeWindow = p.duration(".updateMergeWindow", c.UpdateMergeWindow)
	out.LocalityWeighted = c.LocalityWeightedLbConfig != nil
	out.CloseOnHostChange = orZero(c.CloseConnectionsOnHostSetChange)
	if orZero(c.UseHostnameForHashing) {
		p.ignore(".useHostnameForHashing")
	}
	return out
}

// choices is the number of endpoints that are compared. Envoy wants at least 2.
func (p place) choices(n v1.UInt32) uint32 {
	if n == 1 {
		p.invalid(".leastRequest.choiceCount", "one endpoint cannot be compared", "use 2 or more")
		return 0
	}
	return p.number(".leastRequest.choiceCount", n)
}

func (p place) slowStart(sub string, c *v1.SlowStartConfig) time.Duration {
	if c == nil {
		return 0
	}
	at := p.at(sub + ".slowStartConfig")
	if c.Aggression != nil {
		at.ignore(".aggression")
	}
	if c.MinWeightPercent != nil {
		at.ignore(".minWeightPercent")
	}
	return orZero(at.positive(".slowStartWindow", c.SlowStartWindow, time.Millisecond))
}

func (p place) ring(out *ir.LoadBalancer, c *v1.RingHashConfig) {
	if c == nil {
		return
	}
	lowest, highest := c.MinimumRingSize, c.MaximumRingSize
	if lowest < 0 || highest < 0 || lowest > maxRing || highest > maxRing || highest > 0 && lowest > highest {
		p.invalid(".ringHash.ringHashConfig", "the sizes of the ring are not in order, or above 8388608", "correct them")
		return
	}
	out.MinRing, out.MaxRing = uint64(lowest), uint64(highest)
}

func (p place) breakers(c *v1.CircuitBreakerConfig) *ir.CircuitBreakers {
	if c == nil {
		return nil
	}
	return &ir.CircuitBreakers{
		MaxConnections: p.numberPointer(".maxConnections", c.MaxConnections),
		MaxPending:     p.numberPointer(".maxPendingRequests", c.MaxPendingRequests),
		MaxRequests:    p.numberPointer(".maxRequests", c.MaxRequests),
		MaxRetries:     p.numberPointer(".maxRetries", c.MaxRetries),
		TrackRemaining: orZero(c.TrackRemaining),
	}
}

func (p place) outliers(o *v1.OutlierDetection) *ir.OutlierDetection {
	if o == nil {
		return nil
	}
	if o.EnforcingConsecutiveLocalOriginFailure != nil {
		p.ignore(".enforcingConsecutiveLocalOriginFailure")
	}
	if o.EnforcingLocalOriginSuccessRate != nil {
		p.ignore(".enforcingLocalOriginSuccessRate")
	}
	return &ir.OutlierDetection{
		Consecutive5xx:            p.numberPointer(".consecutive5xx", o.Consecutive5xx),
		ConsecutiveGatewayFailure: p.numberPointer(".consecutiveGatewayFailure", o.ConsecutiveGatewayFailure),
		ConsecutiveLocalOrigin:    p.numberPointer(".consecutiveLocalOriginFailure", o.ConsecutiveLocalOriginFailure),
		SplitLocalOrigin:          o.SplitExternalLocalOriginErrors,
		Interval:                  p.positive(".interval", o.Interval, time.Millisecond),
		BaseEjection:              p.positive(".baseEjectionTime", o.BaseEjectionTime, time.Millisecond),
		MaxEjectionPercent:        p.share100(".maxEjectionPercent", o.MaxEjectionPercent),
		EnforcingConsecutive5xx:   p.share100(".enforcingConsecutive5xx", o.EnforcingConsecutive5xx),
		EnforcingGatewayFailure:   p.share100(".enforcingConsecutiveGatewayFailure", o.EnforcingConsecutiveGatewayFailure),
		EnforcingSuccessRate:      p.share100(".enforcingSuccessRate", o.EnforcingSuccessRate),
		SuccessRateMinimumHosts:   p.numberPointer(".successRateMinimumHosts", o.SuccessRateMinimumHosts),
		SuccessRateRequestVolume:  p.numberPointer(".successRateRequestVolume", o.SuccessRateRequestVolume),
		SuccessRateStdevFactor:    p.numberPointer(".successRateStdevFactor", o.SuccessRateStdevFactor),
	}
}

// share100 is a whole percentage that may be unset.
func (p place) share100(sub string, n *v1.UInt32) *uint32 {
	if n != nil && *n > 100 {
		p.invalid(sub, "the percentage is above 100", "")
		return nil
	}
	return p.numberPointer(sub, n)
}

// The bounds of HTTP/2 windows and streams in Envoy (Http2ProtocolOptions).
const (
	minWindow = 1<<16 - 1
	maxWindow = 1<<31 - 1
)

func (p place) connection(s *v1.UpstreamSpec) ir.Connection {
	out := ir.Connection{
		StreamWindow:     p.bounded(".initialStreamWindowSize", s.InitialStreamWindowSize, minWindow),
		ConnectionWindow: p.bounded(".initialConnectionWindowSize", s.InitialConnectionWindowSize, minWindow),
		MaxStreams:       p.bounded(".maxConcurrentStreams", s.MaxConcurrentStreams, 1),
	}
	c := s.ConnectionConfig
	if c == nil {
		return out
	}
	at := p.at(".connectionConfig")
	out.ConnectTimeout = at.positive(".connectTimeout", c.ConnectTimeout, time.Millisecond)
	out.MaxRequests = at.number(".maxRequestsPerConnection", c.MaxRequestsPerConnection)
	out.BufferLimit = orZero(at.numberPointer(".perConnectionBufferLimitBytes", c.PerConnectionBufferLimitBytes))
	out.Keepalive = at.keepalive(c.TCPKeepalive)
	if h := c.CommonHTTPProtocolOptions; h != nil {
		out.IdleTimeout = at.duration(".commonHttpProtocolOptions.idleTimeout", h.IdleTimeout)
		at.at(".commonHttpProtocolOptions").unsupportedHTTP(h)
	}
	at.ignoreAll(field{".http1ProtocolOptions", c.HTTP1ProtocolOptions})
	return out
}

func (p place) bounded(sub string, n *v1.UInt32, least v1.UInt32) uint32 {
	if n == nil {
		return 0
	}
	if *n < least || *n > maxWindow {
		p.invalid(sub, "the number is out of Envoy's bounds, so the default is used", "")
		return 0
	}
	return uint32(*n)
}

func (p place) keepalive(k *v1.TCPKeepalive) *ir.TCPKeepalive {
	if k == nil {
		return nil
	}
	at := p.at(".tcpKeepalive")
	// The socket options count in seconds.
	return &ir.TCPKeepalive{
		Probes:   at.number(".keepaliveProbes", k.KeepaliveProbes),
		Time:     orZero(at.positive(".keepaliveTime", k.KeepaliveTime, time.Second)),
		Interval: orZero(at.positive(".keepaliveInterval", k.KeepaliveInterval, time.Second)),
	}
}

func (p place) unsupportedHTTP(h *v1.HTTPProtocolOptions) {
	if h.MaxHeadersCount != nil {
		p.ignore(".maxHeadersCount")
	}
	if h.MaxStreamDuration != nil {
		p.ignore(".maxStreamDuration")
	}
	if h.HeadersWithUnderscoresAction != nil {
		p.ignore(".headersWithUnderscoresAction")
	}
}
