package gatewayapi_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"
	gwv1beta1 "sigs.k8s.io/gateway-api/apis/v1beta1"
	"sigs.k8s.io/gateway-api/pkg/consts"
	"sigs.k8s.io/gateway-api/pkg/features"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestClassOfOursIsAccepted(t *testing.T) {
	ours, st := gatewayapi.TranslateClass(parse[gwv1.GatewayClass](t, "metadata: {name: sluice, generation: 2}\nspec: {controllerName: sluice.dev/gateway-controller}"))
	require.True(t, ours)
	require.True(t, gatewayapi.ClassAccepted(st))
	require.Equal(t, []string{"Accepted=True/Accepted", "SupportedVersion=True/SupportedVersion"}, short(st.Conditions))
	require.Equal(t, "Gateway API "+consts.BundleVersion, message(t, st.Conditions, "SupportedVersion"))
	require.Equal(t, ir.Object{Group: "gateway.networking.k8s.io", Kind: "GatewayClass", Name: "sluice"}, st.Object)
	require.EqualValues(t, 2, st.Generation)
}

func TestClassOfOthersIsLeftAlone(t *testing.T) {
	ours, st := gatewayapi.TranslateClass(parse[gwv1.GatewayClass](t, "spec: {controllerName: example.com/other}"))
	require.False(t, ours)
	require.True(t, st.Equal(ir.Status{}))
}

func TestClassWithParametersIsNotAccepted(t *testing.T) {
	ours, st := gatewayapi.TranslateClass(parse[gwv1.GatewayClass](t,
		"spec: {controllerName: sluice.dev/gateway-controller, parametersRef: {group: example.com, kind: Params, name: p}}"))
	require.True(t, ours)
	require.False(t, gatewayapi.ClassAccepted(st))
	require.Equal(t, []string{"Accepted=False/InvalidParameters", "SupportedVersion=True/SupportedVersion"}, short(st.Conditions))
	require.Equal(t, "spec.parametersRef: parameters of kind Params are not supported; remove parametersRef", message(t, st.Conditions, "Accepted"))
}

func TestSupportedFeaturesAreKnownAndSorted(t *testing.T) {
	got := gatewayapi.SupportedFeatures()
	require.True(t, slices.IsSorted(got))
	require.LessOrEqual(t, len(got), 64)
	for _, f := range got {
		require.True(t, features.AllFeatures.Has(features.GetFeature(features.FeatureName(f))), "%s is not a feature of Gateway API", f)
	}
	for _, core := range []features.FeatureName{features.SupportGateway, features.SupportHTTPRoute, features.SupportReferenceGrant} {
		require.Contains(t, got, string(core))
	}
}

func TestGrantPermitsOnlyWhatItNames(t *testing.T) {
	g := gatewayapi.TranslateGrant(parse[gwv1beta1.ReferenceGrant](t, `
metadata: {namespace: other, name: g}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}, {group: example.com, kind: Thing, namespace: third}]
  to: [{group: "", kind: Service, name: far}, {group: "", kind: Secret}]`))
	from := ir.Object{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Namespace: "default", Name: "r"}
	to := ir.Object{Kind: "Service", Namespace: "other", Name: "far"}
	change := func(o ir.Object, f func(*ir.Object)) ir.Object { f(&o); return o }
	for name, c := range map[string]struct {
		from, to ir.Object
		want     bool
	}{
		"as named":            {from, to, true},
		"second from":         {ir.Object{Group: "example.com", Kind: "Thing", Namespace: "third"}, to, true},
		"any name":            {from, ir.Object{Kind: "Secret", Namespace: "other", Name: "x"}, true},
		"another name":        {from, change(to, func(o *ir.Object) { o.Name = "near" }), false},
		"another kind":        {from, change(to, func(o *ir.Object) { o.Kind = "Upstream" }), false},
		"another group":       {from, change(to, func(o *ir.Object) { o.Group = "g" }), false},
		"another namespace":   {from, change(to, func(o *ir.Object) { o.Namespace = "third" }), false},
		"from another place":  {change(from, func(o *ir.Object) { o.Namespace = "third" }), to, false},
		"from another kind":   {change(from, func(o *ir.Object) { o.Kind = "GRPCRoute" }), to, false},
		"from another group":  {change(from, func(o *ir.Object) { o.Group = "" }), to, false},
		"entries do not mix":  {ir.Object{Group: "example.com", Kind: "Thing", Namespace: "default"}, to, false},
		"name of other entry": {from, ir.Object{Kind: "Service", Namespace: "other", Name: "x"}, false},
	} {
		require.Equal(t, c.want, g.Permits(c.from, c.to), name)
	}
}
