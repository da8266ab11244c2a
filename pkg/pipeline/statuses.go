package pipeline

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

func (p *Pipeline) declareStatuses() {
	g, t := p.graph, &p.tables
	t.refused = table.Derive(g, "refused", t.rejections.Table, refusal.equal, p.refuse)
	t.trouble = table.Group(g, "refused-by-object", t.refused, refusedMembers, same, nil)
	t.disputes = table.Group(g, "host-conflicts", t.wire.virtualHosts, disputeMembers, same, byHost)
	t.clashes = table.Group(g, "server-name-conflicts", t.listeners, clashMembers, same, byListener)
	t.unsafe = table.Group(g, "endpoint-problems", t.wire.endpoints, endpointProblemMembers, same, byBackend)

	t.statuses = []*table.Table[ir.Object, *ir.Status]{
		table.Derive(g, "statuses", t.outputs, sameStatus, p.routeStatus),
		statuses(g, "gateway-class-statuses", t.classes, classStatus),
		statuses(g, "ingress-class-statuses", t.ingressClass, ingressClassStatus),
		statuses(g, "upstream-statuses", t.upstreamRows, p.upstreamStatus),
		statuses(g, "upstream-group-statuses", t.upstreamGroups.Table, p.upstreamGroupStatus),
		statuses(g, "unserved-statuses", t.unserved.Table, unservedStatus),
		statuses(g, "settings-statuses", t.settingRows, settingsStatus),
		statuses(g, "service-statuses", t.serviceUps, p.serviceStatus),
		statuses(g, "endpoint-slice-statuses", t.sliceRows, sliceStatus),
		statuses(g, "secret-statuses", t.certificates, p.secretStatus),
		statuses(g, "route-table-statuses", t.routeTables.Table, p.routeTableStatus),
	}
}

// statuses adds a table of the statuses of a kind.
func statuses[V any](
	g *table.Graph, name string, in *table.Table[ir.Object, V], of func(r *table.Reader, k ir.Object, v V) (ir.Status, bool),
) *table.Table[ir.Object, *ir.Status] {
	return table.Derive(g, name, in, sameStatus, func(r *table.Reader, k ir.Object, v V) (*ir.Status, bool) {
		s, ok := of(r, k, v)
		return &s, ok
	})
}

func sameStatus(a, b *ir.Status) bool { return a == b || a.Equal(*b) }

// routeStatus is the status of a route object or Gateway: what its frontend
// said, and what only shows where objects meet.
func (p *Pipeline) routeStatus(r *table.Reader, k ir.Object, out output) (*ir.Status, bool) {
	meetings := p.meetings(r, k)
	if k.Kind != "Gateway" && len(meetings) == 0 {
		return out.Status, true
	}
	s := *out.Status
	if k.Kind == "Gateway" { // for others the answer is no, and even that would be kept
		if gw, ok := table.Read(r, p.tables.gateways, k); ok && gw.Ours {
			s = p.gatewayStatus(r, gw)
		}
	}
	s.Problems = ir.SortProblems(slices.Concat(s.Problems, meetings))
	return &s, true
}

// gatewayStatus adds to a Gateway's status what routes and Envoy say of it.
func (p *Pipeline) gatewayStatus(r *table.Reader, gw gatewayapi.GatewayOutput) ir.Status {
	attached := func(section string) int {
		n, _ := table.Read(r, p.tables.attached, ir.Attachment{Gateway: gw.Gateway.Name, Section: section})
		return n
	}
	delivered := func(section string) gatewayapi.Delivery {
		i := slices.IndexFunc(gw.Gateway.Sections, func(s ir.Section) bool { return s.Name == section })
		if i < 0 {
			return gatewayapi.Delivery{}
		}
		key := ir.ListenerKey{Gateway: gw.Gateway.Name, Port: gw.Gateway.Sections[i].Port}
		_, programmed := table.Read(r, p.tables.programmed.Table, key)
		d := gatewayapi.Delivery{Programmed: programmed}
		if f, refused := table.Read(r, p.tables.refused, Rejected{Type: xds.ListenerType, Name: key.String()}); refused {
			d = gatewayapi.Delivery{Problem: &f.problem} // what it had before is not what was asked for
		}
		if problem := p.unavailable(r, key); problem != nil {
			d = gatewayapi.Delivery{Problem: problem}
		}
		return d
	}
	return gatewayapi.GatewayStatus(gw, attached, delivered)
}

