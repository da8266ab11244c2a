package ingress

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// onPath writes a path with the service that takes it.
func onPath(kind, path, service string) string {
	return "    - {path: " + path + ", pathType: " + kind + ", backend: {service: {name: " + service + ", port: {number: 80}}}}\n"
}

func onHost(host string, paths ...string) string {
	return "  - host: '" + host + "'\n    http:\n      paths:\n" + strings.ReplaceAll(strings.Join(paths, ""), "    -", "      -")
}

func rules(hosts ...string) string { return "spec:\n  rules:\n" + strings.Join(hosts, "") }

// The rows are those of "Examples" of path types in the Kubernetes
// documentation of Ingress, which are KEP-1453's.
func TestPathsMatchAsInTheKubernetesDocumentation(t *testing.T) {
	prefix := func(path, service string) string { return onPath("Prefix", path, service) }
	exact := func(path, service string) string { return onPath("Exact", path, service) }
	for _, c := range []struct{ paths, request, want string }{
		{prefix("/", "a"), "/any/path", service("a")},
		{exact("/foo", "a"), "/foo", service("a")},
		{exact("/foo", "a"), "/bar", "404"},
		{exact("/foo", "a"), "/foo/", "404"},
		{exact("/foo", "a"), "/FOO", "404"},
		{exact("/foo/", "a"), "/foo", "404"},
		{exact("/foo/", "a"), "/foo/", service("a")},
		{prefix("/foo", "a"), "/foo", service("a")},
		{prefix("/foo", "a"), "/foo/", service("a")},
		{prefix("/foo", "a"), "/Foo", "404"},
		{prefix("/foo/", "a"), "/foo", service("a")},
		{prefix("/foo/", "a"), "/foo/", service("a")},
		{prefix("/aaa/bb", "a"), "/aaa/bbb", "404"},
		{prefix("/aaa/bbb", "a"), "/aaa/bbb", service("a")},
		{prefix("/aaa/bbb/", "a"), "/aaa/bbb", service("a")},
		{prefix("/aaa/bbb", "a"), "/aaa/bbb/", service("a")},
		{prefix("/aaa/bbb", "a"), "/aaa/bbb/ccc", service("a")},
		{prefix("/aaa/bbb", "a"), "/aaa/bbbxyz", "404"},
		{prefix("/", "a") + prefix("/aaa", "b"), "/aaa/ccc", service("b")},
		{prefix("/", "a") + prefix("/aaa", "b") + prefix("/aaa/bbb", "c"), "/aaa/bbb", service("c")},
		{prefix("/", "a") + prefix("/aaa", "b") + prefix("/aaa/bbb", "c"), "/ccc", service("a")},
		{prefix("/aaa", "a"), "/ccc", "404"},
		{prefix("/foo", "a") + exact("/foo", "b"), "/foo", service("b")},
		{prefix("/foo", "a") + exact("/foo", "b"), "/foo/x", service("a")},
		{prefix("/foo/", "a") + exact("/foo", "b"), "/foo", service("b")},
		{prefix("/foo", "a") + prefix("/foo/", "b"), "/foo", service("b")},
		{onPath("ImplementationSpecific", "/foo", "a"), "/foo/x", service("a")},
		{onPath("ImplementationSpecific", "/foo", "a"), "/foox", "404"},
		{onPath("ImplementationSpecific", "''", "a"), "/any", service("a")},
	} {
		out := translate(t, plain(), rules(onHost("a.example", c.paths)))
		require.Equal(t, c.want, ask([]ir.Output{out}, 80, "a.example", c.request), "%s asked for %s", c.paths, c.request)
	}
}

func TestHostsMatchExactlyOrByOneLabel(t *testing.T) {
	all := onPath("Prefix", "/", "a")
	for _, c := range []struct{ host, asked, want string }{
		{"bar.foo.com", "bar.foo.com", service("a")},
		{"bar.foo.com", "foo.com", "no host"},
		{"*.foo.com", "bar.foo.com", service("a")},
		{"*.foo.com", "baz.bar.foo.com", "404"},
		{"*.foo.com", "foo.com", "no host"},
		{"", "any.example", service("a")},
	} {
		out := translate(t, plain(), rules(onHost(c.host, all)))
		require.Empty(t, out.Status.Problems)
		require.Equal(t, c.want, ask([]ir.Output{out}, 80, c.asked, "/x"), "%s asked by %s", c.host, c.asked)
		require.Equal(t, "no host", ask([]ir.Output{out}, 443, c.asked, "/x"), "without TLS")
	}
}

