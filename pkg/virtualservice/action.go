package virtualservice

import (
	"strconv"
	"strings"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// action is an ir.Action, and what is known of its backends.
type action struct {
	ir.Action
	// forwards is true where some backend was found, hashes where one of
	// those looks at the route's hash.
	forwards, hashes bool
}

// action translates the action of a route that does not delegate. Errors that
// it notes make the caller answer 500 instead.
func (t *translation) action(sc *scope, at place, r *v1.Route) action {
	switch {
	case r.RouteAction != nil:
		return t.forward(sc, at.at(".routeAction"), r.RouteAction)
	case r.RedirectAction != nil:
		return action{Action: at.at(".redirectAction").redirect(r.RedirectAction)}
	case r.DirectResponseAction != nil:
		return action{Action: at.at(".directResponseAction").respond(r.DirectResponseAction)}
	case r.GraphqlAPIRef != nil:
		at.refuse(".graphqlApiRef", "the route answers 500")
	default:
		at.invalid("", "the route has no action", "set routeAction, redirectAction, directResponseAction or delegateAction")
	}
	return action{Action: ir.Broken()}
}

func (t *translation) forward(sc *scope, at place, a *v1.RouteAction) action {
	d := destinations{world: t.world, from: sc.object, namespace: sc.namespace}
	switch {
	case a.Single != nil:
		return at.at(".single").single(d, a.Single)
	case a.Multi != nil:
		return at.at(".multi").weighted(d, a.Multi.Destinations)
	case a.UpstreamGroup != nil:
		return t.group(sc, at, a.UpstreamGroup)
	case a.ClusterHeader != nil:
		at.refuse(".clusterHeader", "the route answers 500")
	case a.DynamicForwardProxy != nil:
		at.refuse(".dynamicForwardProxy", "the route answers 500")
	default:
		at.invalid("", "the routeAction has no destination", "set single, multi or upstreamGroup")
	}
	return action{Action: ir.Broken()}
}

func (p place) redirect(a *v1.RedirectAction) ir.Action {
	codes := []int{301, 302, 303, 307, 308}
	out := &ir.Redirect{
		Code: codes[p.enum(".responseCode", a.ResponseCode,
			"MOVED_PERMANENTLY", "FOUND", "SEE_OTHER", "TEMPORARY_REDIRECT", "PERMANENT_REDIRECT")],
		StripQuery: a.StripQuery,
		Path:       p.redirectPath(a),
	}
	if a.HTTPSRedirect {
		out.Scheme = "https"
	}
	p.redirectHost(out, a)
	return out
}

// redirectHost takes the port out of a host that is written with one.
func (p place) redirectHost(out *ir.Redirect, a *v1.RedirectAction) {
	host, port := cutPort(a.HostRedirect)
	out.Host = host
	if port != "" {
		n, _ := strconv.ParseInt(port, 10, 32)
		out.Port = int32(n)
	}
	if host != "" && checkHost(strings.ToLower(host)) != "" || strings.Contains(host, "*") {
		p.invalid(".hostRedirect", strconv.Quote(a.HostRedirect)+" is not a host name", "")
	}
	if a.PortRedirect == nil {
		return
	}
	out.Port = *a.PortRedirect
	if !validPort(out.Port) {
		p.invalid(".portRedirect", "the port is not between 1 and 65535", "")
	}
}

func (p place) redirectPath(a *v1.RedirectAction) *ir.PathRewrite {
	switch {
	case a.PathRedirect != nil && *a.PathRedirect != "":
		p.checkPath(".pathRedirect", *a.PathRedirect)
		return &ir.PathRewrite{Full: a.PathRedirect}
	case a.PrefixRewrite != nil && *a.PrefixRewrite != "":
		p.checkPath(".prefixRewrite", *a.PrefixRewrite)
		return &ir.PathRewrite{Prefix: a.PrefixRewrite}
	case a.RegexRewrite != nil:
		return &ir.PathRewrite{Regex: p.at(".regexRewrite").substitution(a.RegexRewrite)}
	default:
		return nil
	}
}

func (p place) respond(a *v1.DirectResponseAction) ir.Action {
	if a.Status < 200 || a.Status > 599 {
		p.invalid(".status", "the status is not between 200 and 599", "")
	}
	if message := ir.CheckBody(a.Body); message != "" {
		p.invalid(".body", message, "serve it from a backend")
	}
	return &ir.Respond{Code: int(a.Status), Body: a.Body}
}
