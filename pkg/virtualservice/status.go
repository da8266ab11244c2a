package virtualservice

import (
	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// TableStatus returns the status of a RouteTable from what the VirtualServices
// that reach it say of it (ir.Output.Visits), in any order.
func TableStatus(rt *v1.RouteTable, visits []ir.Visit) ir.Status {
	r := &report{}
	for _, v := range visits {
		r.problems = append(r.problems, v.Problems...)
	}
	if len(visits) == 0 {
		place{r, ""}.note(ir.Warning, ir.ReasonNotAttached, "", "no VirtualService delegates to this RouteTable, so it is not served",
			"name it in a delegateAction, or give it the labels that one selects")
	}
	return ir.Status{
		Object:     objectOf(rt.TypeMeta, rt.ObjectMeta, v1.GatewaySoloGroup, v1.KindRouteTable),
		Generation: rt.Generation, Problems: r.sorted(),
	}
}
