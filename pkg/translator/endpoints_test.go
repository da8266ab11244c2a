package translator

import (
	"testing"

	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestEndpoints(t *testing.T) {
	tr := New(Options{})
	r, err := tr.Endpoints(ir.Endpoints{
		Backend: serviceCluster("a").Key.Backend,
		Localities: []ir.Locality{
			{Zone: "z2", Endpoints: []ir.Endpoint{{Address: "fd00::1", Port: 80}}},
			{Zone: "z1", Endpoints: []ir.Endpoint{{Address: "10.0.0.2", Port: 80, Draining: true}, {Address: "10.0.0.1", Port: 80}, {Address: "10.0.0.1", Port: 80}}},
			{Zone: "z3"},
		},
	})
	require.NoError(t, err)
	require.Equal(t, "service/test/a/80", r.Name)
	require.Equal(t, "{cluster_name:service/test/a/80,endpoints:["+
		"{locality:{zone:z1},lb_endpoints:[{endpoint:{address:{socket_address:{address:10.0.0.1,port_value:80}}}},"+
		"{endpoint:{address:{socket_address:{address:10.0.0.2,port_value:80}}},health_status:DRAINING}],load_balancing_weight:2},"+
		"{locality:{zone:z2},lb_endpoints:[{endpoint:{address:{socket_address:{address:fd00::1,port_value:80}}}}],load_balancing_weight:1}]}",
		text(t, decode(t, r.Bytes, &endpointv3.ClusterLoadAssignment{})))

	r, err = tr.Endpoints(ir.Endpoints{Backend: serviceCluster("a").Key.Backend})
	require.NoError(t, err)
	require.Equal(t, "{cluster_name:service/test/a/80}", text(t, decode(t, r.Bytes, &endpointv3.ClusterLoadAssignment{})))
}

func TestSecret(t *testing.T) {
	r, err := New(Options{}).Secret(ir.Certificate{Name: ir.Name{Namespace: "n", Name: "s"}, Chain: []byte("c"), Key: []byte("k")})
	require.NoError(t, err)
	require.Equal(t, "n/s", r.Name)
	require.Equal(t, "{name:n/s,tls_certificate:{certificate_chain:{inline_bytes:Yw==},private_key:{inline_bytes:aw==}}}",
		text(t, decode(t, r.Bytes, &tlsv3.Secret{})))
}
