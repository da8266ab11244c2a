package controlplane_test

import (
	"net"
	"strings"
	"testing"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/stretchr/testify/require"
	statuspb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sluice-gateway/sluice/pkg/controlplane"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

const patience = 30 * time.Second

// start runs a control plane that has all there is, and returns a client of its
// xDS server.
func start(t *testing.T, edits ...controlplane.Edit) (*controlplane.ControlPlane, discovery.AggregatedDiscoveryServiceClient) {
	cp := controlplane.New(controlplane.Config{Pipeline: pipeline.Options{Standalone: true}})
	cp.Offer(controlplane.Batch{Edits: edits})
	cp.Complete()
	go cp.Run(t.Context())
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server := grpc.NewServer(xds.GRPCOptions()...)
	cp.Server().Register(server)
	go func() { _ = server.Serve(l) }() // ends with Stop
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return cp, discovery.NewAggregatedDiscoveryServiceClient(conn)
}

// envoy is a client that answers by hand.
type envoy struct {
	t      *testing.T
	stream discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesClient
}

// connect subscribes to all clusters.
func connect(t *testing.T, client discovery.AggregatedDiscoveryServiceClient, node string) envoy {
	s, err := client.DeltaAggregatedResources(t.Context())
	require.NoError(t, err)
	require.NoError(t, s.Send(&discovery.DeltaDiscoveryRequest{Node: &core.Node{Id: node}, TypeUrl: xds.ClusterType}))
	return envoy{t, s}
}

// answer waits for the next response and refuses it if why is not empty.
func (e envoy) answer(why string) {
	r, err := e.stream.Recv()
	require.NoError(e.t, err)
	require.Len(e.t, r.GetResources(), 1)
	req := &discovery.DeltaDiscoveryRequest{TypeUrl: r.GetTypeUrl(), ResponseNonce: r.GetNonce()}
	if why != "" {
		req.ErrorDetail = &statuspb.Status{Message: why}
	}
	require.NoError(e.t, e.stream.Send(req))
}

func edit(k ir.Object, o runtime.Object) controlplane.Edit {
	return controlplane.Edit{Key: k, Object: o}
}

// web is a Service and an Ingress that uses it, whose one cluster depends on the
// protocol.
func web(protocol string) []controlplane.Edit {
	meta := metav1.ObjectMeta{Namespace: "default", Name: "web"}
	class := pipeline.DefaultClass
	return []controlplane.Edit{
		edit(webKey("", "Service"), &corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{
			Ports: []corev1.ServicePort{{Port: 80, Protocol: corev1.ProtocolTCP, AppProtocol: &protocol}},
		}}),
		edit(webKey(networkingv1.GroupName, "Ingress"), &networkingv1.Ingress{ObjectMeta: meta, Spec: networkingv1.IngressSpec{
			IngressClassName: &class,
			DefaultBackend: &networkingv1.IngressBackend{Service: &networkingv1.IngressServiceBackend{
				Name: "web", Port: networkingv1.ServiceBackendPort{Number: 80},
			}},
		}}),
	}
}

func webKey(group, kind string) ir.Object {
	return ir.Object{Group: group, Kind: kind, Namespace: "default", Name: "web"}
}

// findings returns what the book says of refusals of the Service.
func findings(t *testing.T, cp *controlplane.ControlPlane) []string {
	var out []string
	require.NoError(t, cp.Ask(t.Context(), func(_ *pipeline.Pipeline, b *report.Book) {
		for _, f := range b.Findings() {
			if f.Object == webKey("", "Service") && f.Reason == ir.ReasonRefusedByProxy {
				out = append(out, f.Message)
			}
		}
	}))
	return out
}

func rejections(cp *controlplane.ControlPlane, node string) int {
	for _, n := range cp.Server().Status() {
		if n.Node == node {
			return len(n.Rejections)
		}
	}
	return -1
}

func TestARefusalIsAProblemUntilNoEnvoyRefuses(t *testing.T) {
	cp, client := start(t, web("http")...)
	a, b := connect(t, client, "a"), connect(t, client, "b")
	a.answer("no from a")
	b.answer("no from b")
	require.Eventually(t, func() bool {
		return rejections(cp, "b") == 1 && len(findings(t, cp)) == 1
	}, patience, time.Millisecond)
	require.Contains(t, findings(t, cp)[0], "no from a")

	cp.Offer(controlplane.Batch{Edits: web("kubernetes.io/h2c")})
	a.answer("")
	require.Eventually(t, func() bool { return rejections(cp, "a") == 0 }, patience, time.Millisecond)
	require.Eventually(t, func() bool {
		found := findings(t, cp)
		require.Len(t, found, 1)
		return strings.Contains(found[0], "no from b")
	}, patience, time.Millisecond)

	b.answer("")
	require.Eventually(t, func() bool { return len(findings(t, cp)) == 0 }, patience, time.Millisecond)
}
