package translator

import (
	"fmt"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/proto"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func (t *Translator) setRedirect(route *routev3.Route, host ir.HostKey, r *ir.Route, a *ir.Redirect) error {
	code, err := redirectCode(a.Code)
	if err != nil {
		return err
	}
	out := &routev3.RedirectAction{HostRedirect: a.Host, ResponseCode: code, StripQuery: a.StripQuery}
	if a.Scheme != "" {
		out.SchemeRewriteSpecifier = &routev3.RedirectAction_SchemeRedirect{SchemeRedirect: a.Scheme}
	}
	t.setRedirectPort(out, host, a)
	setRedirectPath(out, r.Match.Path, a.Path)
	route.Action = &routev3.Route_Redirect{Redirect: out}
	return nil
}

func redirectCode(code int) (routev3.RedirectAction_RedirectResponseCode, error) {
	switch code {
	case 301:
		return routev3.RedirectAction_MOVED_PERMANENTLY, nil
	case 302:
		return routev3.RedirectAction_FOUND, nil
	case 303:
		return routev3.RedirectAction_SEE_OTHER, nil
	case 307:
		return routev3.RedirectAction_TEMPORARY_REDIRECT, nil
	case 308:
		return routev3.RedirectAction_PERMANENT_REDIRECT, nil
	default:
		return 0, fmt.Errorf("%d is not a code of a redirect", code)
	}
}

// setRedirectPort sets the port of the Location and leaves it out where it is
// the scheme's own. Envoy keeps the port of the Host header unless the host or
// the port is replaced, so a port is dropped by naming the host; where that is a
// wildcard, see dropPort.
func (t *Translator) setRedirectPort(out *routev3.RedirectAction, host ir.HostKey, a *ir.Redirect) {
	own, wanted := schemePort(a.Scheme, host.Listener.Port), a.Port
	if wanted == 0 && a.Scheme != "" {
		wanted = own
	}
	if wanted == 0 {
		return // the request's port stays, or that of the new host
	}
	if a.Host == "" {
		wanted = t.options.PublicPort(wanted)
	}
	switch {
	case wanted != own:
		out.PortRedirect = count(int64(wanted))
	case a.Host == "" && !isWildcard(host.Host):
		out.HostRedirect = host.Host
	}
}

// dropPort returns the route to put before a redirect that drops the port of a
// Host header which only the request knows, else nil. Envoy can replace that
// port but not leave it out, so where there is one the scheme's own is spelled.
func dropPort(host ir.HostKey, r *ir.Route, route *routev3.Route) *routev3.Route {
	redirect := route.GetRedirect()
	a, ok := r.Action.(*ir.Redirect)
	if !ok || redirect.GetHostRedirect() != "" || redirect.GetPortRedirect() != 0 || a.Scheme == "" && a.Port == 0 {
		return nil
	}
	out := proto.CloneOf(route)
	out.GetRedirect().PortRedirect = count(int64(schemePort(a.Scheme, host.Listener.Port)))
	out.Match.Headers = append(out.Match.Headers, stringHeader(":authority", regexMatch(".*:[0-9]+")))
	return out
}

func isWildcard(host string) bool { return strings.Contains(host, "*") }

// schemePort is the port that a URL of the scheme leaves out. An empty scheme is
// the listener's, of which the well-known ports tell.
func schemePort(scheme string, listener int32) int32 {
	switch {
	case scheme == "https", scheme == "" && listener == 443:
		return 443
	case scheme == "http", scheme == "" && listener == 80:
		return 80
	default:
		return 0
	}
}

func setRedirectPath(out *routev3.RedirectAction, m ir.PathMatch, p *ir.PathRewrite) {
	rewrite := rewritePath(m, p)
	switch {
	case rewrite.full != "":
		out.PathRewriteSpecifier = &routev3.RedirectAction_PathRedirect{PathRedirect: rewrite.full}
	case rewrite.prefix != "":
		out.PathRewriteSpecifier = &routev3.RedirectAction_PrefixRewrite{PrefixRewrite: rewrite.prefix}
	case rewrite.regex != nil:
		out.PathRewriteSpecifier = &routev3.RedirectAction_RegexRewrite{RegexRewrite: rewrite.regex}
	}
}
