package translator

import (
	"errors"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setRespond answers from Envoy itself.
func setRespond(route *routev3.Route, a *ir.Respond) error {
	if problem := ir.CheckBody(a.Body); problem != "" {
		return errors.New(problem)
	}
	direct := &routev3.DirectResponseAction{Status: count(int64(a.Code))}
	if a.Body != "" {
		direct.Body = &corev3.DataSource{Specifier: &corev3.DataSource_InlineString{InlineString: a.Body}}
	}
	route.Action = &routev3.Route_DirectResponse{DirectResponse: direct}
	return nil
}
