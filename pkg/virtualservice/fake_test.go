package virtualservice_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

// world is a map-backed World and UpstreamWorld.
type world struct {
	// cluster refuses endpoints on the gateway's own host.
	cluster  bool
	gateways map[ir.Name]*ir.Gateway
	// fallback is the default Gateway.
	fallback  ir.Name
	upstreams map[ir.Name]bool // whether they balance by hash
	services  map[ir.Name]int32
	secrets   map[ir.Name]virtualservice.UpstreamSecret
	tables    []*v1.RouteTable
	groups    map[ir.Name]*v1.UpstreamGroup
}

func name(namespace, name string) ir.Name { return ir.Name{Namespace: namespace, Name: name} }

// newWorld has a default Gateway with HTTP on 80 and HTTPS on 443, upstreams
// "a", "b" and "ring" (which balances by hash), a Service "web" and Secrets.
func newWorld() *world {
	gw := name("infra", "gw")
	return &world{
		gateways: map[ir.Name]*ir.Gateway{gw: gateway(gw,
			ir.Section{Name: "http", Port: 80, Protocol: ir.HTTP},
			ir.Section{Name: "https", Port: 443, Protocol: ir.HTTPS, RouteCertificates: true})},
		fallback:  gw,
		upstreams: map[ir.Name]bool{name("default", "a"): false, name("default", "b"): false, name("default", "ring"): true, name("other", "far"): false},
		services:  map[ir.Name]int32{name("default", "web"): 80},
		secrets: map[ir.Name]virtualservice.UpstreamSecret{
			name("default", "cert"): {Certificate: true}, name("default", "ca"): {CA: []byte("pem")},
			name("default", "both"): {Certificate: true, CA: []byte("pem")},
		},
		groups: map[ir.Name]*v1.UpstreamGroup{},
	}
}

// gateway makes a Gateway whose sections take everything.
func gateway(n ir.Name, sections ...ir.Section) *ir.Gateway {
	for i := range sections {
		sections[i].Kinds = []string{"HTTPRoute"}
		sections[i].Namespaces = ir.NamespaceSelector{All: true}
		sections[i].Accepted = true
	}
	return &ir.Gateway{Name: n, Class: "sluice", Sections: sections}
}

func (w *world) Gateway(n ir.Name) (*ir.Gateway, bool) {
	g, ok := w.gateways[n]
	return g, ok
}

func (w *world) DefaultGateway() (*ir.Gateway, bool) { return w.Gateway(w.fallback) }

func (w *world) NamespaceLabels(namespace string) map[string]string {
	return map[string]string{"name": namespace}
}

func (w *world) Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem) {
	if !ref.Trusted {
		return ir.Backend{}, &ir.Problem{Message: "references of this dialect are trusted"}
	}
	if hash, ok := w.upstreams[ref.Name]; ok && ref.Kind == "Upstream" && ref.Group == v1.Group && ref.Discovered {
		return ir.Backend{Key: ir.BackendKey{Kind: ir.UpstreamBackend, Name: ref.Name}, Hash: hash}, nil
	}
	if port, ok := w.services[ref.Name]; ok && ref.Kind == "Service" && port == ref.Port {
		return ir.Backend{Key: ir.BackendKey{Kind: ir.ServiceBackend, Name: ref.Name, Port: port}}, nil
	}
	return ir.Backend{}, &ir.Problem{Severity: ir.Error, Reason: ir.ReasonBackendNotFound, Message: ref.Kind + " " + ref.Name.String() + " does not exist"}
}

func (w *world) Certificate(ref ir.SecretRef) (ir.Name, *ir.Problem) {
	if w.secrets[ref.Name].Certificate {
		return ref.Name, nil
	}
	return ir.Name{}, &ir.Problem{Severity: ir.Error, Reason: ir.ReasonNotFound, Message: "Secret " + ref.Name.String() + " does not exist"}
}

func (w *world) AllowLoopback() bool { return !w.cluster }

func (w *world) UpstreamSecret(ref ir.SecretRef) (virtualservice.UpstreamSecret, *ir.Problem) {
	if s, ok := w.secrets[ref.Name]; ok {
		return s, nil
	}
	return virtualservice.UpstreamSecret{}, &ir.Problem{Severity: ir.Error, Reason: ir.ReasonNotFound, Message: "Secret " + ref.Name.String() + " does not exist"}
}

func (w *world) RouteTable(n ir.Name) (*v1.RouteTable, bool) {
	for _, t := range w.tables {
		if t.Namespace == n.Namespace && t.Name == n.Name {
			return t, true
		}
	}
	return nil, false
}

func (w *world) RouteTables(namespace string) []*v1.RouteTable {
	var out []*v1.RouteTable
	for _, t := range w.tables {
		if namespace == "*" || t.Namespace == namespace {
			out = append(out, t)
		}
	}
	return out
}

