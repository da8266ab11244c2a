package pipeline

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
)

// view is the world as one row's translation sees it: every answer is noted,
// so that the row is translated again when the answer changes. It implements
// the World of each frontend.
type view struct {
	p *Pipeline
	r *table.Reader
}

func namespaceKey(name string) ir.Object { return ir.Object{Kind: "Namespace", Name: name} }

func serviceKey(n ir.Name) ir.Object {
	return ir.Object{Kind: "Service", Namespace: n.Namespace, Name: n.Name}
}

func secretKey(n ir.Name) ir.Object {
	return ir.Object{Kind: "Secret", Namespace: n.Namespace, Name: n.Name}
}

func gatewayKey(n ir.Name) ir.Object {
	return ir.Object{Group: gwv1.GroupName, Kind: "Gateway", Namespace: n.Namespace, Name: n.Name}
}

// Gateway returns what routes may know of a Gateway. One that is not ours has no
// sections.
func (v view) Gateway(name ir.Name) (*ir.Gateway, bool) {
	return table.Read(v.r, v.p.tables.gatewayViews, gatewayKey(name))
}

// DefaultGateway returns the Gateway that takes what names none.
func (v view) DefaultGateway() (*ir.Gateway, bool) {
	name, ok := table.Read(v.r, v.p.tables.defaultGateway, only{})
	if !ok {
		return nil, false
	}
	return v.Gateway(name)
}

// NamespaceLabels returns the labels of a namespace. One that is not written
// down has the label that the API server gives to all.
func (v view) NamespaceLabels(namespace string) map[string]string {
	if l, ok := table.Read(v.r, v.p.tables.labels, namespaceKey(namespace)); ok {
		return l
	}
	return map[string]string{corev1.LabelMetadataName: namespace}
}

func labelsOf(_ *table.Reader, k ir.Object, ns *corev1.Namespace) (map[string]string, bool) {
	out := map[string]string{}
	maps.Copy(out, ns.Labels)
	out[corev1.LabelMetadataName] = k.Name
	return out, true
}

// GatewayClass reports whether a class is ours and accepted.
func (v view) GatewayClass(name string) bool {
	accepted, ok := table.Read(v.r, v.p.tables.classViews, ir.Object{Group: gwv1.GroupName, Kind: "GatewayClass", Name: name})
	if !ok {
		return v.p.options.Standalone && name == DefaultClass
	}
	return accepted
}

// IngressClass returns what Ingress reads of an IngressClass.
func (v view) IngressClass(name string) (ir.IngressClass, bool) {
	c, ok := table.Read(v.r, v.p.tables.ingressViews, ir.Object{Group: networkingv1.GroupName, Kind: "IngressClass", Name: name})
	if !ok && v.p.options.Standalone && name == DefaultClass {
		return ir.IngressClass{Name: DefaultClass, Ours: true}, true
	}
	return c, ok
}

// DefaultIngressClass returns the class of Ingresses that name none. Of several
// marked as default the first by name is taken. In standalone without any
// IngressClass it is the assumed one.
func (v view) DefaultIngressClass() string {
	marked, _ := table.Read(v.r, v.p.tables.defaultClasses, only{})
	for _, m := range marked {
		if m.Value {
			return m.Key.Name
		}
	}
	if len(marked) == 0 && v.p.options.Standalone {
		return DefaultClass
	}
	return ""
}

// permitted checks a reference across namespaces against the ReferenceGrants
// of the target's namespace. It is the only place where that is decided.
func (v view) permitted(from, to ir.Object) *ir.Problem {
	if from.Namespace == to.Namespace {
		return nil
	}
	grants, _ := table.Read(v.r, v.p.tables.permits, to.Namespace)
	for _, g := range grants {
		if g.Value.Permits(from, to) {
			return nil
		}
	}
	return &ir.Problem{
		Severity: ir.Error, Reason: ir.ReasonRefNotPermitted,
		Message: "no ReferenceGrant in namespace " + to.Namespace + " lets a " + from.Kind + " of namespace " + from.Namespace +
			" refer to " + to.String(),
		Remedy: "add a ReferenceGrant to namespace " + to.Namespace,
	}
}

