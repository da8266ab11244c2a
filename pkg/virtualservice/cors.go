package virtualservice

import (
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

func (p place) cors(c *v1.CorsPolicy) *ir.CORS {
	if c == nil {
		return nil
	}
	at := p.at(".cors")
	out := &ir.CORS{
		Disabled: c.DisableForRoute, AllowCredentials: c.AllowCredentials,
		Methods: at.tokens(".allowMethods", c.AllowMethods),
		Headers: at.tokens(".allowHeaders", c.AllowHeaders),
		Expose:  at.tokens(".exposeHeaders", c.ExposeHeaders),
		MaxAge:  at.maxAge(c.MaxAge),
	}
	for _, origin := range c.AllowOrigin {
		if origin == "*" {
			out.AnyOrigin = true
			continue
		}
		out.Origins = append(out.Origins, strings.ToLower(origin))
	}
	for i, source := range c.AllowOriginRegex {
		if message := ir.CheckRegex(source); message != "" {
			at.index(".allowOriginRegex", i).invalid("", message, "correct the regular expression")
			continue
		}
		out.OriginRegexes = append(out.OriginRegexes, source)
	}
	return out
}

// tokens checks a list of methods or header names. An element may itself be a
// list with commas, as Envoy passes them on as they are; "*" stands for all.
func (p place) tokens(sub string, list []string) []string {
	var out []string
	for i, element := range list {
		for _, token := range splitList(element) {
			if ir.CheckHeaderName(token) != "" {
				p.index(sub, i).invalid("", strconv.Quote(token)+" is not a name", "")
				continue
			}
			out = append(out, token)
		}
	}
	return out
}

// splitList splits at commas and drops what is empty.
func splitList(list string) []string {
	var out []string
	for element := range strings.SplitSeq(list, ",") {
		if element = strings.TrimSpace(element); element != "" {
			out = append(out, element)
		}
	}
	return out
}

// maxAge reads seconds ("86400"), days ("1d") or a span ("24h").
func (p place) maxAge(text string) *time.Duration {
	if text == "" {
		return nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			d := time.Duration(n) * 24 * time.Hour
			return &d
		}
	}
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		d := time.Duration(n) * time.Second
		return &d
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		p.invalid(".maxAge", strconv.Quote(text)+" is not a span of time", `write seconds, or a span like "24h" or "1d"`)
		return nil
	}
	return &d
}

// unite returns the elements of both lists, each once.
func unite(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
