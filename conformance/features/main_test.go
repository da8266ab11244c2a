package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEachDialectMapsEachFeatureOrSaysWhyNot(t *testing.T) {
	fields := policyFields()
	require.NotEmpty(t, fields)
	for _, d := range dialects() {
		for _, f := range fields {
			s, ok := d.features[f]
			require.True(t, ok, "%s says nothing of %s: map it, or say why not in Features()", d.name, f)
			require.NotEqual(t, s.Field == "", s.Cannot == "", "%s must give %s either a field or a reason", d.name, f)
		}
		for f := range d.features {
			require.Contains(t, fields, f, "%s speaks of a feature that does not exist", d.name)
		}
	}
}

func TestThePageIsUpToDate(t *testing.T) {
	var want bytes.Buffer
	require.NoError(t, write(&want))
	got, err := os.ReadFile("../../docs/features.md")
	require.NoError(t, err)
	require.Equal(t, want.String(), string(got), "run make generate")
}
