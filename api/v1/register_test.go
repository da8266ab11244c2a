package v1_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"sigs.k8s.io/yaml"

	v1 "github.com/sluice-gateway/sluice/api/v1"
)

func TestEveryKindDecodesUnderEveryGroupThatServesIt(t *testing.T) {
	scheme := runtime.NewScheme()
	require.NoError(t, v1.AddToScheme(scheme))
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()

	for group, kinds := range map[string][]string{
		v1.Group:            {v1.KindVirtualService, v1.KindRouteTable, v1.KindUpstream, v1.KindUpstreamGroup, v1.KindSettings},
		v1.GatewaySoloGroup: {v1.KindVirtualService, v1.KindRouteTable},
		v1.GlooSoloGroup:    {v1.KindUpstream, v1.KindUpstreamGroup, v1.KindSettings},
	} {
		for _, kind := range kinds {
			gvk := schema.GroupVersionKind{Group: group, Version: v1.Version, Kind: kind}
			text := "apiVersion: " + group + "/v1\nkind: " + kind + "\nmetadata: {name: a, namespace: b}\n"
			object, got, err := decoder.Decode([]byte(text), nil, nil)
			require.NoError(t, err)
			require.Equal(t, gvk, *got)
			require.Equal(t, gvk, object.GetObjectKind().GroupVersionKind())
		}
	}
}

func TestOneGroupSchemesNameEachTypeOnce(t *testing.T) {
	for _, add := range []func(*runtime.Scheme) error{v1.AddSluiceToScheme, v1.AddSoloToScheme} {
		scheme := runtime.NewScheme()
		require.NoError(t, add(scheme))
		for _, object := range []runtime.Object{&v1.VirtualService{}, &v1.RouteTable{}, &v1.Upstream{}, &v1.UpstreamGroup{}, &v1.Settings{}} {
			kinds, _, err := scheme.ObjectKinds(object)
			require.NoError(t, err)
			require.Len(t, kinds, 1)
		}
	}
}

const hello = `
apiVersion: gateway.solo.io/v1
kind: VirtualService
metadata: {name: default, namespace: gloo-system}
spec:
  displayName: hello
  virtualHost:
    domains: ["*"]
    options:
      extauth: {configRef: {name: basic, namespace: gloo-system}}
    routes:
    - matchers: [{exact: /all-pets, headers: [{name: x, value: a.*, regex: true}]}]
      routeAction:
        single: {upstream: {name: default-petstore-8080, namespace: gloo-system}}
      options: {prefixRewrite: /api/pets, timeout: 0.5s}
    - matchers: [{prefix: /old}]
      redirectAction: {hostRedirect: new.example, responseCode: 3}
    - redirectAction: {httpsRedirect: true, responseCode: SEE_OTHER}
status:
  statuses:
    gloo-system: {state: 1, reportedBy: gateway, subresourceStatuses: {"*v1.Proxy.gateway-proxy": {state: Accepted}}}
`

func TestWhatGlooUsersWriteSurvivesReadingAndWriting(t *testing.T) {
	vs := &v1.VirtualService{}
	require.NoError(t, yaml.UnmarshalStrict([]byte(hello), vs))
	require.Equal(t, v1.Duration("0.5s"), *vs.Spec.VirtualHost.Routes[0].Options.Timeout)
	require.JSONEq(t, `{"configRef":{"name":"basic","namespace":"gloo-system"}}`, string(vs.Spec.VirtualHost.Options.Extauth.Raw))

	text, err := yaml.Marshal(vs.DeepCopy())
	require.NoError(t, err)
	again := &v1.VirtualService{}
	require.NoError(t, yaml.UnmarshalStrict(text, again))
	require.Equal(t, vs, again)
}

func TestAFieldThatNobodyKnowsIsRefused(t *testing.T) {
	err := yaml.UnmarshalStrict([]byte("spec: {virtualHost: {routes: [{mathcers: []}]}}"), &v1.VirtualService{})
	require.ErrorContains(t, err, "mathcers")
}

func TestAnOpaqueFieldSetToNullIsUnset(t *testing.T) {
	options := &v1.RouteOptions{}
	require.NoError(t, yaml.UnmarshalStrict([]byte("waf: null\nupgrades: [null]"), options))
	require.Nil(t, options.Waf)
	require.Empty(t, options.Upgrades[0].Raw)
}
