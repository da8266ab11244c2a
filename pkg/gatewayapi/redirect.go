package gatewayapi

import (
	"fmt"
	"strings"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// requestRedirect reads a RequestRedirect filter.
func (s *filterSet) requestRedirect(f *gwv1.HTTPRequestRedirectFilter) {
	const field = ".requestRedirect"
	switch {
	case s.policy.PathRewrite != nil || s.policy.HostRewrite != nil:
		s.fail(reasonIncompatible, "", "a rule cannot both rewrite and redirect", "remove one of the filters")
		return
	case len(s.rule.BackendRefs) > 0:
		s.fail(reasonIncompatible, "", "a rule that redirects cannot have backendRefs", "remove them, or the filter")
		return
	}
	out := &ir.Redirect{Code: 302}
	if f.StatusCode != nil {
		out.Code = *f.StatusCode
	}
	switch out.Code {
	case 301, 302, 303, 307, 308:
	default:
		s.fail(ir.ReasonInvalid, field+".statusCode", fmt.Sprintf("%d is not a status for redirects", out.Code), "use 301, 302, 303, 307 or 308")
	}
	if f.Scheme != nil {
		out.Scheme = *f.Scheme
		if wellKnownPort(out.Scheme) == 0 {
			s.fail(ir.ReasonInvalid, field+".scheme", fmt.Sprintf("%q is not a known scheme", out.Scheme), "use http or https")
		}
	}
	if f.Hostname != nil {
		out.Host = strings.ToLower(string(*f.Hostname))
		if why := ir.CheckHeaderValue(out.Host); why != "" {
			s.fail(ir.ReasonInvalid, field+".hostname", "the host name has a control character", "")
		}
	}
	if f.Port != nil && *f.Port != wellKnownPort(out.Scheme) {
		out.Port = *f.Port
	}
	if f.Path != nil {
		out.Path = s.path(field+".path", f.Path)
	}
	s.redirect = out
}

// wellKnownPort is the port that a scheme implies, zero if none. It is left
// out of a Location.
func wellKnownPort(scheme string) int32 {
	switch scheme {
	case "http":
		return 80
	case "https":
		return 443
	}
	return 0
}

// variant is the routes as a port of one kind wants them.
type variant struct {
	port   int32
	tls    bool
	routes []ir.Route
}

// routesFor returns the routes for a bound host: the same for every host,
// unless a redirect names neither scheme nor port and the listener decides.
func (t *routeTranslation) routesFor(b ir.Binding) []ir.Route {
	if !t.relative {
		return t.routes
	}
	port := b.Host.Listener.Port
	for _, v := range t.variants {
		if v.port == port && v.tls == b.TLS {
			return v.routes
		}
	}
	v := variant{port, b.TLS, make([]ir.Route, len(t.routes))}
	for i, r := range t.routes {
		if d, ok := r.Action.(*ir.Redirect); ok {
			r.Action = forListener(d, port, b.TLS)
		}
		v.routes[i] = r
	}
	t.variants = append(t.variants, v)
	return v.routes
}

// forListener completes a redirect that names no scheme: its port is the
// listener's unless it names one, and a port that the listener's scheme implies
// is left out (HTTPRequestRedirectFilter.port).
func forListener(r *ir.Redirect, port int32, tls bool) *ir.Redirect {
	scheme := "http"
	if tls {
		scheme = "https"
	}
	out := *r
	switch own := wellKnownPort(scheme); {
	case r.Scheme != "", r.Port == 0 && port == own:
		return r
	case r.Port == own:
		out.Scheme, out.Port = scheme, 0
	case r.Port == 0:
		out.Port = port
	}
	return &out
}
