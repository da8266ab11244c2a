package ingress

import (
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
	"sigs.k8s.io/yaml"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const anyRule = `
  rules:
  - http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: a, port: {number: 80}}}}]}
`

func TestClassDecidesWhetherAnIngressIsOurs(t *testing.T) {
	annotated := func(class string) string {
		return "metadata: {annotations: {kubernetes.io/ingress.class: " + class + "}}\nspec:\n"
	}
	for _, c := range []struct {
		name, head, standard string
		noClasses, ours      bool
		problem              string
	}{
		{name: "field", head: "spec:\n  ingressClassName: sluice", ours: true},
		{name: "field of another", head: "spec:\n  ingressClassName: nginx", standard: "sluice"},
		{name: "field of nobody", head: "spec:\n  ingressClassName: missing", standard: "sluice"},
		{name: "field, but no object", head: "spec:\n  ingressClassName: sluice", noClasses: true},
		{name: "annotation", head: annotated("sluice"), ours: true},
		{name: "annotation, but no object", head: annotated("sluice"), noClasses: true, ours: true},
		{name: "annotation of another", head: annotated("nginx"), standard: "sluice"},
		{name: "empty annotation", head: annotated(`""`), standard: "sluice", ours: true},
		{name: "default class", head: "spec:", standard: "sluice", ours: true},
		{name: "default class of another", head: "spec:", standard: "nginx"},
		{name: "no class at all", head: "spec:"},
		{
			name: "annotation before field", head: annotated("sluice") + "  ingressClassName: nginx", ours: true,
			problem: `warning Conflict spec.ingressClassName: the annotation kubernetes.io/ingress.class says "sluice" and goes before this "nginx"; remove the annotation`,
		},
		{name: "annotation of another before field", head: annotated("nginx") + "  ingressClassName: sluice"},
		{name: "both agree", head: annotated("sluice") + "  ingressClassName: sluice", ours: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := plain()
			w.fallback = c.standard
			if c.noClasses {
				w.classes = nil
			}
			out, ok := Translate(w, read(t, c.head+anyRule))
			require.Equal(t, c.ours, ok)
			if !ok {
				require.Zero(t, out)
				return
			}
			require.NotEmpty(t, out.Fragments)
			if c.problem == "" {
				require.Empty(t, out.Status.Problems)
				return
			}
			require.Equal(t, []string{c.problem}, messages(out.Status.Problems))
		})
	}
}

func TestClassChoosesTheGateway(t *testing.T) {
	w := plain()
	own := &ir.Gateway{Name: ir.Name{Namespace: "infra", Name: "own"}, Sections: []ir.Section{section("web", 81, ir.HTTP, "")}}
	w.gateways = map[ir.Name]*ir.Gateway{own.Name: own}
	w.classes["sluice"] = ir.IngressClass{Name: "sluice", Ours: true, Gateway: own.Name}
	out := translate(t, w, "spec:"+anyRule)
	require.Equal(t, []ir.Attachment{{Gateway: own.Name, Section: "web"}}, out.Attached)
	require.Equal(t, ir.ListenerKey{Gateway: own.Name, Port: 81}, out.Fragments[0].Host.Listener)
}