// meetings collects the problems of an object that others cause.
func (p *Pipeline) meetings(r *table.Reader, k ir.Object) []ir.Problem {
	var out []ir.Problem
	refused, _ := table.Read(r, p.tables.trouble, bucketOf(k))
	out = appendBlames(out, k, refused)
	disputes, _ := table.Read(r, p.tables.disputes, bucketOf(k))
	out = appendBlames(out, k, disputes)
	clashes, _ := table.Read(r, p.tables.clashes, bucketOf(k))
	return appendBlames(out, k, clashes)
}

// blame is a problem of an object that shows elsewhere.
type blame struct {
	object  ir.Object
	problem ir.Problem
}

// bucket is a share of all objects. Blames are collected by bucket: every object
// asks for its blames and next to none has any, and a read that finds nothing
// is a row of its own. A new blame costs a look at the objects of one bucket.
type bucket uint16

const buckets = 1 << 12

func bucketOf(k ir.Object) bucket {
	return bucket(xxhash.Sum64String(k.Namespace+"/"+k.Name) % buckets)
}

func appendBlames[K comparable](out []ir.Problem, k ir.Object, members []table.Member[K, blame]) []ir.Problem {
	for _, m := range members {
		if m.Value.object == k {
			out = append(out, m.Value.problem)
		}
	}
	return out
}

func appendValues[K comparable](out []ir.Problem, members []table.Member[K, ir.Problem]) []ir.Problem {
	for _, m := range members {
		out = append(out, m.Value)
	}
	return out
}

func disputeMembers(_ ir.HostKey, h wireHost, emit func(bucket, blame)) {
	for _, f := range h.faults {
		emit(bucketOf(f.object), f)
	}
	for _, c := range h.conflicts {
		first := "is older"
		if c.Tie {
			first = "comes first by name, as none of the two is older"
		}
		emit(bucketOf(c.Loser), blame{c.Loser, ir.Problem{
			Severity: ir.Error, Reason: ir.ReasonConflict, Field: hostField(c.Loser.Kind),
			Message: "host " + c.Host.Host + " on port " + strconv.Itoa(int(c.Host.Listener.Port)) + " of Gateway " +
				c.Host.Listener.Gateway.String() + " belongs to " + c.Owner.String() + ", which " + first,
			Remedy: "use another host, or put the routes into one object",
		}})
	}
}

// hostField is where objects of a kind name their hosts.
func hostField(kind string) string {
	switch kind {
	case "VirtualService":
		return "spec.virtualHost.domains"
	case "HTTPRoute":
		return "spec.hostnames"
	default:
		return "spec.rules"
	}
}

func clashMembers(_ ir.ListenerKey, port boundPort, emit func(bucket, blame)) {
	for _, c := range port.conflicts {
		loser := c.Loser.Origin.Object
		emit(bucketOf(loser), blame{loser, ir.Problem{
			Severity: ir.Error, Reason: ir.ReasonConflict, Field: c.Loser.Origin.Field,
			Message: "server name " + strconv.Quote(c.Loser.SNI) + " is served with the TLS settings of " +
				c.Owner.Origin.Object.String() + ", which is older",
			Remedy: "name the same Secret and settings, or another host",
		}})
	}
}

// refusal is what Envoy refused, and whose fault it is.
type refusal struct {
	objects []ir.Object
	problem ir.Problem
}

func (f refusal) equal(o refusal) bool {
	return f.problem == o.problem && slices.Equal(f.objects, o.objects)
}

