package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

func TestARefusedSecretIsAProblemOfTheSecret(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(key("", "Secret", "cert"), secret("cert", corev1.SecretTypeOpaque))
	p.Commit()
	refused := pipeline.Rejected{Type: xds.SecretType, Name: "default/cert"}
	p.StageRejection(refused, "no such curve")
	problems := problemsOf(t, p.Commit(), key("", "Secret", "cert"))
	require.Len(t, problems, 1)
	require.Equal(t, ir.ReasonRefusedByProxy, problems[0].Reason)

	p.StageRejection(refused, "")
	changes := p.Commit()
	require.Len(t, changes.Statuses, 1)
	require.Nil(t, changes.Statuses[0].Status, "nothing is left to be said")
}

func TestARefusedRouteConfigurationIsAProblemOfItsGateway(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Commit()
	p.StageRejection(pipeline.Rejected{Type: xds.RouteType, Name: "sluice-system/default/80/0"}, "no such thing")
	gateway := ir.Object{Group: "gateway.networking.k8s.io", Kind: "Gateway", Namespace: "sluice-system", Name: "default"}
	require.Equal(t, ir.ReasonRefusedByProxy, problemsOf(t, p.Commit(), gateway)[0].Reason)
}
