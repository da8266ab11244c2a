package pipeline

import (
	"k8s.io/apimachinery/pkg/runtime"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
)

// stageUnserved notes an object of a kind that Sluice does not read. Of kinds of
// the Gateway API its user is told: they are meant for a gateway. The result says
// whether the object is noted.
func (p *Pipeline) stageUnserved(k ir.Object, obj runtime.Object) bool {
	switch {
	case k.Group != gwv1.GroupName:
		return false
	case obj == nil:
		p.tables.unserved.Delete(k)
	default:
		p.tables.unserved.Set(k, only{})
	}
	return true
}

func unservedStatus(_ *table.Reader, k ir.Object, _ only) (ir.Status, bool) {
	return ir.Status{Object: k, Problems: []ir.Problem{{
		Severity: ir.Error, Reason: ir.ReasonNotSupported, Field: "kind",
		Message: "objects of the kind " + k.Kind + " are not supported yet, so it has no effect",
		Remedy:  "do without, or keep it elsewhere",
	}}}, true
}
