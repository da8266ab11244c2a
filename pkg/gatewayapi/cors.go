package gatewayapi

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// defaultMaxAge is the default of HTTPCORSFilter.maxAge.
const defaultMaxAge = 5 * time.Second

// cors reads a CORS filter. An origin that cannot be read is reported and not
// allowed. "*" among methods and headers is passed on.
func (s *filterSet) cors(f *gwv1.HTTPCORSFilter) {
	age := defaultMaxAge
	if f.MaxAge > 0 {
		age = time.Duration(f.MaxAge) * time.Second
	}
	c := &ir.CORS{MaxAge: &age, AllowCredentials: f.AllowCredentials != nil && *f.AllowCredentials}
	for i, o := range f.AllowOrigins {
		s.origin(c, fmt.Sprintf(".cors.allowOrigins[%d]", i), strings.ToLower(string(o)))
	}
	for i, m := range f.AllowMethods {
		c.Methods = s.token(c.Methods, ".cors.allowMethods", i, "method", string(m))
	}
	for i, h := range f.AllowHeaders {
		c.Headers = s.token(c.Headers, ".cors.allowHeaders", i, "header name", string(h))
	}
	for i, h := range f.ExposeHeaders {
		c.Expose = s.token(c.Expose, ".cors.exposeHeaders", i, "header name", string(h))
	}
	s.policy.CORS = c
}

// origin allows one origin: "*", "scheme://host", or "scheme://host:port"
// where the host may hold "*" for any characters to its left.
func (s *filterSet) origin(c *ir.CORS, field, origin string) {
	if origin == "*" {
		c.AnyOrigin = true
		return
	}
	scheme, rest, _ := strings.Cut(origin, "://")
	host, port, hasPort := strings.Cut(rest, ":")
	if n, err := strconv.ParseUint(port, 10, 16); wellKnownPort(scheme) == 0 || host == "" || strings.ContainsAny(host, "/?#@ ") || hasPort && (err != nil || n == 0) {
		s.t.drop(ir.ReasonInvalid, s.at.path(field), fmt.Sprintf("%q is not an origin, so it is not allowed", origin), "write it like https://www.example.com or https://*.example.com:8443")
		return
	}
	if hasPort && port != strconv.Itoa(int(wellKnownPort(scheme))) {
		port = ":" + port
	} else {
		port = "" // browsers leave it out
	}
	if !strings.Contains(host, "*") {
		c.Origins = append(c.Origins, scheme+"://"+host+port)
		return
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(host), `\*`, `[^/:]+`)
	c.OriginRegexes = append(c.OriginRegexes, scheme+"://"+pattern+port)
}

// token appends a method or header name, which are of the same letters
// (RFC 9110 token). One that is not is reported and left out.
func (s *filterSet) token(out []string, field string, i int, what, name string) []string {
	if ir.CheckHeaderName(name) != "" {
		s.t.drop(ir.ReasonInvalid, s.at.path(fmt.Sprintf("%s[%d]", field, i)), fmt.Sprintf("%q is not a %s, so it is left out", name, what), "")
		return out
	}
	return append(out, name)
}
