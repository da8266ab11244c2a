package schema_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"

	sluicev1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/manifests"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/source/manifest"
	"github.com/sluice-gateway/sluice/pkg/source/schema"
)

func schemas(t testing.TB) *schema.Schemas {
	t.Helper()
	s, err := schema.New(manifests.CRDs)
	require.NoError(t, err)
	return s
}

func generic(t testing.TB, text string) map[string]any {
	t.Helper()
	docs, err := manifest.Split("x.yaml", []byte(text))
	require.NoError(t, err)
	require.Len(t, docs, 1)
	decoded, err := docs[0].Decode()
	require.NoError(t, err)
	require.Empty(t, decoded.Duplicates)
	return decoded.Items[0].Object
}

func TestEveryEmbeddedDefinitionCompiles(t *testing.T) {
	s := schemas(t)
	err := fs.WalkDir(manifests.CRDs, ".", func(name string, entry fs.DirEntry, err error) error {
		require.NoError(t, err)
		if entry.IsDir() {
			return nil
		}
		text, err := manifests.CRDs.ReadFile(name)
		require.NoError(t, err)
		crd := &apiextensionsv1.CustomResourceDefinition{}
		require.NoError(t, yaml.Unmarshal(text, crd))
		for _, v := range crd.Spec.Versions {
			_, bad := s.Identify(map[string]any{
				"apiVersion": crd.Spec.Group + "/" + v.Name, "kind": crd.Spec.Names.Kind, "metadata": map[string]any{"name": "x"},
			})
			if v.Served {
				require.Nil(t, bad, "%s %s", name, v.Name)
			} else {
				require.Equal(t, schema.ReasonUnknownKind, bad.Reason)
			}
			if v.Served && crd.Spec.Group == "gateway.networking.k8s.io" {
				require.Nil(t, crd.Spec.Conversion, "versions that are more than a name need a conversion")
			}
		}
		return nil
	})
	require.NoError(t, err)
}

func TestIdentify(t *testing.T) {
	s := schemas(t)
	for name, c := range map[string]struct {
		text    string
		key     ir.Object
		field   string
		message string
	}{
		"namespaced":       {"{apiVersion: v1, kind: Service, metadata: {name: a, namespace: b}}", ir.Object{Kind: "Service", Namespace: "b", Name: "a"}, "", ""},
		"default":          {"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}}", ir.Object{Group: "networking.k8s.io", Kind: "Ingress", Namespace: "default", Name: "a"}, "", ""},
		"cluster":          {"{apiVersion: v1, kind: Namespace, metadata: {name: a, namespace: b}}", ir.Object{Kind: "Namespace", Name: "a"}, "", ""},
		"custom":           {"{apiVersion: gateway.solo.io/v1, kind: VirtualService, metadata: {name: a}}", ir.Object{Group: "gateway.solo.io", Kind: "VirtualService", Namespace: "default", Name: "a"}, "", ""},
		"old version":      {"{apiVersion: gateway.networking.k8s.io/v1beta1, kind: HTTPRoute, metadata: {name: a}}", ir.Object{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Namespace: "default", Name: "a"}, "", ""},
		"custom cluster":   {"{apiVersion: gateway.networking.k8s.io/v1, kind: GatewayClass, metadata: {name: a}}", ir.Object{Group: "gateway.networking.k8s.io", Kind: "GatewayClass", Name: "a"}, "", ""},
		"no apiVersion":    {"{kind: Service, metadata: {name: a}}", ir.Object{Kind: "Service"}, "apiVersion", "required"},
		"no kind":          {"{apiVersion: v1, metadata: {name: a}}", ir.Object{}, "kind", "required"},
		"no metadata":      {"{apiVersion: v1, kind: Service}", ir.Object{Kind: "Service"}, "metadata", "required"},
		"no name":          {"{apiVersion: v1, kind: Service, metadata: {}}", ir.Object{Kind: "Service"}, "metadata.name", "required"},
		"name is a number": {"{apiVersion: v1, kind: Service, metadata: {name: 1}}", ir.Object{Kind: "Service"}, "metadata.name", "expected a text, found 1"},
		"bad apiVersion":   {"{apiVersion: a/b/c, kind: Service, metadata: {name: a}}", ir.Object{Kind: "Service"}, "apiVersion", "a/b/c"},
		"unknown kind":     {"{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}", ir.Object{Group: "apps", Kind: "Deployment", Name: "a"}, "kind", "not a known kind"},
		"misspelt kind":    {"{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoutes, metadata: {name: a}}", ir.Object{Group: "gateway.networking.k8s.io", Kind: "HTTPRoutes", Name: "a"}, "kind", "has no HTTPRoutes"},
		"removed version":  {"{apiVersion: networking.k8s.io/v1beta1, kind: Ingress, metadata: {name: a}}", ir.Object{Group: "networking.k8s.io", Kind: "Ingress", Name: "a"}, "apiVersion", "use networking.k8s.io/v1"},
		"future version":   {"{apiVersion: gateway.networking.k8s.io/v9, kind: HTTPRoute, metadata: {name: a}}", ir.Object{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Name: "a"}, "apiVersion", "use gateway.networking.k8s.io/v1 or"},
	} {
		t.Run(name, func(t *testing.T) {
			key, bad := s.Identify(generic(t, c.text))
			if c.field == "" {
				require.Nil(t, bad)
				require.Equal(t, c.key, key)
				return
			}
			require.NotNil(t, bad)
			require.Equal(t, c.key.Kind, key.Kind)
			require.Equal(t, c.key.Name, key.Name)
			require.Equal(t, c.field, bad.Field)
			require.Equal(t, name == "unknown kind", bad.Severity == ir.Warning)
			require.Contains(t, bad.String(), c.message)
		})
	}
}

