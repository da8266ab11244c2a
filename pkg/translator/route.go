package translator

import (
	"errors"
	"fmt"
	"strings"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// RouteError says that a route cannot be translated, as a value is longer than
// Envoy allows, for example.
type RouteError struct {
	Origin ir.Origin
	Err    error
}

func (e *RouteError) Error() string {
	return fmt.Sprintf("route of %s %s: %v", e.Origin.Object, e.Origin.Field, e.Err)
}

func (e *RouteError) Unwrap() error { return e.Err }

// Cause is the innermost error: of those that Envoy's rules give for a message
// in a message, the one that says what is wrong.
func (e *RouteError) Cause() string {
	const before = "caused by: "
	text := e.Err.Error()
	if i := strings.LastIndex(text, before); i >= 0 {
		text = text[i+len(before):]
	}
	return text
}

// RouteErrors returns the RouteErrors in an error of VirtualHost, and whether
// there is nothing else in it.
func RouteErrors(err error) (found []*RouteError, all bool) {
	if err == nil {
		return nil, true
	}
	if one, ok := err.(*RouteError); ok { //nolint:errorlint // as it is, not what it wraps
		return []*RouteError{one}, true
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil, false
	}
	all = true
	for _, e := range joined.Unwrap() {
		some, only := RouteErrors(e)
		found, all = append(found, some...), all && only
	}
	return found, all
}

// routes translates one route of a virtual host, to one Envoy route or, for
// some redirects, to two. If the route cannot be translated it answers 500; if
// not even its match can be, it is left out. Either way the error says why and
// what is returned is valid.
func (t *Translator) routes(host ir.HostKey, r *ir.Route) ([]*routev3.Route, error) {
	out, err := t.tryRoute(host, r)
	if err == nil {
		return out, nil
	}
	err = &RouteError{r.Origin, err}
	broken := &ir.Route{Name: r.Name, Match: r.Match, Action: ir.Broken()}
	out, again := t.tryRoute(host, broken)
	if again != nil {
		return nil, err
	}
	return out, err
}

func (t *Translator) tryRoute(host ir.HostKey, r *ir.Route) ([]*routev3.Route, error) {
	route := &routev3.Route{Name: r.Name, Match: routeMatch(host.Host, r.Match)}
	if err := t.setAction(route, host, r); err != nil {
		return nil, err
	}
	if err := setRoutePolicy(route, r); err != nil {
		return nil, err
	}
	out := []*routev3.Route{route}
	if second := dropPort(host, r, route); second != nil {
		out = []*routev3.Route{second, route}
	}
	for _, o := range out {
		if err := o.ValidateAll(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (t *Translator) setAction(route *routev3.Route, host ir.HostKey, r *ir.Route) error {
	switch a := r.Action.(type) {
	case *ir.Forward:
		return setForward(route, r, a)
	case *ir.Redirect:
		return t.setRedirect(route, host, r, a)
	case *ir.Respond:
		return setRespond(route, a)
	default:
		return errors.New("the route has no action")
	}
}

// setRoutePolicy sets the features that every action can have.
func setRoutePolicy(route *routev3.Route, r *ir.Route) error {
	return errors.Join(
		setHeaders(route, r),
		setCORS(route, r.Policy.CORS),
		setFault(route, r.Policy.Fault),
	)
}

// setForwardPolicy sets the features that only forwarding has.
func setForwardPolicy(a *routev3.RouteAction, m ir.PathMatch, p *ir.Policy) {
	setPathRewrite(a, m, p.PathRewrite)
	setHostRewrite(a, p.HostRewrite)
	setTimeouts(a, p.Timeouts)
	setRetry(a, p.Retry, p.Timeouts)
	setMirrors(a, p.Mirrors)
	setHash(a, p.Hash)
}

// setFilterConfig sets what an HTTP filter does on a route.
func setFilterConfig(route *routev3.Route, filter string, config message) error {
	packed, err := pack(config)
	if err != nil {
		return err
	}
	if route.TypedPerFilterConfig == nil {
		route.TypedPerFilterConfig = make(map[string]*anypb.Any, 1)
	}
	route.TypedPerFilterConfig[filter] = packed
	return nil
}
