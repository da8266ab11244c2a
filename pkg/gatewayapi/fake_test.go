package gatewayapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// world is a map-backed World and GatewayWorld.
type world struct {
	gateways   map[ir.Name]*ir.Gateway
	namespaces map[string]map[string]string
	services   map[ir.Name]int32
	upstreams  map[ir.Name]bool
	secrets    map[ir.Name]string // what is wrong with it, "" for nothing
	grants     []ir.Grant
	// labelReads counts the calls of NamespaceLabels.
	labelReads int
}

func newWorld() *world {
	return &world{
		gateways:   map[ir.Name]*ir.Gateway{},
		namespaces: map[string]map[string]string{"default": {"team": "a"}, "other": {"team": "b"}},
		services:   map[ir.Name]int32{{Namespace: "default", Name: "v1"}: 80, {Namespace: "default", Name: "v2"}: 80, {Namespace: "other", Name: "far"}: 80},
		upstreams:  map[ir.Name]bool{{Namespace: "default", Name: "up"}: true},
		secrets:    map[ir.Name]string{{Namespace: "default", Name: "good"}: "", {Namespace: "default", Name: "also-good"}: "", {Namespace: "default", Name: "broken"}: "the key does not fit", {Namespace: "other", Name: "far"}: ""},
	}
}

func (w *world) Gateway(name ir.Name) (*ir.Gateway, bool) {
	g, ok := w.gateways[name]
	return g, ok
}

func (w *world) GatewayClass(name string) bool { return name == "sluice" }

func (w *world) NamespaceLabels(namespace string) map[string]string {
	w.labelReads++
	return w.namespaces[namespace]
}

func (w *world) permits(from, to ir.Object) bool {
	if from.Namespace == to.Namespace {
		return true
	}
	for i := range w.grants {
		if w.grants[i].Permits(from, to) {
			return true
		}
	}
	return false
}

func (w *world) Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem) {
	to := ir.Object{Group: ref.Group, Kind: ref.Kind, Namespace: ref.Name.Namespace, Name: ref.Name.Name}
	if !w.permits(ref.From, to) {
		return ir.Backend{}, &ir.Problem{Reason: ir.ReasonRefNotPermitted, Message: fmt.Sprintf("no ReferenceGrant lets it name %s", to), Remedy: "add a ReferenceGrant"}
	}
	if ref.Kind == "Upstream" && w.upstreams[ref.Name] {
		return ir.Backend{Key: ir.BackendKey{Kind: ir.UpstreamBackend, Name: ref.Name}}, nil
	}
	if port, ok := w.services[ref.Name]; ref.Kind == "Service" && ok && port == ref.Port {
		return ir.Backend{Key: ir.BackendKey{Kind: ir.ServiceBackend, Name: ref.Name, Port: port}}, nil
	}
	return ir.Backend{}, &ir.Problem{Reason: ir.ReasonBackendNotFound, Message: fmt.Sprintf("%s has no port %d or does not exist", to, ref.Port), Remedy: "create it"}
}

func (w *world) Certificate(ref ir.SecretRef) (ir.Name, *ir.Problem) {
	to := ir.Object{Kind: "Secret", Namespace: ref.Name.Namespace, Name: ref.Name.Name}
	if !w.permits(ref.From, to) {
		return ir.Name{}, &ir.Problem{Reason: ir.ReasonRefNotPermitted, Message: fmt.Sprintf("no ReferenceGrant lets it name %s", to), Remedy: "add a ReferenceGrant"}
	}
	wrong, ok := w.secrets[ref.Name]
	switch {
	case !ok:
		return ir.Name{}, &ir.Problem{Reason: ir.ReasonNotFound, Message: to.String() + " does not exist", Remedy: "create it"}
	case wrong != "":
		return ir.Name{}, &ir.Problem{Reason: ir.ReasonBadCertificate, Message: to.String() + ": " + wrong}
	}
	return ref.Name, nil
}

// parse reads an object as strictly as an API server would.
func parse[T any](t testing.TB, text string) *T {
	t.Helper()
	var out T
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), &out))
	return &out
}

// gateway translates a Gateway default/gw of our class with these listeners and
// whatever else the spec holds.
func gateway(t testing.TB, w *world, spec string) gatewayapi.GatewayOutput {
	t.Helper()
	gw := parse[gwv1.Gateway](t, "metadata: {namespace: default, name: gw, generation: 3}\nspec:\n  gatewayClassName: sluice\n"+indent(spec))
	out := gatewayapi.TranslateGateway(w, gw)
	require.True(t, out.Ours)
	w.gateways[out.Gateway.Name] = &out.Gateway
	return out
}

// route translates an HTTPRoute default/r with this spec.
func route(t testing.TB, w *world, spec string) ir.Output {
	t.Helper()
	return gatewayapi.TranslateHTTPRoute(w, parse[gwv1.HTTPRoute](t, "metadata: {namespace: default, name: r, generation: 7}\nspec:\n"+indent(spec)))
}

// rules translates an HTTPRoute with these rules under a plain Gateway.
func rules(t testing.TB, text string) ir.Output {
	t.Helper()
	w := newWorld()
	gateway(t, w, "listeners: [{name: http, port: 80, protocol: HTTP}]")
	return route(t, w, "parentRefs: [{name: gw}]\nrules:\n"+text)
}

// only returns the one route of an output that has one.
func only(t testing.TB, out ir.Output) ir.Route {
	t.Helper()
	require.Len(t, out.Fragments, 1)
	require.Len(t, out.Fragments[0].Routes, 1)
	return out.Fragments[0].Routes[0]
}

func indent(s string) string { return "  " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n  ") }

// short renders conditions as "Type=True/Reason".
func short(cs []ir.Condition) []string {
	var out []string
	for _, c := range cs {
		out = append(out, fmt.Sprintf("%s=%s/%s", c.Type, map[bool]string{true: "True", false: "False"}[c.True], c.Reason))
	}
	return out
}

// parentConditions are the conditions of an output's only parent.
func parentConditions(t testing.TB, out ir.Output) []string {
	t.Helper()
	require.Len(t, out.Status.Parents, 1)
	return short(out.Status.Parents[0].Conditions)
}

// message returns the message of a condition.
func message(t testing.TB, cs []ir.Condition, kind string) string {
	t.Helper()
	for _, c := range cs {
		if c.Type == kind {
			return c.Message
		}
	}
	require.Failf(t, "no condition", "%s is not among %v", kind, short(cs))
	return ""
}

// problems renders problems as "severity reason: sentence".
func problems(ps []ir.Problem) []string {
	var out []string
	for _, p := range ps {
		out = append(out, fmt.Sprintf("%s %s: %s", p.Severity, p.Reason, p))
	}
	return out
}
