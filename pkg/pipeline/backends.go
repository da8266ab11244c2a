package pipeline

import (
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/discovery"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

// serviceUpstreams are the upstreams of a Service, one per port.
type serviceUpstreams struct {
	service   *corev1.Service
	upstreams []ir.Upstream
	problems  []ir.Problem
}

func serviceUpstreamsOf(_ *table.Reader, _ ir.Object, s *corev1.Service) (serviceUpstreams, bool) {
	ups, problems := discovery.Upstreams(s)
	return serviceUpstreams{s, ups, problems}, true
}

// servicePorts is what routes read of a Service.
type servicePorts []servicePort

type servicePort struct {
	number int32
	name   string
	usable bool
}

func (s servicePorts) equal(o servicePorts) bool { return slices.Equal(s, o) }

func portsOf(_ *table.Reader, _ ir.Object, s serviceUpstreams) (servicePorts, bool) {
	var out servicePorts
	for _, port := range s.service.Spec.Ports {
		out = append(out, servicePort{port.Port, port.Name, slices.ContainsFunc(s.upstreams, func(u ir.Upstream) bool {
			return u.Key.Port == port.Port
		})})
	}
	return out, true
}

func discoveredMembers(k ir.Object, ports servicePorts, emit func(ir.Name, ir.BackendKey)) {
	for _, port := range ports {
		if !port.usable {
			continue
		}
		name := discovery.Name(k.Namespace, k.Name, port.number)
		key := ir.BackendKey{Kind: ir.ServiceBackend, Name: k.Key(), Port: port.number}
		emit(ir.Name{Namespace: k.Namespace, Name: name}, key)
		for _, ns := range systemNamespaces() {
			if ns != k.Namespace {
				emit(ir.Name{Namespace: ns, Name: name}, key)
			}
		}
	}
}

// systemNamespaces are where discovered upstreams can be named besides their
// Service's own namespace.
func systemNamespaces() []string { return []string{DefaultNamespace, "gloo-system"} }

func (v view) serviceBackend(ref ir.BackendRef) (ir.Backend, *ir.Problem) {
	key := serviceKey(ref.Name)
	ports, ok := table.Read(v.r, v.p.tables.ports, key)
	if !ok {
		return ir.Backend{}, notFound(key.String()+" does not exist", "create it, or correct the name")
	}
	for _, port := range ports {
		if ref.PortName != "" && port.name != ref.PortName || ref.PortName == "" && port.number != ref.Port {
			continue
		}
		if !port.usable {
			return ir.Backend{}, notFound(key.String()+" port "+portText(ref)+" cannot take requests", "use a TCP port")
		}
		return ir.Backend{Key: ir.BackendKey{Kind: ir.ServiceBackend, Name: ref.Name, Port: port.number}}, nil
	}
	return ir.Backend{}, notFound(key.String()+" has no port "+portText(ref), "it has "+listPorts(ports))
}

func portText(ref ir.BackendRef) string {
	if ref.PortName != "" {
		return strconv.Quote(ref.PortName)
	}
	return strconv.Itoa(int(ref.Port))
}

func listPorts(ports servicePorts) string {
	if len(ports) == 0 {
		return "no ports"
	}
	texts := make([]string, len(ports))
	for i, port := range ports {
		texts[i] = strconv.Itoa(int(port.number))
		if port.name != "" {
			texts[i] += " (" + port.name + ")"
		}
	}
	return "ports " + strings.Join(texts, ", ")
}

func notFound(message, remedy string) *ir.Problem {
	return &ir.Problem{Severity: ir.Error, Reason: ir.ReasonBackendNotFound, Message: message, Remedy: remedy}
}

// upstreamRow is what became of an Upstream.
type upstreamRow struct {
	upstream *ir.Upstream
	status   ir.Status
}

func (p *Pipeline) translateUpstream(r *table.Reader, _ ir.Object, us *v1.Upstream) (upstreamRow, bool) {
	up, status := virtualservice.TranslateUpstream(view{p, r}, us)
	return upstreamRow{up, status}, true
}

// upstreamState is what routes read of an Upstream.
type upstreamState struct{ usable, hash bool }

func upstreamNameMembers(k ir.Object, row upstreamRow, emit func(ir.Name, upstreamState)) {
	s := upstreamState{usable: row.upstream != nil}
	if s.usable {
		a := row.upstream.LoadBalancer.Algorithm
		s.hash = a == ir.RingHash || a == ir.Maglev
	}
	emit(k.Key(), s)
}

// named returns the Upstream of a name. Where both groups hold one, ours wins.
func named(us []table.Member[ir.Object, upstreamState]) table.Member[ir.Object, upstreamState] {
	for _, u := range us {
		if u.Key.Group == v1.Group {
			return u
		}
	}
	return us[0]
}

func (v view) upstreamBackend(ref ir.BackendRef) (ir.Backend, *ir.Problem) {
	if us, ok := table.Read(v.r, v.p.tables.upstreamNames, ref.Name); ok {
		u := named(us)
		if !u.Value.usable {
			return ir.Backend{}, notFound(u.Key.String()+" is not valid", "see its own status")
		}
		return ir.Backend{Key: ir.BackendKey{Kind: ir.UpstreamBackend, Name: ref.Name}, Hash: u.Value.hash}, nil
	}
	if ref.Discovered {
		return v.discoveredBackend(ref.Name)
	}
	return ir.Backend{}, noUpstream(ref.Name)
}

// discoveredBackend resolves the generated name of a port of a Service.
func (v view) discoveredBackend(name ir.Name) (ir.Backend, *ir.Problem) {
	keys, _ := table.Read(v.r, v.p.tables.discovered, name)
	switch {
	case len(keys) == 0:
		return ir.Backend{}, noUpstream(name)
	case len(keys) > 1:
		return ir.Backend{}, notFound("Upstream "+name.String()+" stands for several Services: "+keys[0].Key.String()+" and "+keys[1].Key.String(),
			"name the Service itself (routeAction.single.kube), or an Upstream in its own namespace")
	}
	if _, off := table.Read(v.r, v.p.tables.noDiscovery, only{}); off {
		return ir.Backend{}, notFound("Upstream "+name.String()+" is not discovered, because Settings turn discovery off",
			"write an Upstream, or set spec.discovery.enabled of the Settings to true")
	}
	return ir.Backend{Key: keys[0].Value}, nil
}

func noUpstream(name ir.Name) *ir.Problem {
	return notFound("Upstream "+name.String()+" does not exist",
		"create it, or name a discovered one: <namespace>-<service>-<port>")
}

// upstream returns the upstream behind a backend.
func (v view) upstream(key ir.BackendKey) (*ir.Upstream, bool) {
	if key.Kind == ir.UpstreamBackend {
		us, ok := table.Read(v.r, v.p.tables.upstreamNames, key.Name)
		if !ok {
			return nil, false
		}
		row, ok := table.Read(v.r, v.p.tables.upstreamRows, named(us).Key)
		return row.upstream, ok && row.upstream != nil
	}
	s, _ := table.Read(v.r, v.p.tables.serviceUps, serviceKey(key.Name))
	for i := range s.upstreams {
		if s.upstreams[i].Key == key {
			return &s.upstreams[i], true
		}
	}
	return nil, false
}

// sliceRow is what became of an EndpointSlice.
type sliceRow struct {
	slice    discovery.Slice
	problems []ir.Problem
}

func (s sliceRow) equal(o sliceRow) bool {
	return s.slice.Equal(o.slice) && slices.Equal(s.problems, o.problems)
}

func (p *Pipeline) parseSlice(_ *table.Reader, _ ir.Object, es *discoveryv1.EndpointSlice) (sliceRow, bool) {
	s, problems := discovery.ParseSlice(es, discovery.Options{AllowLoopback: p.options.Standalone})
	return sliceRow{s, problems}, true
}

// settingsRow is what became of a Settings object.
type settingsRow struct {
	settings virtualservice.Settings
	status   ir.Status
}

func (s settingsRow) equal(o settingsRow) bool {
	return s.settings == o.settings && s.status.Equal(o.status)
}

func translateSettings(_ *table.Reader, _ ir.Object, s *v1.Settings) (settingsRow, bool) {
	settings, status := virtualservice.TranslateSettings(s)
	return settingsRow{settings, status}, true
}

// discoveryOff counts the Settings that turn discovery off: those named default
// in a system namespace are obeyed.
func discoveryOff(k ir.Object, s settingsRow, emit func(only)) {
	if !s.settings.Discovery && k.Name == "default" && slices.Contains(systemNamespaces(), k.Namespace) {
		emit(only{})
	}
}

func sliceMembers(_ ir.Object, s sliceRow, emit func(ir.Name, discovery.Slice)) {
	if s.slice.Service != (ir.Name{}) {
		emit(s.slice.Service, s.slice)
	}
}

func endpointPortsOf(_ *table.Reader, _ ir.Object, s *corev1.Service) ([]discovery.Port, bool) {
	return discovery.Ports(s), true
}
