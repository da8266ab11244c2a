package translator

import (
	"fmt"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func rewriteCases() []serveCase {
	var out []serveCase
	for _, c := range []struct {
		match      ir.PathMatch
		by         string
		path, want string
	}{
		// The table of Gateway API HTTPPathModifier.replacePrefixMatch.
		{prefix("/foo"), "/xyz", "/foo/bar", "/xyz/bar"},
		{prefix("/foo"), "/xyz/", "/foo/bar", "/xyz/bar"},
		{prefix("/foo/"), "/xyz", "/foo/bar", "/xyz/bar"},
		{prefix("/foo/"), "/xyz/", "/foo/bar", "/xyz/bar"},
		{prefix("/foo"), "/xyz", "/foo", "/xyz"},
		{prefix("/foo"), "/xyz", "/foo/", "/xyz/"},
		{prefix("/foo"), "", "/foo/bar", "/bar"},
		{prefix("/foo"), "", "/foo/", "/"},
		{prefix("/foo"), "", "/foo", "/"},
		{prefix("/foo"), "/", "/foo/", "/"},
		{prefix("/foo"), "/", "/foo", "/"},
		// The seam elsewhere.
		{prefix("/foo"), "/", "/foo/bar?a=/foo", "/bar?a=/foo"},
		{prefix("/foo"), "/", "/foo?a", "/?a"},
		{prefix("/foo"), "/", "/foo/foo/foo", "/foo/foo"},
		{prefix("/f.o+"), "/", "/f.o+/bar", "/bar"},
		{fold(prefix("/foo")), "/", "/FOO/bar", "/bar"},
		{fold(prefix("/foo")), "/xyz", "/FOO/bar", "/xyz/bar"},
		{ir.AnyPath(), "/xyz", "/bar", "/xyz/bar"},
		{ir.AnyPath(), "/xyz/", "/bar?q", "/xyz/bar?q"},
		{ir.AnyPath(), "/xyz", "/", "/xyz/"},
		{ir.AnyPath(), "/", "/bar", "/bar"},
		{ir.AnyPath(), "", "/bar", "/bar"},
		{chars("/foo"), "/xyz", "/foobar", "/xyzbar"},
		{chars("/foo"), "/xyz", "/foo/bar", "/xyz/bar"},
		{chars("/foo/"), "/xyz/", "/foo/bar", "/xyz/bar"},
		{chars("/foo/"), "/", "/foo/bar", "/bar"},
		{chars("/foo/"), "", "/foo/bar", "/bar"},
		{chars("/foo"), "/", "/foo/bar", "/bar"},
		{chars("/foo"), "/", "/foobar", "/bar"},
		{chars("/foo"), "", "/foo", "/"},
		{chars("/foo"), `/a\1b/`, "/foo/bar", `/a\1b/bar`},
		{exact("/foo"), "/xyz/api", "/foo?q=1", "/xyz/api?q=1"},
		{exact("/foo"), "", "/foo", "/"},
		{regexp2("/f(o+)"), "/xyz", "/fooo?q", "/xyz?q"},
		{prefix("/foo"), "/50%25%41", "/foo/bar", "/50%25%41/bar"},
	} {
		out = append(out, serveCase{
			fmt.Sprintf("%q becomes %q in %s", c.match.Value, c.by, c.path), "", one(c.match, replacePrefix(c.by)),
			[]exchange{{"GET " + c.path, "200 | GET %h " + c.want}},
		})
	}
	full := func(match ir.PathMatch, by, path, want string) serveCase {
		return serveCase{
			fmt.Sprintf("all becomes %q in %s", by, path), "", one(match, replaceAll(by)),
			[]exchange{{"GET " + path, "200 | GET %h " + want}},
		}
	}
	return append(out,
		full(ir.AnyPath(), "/xyz", "/foo/bar?q=1", "/xyz?q=1"),
		full(ir.AnyPath(), "/xyz", "/", "/xyz"),
		full(prefix("/foo"), "", "/foo/bar", "/"),
		full(prefix("/foo"), "/50%25/%41%42", "/foo", "/50%25/%41%42"),
		full(prefix("/foo"), `/a\1b`, "/foo", `/a\1b`),
		serveCase{
			"expression in the path", "",
			one(ir.AnyPath(), ir.Policy{PathRewrite: &ir.PathRewrite{Regex: &ir.RegexRewrite{Pattern: "^/v([0-9])/(.*)$", Substitution: `/\2/\1`}}}),
			[]exchange{{"GET /v1/foo?a=/v2/", "200 | GET %h /foo/1?a=/v2/"}, {"GET /x", "200 | GET %h /x"}},
		},
		serveCase{
			"literal host", "", one(ir.AnyPath(), ir.Policy{HostRewrite: &ir.HostRewrite{Literal: "other.example:81"}}),
			[]exchange{{"GET /x", "200 | GET other.example:81 /x | !X-Envoy-Original-Host"}},
		},
		serveCase{
			"host from a header", "", one(ir.AnyPath(), ir.Policy{HostRewrite: &ir.HostRewrite{Header: "x-host"}}),
			[]exchange{{"GET /x | X-Host: h.example", "200 | GET h.example /x"}},
		},
		serveCase{
			"host from the path", "",
			one(ir.AnyPath(), ir.Policy{HostRewrite: &ir.HostRewrite{Path: &ir.RegexRewrite{Pattern: "^/(.+)/.+$", Substitution: `\1`}}}),
			[]exchange{{"GET /h.example/x", "200 | GET h.example /h.example/x"}},
		},
	)
}

func redirectCases(port int32) []serveCase {
	path := func(p ir.PathRewrite) *ir.PathRewrite { return &p }
	s := func(s string) *string { return &s }
	return []serveCase{
		{"to the scheme's port", "", redirect(ir.Redirect{Scheme: "https", Code: 301}), []exchange{
			{"GET /old/x?q=1", "301 | location: https://%h/old/x?q=1"},
			{"GET %:8080 /old", "301 | location: https://%h/old"},
			{"GET %:80 /old", "301 | location: https://%h/old"},
		}},
		{"to the scheme's port of a wildcard host", "*.%", redirect(ir.Redirect{Scheme: "https", Code: 308}), []exchange{
			{"GET x.% /old", "308 | location: https://x.%h/old"},
			{"GET x.%:8080 /old", "308 | location: https://x.%h:443/old"},
		}},
		{"port only", "", redirect(ir.Redirect{Port: 8443, Code: 302}), []exchange{
			{"GET /old", "302 | location: http://%h:8443/old"},
			{"GET %:81 /old", "302 | location: http://%h:8443/old"},
		}},
		{"scheme and port", "", redirect(ir.Redirect{Scheme: "https", Port: 8443, Code: 302}), []exchange{
			{"GET %:81 /old", "302 | location: https://%h:8443/old"},
		}},
		{"scheme and its own port", "", redirect(ir.Redirect{Scheme: "https", Port: 443, Code: 302}), []exchange{
			{"GET %:81 /old", "302 | location: https://%h/old"},
		}},
		{"listener's port", "", redirect(ir.Redirect{Port: port, Code: 302}), []exchange{
			{"GET /old", fmt.Sprintf("302 | location: http://%%h:%d/old", port)},
		}},
		{"host only drops the port", "", redirect(ir.Redirect{Host: "new.example", Code: 303}), []exchange{
			{"GET %:81 /old", "303 | location: http://new.example/old"},
		}},
		{"nothing but the path keeps the port", "", redirect(ir.Redirect{Path: path(ir.PathRewrite{Full: s("/new")}), Code: 307}), []exchange{
			{"GET %:81 /old/x?q=1", "307 | location: http://%h:81/new?q=1"},
			{"GET /old", "307 | location: http://%h/new"},
		}},
		{"prefix", "", redirect(ir.Redirect{Path: path(ir.PathRewrite{Prefix: s("/new/")}), Code: 302}), []exchange{
			{"GET /old/x", "302 | location: http://%h/new/x"},
			{"GET /old", "302 | location: http://%h/new"},
		}},
		{"prefix to nothing", "", redirect(ir.Redirect{Path: path(ir.PathRewrite{Prefix: s("/")}), Code: 302}), []exchange{
			{"GET /old/x?q", "302 | location: http://%h/x?q"},
			{"GET /old", "302 | location: http://%h/"},
		}},
		{
			"expression without the query", "",
			redirect(ir.Redirect{
				Path: path(ir.PathRewrite{Regex: &ir.RegexRewrite{Pattern: "^/old/(.*)$", Substitution: `/\1/new`}}),
				Code: 302, StripQuery: true,
			}),
			[]exchange{{"GET /old/x?q", "302 | location: http://%h/x/new"}},
		},
		{"formats stand for themselves", "", redirect(ir.Redirect{Path: path(ir.PathRewrite{Full: s("/%REQ(host)%")}), Code: 302}), []exchange{
			{"GET /old", "302 | location: http://%h/%REQ(host)%"},
		}},
	}
}
