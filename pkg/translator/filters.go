package translator

import (
	corsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/cors/v3"
	faultv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/fault/v3"
	routerv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
)

// The HTTP filters, by the names under which routes configure them.
const (
	corsFilter   = "envoy.filters.http.cors"
	faultFilter  = "envoy.filters.http.fault"
	routerFilter = "envoy.filters.http.router"
)

// httpFilter is an HTTP filter of every listener.
type httpFilter struct {
	name   string
	config message
	// onRoutes filters run only on routes that configure them, and cost
	// nothing on others.
	onRoutes bool
}

// httpFilters returns the HTTP filters in the order in which a request passes
// them; a response passes them in reverse.
//
//   - CORS is first: a preflight request carries no credentials and must be
//     answered before anything can refuse it, and a page may only read an error
//     that a later filter makes if CORS has marked it.
//   - Faults stand for a failing backend, so they come just before it.
//   - The router is last, as Envoy demands.
func httpFilters() []httpFilter {
	return []httpFilter{
		{corsFilter, &corsv3.Cors{}, true},
		{faultFilter, &faultv3.HTTPFault{}, true},
		// Clients need not know about retries and timings behind the gateway.
		{routerFilter, &routerv3.Router{SuppressEnvoyHeaders: true}, false},
	}
}

func filterChain() ([]*hcmv3.HttpFilter, error) {
	var out []*hcmv3.HttpFilter
	for _, f := range httpFilters() {
		config, err := pack(f.config)
		if err != nil {
			return nil, err
		}
		out = append(out, &hcmv3.HttpFilter{
			Name: f.name, Disabled: f.onRoutes,
			ConfigType: &hcmv3.HttpFilter_TypedConfig{TypedConfig: config},
		})
	}
	return out, nil
}
