package translator

import (
	"errors"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	typev3 "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// setHealthChecks asks each endpoint regularly.
func setHealthChecks(out *clusterv3.Cluster, u *ir.Upstream) error {
	for i := range u.HealthChecks {
		c, err := healthCheck(u, &u.HealthChecks[i])
		if err != nil {
			return err
		}
		out.HealthChecks = append(out.HealthChecks, c)
	}
	return nil
}

func healthCheck(u *ir.Upstream, h *ir.HealthCheck) (*corev3.HealthCheck, error) {
	out := &corev3.HealthCheck{
		Timeout:            durationpb.New(h.Timeout),
		Interval:           durationpb.New(h.Interval),
		UnhealthyThreshold: wrapperspb.UInt32(h.UnhealthyThreshold),
		HealthyThreshold:   wrapperspb.UInt32(h.HealthyThreshold),
	}
	switch {
	case h.HTTP != nil:
		out.HealthChecker = &corev3.HealthCheck_HttpHealthCheck_{HttpHealthCheck: httpCheck(u, h.HTTP)}
	case h.TCP:
		out.HealthChecker = &corev3.HealthCheck_TcpHealthCheck_{TcpHealthCheck: &corev3.HealthCheck_TcpHealthCheck{}}
	case h.GRPC != nil && u.Protocol == ir.HTTP1:
		return nil, errors.New("a gRPC health check needs HTTP/2")
	case h.GRPC != nil:
		out.HealthChecker = &corev3.HealthCheck_GrpcHealthCheck_{GrpcHealthCheck: &corev3.HealthCheck_GrpcHealthCheck{
			ServiceName: h.GRPC.Service, Authority: h.GRPC.Authority,
		}}
	}
	return out, nil
}

func httpCheck(u *ir.Upstream, h *ir.HTTPHealthCheck) *corev3.HealthCheck_HttpHealthCheck {
	out := &corev3.HealthCheck_HttpHealthCheck{Host: h.Host, Path: orRoot(h.Path)}
	if out.Host == "" {
		out.Host = checkedHost(u)
	}
	if u.Protocol == ir.HTTP2 {
		out.CodecClientType = typev3.CodecClientType_HTTP2
	}
	return out
}

// checkedHost is the Host of health checks that name none. Envoy would send the
// name of the cluster, which is no host name.
func checkedHost(u *ir.Upstream) string {
	if u.Service == nil && len(u.Hosts) > 0 {
		return u.Hosts[0].Address
	}
	if u.Service != nil {
		return u.Service.Service.Name + "." + u.Service.Service.Namespace
	}
	return u.Key.Name.Name
}
