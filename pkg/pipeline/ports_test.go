package pipeline_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
)

func gatewayOn(name string, created int64, port int32) *gwv1.Gateway {
	return &gwv1.Gateway{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name, CreationTimestamp: metav1.NewTime(time.Unix(created, 0))},
		Spec: gwv1.GatewaySpec{
			GatewayClassName: "sluice",
			Listeners:        []gwv1.Listener{{Name: "http", Port: port, Protocol: gwv1.HTTPProtocolType}},
		},
	}
}

func gwKey(name string) ir.Object { return key(gwv1.GroupName, "Gateway", name) }

// All Gateways of a directory are served by one Envoy.
func TestTheOldestGatewayOfADirectoryHasAPort(t *testing.T) {
	p := pipeline.New(pipeline.Options{Standalone: true})
	p.Stage(gwKey("old"), gatewayOn("old", 1, 80))
	p.Stage(gwKey("young"), gatewayOn("young", 2, 80))
	changes := p.Commit()
	require.ElementsMatch(t, []string{
		"put Listener default/old/80", "put RouteConfiguration default/old/80/0", "put RouteConfiguration default/old/80/0 *",
	}, described(changes.XDS))
	require.Equal(t, string(gwv1.ListenerReasonPortUnavailable), problemsOf(t, changes, gwKey("young"))[0].Reason)
	require.Empty(t, problemsOf(t, changes, gwKey("old")))

	p.Stage(gwKey("old"), nil)
	changes = p.Commit()
	require.ElementsMatch(t, []string{
		"remove Listener default/old/80", "remove RouteConfiguration default/old/80/0", "remove RouteConfiguration default/old/80/0 *",
		"put Listener default/young/80", "put RouteConfiguration default/young/80/0", "put RouteConfiguration default/young/80/0 *",
	}, described(changes.XDS))
	require.Empty(t, problemsOf(t, changes, gwKey("young")))
}

func TestEachGatewayOfAClusterHasItsOwnPorts(t *testing.T) {
	p := pipeline.New(pipeline.Options{})
	class := &gwv1.GatewayClass{ObjectMeta: metav1.ObjectMeta{Name: "sluice"}, Spec: gwv1.GatewayClassSpec{ControllerName: "sluice.dev/gateway-controller"}}
	p.Stage(ir.Object{Group: gwv1.GroupName, Kind: "GatewayClass", Name: "sluice"}, class)
	p.Stage(gwKey("a"), gatewayOn("a", 1, 80))
	p.Stage(gwKey("b"), gatewayOn("b", 2, 80))
	require.Subset(t, described(p.Commit().XDS), []string{"put Listener default/a/80", "put Listener default/b/80"})
}