func check[T schema.KubeObject](t *testing.T, text string) T {
	t.Helper()
	obj, bad := schemas(t).Check(generic(t, text))
	require.Empty(t, bad)
	require.IsType(t, *new(T), obj)
	return obj.(T)
}

func TestDefaultsAreThoseOfTheAPIServer(t *testing.T) {
	svc := check[*corev1.Service](t, "{apiVersion: v1, kind: Service, metadata: {name: 1-a}, spec: {ports: [{port: 80}]}}")
	require.Equal(t, "default", svc.Namespace)
	require.Equal(t, corev1.ServiceTypeClusterIP, svc.Spec.Type)
	require.Equal(t, corev1.ProtocolTCP, svc.Spec.Ports[0].Protocol)
	require.Equal(t, 80, svc.Spec.Ports[0].TargetPort.IntValue())

	slice := check[*discoveryv1.EndpointSlice](t, `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: a}
addressType: IPv4
endpoints: [{addresses: [127.0.0.1]}]
ports: [{port: 80}]`)
	require.Equal(t, corev1.ProtocolTCP, *slice.Ports[0].Protocol)
	require.Empty(t, *slice.Ports[0].Name)

	secret := check[*corev1.Secret](t, "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {a: YQ==, b: Yg==}, stringData: {b: B}}")
	require.Equal(t, corev1.SecretTypeOpaque, secret.Type)
	require.Equal(t, map[string][]byte{"a": []byte("a"), "b": []byte("B")}, secret.Data)
	require.Empty(t, secret.StringData)

	class := check[*networkingv1.IngressClass](t, `
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: a}
spec: {controller: a.example/b, parameters: {kind: X, name: yy}}`)
	require.Equal(t, "Cluster", *class.Spec.Parameters.Scope)

	route := check[*gatewayv1.HTTPRoute](t, `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {name: a}
spec: {parentRefs: [{name: g}], rules: [{backendRefs: [{name: s, port: 80}]}]}`)
	require.Equal(t, "gateway.networking.k8s.io/v1", route.APIVersion)
	require.Equal(t, "/", *route.Spec.Rules[0].Matches[0].Path.Value)
	require.EqualValues(t, 1, *route.Spec.Rules[0].BackendRefs[0].Weight)
	require.EqualValues(t, "Gateway", *route.Spec.ParentRefs[0].Kind)

	gw := check[*gatewayv1.Gateway](t, `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: a, managedFields: [{manager: x}], resourceVersion: "7", uid: u}
spec: {gatewayClassName: sluice, listeners: [{name: l, port: 80, protocol: HTTP}]}
status: {nonsense: 1}`)
	require.EqualValues(t, "Same", *gw.Spec.Listeners[0].AllowedRoutes.Namespaces.From)
	require.Empty(t, gw.Status)
	require.Empty(t, gw.ManagedFields)
	require.Empty(t, gw.ResourceVersion)
	require.EqualValues(t, "u", gw.UID)
	require.True(t, gw.CreationTimestamp.IsZero())

	vs := check[*sluicev1.VirtualService](t, `
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {name: a, creationTimestamp: "2024-01-02T03:04:05Z"}
spec: {virtualHost: {domains: ["*"], routes: []}}`)
	require.Equal(t, "gateway.solo.io/v1", vs.APIVersion)
	require.Equal(t, 2024, vs.CreationTimestamp.Year())
}

