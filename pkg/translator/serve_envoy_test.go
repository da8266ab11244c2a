package translator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// exchange is a request to the host of a case and its answer.
type exchange struct {
	// ask is "METHOD path" or "METHOD host path", with headers behind " | ".
	ask string
	// want is the status, then what must be in the answer: a line of the
	// echoed request, or "name: value" of a response header. What begins with
	// "!" must not be there.
	want string
}

type serveCase struct {
	name string
	// host is the virtual host; a name of its own if empty. A "%" in it
	// stands for that name.
	host  string
	route []ir.Route
	run   []exchange
}

// one is a single route with the given path to backend a.
func one(path ir.PathMatch, p ir.Policy) []ir.Route {
	return []ir.Route{{Match: ir.Match{Path: path}, Action: forward("a"), Policy: p}}
}

func prefix(s string) ir.PathMatch { return ir.NewPath(ir.Prefix, s, false) }
func chars(s string) ir.PathMatch  { return ir.NewPath(ir.StringPrefix, s, false) }
func exact(s string) ir.PathMatch  { return ir.NewPath(ir.Exact, s, false) }
func regexp2(s string) ir.PathMatch {
	return ir.NewPath(ir.Regex, s, false)
}

func fold(p ir.PathMatch) ir.PathMatch {
	p.IgnoreCase = true
	return p
}

func replacePrefix(by string) ir.Policy { return ir.Policy{PathRewrite: &ir.PathRewrite{Prefix: &by}} }

func replaceAll(by string) ir.Policy { return ir.Policy{PathRewrite: &ir.PathRewrite{Full: &by}} }

func redirect(r ir.Redirect) []ir.Route {
	return []ir.Route{{Match: ir.Match{Path: prefix("/old")}, Action: &r}}
}

func matching(m ir.Match) []ir.Route { return []ir.Route{{Match: m, Action: forward("a")}} }

func TestEnvoyServesEachFeatureAsTheModelSays(t *testing.T) {
	l := httpListener(t)
	clusterA, endpointsA := echo(t, "a")
	clusterB, endpointsB := echo(t, "b")
	w := world{
		listeners: []ir.Listener{l},
		clusters:  []ir.Cluster{clusterA, clusterB},
		endpoints: []ir.Endpoints{endpointsA, endpointsB},
	}
	var cases []serveCase
	for _, group := range [][]serveCase{
		matchCases(), rewriteCases(), redirectCases(l.Key.Port), headerCases(), forwardCases(), filterCases(), edgeCases(),
	} {
		cases = append(cases, group...)
	}
	for i := range cases {
		c := &cases[i]
		if c.host == "" {
			c.host = "%"
		}
		c.host = strings.ReplaceAll(c.host, "%", fmt.Sprintf("c%d.example", i))
		w.hosts = append(w.hosts, ir.VirtualHost{Key: ir.HostKey{Listener: l.Key, Host: c.host}, Routes: c.route})
	}
	w.start(t)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			client := newClient(t, l.Key)
			for _, x := range c.run {
				x.check(t, client, fmt.Sprintf("c%d.example", i))
			}
		})
	}
}

func (x exchange) check(t *testing.T, c *client, host string) {
	t.Helper()
	parts := strings.Split(x.ask, " | ")
	words := strings.Fields(parts[0])
	r := request{method: words[0], host: host, path: words[len(words)-1], headers: parts[1:]}
	if len(words) == 3 {
		r.host = strings.ReplaceAll(words[1], "%", host)
	}
	a := c.do(t, r)
	lines := strings.Split(strings.ReplaceAll(a.body, "\r", ""), "\n")
	for name, values := range a.header {
		for _, v := range values {
			lines = append(lines, strings.ToLower(name)+": "+v)
		}
	}
	for i, want := range strings.Split(strings.ReplaceAll(x.want, "%h", host), " | ") {
		absent := strings.HasPrefix(want, "!")
		want = strings.TrimPrefix(want, "!")
		switch {
		case i == 0:
			require.Equal(t, want, fmt.Sprint(a.code), "%s\n%s", x.ask, strings.Join(lines, "\n"))
		case absent:
			require.NotContains(t, strings.Join(lines, "\n"), want, x.ask)
		default:
			require.Contains(t, lines, want, x.ask)
		}
	}
}

