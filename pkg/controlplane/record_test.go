package controlplane_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/sluice-gateway/sluice/pkg/controlplane"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/report"
)

// An editor may delete a file and write it again, and both may be news at once.
func TestWhatGoesAndComesBackAtOnceKeepsItsProblems(t *testing.T) {
	alone := web("http")[1] // an Ingress without its Service
	alone.Place = report.Place{File: "web.yaml", Line: 7}
	cp, _ := start(t, alone)
	problems := func() (out []report.Finding) {
		require.NoError(t, cp.Ask(t.Context(), func(_ *pipeline.Pipeline, b *report.Book) { out = b.Findings() }))
		return out
	}
	before := problems()
	require.NotEmpty(t, before)
	require.Equal(t, alone.Place, before[0].Place)

	gone := edit(webKey(networkingv1.GroupName, "Ingress"), nil)
	cp.Offer(controlplane.Batch{Edits: []controlplane.Edit{gone, alone}})
	require.Equal(t, before, problems())

	cp.Offer(controlplane.Batch{Edits: []controlplane.Edit{alone, gone}})
	require.Empty(t, problems())
}