func TestTheClosestHostAnswersAlone(t *testing.T) {
	out := translate(t, plain(), rules(
		onHost("", onPath("Prefix", "/any", "a")),
		onHost("*.foo.com", onPath("Prefix", "/wild", "b")),
		onHost("bar.foo.com", onPath("Prefix", "/exact", "c")),
	))
	for _, c := range []struct{ host, path, want string }{
		{"bar.foo.com", "/exact", service("c")},
		{"bar.foo.com", "/wild", "404"},
		{"bar.foo.com", "/any", "404"},
		{"other.foo.com", "/wild", service("b")},
		{"other.foo.com", "/any", "404"},
		{"two.labels.foo.com", "/wild", "404"},
		{"two.labels.foo.com", "/any", service("a")},
		{"else.example", "/any", service("a")},
	} {
		require.Equal(t, c.want, ask([]ir.Output{out}, 80, c.host, c.path), "%s%s", c.host, c.path)
	}
}

func TestBadHostsAreProblemsAndTheRestIsServed(t *testing.T) {
	good := onHost("good.example", onPath("Prefix", "/", "a"))
	for host, remedy := range map[string]string{
		"Shop.example":    "lower case",
		"shop.example.":   "remove the dot",
		"shop.example:80": "remove the port",
		"10.0.0.1":        "DNS name",
		"fd00::1":         "DNS name",
		"*":               "leave the host out",
		"a.*.example":     "write a name",
		"*x.example":      "write a name",
		"**.example":      "write a name",
		"under_score.com": "write a name",
		"-a.example":      "write a name",
	} {
		out := translate(t, plain(), rules(onHost(host, onPath("Prefix", "/", "b")), good))
		require.Len(t, out.Fragments, 1, host)
		require.Equal(t, service("a"), ask([]ir.Output{out}, 80, "good.example", "/"))
		require.Len(t, out.Status.Problems, 1, host)
		p := out.Status.Problems[0]
		require.Equal(t, "spec.rules[0].host", p.Field)
		require.Equal(t, ir.ReasonInvalid, p.Reason)
		require.Equal(t, ir.Error, p.Severity)
		require.Contains(t, p.Remedy, remedy, host)
	}
}

func TestBadPathsAreProblemsAndTheRestIsServed(t *testing.T) {
	for paths, message := range map[string]string{
		onPath("Prefix", "foo", "b"):                                            "does not begin with a slash",
		onPath("Exact", "''", "b"):                                              "does not begin with a slash",
		onPath("ImplementationSpecific", "foo", "b"):                            "does not begin with a slash",
		onPath("Prefix", "/a//b", "b"):                                          `has "//"`,
		onPath("Prefix", "/a/./b", "b"):                                         `has "/./"`,
		onPath("Exact", "/a/../b", "b"):                                         `has "/../"`,
		onPath("Prefix", "/a%2Fb", "b"):                                         `has "%2F"`,
		onPath("Prefix", "/a/..", "b"):                                          `has "/.."`,
		onPath("Exact", "/a/.", "b"):                                            `has "/."`,
		onPath("Regex", "/a", "b"):                                              `the path type "Regex" is not known`,
		onPath("Prefix", "/"+strings.Repeat("x", 9000), "b"):                    "longer than 8192",
		"    - {path: /a, backend: {service: {name: b, port: {number: 80}}}}\n": "the path type is missing",
	} {
		out := translate(t, plain(), rules(onHost("a.example", paths, onPath("Prefix", "/good", "a"))))
		require.Equal(t, service("a"), ask([]ir.Output{out}, 80, "a.example", "/good"))
		require.Len(t, out.Fragments[0].Routes, 1)
		require.Len(t, out.Status.Problems, 1, message)
		p := out.Status.Problems[0]
		require.Equal(t, "spec.rules[0].http.paths[0]", p.Field)
		require.Contains(t, p.Message, message)
		require.Equal(t, ir.Error, p.Severity)
		require.Less(t, len(p.String()), 300, "problems do not repeat long values")
	}
	out := translate(t, plain(), rules(onHost("a.example", onPath("ImplementationSpecific", "/a//b", "a"))))
	require.Empty(t, out.Status.Problems, "what the API server takes is taken")
}

