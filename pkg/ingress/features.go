package ingress

import "github.com/sluice-gateway/sluice/pkg/ir"

// Features says of each field of ir.Policy how an Ingress spells it. The
// specification has a field for none of them.
func Features() map[string]ir.Support {
	out := map[string]ir.Support{}
	for _, name := range []string{
		"RequestHeaders", "ResponseHeaders", "PathRewrite", "HostRewrite", "Timeouts",
		"Retry", "CORS", "Mirrors", "Fault", "Hash",
	} {
		out[name] = ir.Support{Cannot: "the Ingress API has no field for it"}
	}
	return out
}
