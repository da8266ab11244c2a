package standalone_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/standalone"
)

// bad are inputs with the object to blame, its field, and a word of what is said.
func bad(t *testing.T) map[string][4]string {
	a, b := newPair(t, "bad.example"), newPair(t, "bad.example")
	vs := func(routes string) string {
		return "apiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata: {name: bad}\nspec: {virtualHost: {domains: [bad.example], routes: [" + routes + "]}}\n"
	}
	to := "routeAction: {single: {upstream: {name: default-v1-80, namespace: default}}}"
	add := func(value string) string {
		return vs("{options: {headerManipulation: {requestHeadersToAdd: [{header: {key: x, value: " + value + "}}]}}, " + to + "}")
	}
	table := "apiVersion: gateway.solo.io/v1\nkind: RouteTable\nmetadata: {name: bad}\nspec: {routes: [{matchers: [{prefix: /a}], delegateAction: {ref: {name: bad, namespace: default}}}]}\n---\n"
	const object = "VirtualService default/bad"
	return map[string][4]string{
		"broken in the middle": {"a: 1\n---\nb: [\n---\nc: 1\n", "", "", "did not find expected"},
		"unknown field":        {strings.Replace(ingress("bad", "v1"), "rules:", "rulez:", 1), "Ingress default/bad", "spec.rulez", "unknown field"},
		"regex":                {vs("{matchers: [{regex: '/(?=x)'}], " + to + "}"), object, "spec.virtualHost.routes[0].regex", "RE2"},
		"CR LF in a header":    {add(`"a\r\nb: c"`), object, "spec.virtualHost.routes[0].options.headerManipulation.requestHeadersToAdd[0].header.value", "control character"},
		"10 MB in a route":     {add(strings.Repeat("x", 10_000_000)), object, "spec.virtualHost.routes[0]", "16384"},
		"host with a port": {
			strings.Replace(httpRoute("bad", "v1"), "bad.example", "'bad.example:80'", 1),
			"HTTPRoute default/bad", "spec.hostnames[0]", "bad.example:80",
		},
		"domain of another": {
			strings.NewReplacer("bad.example", "good.example", "name: bad", "name: late").Replace(vs("{" + to + "}")),
			"VirtualService default/late", "spec.virtualHost.domains", "belongs to Ingress default/good, which comes first by name",
		},
		"key does not fit": {secret("bad", pair{a.certificate, b.key}), "Secret default/bad", `data["tls.key"]`, "does not belong"},
		"missing Service":  {httpRoute("bad", "missing"), "HTTPRoute default/bad", "spec.rules[0].backendRefs[0]", "does not exist"},
		"no grant":         {strings.Replace(httpRoute("bad", "v1"), "{name: v1,", "{name: v1, namespace: other,", 1), "HTTPRoute default/bad", "spec.rules[0].backendRefs[0]", "ReferenceGrant"},
		"cycle":            {table + vs("{matchers: [{prefix: /a}], delegateAction: {ref: {name: bad, namespace: default}}}"), "RouteTable default/bad", "spec.routes[0].delegateAction", "cycle"},
		"host in capitals": {strings.Replace(ingress("bad", "v1"), "bad.example", "BAD.example", 1), "Ingress default/bad", "spec.rules[0].host", "lower case"},
		"no endpoints":     {strings.Replace(service("bad", 1), "[127.0.0.1]", "[127.0.0.1], conditions: {ready: false}", 1) + ingress("bad", "bad"), "Service default/bad", "", "no endpoint is ready"},
	}
}

func TestBadInputIsToldAndTouchesNothingElse(t *testing.T) {
	g := start(t, map[string]string{"good.yaml": service("v1", backend(t, "v1")) + ingress("good", "v1")})
	good := g.url("good.example", "/")
	l := g.load(good)
	for name, c := range bad(t) {
		g.write("bad.yaml", c[0])
		finding := g.untilProblem(name, c)
		require.NotEmpty(t, finding.Reason, name)
		require.Contains(t, finding.File, "bad.yaml", name)
		require.NotZero(t, finding.Line, name)
		require.NotEmpty(t, finding.Remedy, name)
		g.write("bad.yaml", "")
		g.untilNoProblem(name)
	}
	require.Equal(t, []string{"200 v1"}, l.answers(good))
}

// finding is a problem as /debug/problems and `sluice check -o json` show it.
type finding struct {
	Object, Field, Reason, Message, Remedy, File string
	Line                                         int
}

func (g *gateway) problems() []finding {
	var out struct{ Problems []finding }
	status, body := g.fetch("/debug/problems")
	require.Equal(g, http.StatusOK, status)
	require.NoError(g, json.Unmarshal([]byte(body), &out))
	return out.Problems
}

