package virtualservice

import "github.com/sluice-gateway/sluice/pkg/ir"

// Features says how the native API spells each feature of ir.Policy, keyed by
// the name of the Policy's field.
func Features() map[string]ir.Support {
	const options = "spec.virtualHost.routes[].options."
	return map[string]ir.Support{
		"RequestHeaders":  {Field: options + "headerManipulation.requestHeadersToAdd"},
		"ResponseHeaders": {Field: options + "headerManipulation.responseHeadersToAdd"},
		"PathRewrite":     {Field: options + "prefixRewrite"},
		"HostRewrite":     {Field: options + "hostRewrite"},
		"Timeouts":        {Field: options + "timeout"},
		"Retry":           {Field: options + "retries"},
		"CORS":            {Field: options + "cors"},
		"Mirrors":         {Field: options + "shadowing"},
		"Fault":           {Field: options + "faults"},
		"Hash":            {Field: options + "lbHash"},
	}
}
