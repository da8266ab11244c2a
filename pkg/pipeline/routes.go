package pipeline

import (
	networkingv1 "k8s.io/api/networking/v1"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ingress"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

// output is what became of an object: an ir.Output whose status can be shared,
// since most statuses stay what the frontend said.
type output struct {
	Fragments   []ir.Fragment
	ServerNames []ir.ServerName
	Attached    []ir.Attachment
	Visits      []ir.Visit
	Status      *ir.Status
}

func (p *Pipeline) output(r *table.Reader, k ir.Object, o attachable) (output, bool) {
	out, ok := p.translate(r, k, o)
	if !ok {
		return output{}, false
	}
	status := out.Status // apart from out, which is not kept
	return output{out.Fragments, out.ServerNames, out.Attached, out.Visits, &status}, true
}

// translate gives an object to its frontend.
func (p *Pipeline) translate(r *table.Reader, k ir.Object, o attachable) (ir.Output, bool) {
	v := view{p, r}
	switch o := o.(type) {
	case *gwv1.HTTPRoute:
		return gatewayapi.TranslateHTTPRoute(v, o), true
	case *networkingv1.Ingress:
		if out, ours := ingress.Translate(v, o); ours {
			return out, true
		}
		return p.foreign(k, o, ingressClassField(o), ingress.ControllerName)
	case *v1.VirtualService:
		return virtualservice.Translate(v, o), true
	case *gwv1.Gateway:
		if out, ok := table.Read(r, p.tables.gateways, k); ok && out.Ours {
			return ir.Output{Fragments: out.Claims, ServerNames: out.ServerNames}, true
		}
		return p.foreign(k, o, "spec.gatewayClassName", gatewayapi.ControllerName)
	}
	return ir.Output{}, false
}

// ingressClassField is where an Ingress names its class.
func ingressClassField(ing *networkingv1.Ingress) string {
	if _, old := ing.Annotations[ingress.ClassAnnotation]; old {
		return "metadata.annotations[" + ingress.ClassAnnotation + "]"
	}
	return "spec.ingressClassName"
}

// foreign is what becomes of an object of a class that is not ours. On a cluster
// it is somebody else's and nothing is said. In a directory nobody else will
// serve it, so the user is told.
func (p *Pipeline) foreign(k ir.Object, o attachable, field, controller string) (ir.Output, bool) {
	problem := ir.Problem{
		Severity: ir.Warning, Reason: ir.ReasonNotAttached, Field: field,
		Message: "the " + k.Kind + " is not served: it names no class of the controller " + controller,
		Remedy:  "name the class " + DefaultClass + ", or add a class with that controller",
	}
	status := ir.Status{Object: k, Generation: o.GetGeneration(), Problems: []ir.Problem{problem}}
	return ir.Output{Status: status}, p.options.Standalone
}

func fragmentMembers(_ ir.Object, out output, emit func(ir.HostKey, *ir.Fragment)) {
	for i := range out.Fragments {
		emit(out.Fragments[i].Host, &out.Fragments[i])
	}
}

func serverNameMembers(_ ir.Object, out output, emit func(ir.ListenerKey, ir.ServerName)) {
	for _, n := range out.ServerNames {
		emit(n.Listener, n)
	}
}

func attachmentsOf(_ ir.Object, out output, emit func(ir.Attachment)) {
	for _, a := range out.Attached {
		emit(a)
	}
}

// clustersOf emits each cluster that the routes of an object use, once.
func clustersOf(_ ir.Object, out output, emit func(ir.ClusterKey)) {
	seen := map[ir.ClusterKey]struct{}{}
	use := func(k ir.ClusterKey) {
		if _, dup := seen[k]; !dup && k != (ir.ClusterKey{}) {
			seen[k] = struct{}{}
			emit(k)
		}
	}
	for _, f := range out.Fragments {
		for i := range f.Routes {
			usedBy(&f.Routes[i], use)
		}
	}
}

func usedBy(r *ir.Route, use func(ir.ClusterKey)) {
	if forward, ok := r.Action.(*ir.Forward); ok {
		for _, b := range forward.Backends {
			use(b.Cluster)
		}
	}
	if r.Policy.Mirrors != nil {
		for _, m := range r.Policy.Mirrors.To {
			use(m.Cluster)
		}
	}
}

// contributions are the fragments of a host.
type contributions = []table.Member[ir.Object, *ir.Fragment]

// merge makes a virtual host of its fragments. It is done where it is needed and
// not kept: its routes are copies of those in the fragments.
func merge(k ir.HostKey, fragments contributions) (ir.VirtualHost, []ir.Conflict) {
	fs := make([]ir.Fragment, len(fragments))
	for i, m := range fragments {
		fs[i] = *m.Value
	}
	return ir.Merge(k, fs)
}

// complete gives a wildcard host of one label the routes of the next wider host
// that has any, for names with more labels.
func (p *Pipeline) complete(r *table.Reader, host ir.VirtualHost) ir.VirtualHost {
	if !ir.OnlyOneLabel(host) {
		return host
	}
	for _, wider := range ir.Wider(host.Key.Host) {
		key := ir.HostKey{Listener: host.Key.Listener, Host: wider}
		fragments, ok := table.Read(r, p.tables.hosts, key)
		if !ok {
			continue
		}
		next, _ := merge(key, fragments)
		host = ir.FallBack(host, next.Routes)
		if !ir.OnlyOneLabel(next) {
			break
		}
	}
	return host
}

func routeTableMembers(k ir.Object, rt *v1.RouteTable, emit func(string, *v1.RouteTable)) {
	emit(k.Namespace, rt)
}

func homeMembers(_ string, _ []table.Member[ir.Object, *v1.RouteTable], emit func(only, only)) {
	emit(only{}, only{})
}