func (w *world) UpstreamGroup(n ir.Name) (*v1.UpstreamGroup, bool) {
	g, ok := w.groups[n]
	return g, ok
}

// decode reads a YAML object as strictly as a user's file is read.
func decode[T any](t *testing.T, text string) *T {
	t.Helper()
	out := new(T)
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), out))
	return out
}

// vs makes a VirtualService default/vs from the YAML of its spec.
func vs(t *testing.T, spec string) *v1.VirtualService {
	t.Helper()
	out := &v1.VirtualService{Spec: *decode[v1.VirtualServiceSpec](t, spec)}
	out.APIVersion, out.Kind = "gateway.solo.io/v1", "VirtualService"
	out.Namespace, out.Name, out.Generation = "default", "vs", 7
	return out
}

// table makes a RouteTable from the YAML of its spec. Labels are "key=value".
func table(t *testing.T, namespace, name, spec string, labels ...string) *v1.RouteTable {
	t.Helper()
	out := &v1.RouteTable{Spec: *decode[v1.RouteTableSpec](t, spec)}
	out.Namespace, out.Name, out.Labels = namespace, name, map[string]string{}
	for _, l := range labels {
		k, v, _ := strings.Cut(l, "=")
		out.Labels[k] = v
	}
	return out
}

// hostRoutes translates a VirtualService with one "*" host on HTTP from the YAML
// of its virtualHost and returns its routes as text, and its problems.
func hostRoutes(t *testing.T, w *world, virtualHost string) (routes, problems []string) {
	t.Helper()
	return describe(t, translateHost(t, w, virtualHost))
}

func translateHost(t *testing.T, w *world, virtualHost string) ir.Output {
	t.Helper()
	in := vs(t, "virtualHost: {}")
	in.Spec.VirtualHost = decode[v1.VirtualHost](t, virtualHost)
	before := in.DeepCopy()
	out := virtualservice.Translate(w, in)
	require.Equal(t, before, in, "translation must not change its input")
	return out
}

func describe(t *testing.T, out ir.Output) (routes, problems []string) {
	t.Helper()
	require.Len(t, out.Fragments, 1)
	for _, r := range out.Fragments[0].Routes {
		routes = append(routes, routeText(r))
	}
	return routes, problemTexts(out.Status.Problems)
}

// problemTexts writes problems as "severity reason field".
func problemTexts(problems []ir.Problem) []string {
	var out []string
	for _, p := range problems {
		out = append(out, fmt.Sprintf("%s %s %s", p.Severity, p.Reason, p.Field))
	}
	return out
}

// routeText writes match and action of a route on one line.
func routeText(r ir.Route) string { return matchText(r.Match) + " → " + actionText(r.Action) }

func matchText(m ir.Match) string {
	kinds := map[ir.PathKind]string{ir.Exact: "=", ir.Regex: "~", ir.Prefix: "", ir.StringPrefix: "^"}
	out := kinds[m.Path.Kind] + m.Path.Value
	if m.Path.IgnoreCase {
		out += " nocase"
	}
	if len(m.Methods) > 0 {
		out += " " + strings.Join(m.Methods, "|")
	}
	for _, h := range m.Headers {
		out += " " + valueText(h)
	}
	for _, q := range m.Query {
		out += " ?" + valueText(q)
	}
	return out
}

func valueText(v ir.ValueMatch) string {
	text := map[ir.ValueKind]string{ir.ValueExact: v.Name + "=" + v.Value, ir.ValueRegex: v.Name + "~" + v.Value, ir.ValuePresent: v.Name}[v.Kind]
	if v.Invert {
		return "!" + text
	}
	return text
}

func actionText(a ir.Action) string {
	switch a := a.(type) {
	case *ir.Respond:
		return strings.TrimSpace(fmt.Sprintf("%d %s", a.Code, a.Body))
	case *ir.Redirect:
		out := fmt.Sprintf("%d %s://%s:%d", a.Code, a.Scheme, a.Host, a.Port) + pathText(a.Path)
		if a.StripQuery {
			out += " noquery"
		}
		return out
	case *ir.Forward:
		var shares []string
		for _, b := range a.Backends {
			to := "500"
			if b.Cluster != (ir.ClusterKey{}) {
				to = strings.TrimPrefix(b.Cluster.String(), "upstream/")
			}
			shares = append(shares, fmt.Sprintf("%s*%d", to, b.Weight))
		}
		return strings.Join(shares, " ")
	}
	return "nothing"
}

func pathText(p *ir.PathRewrite) string {
	switch {
	case p == nil:
		return ""
	case p.Full != nil:
		return " full=" + *p.Full
	case p.Prefix != nil:
		return " prefix=" + *p.Prefix
	default:
		return " regex=" + p.Regex.Pattern + ">" + p.Regex.Substitution
	}
}
