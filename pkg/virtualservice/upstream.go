package virtualservice

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"strconv"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// TranslateUpstream translates an Upstream. The result is nil if it cannot be
// used as it is written; routes that name it then answer 500.
func TranslateUpstream(w UpstreamWorld, us *v1.Upstream) (*ir.Upstream, ir.Status) {
	object := objectOf(us.TypeMeta, us.ObjectMeta, v1.GlooSoloGroup, v1.KindUpstream)
	r := &report{}
	u := &upstream{
		world: w, spec: &us.Spec, namespace: us.Namespace, place: place{r, "spec"},
		out: &ir.Upstream{
			Key:    ir.BackendKey{Kind: ir.UpstreamBackend, Name: ir.Name{Namespace: us.Namespace, Name: us.Name}},
			Origin: object,
		},
	}
	u.translate()
	status := ir.Status{Object: object, Generation: us.Generation, Problems: r.sorted()}
	if u.unusable {
		return nil, status
	}
	return u.out, status
}

// upstream is one run of TranslateUpstream.
type upstream struct {
	place
	world     UpstreamWorld
	spec      *v1.UpstreamSpec
	namespace string
	out       *ir.Upstream
	// unusable is set where requests must not be sent at all.
	unusable bool
}

func (u *upstream) translate() {
	u.must(u.endpoints)
	u.must(u.protocol)
	u.must(u.tls)
	u.must(u.refused)
	u.out.LoadBalancer = u.at(".loadBalancerConfig").loadBalancer(u.spec.LoadBalancerConfig)
	u.out.Breakers = u.at(".circuitBreakers").breakers(u.spec.CircuitBreakers)
	u.out.HealthChecks = u.healthChecks(u.spec.HealthChecks, u.out.Protocol)
	u.out.Outliers = u.at(".outlierDetection").outliers(u.spec.OutlierDetection)
	u.out.Connection = u.connection(u.spec)
	u.ignored()
}

// must runs a part of the translation whose errors make the upstream unusable.
// Errors of the other parts cost the setting that they are about.
func (u *upstream) must(part func()) {
	before := u.report.errors
	part()
	u.unusable = u.unusable || u.report.errors > before
}

// endpoints says where the endpoints are.
func (u *upstream) endpoints() {
	const consequence = "the upstream cannot be used"
	s := u.spec
	switch {
	case s.Kube != nil:
		u.kube(s.Kube)
	case s.Static != nil:
		u.static(s.Static)
	case s.Pipe != nil:
		u.refuse(".pipe", consequence)
	case s.Consul != nil:
		u.refuse(".consul", consequence)
	case s.Aws != nil:
		u.refuse(".aws", consequence)
	case s.Azure != nil:
		u.refuse(".azure", consequence)
	case s.AwsEc2 != nil:
		u.refuse(".awsEc2", consequence)
	case s.Gcp != nil:
		u.refuse(".gcp", consequence)
	case s.AI != nil:
		u.refuse(".ai", consequence)
	default:
		u.invalid("", "the upstream has no type", "set kube or static")
	}
}

func (u *upstream) kube(k *v1.KubeUpstream) {
	at := u.at(".kube")
	service := ir.Name{Namespace: cmp.Or(k.ServiceNamespace, u.namespace), Name: k.ServiceName}
	_, problem := u.world.Backend(ir.BackendRef{From: u.out.Origin, Kind: "Service", Name: service, Port: k.ServicePort, Trusted: true})
	if problem != nil {
		at.pass(ir.Error, "", problem)
	}
	u.out.Service = &ir.ServicePort{Service: service, Port: k.ServicePort}
	if len(k.Selector) > 0 {
		at.note(ir.Warning, ir.ReasonNotSupported, ".selector", "the Service's own selector is used", "remove it")
	}
	at.ignoreAll(field{".subsetSpec", k.SubsetSpec})
	u.serviceSpec(at, k.ServiceSpec)
}