func matchCases() []serveCase {
	header := func(kind ir.ValueKind, value string, invert bool) []ir.Route {
		return matching(ir.Match{Path: ir.AnyPath(), Headers: []ir.ValueMatch{{Name: "x-v", Kind: kind, Value: value, Invert: invert}}})
	}
	query := func(kind ir.ValueKind, value string, invert bool) []ir.Route {
		return matching(ir.Match{Path: ir.AnyPath(), Query: []ir.ValueMatch{{Name: "a.b", Kind: kind, Value: value, Invert: invert}}})
	}
	return []serveCase{
		{"exact path", "", matching(ir.Match{Path: exact("/a/b")}), []exchange{
			{"GET /a/b", "200"},
			{"GET /a/b?x", "200"},
			{"GET /a/b/", "404"},
			{"GET /A/b", "404"},
		}},
		{"exact path in any case", "", matching(ir.Match{Path: fold(exact("/a/b"))}), []exchange{
			{"GET /A/B", "200"},
			{"GET /A/Bc", "404"},
		}},
		{"prefix by elements", "", matching(ir.Match{Path: prefix("/a/")}), []exchange{
			{"GET /a", "200"},
			{"GET /a/", "200"},
			{"GET /a/b?q", "200"},
			{"GET /ab", "404"},
			{"GET /", "404"},
		}},
		{"prefix by elements in any case", "", matching(ir.Match{Path: fold(prefix("/a"))}), []exchange{
			{"GET /A/b", "200"},
			{"GET /Ab", "404"},
		}},
		{"prefix by characters", "", matching(ir.Match{Path: chars("/a")}), []exchange{
			{"GET /ab", "200"},
			{"GET /b", "404"},
		}},
		{"any path", "", matching(ir.Match{}), []exchange{{"GET /", "200"}, {"GET /x/y", "200"}}},
		{"expression over the whole path", "", matching(ir.Match{Path: regexp2("/a|/b/[0-9]+")}), []exchange{
			{"GET /a", "200"},
			{"GET /a?x=y", "200"},
			{"GET /b/12", "200"},
			{"GET /b/12/c", "404"},
			{"GET /x/a", "404"},
			{"GET /A", "404"},
		}},
		{"expression in any case", "", matching(ir.Match{Path: fold(regexp2("/a|/b"))}), []exchange{
			{"GET /A", "200"},
			{"GET /B", "200"},
		}},
		{
			"expression of the greatest length", "",
			matching(ir.Match{Path: regexp2("/" + strings.Repeat("[a-z]", 204))}),
			[]exchange{{"GET /" + strings.Repeat("x", 204), "200"}, {"GET /x", "404"}},
		},
		{"one method", "", matching(ir.Match{Methods: []string{"POST"}}), []exchange{{"POST /", "200"}, {"GET /", "404"}}},
		{"several methods", "", matching(ir.Match{Methods: []string{"GET", "PUT"}}), []exchange{
			{"GET /", "200"},
			{"PUT /", "200"},
			{"POST /", "404"},
			{"PATCH /", "404"},
		}},
		{"header value", "", header(ir.ValueExact, `a"b%c`, false), []exchange{
			{`GET / | X-V: a"b%c`, "200"},
			{"GET / | X-V: a", "404"},
			{"GET /", "404"},
		}},
		{"header expression", "", header(ir.ValueRegex, "[0-9]+", false), []exchange{
			{"GET / | X-V: 12", "200"},
			{"GET / | X-V: 12a", "404"},
			{"GET /", "404"},
		}},
		{"header present", "", header(ir.ValuePresent, "", false), []exchange{
			{"GET / | X-V: ", "200"},
			{"GET /", "404"},
		}},
		{"header absent", "", header(ir.ValuePresent, "", true), []exchange{
			{"GET / | X-V: a", "404"},
			{"GET /", "200"},
		}},
		{"header other than", "", header(ir.ValueExact, "a", true), []exchange{
			{"GET / | X-V: a", "404"},
			{"GET / | X-V: b", "200"},
			{"GET /", "200"},
		}},
		{"query value", "", query(ir.ValueExact, "1", false), []exchange{
			{"GET /?a.b=1", "200"},
			{"GET /?x&a.b=1&y", "200"},
			{"GET /?a.b=2", "404"},
			{"GET /?a.b=2&a.b=1", "404"},
			{"GET /?axb=1", "404"},
			{"GET /", "404"},
		}},
		{"query expression", "", query(ir.ValueRegex, "[0-9]+|x", false), []exchange{
			{"GET /?a.b=12", "200"},
			{"GET /?a.b=12y", "404"},
		}},
		{"query present", "", query(ir.ValuePresent, "", false), []exchange{
			{"GET /?a.b", "200"},
			{"GET /?a.b=3", "200"},
			{"GET /?a", "404"},
		}},
		{"query other than", "", query(ir.ValueExact, "1", true), []exchange{
			{"GET /?a.b=1", "404"},
			{"GET /?x=y&a.b=1&z", "404"},
			{"GET /?a.b=12", "200"},
			{"GET /?xa.b=1", "200"},
			{"GET /", "200"},
			{"GET /a.b=1", "200"},
		}},
		{"query not like", "", query(ir.ValueRegex, "1|2", true), []exchange{
			{"GET /?a.b=2", "404"},
			{"GET /?a.b=3", "200"},
		}},
		{"query absent", "", query(ir.ValuePresent, "", true), []exchange{
			{"GET /?a.b", "404"},
			{"GET /?a.b=1", "404"},
			{"GET /?a.bc", "200"},
		}},
		{"wildcard host of any labels", "*.%", matching(ir.Match{}), []exchange{
			{"GET x.% /", "200"},
			{"GET x.y.% /", "200"},
			{"GET % /", "404"},
		}},
		{"wildcard host of one label", "*.%", matching(ir.Match{Labels: ir.OneLabel}), []exchange{
			{"GET x.% /", "200"},
			{"GET X.%:8080 /", "200"},
			{"GET x.%. /", "200"},
			{"GET x.y.% /", "404"},
		}},
		{"wildcard host of many labels", "*.%", matching(ir.Match{Labels: ir.ManyLabels}), []exchange{
			{"GET x.% /", "404"},
			{"GET x.y.%:80 /", "200"},
			{"GET x.y.z.% /", "200"},
		}},
		{"host without routes", "", nil, []exchange{{"GET /", "404"}}},
		{"host in capitals, with a port, with a dot", "", matching(ir.Match{}), []exchange{
			{"GET %:1234 /", "200"},
			{"GET %. /", "200"},
			{"GET %.:80 /", "200"},
		}},
	}
}

func seconds(n int) *time.Duration { return new(time.Duration(n) * time.Second) }