func TestBackends(t *testing.T) {
	for _, c := range []struct{ backend, want, problem string }{
		{"{service: {name: a, port: {number: 80}}}", service("a"), ""},
		{"{service: {name: a, port: {name: http}}}", "service/ns/a/8080", ""},
		{"{resource: {apiGroup: sluice.dev, kind: Upstream, name: up}}", "upstream/ns/up", ""},
		{"{resource: {apiGroup: gloo.solo.io, kind: Upstream, name: up}}", "upstream/ns/up", ""},
		{
			"{service: {name: gone, port: {number: 80}}}", "500",
			"error BackendNotFound spec.rules[0].http.paths[0].backend.service: ns/gone:80 does not exist",
		},
		{
			"{resource: {apiGroup: sluice.dev, kind: Upstream, name: gone}}", "500",
			"error BackendNotFound spec.rules[0].http.paths[0].backend.resource: sluice.dev/ns/gone does not exist",
		},
		{
			"{resource: {apiGroup: k8s.example.com, kind: StorageBucket, name: x}}", "500",
			`error NotSupported spec.rules[0].http.paths[0].backend.resource: a resource of kind "StorageBucket" of "k8s.example.com" cannot be a backend; ` +
				"name a service, or an Upstream of sluice.dev or gloo.solo.io",
		},
		{
			"{resource: {kind: Upstream, name: up}}", "500",
			`error NotSupported spec.rules[0].http.paths[0].backend.resource: a resource of kind "Upstream" of "" cannot be a backend; ` +
				"name a service, or an Upstream of sluice.dev or gloo.solo.io",
		},
		{"{}", "500", "error Invalid spec.rules[0].http.paths[0].backend: there is no backend; name a service and its port"},
		{
			"{service: {name: a}}", "500",
			"error Invalid spec.rules[0].http.paths[0].backend.service.port: the port needs either a name or a number; write port.number or port.name",
		},
		{
			"{service: {name: a, port: {number: 80, name: http}}}", "500",
			"error Invalid spec.rules[0].http.paths[0].backend.service.port: the port needs either a name or a number; write port.number or port.name",
		},
		{
			"{service: {name: a, port: {number: 70000}}}", "500",
			"error Invalid spec.rules[0].http.paths[0].backend.service.port.number: the port number is not between 1 and 65535; correct it",
		},
		{
			"{service: {name: '', port: {number: 80}}}", "500",
			"error Invalid spec.rules[0].http.paths[0].backend.service.name: the name of the service is missing; correct it",
		},
		{
			"{service: {name: a, port: {number: 80}}, resource: {kind: X, name: x}}", "500",
			"error Invalid spec.rules[0].http.paths[0].backend: the backend names both a service and a resource; keep one of them",
		},
	} {
		w := plain()
		w.backends["sluice.dev/ns/up"], w.backends["gloo.solo.io/ns/up"] = true, true
		out := translate(t, w, rules(onHost("a.example", "    - {path: /, pathType: Prefix, backend: "+c.backend+"}\n", onPath("Prefix", "/good", "b"))))
		require.Equal(t, c.want, ask([]ir.Output{out}, 80, "a.example", "/"), c.backend)
		require.Equal(t, service("b"), ask([]ir.Output{out}, 80, "a.example", "/good"))
		if c.problem == "" {
			require.Empty(t, out.Status.Problems)
			continue
		}
		require.Equal(t, []string{c.problem}, messages(out.Status.Problems))
	}
}

const defaultA = "  defaultBackend: {service: {name: d, port: {number: 80}}}\n"

func TestDefaultBackendTakesTheRest(t *testing.T) {
	out := translate(t, plain(), rules(onHost("a.example", onPath("Prefix", "/x", "a")), onHost("*.wild.example", onPath("Prefix", "/", "b")),
		"  - host: bare.example\n")+defaultA)
	require.Empty(t, out.Status.Problems)
	for _, c := range []struct{ host, path, want string }{
		{"a.example", "/x", service("a")},
		{"a.example", "/y", service("d")},
		{"one.wild.example", "/y", service("b")},
		{"two.labels.wild.example", "/y", service("d")},
		{"bare.example", "/", service("d")},
		{"else.example", "/", service("d")},
	} {
		require.Equal(t, c.want, ask([]ir.Output{out}, 80, c.host, c.path), "%s%s", c.host, c.path)
	}
	only := translate(t, plain(), "spec:\n"+defaultA)
	require.Equal(t, service("d"), ask([]ir.Output{only}, 80, "x.example", "/"))
}