func (u *upstream) static(s *v1.StaticUpstream) {
	at := u.at(".static")
	if len(s.Hosts) == 0 {
		at.invalid(".hosts", "there are no hosts", "name one with addr and port")
	}
	for i := range s.Hosts {
		p := at.index(".hosts", i)
		h := &s.Hosts[i]
		p.checkStaticHost(h, u.world.AllowLoopback())
		weight := p.numberPointer(".loadBalancingWeight", h.LoadBalancingWeight)
		u.out.Hosts = append(u.out.Hosts, ir.UpstreamHost{Address: strings.ToLower(h.Addr), Port: h.Port, Weight: orZero(weight)})
		if h.HealthCheckConfig != nil {
			p.ignore(".healthCheckConfig")
		}
		p.ignoreAll(field{".metadata", h.Metadata})
	}
	u.serviceSpec(at, s.ServiceSpec)
}

// serviceSpec says what functions an upstream has. They are not called yet, but
// one that speaks gRPC needs HTTP/2.
func (u *upstream) serviceSpec(at place, spec *v1.Opaque) {
	if spec == nil {
		return
	}
	parts := map[string]json.RawMessage{}
	if err := json.Unmarshal(spec.Raw, &parts); err != nil {
		at.invalid(".serviceSpec", err.Error(), "")
		return
	}
	_, grpc := parts["grpc"]
	_, transcoded := parts["grpcJsonTranscoder"]
	if grpc || transcoded {
		u.out.Protocol = ir.HTTP2
	}
	if string(parts["grpc"]) != "{}" || len(parts) > 1 {
		at.note(ir.Warning, ir.ReasonNotSupported, ".serviceSpec", "functions are not supported yet, so requests are sent as they are", "")
	}
}

func (p place) checkStaticHost(h *v1.StaticHost, allowLoopback bool) {
	if !validPort(h.Port) {
		p.invalid(".port", "the port is not between 1 and 65535", "")
	}
	if _, err := netip.ParseAddr(h.Addr); err != nil {
		name := strings.ToLower(strings.TrimSuffix(h.Addr, "."))
		if message := checkLabels(name); message != "" {
			p.invalid(".addr", strconv.Quote(h.Addr)+" is neither an IP address nor a DNS name: "+message, "")
			return
		}
	}
	if why := ir.CheckHost(h.Addr, allowLoopback); why != "" {
		p.note(ir.Error, ir.ReasonUnsafeAddress, ".addr", "requests must not be sent to "+strconv.Quote(h.Addr)+": "+why, "name a host that is meant to take them")
	}
}

// protocol says how to speak to the endpoints.
func (u *upstream) protocol() {
	selection := u.enum(".protocolSelection", u.spec.ProtocolSelection, "USE_CONFIGURED_PROTOCOL", "USE_DOWNSTREAM_PROTOCOL")
	switch {
	case selection == 1:
		u.out.Protocol = ir.SameAsClient
	case orZero(u.spec.UseHTTP2):
		u.out.Protocol = ir.HTTP2
	}
}

// refused notes what requests must not be sent without.
func (u *upstream) refused() {
	const consequence = "the upstream cannot be used"
	if orZero(u.spec.HTTPProxyHostname) != "" {
		u.refuse(".httpProxyHostname", consequence)
	}
	if u.spec.HTTPConnectSSLConfig != nil {
		u.refuse(".httpConnectSslConfig", consequence)
	}
	if len(u.spec.HTTPConnectHeaders) > 0 {
		u.refuse(".httpConnectHeaders", consequence)
	}
	if orZero(u.spec.ProxyProtocolVersion) != "" {
		u.refuse(".proxyProtocolVersion", consequence)
	}
}

// ignored notes what has no effect yet.
func (u *upstream) ignored() {
	u.ignoreAll(field{".failover", u.spec.Failover}, field{".preconnectPolicy", u.spec.PreconnectPolicy})
	for name, set := range map[string]bool{
		".overrideStreamErrorOnInvalidHttpMessage": orZero(u.spec.OverrideStreamErrorOnInvalidHTTPMessage),
		".ignoreHealthOnHostRemoval":               orZero(u.spec.IgnoreHealthOnHostRemoval),
		".respectDnsTtl":                           orZero(u.spec.RespectDNSTTL),
		".dnsRefreshRate":                          u.spec.DNSRefreshRate != nil,
	} {
		if set {
			u.ignore(name)
		}
	}
}
