package translator

import (
	"strconv"
	"strings"
	"time"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	corsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/cors/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setCORS makes the CORS filter act on a route; without it the filter does
// nothing.
func setCORS(route *routev3.Route, c *ir.CORS) error {
	if c == nil || c.Disabled {
		return nil
	}
	out := &corsv3.CorsPolicy{
		AllowOriginStringMatch: origins(c),
		AllowMethods:           strings.Join(c.Methods, ","),
		AllowHeaders:           strings.Join(c.Headers, ","),
		ExposeHeaders:          strings.Join(c.Expose, ","),
	}
	if c.MaxAge != nil {
		out.MaxAge = strconv.FormatInt(int64(*c.MaxAge/time.Second), 10)
	}
	if c.AllowCredentials {
		out.AllowCredentials = wrapperspb.Bool(true)
	}
	return setFilterConfig(route, corsFilter, out)
}

// origins matches origins. The filter takes the exact origin "*" for any and
// answers with the origin that asked.
func origins(c *ir.CORS) []*matcherv3.StringMatcher {
	if c.AnyOrigin {
		return []*matcherv3.StringMatcher{exactMatch("*")}
	}
	var out []*matcherv3.StringMatcher
	for _, o := range c.Origins {
		out = append(out, exactMatch(o))
	}
	for _, o := range c.OriginRegexes {
		out = append(out, regexMatch(o))
	}
	return out
}
