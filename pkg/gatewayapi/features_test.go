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
	for i := range policy.NumField() {
		s, ok := got[policy.Field(i).Name]
		require.True(t, ok, policy.Field(i).Name)
		require.NotEqual(t, s.Field == "", s.Cannot == "", "%s needs either a field or a reason", policy.Field(i).Name)
	}
	require.Len(t, got, policy.NumField())
}