// service, ingress and so on frame the interesting part of an object.
const (
	service      = "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: "
	ingress      = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: a}, spec: "
	path         = ingress + "{rules: [{http: {paths: ["
	goodBackend  = "backend: {service: {name: s, port: {number: 80}}}"
	slice        = "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: a}, "
	secret       = "{apiVersion: v1, kind: Secret, metadata: {name: a}, "
	configMap    = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, "
	ingressClass = "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: a}, spec: "
	httpRoute    = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}, spec: "
	gateway      = "{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, metadata: {name: a}, spec: "
)

func TestRefused(t *testing.T) {
	s := schemas(t)
	for text, want := range map[string]string{
		// metadata
		"{apiVersion: v1, kind: Service, metadata: {name: A_b}, spec: {ports: [{port: 80}]}}": "metadata.name: \"A_b\": a lowercase",
		"{apiVersion: v1, kind: Namespace, metadata: {name: a.b}}":                            "metadata.name",
		"{apiVersion: v1, kind: Namespace, metadata: {name: a, lables: {}}}":                  "metadata.lables: unknown field",
		"{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {a: 1}}}":              "metadata.labels[a]: expected a text, found 1",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: A}}":                "metadata.namespace",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {'a b': c}}}":          "metadata.labels",
		// Service
		service + "{ports: [{prot: 80}]}}":                               "spec.ports[0].prot: unknown field",
		service + "{ports: {port: 80}}}":                                 "spec.ports: expected a list, found an object",
		service + "{ports: [{port: eighty}]}}":                           "spec.ports[0].port: expected an integer, found the text \"eighty\"",
		service + "{ports: [{port: 4294967376}]}}":                       "spec.ports[0].port: 4294967376 is out of range",
		service + "{ports: [{port: 0}]}}":                                "spec.ports[0].port",
		service + "{ports: [{port: 65536}]}}":                            "spec.ports[0].port",
		service + "{ports: [{port: 80, targetPort: 70000}]}}":            "spec.ports[0].targetPort",
		service + "{ports: [{port: 80, targetPort: UPPER}]}}":            "spec.ports[0].targetPort",
		service + "{ports: [{port: 80, protocol: tcp}]}}":                "spec.ports[0].protocol",
		service + "{ports: [{port: 80}, {port: 81}]}}":                   "spec.ports[0].name: required",
		service + "{ports: [{port: 80, name: a}, {port: 81, name: a}]}}": "spec.ports[1].name: duplicate",
		service + "{ports: [{port: 80, name: a}, {port: 80, name: b}]}}": "spec.ports[1]: duplicate",
		service + "{}}":                                             "spec.ports: required",
		service + "{type: ExternalName}}":                           "spec.externalName: required",
		service + "{type: Other, ports: [{port: 80}]}}":             "spec.type: unsupported value",
		service + "{clusterIP: 1.2.3, ports: [{port: 80}]}}":        "spec.clusterIP",
		service + "{sessionAffinity: Sticky, ports: [{port: 80}]}}": "spec.sessionAffinity",
		// EndpointSlice
		slice + "endpoints: []}": "addressType: unsupported",
		slice + "addressType: IPv4, endpoints: [{addresses: [a.b]}]}":                "endpoints[0].addresses[0]",
		slice + "addressType: IPv6, endpoints: [{addresses: [1.2.3.4]}]}":            "endpoints[0].addresses[0]",
		slice + "addressType: IPv4, endpoints: [{}]}":                                "endpoints[0].addresses: required",
		slice + "addressType: IPv4, endpoints: [], ports: [{port: 0}]}":              "ports[0].port",
		slice + "addressType: IPv4, endpoints: [], ports: [{port: 80}, {port: 81}]}": "ports[1].name: duplicate",
		slice + "addressType: IPv4, endpoints: [{addresses: ['fe80::1%eth0']}]}":     "endpoints[0].addresses[0]",
		slice + "addressType: FQDN, endpoints: [{addresses: ['a b']}]}":              "endpoints[0].addresses[0]",
		slice + "addressType: IPv4, endpoints: [{addresses: [1.2.3.4], weight: 7}]}": "endpoints[0].weight: unknown field",
		// Secret, ConfigMap
		secret + "data: {a: '!'}}":                                 "data[a]: illegal base64",
		secret + "data: {'a b': YQ==}}":                            "data[a b]",
		secret + "type: kubernetes.io/tls, data: {tls.crt: YQ==}}": "data[tls.key]: required",
		secret + "stringData: {a: 1}}":                             "stringData[a]: expected a text",
		configMap + "data: {a: b}, binaryData: {a: YQ==}}":         "binaryData[a]",
		// IngressClass
		ingressClass + "{}}": "spec.controller",
		ingressClass + "{controller: a.b/c, parameters: {kind: X}}}":                             "spec.parameters.name: required",
		ingressClass + "{controller: a.b/c, parameters: {kind: X, name: yy, scope: Namespace}}}": "spec.parameters.namespace: required",
		ingressClass + "{controller: a.b/c, parameters: {kind: X, name: yy, namespace: z}}}":     "spec.parameters.namespace: forbidden",
		ingressClass + "{controller: a.b/c, parameters: {kind: X, name: yy, scope: Both}}}":      "spec.parameters.scope",
		// Ingress
		ingress + "{}}": "spec: required",
		ingress + "{rules: [{host: a.example:80}]}}":                                    "spec.rules[0].host",
		ingress + "{rules: [{host: A.example}]}}":                                       "spec.rules[0].host",
		ingress + "{rules: [{host: a.example.}]}}":                                      "spec.rules[0].host",
		ingress + "{rules: [{host: 10.0.0.1}]}}":                                        "spec.rules[0].host: \"10.0.0.1\": must be a DNS name",
		ingress + "{rules: [{host: '*.*.example'}]}}":                                   "spec.rules[0].host",
		ingress + "{rules: [{host: 'a.*.example'}]}}":                                   "spec.rules[0].host",
		ingress + "{rules: [{host: a, http: {}}]}}":                                     "spec.rules[0].http.paths: required",
		ingress + "{rules: [{host: a}], tls: [{hosts: [A]}]}}":                          "spec.tls[0].hosts[0]",
		ingress + "{rules: [{host: a}], tls: [{secretName: A}]}}":                       "spec.tls[0].secretName",
		ingress + "{rules: [{host: a}], ingressClassName: 'a b'}}":                      "spec.ingressClassName",
		ingress + "{rules: [{host: a, paths: []}]}}":                                    "spec.rules[0].paths: unknown field",
		ingress + "{defaultBackend: {}}}":                                               "spec.defaultBackend: required",
		ingress + "{defaultBackend: {service: {name: s}}}}":                             "spec.defaultBackend.service.port: required",
		ingress + "{defaultBackend: {service: {name: s, port: {number: 1, name: a}}}}}": "spec.defaultBackend.service.port",
		ingress + "{defaultBackend: {service: {port: {number: 1}}}}}":                   "spec.defaultBackend.service.name: required",
		ingress + "{defaultBackend: {service: {name: s, port: {number: 99999}}}}}":      "spec.defaultBackend.service.port.number",
		ingress + "{defaultBackend: {resource: {}}}}":                                   "spec.defaultBackend.resource.kind: required",
		ingress + "{defaultBackend: {service: {name: s, port: {name: 'A'}}}}}":          "spec.defaultBackend.service.port.name",
		path + "{path: /, " + goodBackend + "}]}}]}}":                                   "spec.rules[0].http.paths[0].pathType: required",
		path + "{path: a, pathType: Prefix, " + goodBackend + "}]}}]}}":                 "spec.rules[0].http.paths[0].path: \"a\": must be an absolute path",
		path + "{pathType: Exact, " + goodBackend + "}]}}]}}":                           "spec.rules[0].http.paths[0].path",
		path + "{path: /a//b, pathType: Exact, " + goodBackend + "}]}}]}}":              "must not contain \"//\"",
		path + "{path: /a/../b, pathType: Exact, " + goodBackend + "}]}}]}}":            "must not contain \"/../\"",
		path + "{path: /a%2Fb, pathType: Prefix, " + goodBackend + "}]}}]}}":            "must not contain \"%2F\"",
		path + "{path: /a/.., pathType: Prefix, " + goodBackend + "}]}}]}}":             "must not end in \"/..\"",
		path + "{path: a, pathType: ImplementationSpecific, " + goodBackend + "}]}}]}}": "must be an absolute path",
		path + "{path: /, pathType: prefix, " + goodBackend + "}]}}]}}":                 "spec.rules[0].http.paths[0].pathType: unsupported",
		// CustomResourceDefinitions: schema, list types, CEL
		httpRoute + "{rulez: []}}":                                                                                                "spec.rulez: unknown field",
		httpRoute + "{rules: [{matches: [{path: {valeu: /}}]}]}}":                                                                 "spec.rules[0].matches[0].path.valeu: unknown field",
		httpRoute + "{hostnames: a}}":                                                                                             "spec.hostnames",
		httpRoute + "{hostnames: [A.example]}}":                                                                                   "spec.hostnames[0]",
		httpRoute + "{hostnames: ['a.example:80']}}":                                                                              "spec.hostnames[0]",
		httpRoute + "{rules: [{backendRefs: [{name: s}]}]}}":                                                                      "must have port for Service reference",
		httpRoute + "{rules: [{backendRefs: [{name: s, port: 0}]}]}}":                                                             "spec.rules[0].backendRefs[0].port",
		httpRoute + "{rules: [{backendRefs: [{name: s, port: 80, weight: -1}]}]}}":                                                "spec.rules[0].backendRefs[0].weight",
		httpRoute + "{rules: [{matches: [{path: {type: PathPrefix, value: a}}]}]}}":                                               "must be an absolute path",
		httpRoute + "{rules: [{matches: [{path: {type: Exact, value: /a/../b}}]}]}}":                                              "must not contain '/../'",
		httpRoute + "{rules: [{matches: [{method: get}]}]}}":                                                                      "spec.rules[0].matches[0].method",
		httpRoute + "{rules: [{timeouts: {request: 1s, backendRequest: 2s}}]}}":                                                   "backendRequest timeout cannot be longer than request timeout",
		httpRoute + "{rules: [{filters: [{type: RequestRedirect}]}]}}":                                                            "filter.requestRedirect must be specified",
		gateway + "{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP}, {name: a, port: 81, protocol: HTTP}]}}": "spec.listeners[1]",
		gateway + "{gatewayClassName: c, listeners: [{name: a, port: 80, protocol: HTTP, tls: {}}]}}":                             "tls must not be specified",
		gateway + "{gatewayClassName: c, listeners: []}}":                                                                         "spec.listeners",
		gateway + "{gatewayClassName: c, listeners: [{name: a, port: eighty, protocol: HTTP}]}}":                                  "spec.listeners[0].port",
	} {
		obj, bad := s.Check(generic(t, text))
		require.NotEmpty(t, bad, text)
		require.Nil(t, obj, text)
		var all []string
		for _, p := range bad {
			require.Equal(t, ir.Error, p.Severity)
			require.NotEmpty(t, p.Reason)
			all = append(all, p.String())
		}
		require.Contains(t, strings.Join(all, "\n"), want, text)
	}
}

