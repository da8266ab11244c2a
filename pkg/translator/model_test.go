package translator

import (
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// This file says what a match means in plain Go, and makes random matches and
// requests that meet often.

// firstMatch returns the index of the first route that matches, or -1.
func firstMatch(v ir.VirtualHost, r request) int {
	return slices.IndexFunc(v.Routes, func(route ir.Route) bool { return matches(v.Key.Host, route.Match, r) })
}

func matches(host string, m ir.Match, r request) bool {
	if !pathMatches(m.Path, r.path) || len(m.Methods) > 0 && !slices.Contains(m.Methods, r.method) {
		return false
	}
	for _, h := range m.Headers {
		if value, ok := headerOf(r, h.Name); valueMatches(h, value, ok) == h.Invert {
			return false
		}
	}
	for _, q := range m.Query {
		if value, ok := queryOf(r, q.Name); valueMatches(q, value, ok) == q.Invert {
			return false
		}
	}
	wild := strings.Split(strings.TrimSuffix(strings.ToLower(r.host), host[1:]), ".")
	switch m.Labels {
	case ir.OneLabel:
		return host[0] != '*' || len(wild) == 1
	case ir.ManyLabels:
		return host[0] != '*' || len(wild) > 1
	default:
		return true
	}
}

func pathMatches(p ir.PathMatch, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	value := p.Value
	if p.Kind == ir.Regex {
		return regexp.MustCompile("^(?:" + pathPattern(p) + ")$").MatchString(path)
	}
	if p.IgnoreCase {
		path, value = strings.ToLower(path), strings.ToLower(value)
	}
	switch p.Kind {
	case ir.Exact:
		return path == value
	case ir.Prefix:
		return value == "/" || path == value || strings.HasPrefix(path, value+"/")
	case ir.StringPrefix:
		return strings.HasPrefix(path, value)
	default:
		return true
	}
}

func valueMatches(v ir.ValueMatch, value string, there bool) bool {
	switch v.Kind {
	case ir.ValuePresent:
		return there
	case ir.ValueRegex:
		return there && regexp.MustCompile("^(?:"+v.Value+")$").MatchString(value)
	default:
		return there && value == v.Value
	}
}

func headerOf(r request, name string) (string, bool) {
	for _, h := range r.headers {
		if n, value, _ := strings.Cut(h, ": "); strings.EqualFold(n, name) {
			return value, true
		}
	}
	return "", false
}

func queryOf(r request, name string) (string, bool) {
	_, query, _ := strings.Cut(r.path, "?")
	values, err := url.ParseQuery(query)
	if err != nil || !values.Has(name) {
		return "", false
	}
	return values.Get(name), true
}

func pick[T any](rng *rand.Rand, from ...T) T { return from[rng.IntN(len(from))] }

func chance(rng *rand.Rand, percent int) bool { return rng.IntN(100) < percent }

func randomPath(rng *rand.Rand) string {
	var b strings.Builder
	for range 1 + rng.IntN(3) {
		b.WriteString("/" + pick(rng, "a", "a", "b", "ab", "A", "a.b", "1", "c%20d"))
	}
	if chance(rng, 15) {
		b.WriteString("/")
	}
	return b.String()
}

func randomMatch(rng *rand.Rand) ir.Match {
	m := ir.Match{Path: randomPathMatch(rng)}
	if chance(rng, 15) {
		m.Methods = pick(rng, []string{"GET"}, []string{"POST"}, []string{"GET", "PUT"})
	}
	if chance(rng, 15) {
		m.Headers = append(m.Headers, randomValue(rng, "x-test"))
	}
	if chance(rng, 10) {
		m.Query = append(m.Query, randomValue(rng, "q"))
	}
	if chance(rng, 10) {
		m.Labels = pick(rng, ir.OneLabel, ir.ManyLabels)
	}
	return m
}

func randomPathMatch(rng *rand.Rand) ir.PathMatch {
	fold := chance(rng, 10)
	switch rng.IntN(10) {
	case 0:
		return ir.AnyPath()
	case 1:
		return ir.NewPath(ir.Regex, pick(rng, "/a/.*", "/(a|b)/?", "/a[0-9]*", ".*b", "/ab?/.*", "^/a/b$", "/a|/b/a",
			"(/a)+/?", "/A/(b|1).*", "/[^/]+", "/a/b(?:/.*)?"), fold)
	case 2, 3, 4:
		return ir.NewPath(ir.Exact, randomPath(rng), fold)
	case 5:
		return ir.NewPath(ir.StringPrefix, pick(rng, randomPath(rng), "/", "/a/b?", "a"), fold)
	default:
		return ir.NewPath(ir.Prefix, randomPath(rng), fold)
	}
}

func randomValue(rng *rand.Rand, name string) ir.ValueMatch {
	return ir.ValueMatch{
		Name: name, Kind: pick(rng, ir.ValueExact, ir.ValueRegex, ir.ValuePresent),
		Value: pick(rng, "1", "2", "[12]"), Invert: chance(rng, 30),
	}
}

// randomHost answers each route with its index. A few redirect, which for
// wildcard hosts takes two Envoy routes.
func randomHost(rng *rand.Rand, key ir.HostKey, routes int) ir.VirtualHost {
	v := ir.VirtualHost{Key: key}
	for i := range routes {
		r := ir.Route{Match: randomMatch(rng), Action: &ir.Respond{Code: 200, Body: index(i)}}
		if chance(rng, 10) {
			full := "/" + index(i)
			r.Action = &ir.Redirect{Scheme: "https", Path: &ir.PathRewrite{Full: &full}, Code: 302}
		}
		v.Routes = append(v.Routes, r)
	}
	return v
}

// randomRequest asks a host for a path that some route may know.
func randomRequest(rng *rand.Rand, v ir.VirtualHost) request {
	r := request{method: pick(rng, "GET", "GET", "POST", "PUT", "HEAD"), host: v.Key.Host, path: randomPath(rng)}
	if m := v.Routes[rng.IntN(len(v.Routes))].Match.Path; chance(rng, 60) && m.Kind != ir.Regex && strings.HasPrefix(m.Value, "/") {
		r.path = m.Value
	}
	r.path += pick(rng, "", "", "", "/", "x", "/x", "/a", "/b/1")
	if suffix, ok := strings.CutPrefix(r.host, "*"); ok {
		r.host = pick(rng, "x", "x.y") + suffix
	}
	if chance(rng, 20) {
		r.path += "?" + pick(rng, "q=1", "q=2&r=1", "r=1&q=1", "q", "q=", "r=q=1", "x/y")
	}
	if chance(rng, 25) {
		r.headers = append(r.headers, "X-Test: "+pick(rng, "1", "2", "3"))
	}
	return r
}