// refuse finds the objects behind a refused resource.
func (p *Pipeline) refuse(r *table.Reader, k Rejected, message string) (refusal, bool) {
	remedy := "Envoy goes on with what it had before; change the object"
	if k.Type == xds.ListenerType {
		remedy = "free the port, or change the listener; it is tried again every few seconds"
		message = strings.TrimPrefix(message, "Error adding/updating listener(s) "+k.Name+": ")
	}
	return refusal{p.culprits(r, k), ir.Problem{
		Severity: ir.Error, Reason: ir.ReasonRefusedByProxy,
		Message: "Envoy refused " + xds.ShortType(k.Type) + " " + strings.TrimSpace(k.Name+" "+k.Part) + ": " + strings.TrimSpace(message),
		Remedy:  remedy,
	}}, true
}

func (p *Pipeline) culprits(r *table.Reader, k Rejected) []ir.Object {
	switch k.Type {
	case xds.RouteType:
		return p.contributors(r, k)
	case xds.ListenerType: // gatewayStatus says it, of each section of the port
	case xds.SecretType:
		ns, name, _ := strings.Cut(k.Name, "/")
		return []ir.Object{secretKey(ir.Name{Namespace: ns, Name: name})}
	case xds.ClusterType, xds.EndpointType:
		return p.backendObject(r, k.Name)
	}
	return nil
}

// contributors are the objects that have routes in a refused virtual host. What
// holds the virtual hosts is the Gateway's.
func (p *Pipeline) contributors(r *table.Reader, k Rejected) []ir.Object {
	l, ok := listenerNamed(k.Name)
	if !ok {
		return nil
	}
	if k.Part == "" {
		return []ir.Object{gatewayKey(l.Gateway)}
	}
	key := ir.HostKey{Listener: l, Host: k.Part}
	fragments, _ := table.Read(r, p.tables.hosts, key)
	host, _ := merge(key, fragments)
	var out []ir.Object
	for _, route := range host.Routes {
		if !slices.Contains(out, route.Origin.Object) {
			out = append(out, route.Origin.Object)
		}
	}
	return out
}

// listenerNamed parses "namespace/gateway/port", with or without a shard.
func listenerNamed(name string) (ir.ListenerKey, bool) {
	parts := strings.Split(name, "/")
	if len(parts) < 3 {
		return ir.ListenerKey{}, false
	}
	port, err := strconv.ParseInt(parts[2], 10, 32)
	return ir.ListenerKey{Gateway: ir.Name{Namespace: parts[0], Name: parts[1]}, Port: int32(port)}, err == nil
}

// backendObject parses "service/namespace/name/port" or "upstream/namespace/name".
func (p *Pipeline) backendObject(r *table.Reader, name string) []ir.Object {
	parts := strings.Split(name, "/")
	if len(parts) < 3 {
		return nil
	}
	n := ir.Name{Namespace: parts[1], Name: parts[2]}
	if parts[0] == ir.ServiceBackend.String() {
		return []ir.Object{serviceKey(n)}
	}
	us, ok := table.Read(r, p.tables.upstreamNames, n)
	if !ok {
		return nil
	}
	return []ir.Object{named(us).Key}
}

func refusedMembers(_ Rejected, f refusal, emit func(bucket, blame)) {
	for _, o := range f.objects {
		emit(bucketOf(o), blame{o, f.problem})
	}
}

func classStatus(_ *table.Reader, _ ir.Object, c class) (ir.Status, bool) { return c.status, c.named }

func ingressClassStatus(_ *table.Reader, _ ir.Object, c ingressClass) (ir.Status, bool) {
	return c.status, c.class.Ours
}

func (p *Pipeline) upstreamStatus(r *table.Reader, k ir.Object, row upstreamRow) (ir.Status, bool) {
	s := row.status
	s.Problems = ir.SortProblems(slices.Concat(s.Problems, p.meetings(r, k)))
	return s, true
}

func (p *Pipeline) upstreamGroupStatus(r *table.Reader, _ ir.Object, g *v1.UpstreamGroup) (ir.Status, bool) {
	return virtualservice.TranslateUpstreamGroup(view{p, r}, g), true
}