// Certificate resolves a reference to a Secret with a certificate.
func (v view) Certificate(ref ir.SecretRef) (ir.Name, *ir.Problem) {
	key := secretKey(ref.Name)
	if !ref.Trusted {
		if p := v.permitted(ref.From, key); p != nil {
			return ir.Name{}, p
		}
	}
	c, ok := table.Read(v.r, v.p.tables.certificateOK, key)
	switch {
	case !ok:
		return ir.Name{}, &ir.Problem{
			Severity: ir.Error, Reason: ir.ReasonNotFound,
			Message: key.String() + " does not exist", Remedy: "create it, or correct the name",
		}
	case !c.ok:
		return ir.Name{}, &ir.Problem{
			Severity: ir.Error, Reason: c.problem.Reason,
			Message: key.String() + ": " + c.problem.Field + " " + c.problem.Message, Remedy: c.problem.Remedy,
		}
	}
	return ref.Name, nil
}

// Backend resolves a reference to something requests can be sent to.
func (v view) Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem) {
	target := ir.Object{Group: ref.Group, Kind: ref.Kind, Namespace: ref.Name.Namespace, Name: ref.Name.Name}
	if !ref.Trusted {
		if p := v.permitted(ref.From, target); p != nil {
			return ir.Backend{}, p
		}
	}
	switch {
	case ref.Group == "" && ref.Kind == "Service":
		return v.serviceBackend(ref)
	case ref.Kind == "Upstream" && (ref.Group == v1.Group || ref.Group == v1.GlooSoloGroup):
		return v.upstreamBackend(ref)
	}
	return ir.Backend{}, &ir.Problem{
		Severity: ir.Error, Reason: ReasonInvalidKind,
		Message: "requests cannot be sent to a " + target.Kind + " of group " + quoteGroup(ref.Group),
		Remedy:  "refer to a Service, or to an Upstream of group " + v1.Group,
	}
}

// ReasonInvalidKind is the reason for a reference to a kind that cannot be a
// backend (Gateway API RouteReasonInvalidKind).
const ReasonInvalidKind = "InvalidKind"

func quoteGroup(group string) string {
	if group == "" {
		return `"" (core)`
	}
	return `"` + group + `"`
}

// RouteTable returns a RouteTable by name, that of our own group first.
func (v view) RouteTable(name ir.Name) (*v1.RouteTable, bool) {
	return ofEitherGroup(v.r, v.p.tables.routeTables.Table, "RouteTable", name, v1.GatewaySoloGroup)
}

// RouteTables returns the RouteTables of a namespace, or all for "*", by
// namespace and name.
func (v view) RouteTables(namespace string) []*v1.RouteTable {
	if namespace != "*" {
		return v.routeTablesIn(namespace)
	}
	var out []*v1.RouteTable
	homes, _ := table.Read(v.r, v.p.tables.tableHomes, only{})
	for _, home := range homes {
		out = append(out, v.routeTablesIn(home.Key)...)
	}
	return out
}

func (v view) routeTablesIn(namespace string) []*v1.RouteTable {
	members, _ := table.Read(v.r, v.p.tables.tablesIn, namespace)
	out := make([]*v1.RouteTable, len(members))
	for i, m := range members {
		out[i] = m.Value
	}
	return out
}

// UpstreamGroup returns an UpstreamGroup by name, that of our own group first.
func (v view) UpstreamGroup(name ir.Name) (*v1.UpstreamGroup, bool) {
	return ofEitherGroup(v.r, v.p.tables.upstreamGroups.Table, "UpstreamGroup", name, v1.GlooSoloGroup)
}

func ofEitherGroup[V any](r *table.Reader, t *table.Table[ir.Object, V], kindName string, name ir.Name, other string) (V, bool) {
	key := ir.Object{Group: v1.Group, Kind: kindName, Namespace: name.Namespace, Name: name.Name}
	if found, ok := table.Read(r, t, key); ok {
		return found, true
	}
	key.Group = other
	return table.Read(r, t, key)
}
