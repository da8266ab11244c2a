package manifests_test

import (
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"

	"github.com/sluice-gateway/sluice/manifests"
)

func TestEveryKindIsServedByBothItsGroups(t *testing.T) {
	groups := map[string][]string{}
	for _, file := range ours(t) {
		spec := definition(t, file).Spec
		groups[spec.Names.Kind] = append(groups[spec.Names.Kind], spec.Group)
	}
	require.Equal(t, map[string][]string{
		"VirtualService": {"gateway.solo.io", "sluice.dev"},
		"RouteTable":     {"gateway.solo.io", "sluice.dev"},
		"Upstream":       {"gloo.solo.io", "sluice.dev"},
		"UpstreamGroup":  {"gloo.solo.io", "sluice.dev"},
		"Settings":       {"gloo.solo.io", "sluice.dev"},
	}, groups)
}

func TestGatewayAPIStandardChannelIsThere(t *testing.T) {
	files, err := fs.Glob(manifests.CRDs, "crds/gateway-api/*.yaml")
	require.NoError(t, err)
	kinds := map[string]bool{}
	for _, file := range files {
		crd := definition(t, file)
		require.Equal(t, "standard", crd.Annotations["gateway.networking.k8s.io/channel"], file)
		kinds[crd.Spec.Names.Kind] = true
	}
	for _, kind := range []string{"GatewayClass", "Gateway", "HTTPRoute", "ReferenceGrant"} {
		require.True(t, kinds[kind], kind)
	}
}

func ours(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(manifests.CRDs, "crds/*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

func definition(t *testing.T, file string) *apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	text, err := manifests.CRDs.ReadFile(file)
	require.NoError(t, err)
	crd := &apiextensionsv1.CustomResourceDefinition{}
	require.NoError(t, yaml.UnmarshalStrict(text, crd))
	return crd
}