func settingsStatus(_ *table.Reader, _ ir.Object, s settingsRow) (ir.Status, bool) {
	return s.status, true
}

// serviceStatus has a row only for Services with problems: Sluice has nothing
// else to say of a Service.
func (p *Pipeline) serviceStatus(r *table.Reader, k ir.Object, s serviceUpstreams) (ir.Status, bool) {
	unsafe, _ := table.Read(r, p.tables.unsafe, k)
	problems := appendValues(slices.Concat(s.problems, p.meetings(r, k)), unsafe)
	return ir.Status{Object: k, Generation: s.service.Generation, Problems: ir.SortProblems(problems)}, len(problems) > 0
}

func endpointProblemMembers(_ ir.BackendKey, e wireEndpoints, emit func(ir.Object, ir.Problem)) {
	for _, problem := range e.problems {
		emit(e.service, problem)
	}
}

// sliceStatus has a row only for EndpointSlices with problems.
func sliceStatus(_ *table.Reader, k ir.Object, s sliceRow) (ir.Status, bool) {
	return ir.Status{Object: k, Problems: s.problems}, len(s.problems) > 0
}

// secretStatus has a row only for Secrets with problems. One of another type
// than TLS may hold anything, but what Envoy refuses was meant for it.
func (p *Pipeline) secretStatus(r *table.Reader, k ir.Object, c certificate) (ir.Status, bool) {
	problems := p.meetings(r, k)
	if c.meant && c.problem != (ir.Problem{}) {
		problems = append(problems, c.problem)
	}
	return ir.Status{Object: k, Problems: ir.SortProblems(problems)}, len(problems) > 0
}

func sameProblems(a, b []ir.Problem) bool { return slices.Equal(a, b) }

func visitMembers(_ ir.Object, out output, emit func(ir.Object, ir.Visit)) {
	for _, v := range out.Visits {
		emit(v.Object, v)
	}
}

func sameVisit(a, b ir.Visit) bool {
	return a.Object == b.Object && slices.Equal(a.Problems, b.Problems)
}

// routeTableStatus is what the VirtualServices that reach a RouteTable say of it.
func (p *Pipeline) routeTableStatus(r *table.Reader, k ir.Object, rt *v1.RouteTable) (ir.Status, bool) {
	s := ir.Status{Object: k, Generation: rt.Generation}
	visits, _ := table.Read(r, p.tables.visits, k)
	for _, v := range visits {
		s.Problems = append(s.Problems, v.Value.Problems...)
	}
	if len(visits) == 0 {
		s.Problems = []ir.Problem{{
			Severity: ir.Warning, Reason: ir.ReasonNotAttached,
			Message: "no VirtualService delegates to this RouteTable, so it serves nothing",
			Remedy:  "name it in a delegateAction, or match its labels by a selector",
		}}
	}
	s.Problems = ir.SortProblems(s.Problems)
	return s, true
}

// statusChanges lists what the last commit changed of the statuses.
func (p *Pipeline) statusChanges() []StatusChange {
	var out []StatusChange
	for _, t := range p.tables.statuses {
		for c := range t.Changes() {
			out = append(out, StatusChange{Object: c.Key, Status: c.New})
		}
	}
	return out
}

func byObject[M any](a, b table.Member[ir.Object, M]) int { return a.Key.Compare(b.Key) }

func byNamespace[M any](a, b table.Member[string, M]) int { return strings.Compare(a.Key, b.Key) }

func byHost[M any](a, b table.Member[ir.HostKey, M]) int {
	if c := a.Key.Listener.Compare(b.Key.Listener); c != 0 {
		return c
	}
	return strings.Compare(a.Key.Host, b.Key.Host)
}

func byListener[M any](a, b table.Member[ir.ListenerKey, M]) int { return a.Key.Compare(b.Key) }

func byBackend[M any](a, b table.Member[ir.BackendKey, M]) int { return a.Key.Compare(b.Key) }