func TestIngressWithoutGatewayIsAProblem(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		want   string
	}{
		"no default Gateway": {func(w *world) { w.standard = nil }, "there is no default Gateway"},
		"the class's Gateway is missing": {
			func(w *world) {
				w.classes["sluice"] = ir.IngressClass{Name: "sluice", Ours: true, Gateway: ir.Name{Namespace: "x", Name: "y"}}
			},
			"the IngressClass sluice names the Gateway x/y, which does not exist or is not ours",
		},
		"the class is broken": {
			func(w *world) {
				w.classes["sluice"] = ir.IngressClass{Name: "sluice", Ours: true, Problem: &ir.Problem{Message: "why"}}
			},
			"the IngressClass sluice cannot be used: why",
		},
		"no section for the namespace": {
			func(w *world) {
				for i := range w.standard.Sections {
					w.standard.Sections[i].Namespaces = ir.NamespaceSelector{Same: true}
				}
			},
			"no listener of the Gateway infra/gw takes Ingresses of the namespace ns",
		},
		"no section for routes": {
			func(w *world) {
				w.standard.Sections[0].Kinds, w.standard.Sections[1].Accepted = []string{"GRPCRoute"}, false
			},
			"no listener of the Gateway infra/gw takes Ingresses of the namespace ns",
		},
	} {
		w := plain()
		c.change(w)
		out := translate(t, w, "spec:"+anyRule)
		require.Empty(t, out.Fragments, name)
		require.Len(t, out.Status.Problems, 1, name)
		p := out.Status.Problems[0]
		require.Equal(t, ir.Problem{Severity: ir.Error, Reason: ir.ReasonNotAttached, Field: "spec.ingressClassName", Message: c.want, Remedy: p.Remedy}, p)
	}
}

func TestNamespaceLabelsAreReadOnlyForSelectors(t *testing.T) {
	w := plain()
	translate(t, w, "spec:"+anyRule)
	require.Empty(t, w.reads)

	w.labels = map[string]map[string]string{"ns": {"team": "shop"}}
	w.standard.Sections[0].Namespaces = ir.NamespaceSelector{Selector: ir.LabelSelector{
		Requirements: []ir.LabelRequirement{{Key: "team", Operator: "In", Values: []string{"shop"}}},
	}}
	require.NotEmpty(t, translate(t, w, "spec:"+anyRule).Fragments)
	require.Equal(t, []string{"labels of ns"}, w.reads)
}

func TestTranslateClass(t *testing.T) {
	const own = "controller: sluice.dev/ingress-controller\n"
	for _, c := range []struct {
		spec    string
		ours    bool
		gateway ir.Name
		field   string
	}{
		{spec: "controller: k8s.io/ingress-nginx\nparameters: {kind: Odd, name: x}"},
		{spec: own, ours: true},
		{
			spec: own + "parameters: {apiGroup: gateway.networking.k8s.io, kind: Gateway, scope: Namespace, namespace: infra, name: gw}",
			ours: true, gateway: ir.Name{Namespace: "infra", Name: "gw"},
		},
		{spec: own + "parameters: {apiGroup: gateway.networking.k8s.io, kind: Gateway, scope: Cluster, name: gw}", ours: true, field: "spec.parameters.scope"},
		{spec: own + "parameters: {apiGroup: gateway.networking.k8s.io, kind: Gateway, name: gw}", ours: true, field: "spec.parameters.scope"},
		{spec: own + "parameters: {apiGroup: gateway.networking.k8s.io, kind: Gateway, scope: Namespace, name: gw}", ours: true, field: "spec.parameters.namespace"},
		{spec: own + "parameters: {apiGroup: gateway.networking.k8s.io, kind: Gateway, scope: Namespace, namespace: infra}", ours: true, field: "spec.parameters.name"},
		{spec: own + "parameters: {kind: ConfigMap, scope: Namespace, namespace: infra, name: x}", ours: true, field: "spec.parameters"},
	} {
		in := &networkingv1.IngressClass{}
		in.Name, in.Generation = "x", 7
		require.NoError(t, yaml.UnmarshalStrict([]byte(c.spec), &in.Spec))
		class, status := TranslateClass(in)
		require.Equal(t, "x", class.Name)
		require.Equal(t, c.ours, class.Ours)
		require.Equal(t, c.gateway, class.Gateway, c.spec)
		require.Equal(t, ir.Object{Group: "networking.k8s.io", Kind: "IngressClass", Name: "x"}, status.Object)
		require.Equal(t, int64(7), status.Generation)
		if c.field == "" {
			require.Nil(t, class.Problem)
			require.Empty(t, status.Problems)
			continue
		}
		require.Equal(t, []ir.Problem{*class.Problem}, status.Problems)
		require.Equal(t, c.field, class.Problem.Field)
		require.Equal(t, ir.Error, class.Problem.Severity)
	}
}