func (g *gateway) untilProblem(name string, want [4]string) finding {
	var got finding
	require.Eventually(g, func() bool {
		for _, f := range g.problems() {
			if f.Object == want[1] && (want[2] == "" || f.Field == want[2]) && strings.Contains(f.Message, want[3]) {
				got = f
				return true
			}
		}
		return false
	}, patience, patience/1000, "%s: %+v", name, g.problems)
	return got
}

func (g *gateway) untilNoProblem(name string) {
	require.Eventually(g, func() bool { return len(g.problems()) == 0 }, patience, patience/1000, "%s: %+v", name, g.problems)
}

func TestNoOutputShowsASecret(t *testing.T) {
	p, other := newPair(t, "tls.example"), newPair(t, "tls.example")
	g := start(t, map[string]string{
		"all.yaml":    service("v1", backend(t, "v1")) + virtualService("tls", "v1", "cert") + virtualService("broken", "v1", "broken"),
		"secret.yaml": secret("cert", p) + secret("broken", pair{other.certificate, p.key}) + secret("swapped", pair{p.key, p.certificate}),
		"type.yaml":   "apiVersion: v1\nkind: Secret\nmetadata: {name: text}\ndata: " + base64.StdEncoding.EncodeToString(p.key) + "\n",
	})
	g.until(fmt.Sprintf("https://tls.example:%d/", g.https), "200 v1")
	var shown bytes.Buffer
	for _, path := range g.pages() {
		status, body := g.fetch(path)
		require.Equal(t, http.StatusOK, status, path)
		shown.WriteString(body)
	}
	findings, err := standalone.Check(t.Context(), standalone.Config{Dir: g.dir})
	require.NoError(t, err)
	require.NotEmpty(t, findings)
	require.NoError(t, report.WriteTable(&shown, findings))
	require.NoError(t, report.WriteJSON(&shown, findings))
	shown.Write(g.log.Bytes())
	require.Contains(t, shown.String(), "default/cert", "they are named")

	text := strings.ReplaceAll(shown.String(), "\n", "")
	lines := strings.Split(strings.TrimSpace(string(p.key)), "\n")
	encoded := base64.StdEncoding.EncodeToString(p.key)
	for _, hidden := range append(lines[1:len(lines)-1], encoded[:60], encoded[60:120]) {
		require.NotContains(t, text, hidden)
	}
}

// pages are all pages of the admin address.
func (g *gateway) pages() []string {
	out := []string{"/metrics", "/debug/problems", "/debug/nodes", "/debug/tables", "/debug/xds"}
	for _, list := range []string{"/debug/tables", "/debug/xds"} {
		var names []string
		_, body := g.fetch(list)
		require.NoError(g, json.Unmarshal([]byte(body), &names))
		require.NotEmpty(g, names)
		for _, name := range names {
			out = append(out, list+"/"+name)
		}
	}
	return out
}

func TestCheckSaysWhatRunSays(t *testing.T) {
	g := start(t, map[string]string{
		"a.yaml": service("v1", backend(t, "v1")) + ingress("good", "v1"),
		"b.yaml": "# moved down\n" + httpRoute("bad", "missing"), "c.yaml": "a: [\n",
	})
	findings, err := standalone.Check(t.Context(), standalone.Config{Dir: g.dir})
	require.NoError(t, err)
	var checked, told []string
	for _, f := range findings {
		checked = append(checked, fmt.Sprint(f.Place.File, f.Place.Line, f.Field, f.Message))
	}
	for _, f := range g.problems() {
		told = append(told, fmt.Sprint(f.File, f.Line, f.Field, f.Message))
	}
	require.Len(t, checked, 2)
	require.Equal(t, checked, told)

	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(g.dir, link))
	linked, err := standalone.Check(t.Context(), standalone.Config{Dir: link + "/"})
	require.NoError(t, err)
	require.Len(t, linked, 2)
}

func TestAPortThatIsTakenIsToldAndServedOnceItIsFree(t *testing.T) {
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := portOf(t, taken.Addr())
	g, c := prepare(t)
	g.write("gateway.yaml", g.gatewayYAML(port))
	g.write("all.yaml", service("v1", backend(t, "v1"))+ingress("web", "v1"))
	c.XDS.Retry = 50 * time.Millisecond
	g.run(c)
	require.NotContains(t, g.untilReady(), fmt.Sprintf("http://127.0.0.1:%d", port))
	g.until(g.url("web.example", "/"), "200 v1")
	f := g.untilProblem("taken", [4]string{"", "Gateway default/main", "spec.listeners[2]", "Address already in use"})
	require.Equal(t, "RefusedByProxy", f.Reason)
	require.Len(t, g.problems(), 1, "once")

	require.NoError(t, taken.Close())
	g.until(fmt.Sprintf("http://web.example:%d/", port), "200 v1")
	g.untilNoProblem("taken")
}
