package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
)

// A Gateway of somebody else may have the very name of the assumed one.
func TestTheAssumedGatewayComesBackWhenAForeignNamesakeGoes(t *testing.T) {
	namesake := ir.Object{
		Group: gwv1.GroupName, Kind: "Gateway", Namespace: pipeline.DefaultNamespace, Name: pipeline.DefaultGateway,
	}
	foreign := &gwv1.Gateway{
		ObjectMeta: metav1.ObjectMeta{Namespace: namesake.Namespace, Name: namesake.Name},
		Spec:       gwv1.GatewaySpec{GatewayClassName: "foreign"},
	}
	open := []string{"put Listener sluice-system/default/80", "put Listener sluice-system/default/443"}
	closed := []string{"remove Listener sluice-system/default/80", "remove Listener sluice-system/default/443"}
	p := pipeline.New(pipeline.Options{Standalone: true})
	require.Subset(t, described(p.Commit().XDS), open)

	p.Stage(namesake, foreign)
	require.Subset(t, described(p.Commit().XDS), closed)
	p.Stage(namesake, nil)
	require.Subset(t, described(p.Commit().XDS), open)

	p.Stage(namesake, foreign)
	p.Stage(namesake, nil)
	require.Empty(t, described(p.Commit().XDS), "it came and went in one moment")
}
