package pipeline

import (
	"bytes"
	"slices"

	"github.com/sluice-gateway/sluice/pkg/discovery"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/translator"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// routeConfig identifies a RouteConfiguration: a share of the hosts of a bound
// port.
type routeConfig struct {
	listener ir.ListenerKey
	shard    int
}

// wireHost is a virtual host as Envoy reads it, where it belongs, who may not
// contribute to it, and whose routes cannot be translated.
type wireHost struct {
	config    string // name of the RouteConfiguration
	bytes     []byte
	conflicts []ir.Conflict
	faults    []blame
}

func (h wireHost) equal(o wireHost) bool {
	return h.config == o.config && bytes.Equal(h.bytes, o.bytes) && slices.Equal(h.conflicts, o.conflicts) && slices.Equal(h.faults, o.faults)
}

// wireCluster is a cluster as Envoy reads it, and the Secret it shows if any.
type wireCluster struct {
	resource translator.Resource
	secret   ir.Name
}

func (c wireCluster) equal(o wireCluster) bool {
	return c.secret == o.secret && sameResource(c.resource, o.resource)
}

// wireEndpoints are the endpoints of a backend as Envoy reads them.
type wireEndpoints struct {
	resource translator.Resource
	service  ir.Object
	problems []ir.Problem
}

func (e wireEndpoints) equal(o wireEndpoints) bool {
	return e.service == o.service && sameResource(e.resource, o.resource) && sameProblems(e.problems, o.problems)
}

func sameResource(a, b translator.Resource) bool {
	return a.Name == b.Name && bytes.Equal(a.Bytes, b.Bytes)
}

func same[T comparable](a, b T) bool { return a == b }

// routeConfigMembers emits every RouteConfiguration of a port. All of them exist
// from the start, so that adding a host never makes one.
func (p *Pipeline) routeConfigMembers(k ir.ListenerKey, protocol ir.Protocol, emit func(routeConfig, only)) {
	if protocol != ir.HTTP && protocol != ir.HTTPS {
		return
	}
	for shard := range p.translator.Shards() {
		emit(routeConfig{k, shard}, only{})
	}
}

func (p *Pipeline) wireListener(_ *table.Reader, _ ir.ListenerKey, port boundPort) (translator.Resource, bool) {
	return p.must(p.translator.Listener(port.listener))
}

func (p *Pipeline) wireHead(_ *table.Reader, c routeConfig, _ []table.Member[ir.ListenerKey, only]) ([]byte, bool) {
	head, err := p.translator.RouteConfigHead(c.listener, c.shard)
	return head, p.sound(err, c.listener.String())
}

func (p *Pipeline) wireHost(r *table.Reader, k ir.HostKey, fragments contributions) (wireHost, bool) {
	if _, ok := table.Read(r, p.tables.bound, k.Listener); !ok {
		return wireHost{}, false
	}
	host, conflicts := merge(k, fragments)
	b, err := p.translator.VirtualHost(p.complete(r, host))
	faults, all := translator.RouteErrors(err)
	if !all {
		p.sound(err, k.Host)
	}
	out := wireHost{config: p.translator.RouteConfigName(k.Listener, p.translator.Shard(k.Host)), bytes: b, conflicts: conflicts}
	for _, f := range faults {
		out.faults = append(out.faults, blame{f.Origin.Object, ir.Problem{
			Severity: ir.Error, Reason: ir.ReasonInvalid, Field: f.Origin.Field,
			Message: "the route has a value that Envoy does not take, so it answers 500: " + f.Cause(), Remedy: "shorten or correct the value",
		}})
	}
	return out, b != nil
}

func (p *Pipeline) wireCluster(r *table.Reader, k ir.ClusterKey, _ int) (wireCluster, bool) {
	up, ok := view{p, r}.upstream(k.Backend)
	if !ok {
		return wireCluster{}, false
	}
	resource, ok := p.must(p.translator.Cluster(ir.Cluster{Key: k, Upstream: up}))
	c := wireCluster{resource: resource}
	if up.TLS != nil && up.TLS.Certificate != nil {
		c.secret = *up.TLS.Certificate
	}
	return c, ok
}

func backendOf(k ir.ClusterKey, _ wireCluster, emit func(ir.BackendKey)) { emit(k.Backend) }

func (p *Pipeline) wireEndpoints(r *table.Reader, k ir.BackendKey, _ int) (wireEndpoints, bool) {
	up, ok := view{p, r}.upstream(k)
	if !ok || up.Service == nil {
		return wireEndpoints{}, false
	}
	key := serviceKey(up.Service.Service)
	ports, _ := table.Read(r, p.tables.endpointPorts, key)
	members, _ := table.Read(r, p.tables.slicesOf, up.Service.Service)
	parsed := make([]discovery.Slice, len(members))
	for i, m := range members {
		parsed[i] = m.Value
	}
	endpoints, problems := ir.Endpoints{Backend: k}, []ir.Problem(nil)
	for _, port := range ports {
		if port.Key.Port == up.Service.Port {
			port.Key = k
			endpoints, problems = discovery.Endpoints(port, parsed)
		}
	}
	resource, ok := p.must(p.translator.Endpoints(endpoints))
	return wireEndpoints{resource, key, problems}, ok
}

// serverSecrets emits each Secret that a port serves TLS with, once.
func serverSecrets(_ ir.ListenerKey, port boundPort, emit func(ir.Object)) {
	seen := map[ir.Name]bool{}
	for _, n := range port.listener.ServerNames {
		for _, c := range n.TLS.Certificates {
			if !seen[c] {
				seen[c] = true
				emit(secretKey(c))
			}
		}
	}
}

// clusterSecrets emits the Secret that a cluster shows to its endpoints.
func clusterSecrets(_ ir.ClusterKey, c wireCluster, emit func(ir.Object)) {
	if c.secret != (ir.Name{}) {
		emit(secretKey(c.secret))
	}
}

func (p *Pipeline) wireSecret(r *table.Reader, k ir.Object, c certificate) (translator.Resource, bool) {
	_, served := table.Read(r, p.tables.wire.serverSecrets, k)
	_, shown := table.Read(r, p.tables.wire.clusterSecrets, k)
	if !c.ok || !served && !shown {
		return translator.Resource{}, false
	}
	return p.must(p.translator.Secret(c.parsed))
}

// must leaves a row out that cannot be translated.
func (p *Pipeline) must(resource translator.Resource, err error) (translator.Resource, bool) {
	return resource, p.sound(err, resource.Name)
}

// sound logs an error that only a defect of Sluice can cause.
func (p *Pipeline) sound(err error, name string) bool {
	if err != nil {
		p.options.Log.Error("a resource cannot be translated; this is a defect of Sluice", "name", name, "error", err)
	}
	return err == nil
}

// xdsChanges lists what the last commit changed of Envoy's resources.
func (p *Pipeline) xdsChanges() []xds.Change {
	w := &p.tables.wire
	var out []xds.Change
	whole := func(r translator.Resource) translator.Resource { return r }
	out = resources(out, xds.ListenerType, w.listeners, whole)
	out = resources(out, xds.SecretType, w.secrets, whole)
	out = resources(out, xds.ClusterType, w.clusters, func(c wireCluster) translator.Resource { return c.resource })
	out = resources(out, xds.EndpointType, w.endpoints, func(e wireEndpoints) translator.Resource { return e.resource })
	return p.routeChanges(out)
}

func (p *Pipeline) routeChanges(out []xds.Change) []xds.Change {
	w := &p.tables.wire
	for c := range w.routeHeads.Changes() {
		name := p.translator.RouteConfigName(c.Key.listener, c.Key.shard)
		if c.HasNew {
			out = append(out, xds.PutHead(xds.RouteType, name, c.New, xds.VirtualHostField))
		} else {
			out = append(out, xds.Remove(xds.RouteType, name))
		}
	}
	for c := range w.virtualHosts.Changes() {
		if c.HadOld && (!c.HasNew || c.Old.config != c.New.config) {
			out = append(out, xds.RemovePart(xds.RouteType, c.Old.config, c.Key.Host))
		}
		if c.HasNew {
			out = append(out, xds.PutPart(xds.RouteType, c.New.config, c.Key.Host, c.New.bytes))
		}
	}
	return out
}

func resources[K comparable, V any](out []xds.Change, typeURL string, t *table.Table[K, V], of func(V) translator.Resource) []xds.Change {
	for c := range t.Changes() {
		if !c.HasNew {
			out = append(out, xds.Remove(typeURL, of(c.Old).Name))
			continue
		}
		r := of(c.New)
		needs := make([]xds.Ref, len(r.Needs))
		for i, n := range r.Needs {
			needs[i] = xds.Ref(n)
		}
		out = append(out, xds.Put(typeURL, r.Name, r.Bytes, needs...))
	}
	return out
}
