package gatewayapi_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestEachFeatureOfAPolicyIsMappedOrExplained(t *testing.T) {
	got := gatewayapi.Features()
	policy := reflect.TypeFor[ir.Policy]()
	for f := range policy.Fields() {
		s, ok := got[f.Name]
		require.True(t, ok, f.Name)
		require.NotEqual(t, s.Field == "", s.Cannot == "", "%s needs either a field or a reason", f.Name)
	}
	require.Len(t, got, policy.NumField())
}
