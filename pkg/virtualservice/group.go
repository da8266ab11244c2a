package virtualservice

import (
	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// group forwards to the destinations of an UpstreamGroup. What is wrong with
// the group is told on the route as one warning; its own status says where.
func (t *translation) group(sc *scope, at place, ref *v1.ResourceRef) action {
	name := resolve(ref, sc.namespace)
	group, ok := t.world.UpstreamGroup(name)
	if !ok {
		at.note(ir.Error, ir.ReasonBackendNotFound, ".upstreamGroup", "UpstreamGroup "+name.String()+" does not exist, so the route answers 500",
			"create it, or correct the reference")
		return action{Action: ir.Broken()}
	}
	r := &report{}
	out := groupDestinations(t.world, group, r)
	if len(r.problems) > 0 {
		at.doubt(".upstreamGroup", "UpstreamGroup "+name.String()+" has problems: "+r.sorted()[0].String(), "see its own status")
	}
	if r.errors > 0 {
		return action{Action: ir.Broken()}
	}
	return out
}

// TranslateUpstreamGroup returns the status of an UpstreamGroup. Routes read
// its destinations by themselves.
func TranslateUpstreamGroup(w GroupWorld, group *v1.UpstreamGroup) ir.Status {
	r := &report{}
	groupDestinations(w, group, r)
	return ir.Status{Object: groupObject(group), Generation: group.Generation, Problems: r.sorted()}
}

func groupDestinations(w GroupWorld, group *v1.UpstreamGroup, r *report) action {
	d := destinations{world: w, from: groupObject(group), namespace: group.Namespace}
	return place{r, "spec"}.weighted(d, group.Spec.Destinations)
}

func groupObject(group *v1.UpstreamGroup) ir.Object {
	return objectOf(group.TypeMeta, group.ObjectMeta, v1.GlooSoloGroup, v1.KindUpstreamGroup)
}
