package ingress

import (
	"fmt"
	"strconv"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// maxPath bounds paths: no request that Envoy accepts comes near it.
const maxPath = 8192

// parsePath returns the match of a path, or why it cannot be served: what an
// API server refuses (HTTPIngressPath.path), and no more. An empty path of type
// ImplementationSpecific is "/".
func parsePath(p networkingv1.HTTPIngressPath) (match ir.PathMatch, message, remedy string) {
	if p.PathType == nil {
		return match, "the path type is missing", "write pathType: Prefix, Exact or ImplementationSpecific"
	}
	path := p.Path
	switch *p.PathType {
	case networkingv1.PathTypeImplementationSpecific:
		if path == "" {
			path = "/"
		}
	case networkingv1.PathTypeExact, networkingv1.PathTypePrefix:
		if bad := badSequence(path); bad != "" {
			return match, "the path " + quote(path) + " has " + quote(bad) + ", which no request has after normalisation", "remove it"
		}
	default:
		return match, "the path type " + quote(string(*p.PathType)) + " is not known", "write Prefix, Exact or ImplementationSpecific"
	}
	switch {
	case !strings.HasPrefix(path, "/"):
		return match, "the path " + quote(path) + " does not begin with a slash", "begin it with a slash"
	case len(path) > maxPath:
		return match, fmt.Sprintf("the path is longer than %d characters", maxPath), "write a shorter prefix"
	case *p.PathType == networkingv1.PathTypeExact:
		return ir.NewPath(ir.Exact, path, false), "", ""
	default:
		return ir.NewPath(ir.Prefix, path, false), "", ""
	}
}

// badSequence returns what an Exact or Prefix path may not have.
func badSequence(path string) string {
	for _, s := range []string{"//", "/./", "/../", "%2f", "%2F"} {
		if strings.Contains(path, s) {
			return s
		}
	}
	for _, s := range []string{"/..", "/."} {
		if strings.HasSuffix(path, s) {
			return s
		}
	}
	return ""
}

// quote quotes a user's value for a message, cut to a readable length.
func quote(s string) string { return strconv.Quote(clip(s)) }

func clip(s string) string {
	if len(s) > 100 {
		return s[:100] + "…"
	}
	return s
}