func TestAccepted(t *testing.T) {
	s := schemas(t)
	for _, text := range []string{
		"{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {a.b/c: d}, creationTimestamp: null}, spec: {}, status: {phase: Active}}",
		service + "{clusterIP: None}}",
		service + "{type: ExternalName, externalName: a.example}}",
		service + "{ports: [{port: 80, name: a, targetPort: http}, {port: 80, name: b, protocol: UDP}], clusterIP: '2001:db8::1'}}",
		slice + "addressType: IPv6, endpoints: [{addresses: ['::1'], conditions: {ready: true}}], ports: [{name: '', port: 80, appProtocol: http}]}",
		slice + "addressType: FQDN, endpoints: [{addresses: [a.example]}]}",
		secret + "type: kubernetes.io/tls, stringData: {tls.crt: a, tls.key: b}}",
		configMap + "data: {a: b}, binaryData: {c: YQ==}, immutable: true}",
		ingressClass + "{controller: a.b/c, parameters: {kind: X, name: yy, apiGroup: z.z, scope: Namespace, namespace: nn}}}",
		ingress + "{rules: [{host: '*.a.example'}, {host: a.example}], tls: [{hosts: ['*.a.example'], secretName: s}, {}]}}",
		path + "{pathType: ImplementationSpecific, " + goodBackend + "}]}}]}}",
		path + "{path: /a/, pathType: Prefix, backend: {resource: {kind: A, name: b, apiGroup: c}}}]}}]}}",
		httpRoute + "{}}",
		"{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: a}}",
		"{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: a}, spec: {from: [{group: '', kind: Service, namespace: a}], to: [{group: '', kind: Secret}]}}",
	} {
		obj, bad := s.Check(generic(t, text))
		if strings.HasSuffix(text, "HTTPRoute, metadata: {name: a}}") {
			require.NotEmpty(t, bad, "spec is required")
			continue
		}
		require.Empty(t, bad, text)
		require.Equal(t, "a", obj.GetName())
	}
}

func TestValuesOfSecretsAreNeverShown(t *testing.T) {
	s := schemas(t)
	for _, text := range []string{
		"data: hidden", "data: [hidden]", "data: {a: [hidden]}", "data: {a: {b: hidden}}", "data: {a: '%hidden'}",
		"stringData: hidden", "stringData: {a: {hidden: b}}", "stringData: {a: [hidden]}", "stringData: {a: 4711}",
	} {
		_, bad := s.Check(generic(t, secret+text+"}"))
		require.NotEmpty(t, bad, text)
		for _, p := range bad {
			require.NotContains(t, p.String(), "hidden")
			require.NotContains(t, p.String(), "4711")
		}
	}
}
