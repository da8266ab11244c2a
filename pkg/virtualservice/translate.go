package virtualservice

import (
	"cmp"
	"maps"
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Translate translates a VirtualService with the RouteTables that it reaches.
//
// Its fragments own their hosts (ir.Listed): the routes stand in the order in
// which they are written. A VirtualService with sslConfig is served on HTTPS
// listeners only, one without on HTTP listeners only.
func Translate(w World, vs *v1.VirtualService) ir.Output {
	t := &translation{
		world: w, vs: vs,
		object: objectOf(vs.TypeMeta, vs.ObjectMeta, v1.GatewaySoloGroup, v1.KindVirtualService),
		report: &report{},
		tables: map[ir.Object]*report{},
	}
	out := ir.Output{}
	if vs.Spec.VirtualHost == nil {
		t.at("spec").invalid(".virtualHost", "there is no virtual host, so nothing is served", "write spec.virtualHost")
	} else {
		t.host(&out)
	}
	out.Visits = t.visits()
	out.Status = ir.Status{Object: t.object, Generation: vs.Generation, Problems: t.report.sorted()}
	return out
}

// translation is one run of Translate.
type translation struct {
	world  World
	vs     *v1.VirtualService
	object ir.Object
	report *report
	// level holds what the virtual host says for all routes.
	level hostOptions
	// tables holds the reports of the RouteTables that were reached.
	tables map[ir.Object]*report
	// steps counts routes and visits; see maxSteps.
	steps int
}

func (t *translation) at(field string) place { return place{t.report, field} }

// host translates the virtual host and attaches it.
func (t *translation) host(out *ir.Output) {
	vh := t.vs.Spec.VirtualHost
	at := t.at("spec.virtualHost")
	domains := at.domains(vh.Domains)
	t.level = at.hostOptions(vh)
	routes := t.routes(&scope{object: t.object, place: at.at(".routes"), namespace: t.vs.Namespace}, vh.Routes)
	names, safe := t.serverTLS()
	if t.level.broken || !safe {
		routes = []ir.Route{{
			Origin: ir.Origin{Object: t.object, Field: at.field},
			Match:  ir.Match{Path: ir.AnyPath()}, Action: ir.Broken(),
		}}
	}
	t.attach(out, domains, names, routes)
}

// visits reports the tables that were reached, and notes on the VirtualService
// which of them are not served as written.
func (t *translation) visits() []ir.Visit {
	var out []ir.Visit
	for _, object := range slices.SortedFunc(maps.Keys(t.tables), ir.Object.Compare) {
		r := t.tables[object]
		problems := r.sorted()
		out = append(out, ir.Visit{Object: object, Problems: problems})
		if ir.Worst(problems) == ir.Error {
			t.at("").doubt("", object.String()+" has errors: "+problems[0].String(), "see its own status")
		}
	}
	return out
}

// objectOf identifies an object that is served under our group and a second one.
func objectOf(t metav1.TypeMeta, m metav1.ObjectMeta, second, kind string) ir.Object {
	group := t.GroupVersionKind().Group
	if group != second {
		group = v1.Group
	}
	return ir.Object{Group: group, Kind: kind, Namespace: m.Namespace, Name: m.Name}
}

// resolve completes a reference with the namespace of the object that refers.
func resolve(ref *v1.ResourceRef, namespace string) ir.Name {
	return ir.Name{Namespace: cmp.Or(ref.Namespace, namespace), Name: ref.Name}
}
