package ingress

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// world is a World of maps. Backends are "namespace/name:port" or
// "namespace/name" for Upstreams; a secret maps to what is wrong with it.
type world struct {
	standard *ir.Gateway
	gateways map[ir.Name]*ir.Gateway
	labels   map[string]map[string]string
	backends map[string]bool
	secrets  map[ir.Name]string
	classes  map[string]ir.IngressClass
	fallback string
	reads    []string
}

func (w *world) DefaultGateway() (*ir.Gateway, bool) { return w.standard, w.standard != nil }

func (w *world) Gateway(name ir.Name) (*ir.Gateway, bool) {
	g, ok := w.gateways[name]
	return g, ok
}

func (w *world) NamespaceLabels(namespace string) map[string]string {
	w.reads = append(w.reads, "labels of "+namespace)
	return w.labels[namespace]
}

func (w *world) Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem) {
	key := ir.BackendKey{Kind: ir.ServiceBackend, Name: ref.Name, Port: ref.Port}
	if ref.PortName == "http" {
		key.Port = 8080
	}
	text := ref.Name.String() + ":" + strconv.Itoa(int(key.Port))
	if ref.Kind == "Upstream" {
		key, text = ir.BackendKey{Kind: ir.UpstreamBackend, Name: ref.Name}, ref.Group+"/"+ref.Name.String()
	}
	if !w.backends[text] {
		return ir.Backend{}, &ir.Problem{Severity: ir.Error, Reason: ir.ReasonBackendNotFound, Message: text + " does not exist"}
	}
	return ir.Backend{Key: key}, nil
}

func (w *world) Certificate(ref ir.SecretRef) (ir.Name, *ir.Problem) {
	wrong, ok := w.secrets[ref.Name]
	if !ok {
		return ir.Name{}, &ir.Problem{Severity: ir.Error, Reason: ir.ReasonNotFound, Message: "the Secret " + ref.Name.String() + " does not exist"}
	}
	if severity, message, bad := strings.Cut(wrong, ":"); bad {
		p := &ir.Problem{Severity: ir.Error, Reason: ir.ReasonBadCertificate, Message: message}
		if severity == "warning" {
			p.Severity = ir.Warning
		}
		return ref.Name, p
	}
	return ref.Name, nil
}

func (w *world) IngressClass(name string) (ir.IngressClass, bool) {
	c, ok := w.classes[name]
	return c, ok
}

func (w *world) DefaultIngressClass() string { return w.fallback }

func section(name string, port int32, protocol ir.Protocol, hostname string) ir.Section {
	return ir.Section{
		Name: name, Port: port, Protocol: protocol, Hostname: hostname, Accepted: true,
		Kinds: []string{"HTTPRoute"}, Namespaces: ir.NamespaceSelector{All: true}, RouteCertificates: protocol == ir.HTTPS,
	}
}

func gateway(sections ...ir.Section) *ir.Gateway {
	return &ir.Gateway{Name: ir.Name{Namespace: "infra", Name: "gw"}, Class: "sluice", Sections: sections}
}

// plain is the world of most tests: a Gateway open on 80 and 443, the class
// sluice, and services a to d.
func plain() *world {
	return &world{
		standard: gateway(section("http", 80, ir.HTTP, ""), section("https", 443, ir.HTTPS, "")),
		backends: map[string]bool{"ns/a:80": true, "ns/b:80": true, "ns/c:80": true, "ns/d:80": true, "ns/a:8080": true},
		secrets:  map[ir.Name]string{{Namespace: "ns", Name: "cert"}: "", {Namespace: "ns", Name: "cert2"}: ""},
		classes:  map[string]ir.IngressClass{"sluice": {Name: "sluice", Ours: true}, "nginx": {Name: "nginx"}},
		fallback: "sluice",
	}
}

// read parses an Ingress without its metadata's usual lines.
func read(t *testing.T, text string) *networkingv1.Ingress {
	t.Helper()
	out := &networkingv1.Ingress{}
	require.NoError(t, yaml.UnmarshalStrict([]byte(text), out))
	out.Namespace, out.Name, out.Generation = "ns", cmp.Or(out.Name, "web"), 3
	return out
}

func translate(t *testing.T, w *world, text string) ir.Output {
	t.Helper()
	out, ok := Translate(w, read(t, text))
	require.True(t, ok, "the Ingress is not ours")
	return out
}

// messages returns "severity reason problem" of each problem.
func messages(ps []ir.Problem) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Severity.String()+" "+p.Reason+" "+p.String())
	}
	return out
}

// ask answers a request from what Ingresses contribute, as Envoy would: by the
// closest host of the port, then the first route that matches.
func ask(outs []ir.Output, port int32, host, path string) string {
	byHost := map[ir.HostKey][]ir.Fragment{}
	for _, o := range outs {
		for _, f := range o.Fragments {
			if f.Host.Listener.Port == port {
				byHost[f.Host] = append(byHost[f.Host], f)
			}
		}
	}
	var keys []ir.HostKey
	for k := range byHost {
		if ir.Covers(k.Host, host) {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return "no host"
	}
	key := slices.MaxFunc(keys, func(a, b ir.HostKey) int { return cmp.Compare(len(a.Host), len(b.Host)) })
	v, _ := ir.Merge(key, byHost[key])
	for _, wide := range ir.Wider(key.Host) {
		k := ir.HostKey{Listener: key.Listener, Host: wide}
		wider, _ := ir.Merge(k, byHost[k])
		v = ir.FallBack(v, wider.Routes)
	}
	for _, r := range v.Routes {
		if matches(r.Match, key.Host, host, path) {
			return describe(r.Action)
		}
	}
	return "404"
}

func matches(m ir.Match, pattern, host, path string) bool {
	labels := strings.Count(host, ".") - strings.Count(pattern, ".") + 1
	if m.Labels == ir.OneLabel && labels != 1 || m.Labels == ir.ManyLabels && labels < 2 {
		return false
	}
	switch v := m.Path.Value; m.Path.Kind {
	case ir.Exact:
		return path == v
	case ir.Prefix:
		return v == "/" || path == v || strings.HasPrefix(path, v+"/")
	default:
		return false
	}
}

func describe(a ir.Action) string {
	switch a := a.(type) {
	case *ir.Forward:
		return a.Backends[0].Cluster.String()
	case *ir.Respond:
		return strconv.Itoa(a.Code)
	case *ir.Redirect:
		return "redirect to " + a.Host
	}
	return "no action"
}

func service(name string) string { return "service/ns/" + name + "/80" }