func TestDefaultBackendDoesNotTakePathsOfOthers(t *testing.T) {
	first := translate(t, plain(), rules(onHost("a.example", onPath("Prefix", "/x", "a")))+defaultA)
	second, ok := Translate(plain(), read(t, "metadata: {name: other}\n"+rules(onHost("a.example", onPath("Prefix", "/", "b")))))
	require.True(t, ok)
	for _, outs := range [][]ir.Output{{first, second}, {second, first}} {
		require.Equal(t, service("b"), ask(outs, 80, "a.example", "/y"))
		require.Equal(t, service("a"), ask(outs, 80, "a.example", "/x"))
		require.Equal(t, service("d"), ask(outs, 80, "b.example", "/y"))
	}
}

func TestRuleWithoutPathsClaimsItsHost(t *testing.T) {
	out := translate(t, plain(), rules("  - host: bare.example\n"))
	require.Len(t, out.Fragments, 1)
	require.Equal(t, "404", ask([]ir.Output{out}, 80, "bare.example", "/"))
}

func TestNothingToServeIsAProblem(t *testing.T) {
	out := translate(t, plain(), "spec: {}")
	require.Empty(t, out.Fragments)
	require.Equal(t, []string{
		"error Invalid spec: the Ingress has neither rules nor a default backend; write spec.rules or spec.defaultBackend",
	}, messages(out.Status.Problems))
}

func TestTheOldestIngressWinsAPath(t *testing.T) {
	older := read(t, "metadata: {name: zz}\n"+rules(onHost("a.example", onPath("Prefix", "/", "a"))))
	newer := read(t, "metadata: {name: aa}\n"+rules(onHost("a.example", onPath("Prefix", "/", "b"), onPath("Prefix", "/more", "c"))))
	older.CreationTimestamp = metav1.NewTime(time.Unix(1000, 0))
	newer.CreationTimestamp = metav1.NewTime(time.Unix(2000, 0))
	first, _ := Translate(plain(), older)
	second, _ := Translate(plain(), newer)
	for _, outs := range [][]ir.Output{{first, second}, {second, first}} {
		require.Equal(t, service("a"), ask(outs, 80, "a.example", "/"))
		require.Equal(t, service("c"), ask(outs, 80, "a.example", "/more"))
	}
}

func TestRepeatedPathsOfOneIngressAreReported(t *testing.T) {
	out := translate(t, plain(), rules(
		onHost("a.example", onPath("Prefix", "/x", "a"), onPath("ImplementationSpecific", "/x", "b"), onPath("Exact", "/x", "c")),
		onHost("a.example", onPath("Prefix", "/x/", "d")),
	))
	require.Len(t, out.Fragments, 1)
	require.Equal(t, service("d"), ask([]ir.Output{out}, 80, "a.example", "/x/y"))
	require.Equal(t, service("c"), ask([]ir.Output{out}, 80, "a.example", "/x"))
	require.Equal(t, []string{
		`warning Conflict spec.rules[0].http.paths[0]: the path "/x" is never used: spec.rules[1].http.paths[0] matches the same requests; remove one of them`,
		`warning Conflict spec.rules[0].http.paths[1]: the path "/x" is never used: spec.rules[1].http.paths[0] matches the same requests; remove one of them`,
	}, messages(out.Status.Problems))
}

func TestRoutesSayWhereTheyComeFrom(t *testing.T) {
	in := read(t, rules(onHost("a.example", onPath("Prefix", "/x", "a")))+defaultA)
	in.CreationTimestamp = metav1.NewTime(time.Unix(1000, 0))
	out, _ := Translate(plain(), in)
	object := ir.Object{Group: "networking.k8s.io", Kind: "Ingress", Namespace: "ns", Name: "web"}
	require.Equal(t, object, out.Status.Object)
	require.Equal(t, int64(3), out.Status.Generation)
	f := out.Fragments[0]
	require.Equal(t, object, f.Origin)
	require.Equal(t, time.Unix(1000, 0), f.Created)
	require.Equal(t, ir.BySpecificity, f.Ordering)
	require.Equal(t, ir.Origin{Object: object, Field: "spec.rules[0].http.paths[0]"}, f.Routes[0].Origin)
	require.Equal(t, ir.Origin{Object: object, Field: "spec.defaultBackend"}, f.Routes[1].Origin)
	require.True(t, f.Routes[1].Fallback)
}

func TestEveryPolicyHasItsWord(t *testing.T) {
	features, n := Features(), 0
	for field := range reflect.TypeFor[ir.Policy]().Fields() {
		n++
		s, ok := features[field.Name]
		require.True(t, ok, field.Name)
		require.NotEqual(t, s.Field == "", s.Cannot == "", field.Name)
	}
	require.Len(t, features, n)
}
