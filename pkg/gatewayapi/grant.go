package gatewayapi

import (
	gwv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// TranslateGrant parses a ReferenceGrant. The v1 type converts to the v1beta1
// one: gwv1beta1.ReferenceGrant(v1Grant).
func TranslateGrant(g *gwv1beta1.ReferenceGrant) ir.Grant {
	out := ir.Grant{Name: ir.Name{Namespace: g.Namespace, Name: g.Name}}
	for _, f := range g.Spec.From {
		out.From = append(out.From, ir.GrantFrom{Group: string(f.Group), Kind: string(f.Kind), Namespace: string(f.Namespace)})
	}
	for _, t := range g.Spec.To {
		to := ir.GrantTo{Group: string(t.Group), Kind: string(t.Kind)}
		if t.Name != nil {
			to.Name = string(*t.Name)
		}
		out.To = append(out.To, to)
	}
	return out
}
