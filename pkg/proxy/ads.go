package proxy

import (
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"time"

	bootstrap "github.com/envoyproxy/go-control-plane/envoy/config/bootstrap/v3"
	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	upstreams "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// adsName is the name of the static cluster that leads to the ADS server. The
// leading underscores keep it apart from clusters made of users' objects.
const adsName = "__ads"

// Windows of the ADS connection. One RouteConfiguration with 100,000 routes is
// over 10 MB; with HTTP/2's 64 KiB it would arrive in hundreds of round trips.
const (
	adsStreamWindow     = 16 << 20
	adsConnectionWindow = 24 << 20
)

var (
	errNotAbsolute = errors.New("must be an absolute path")
	errTooLong     = fmt.Errorf("is longer than the %d bytes that a Unix socket's name may have", maxSocketPath)
)

// dynamicResources subscribes to listeners and clusters over one delta ADS
// stream. The timeout of 0 makes Envoy wait for its first configuration rather
// than begin to serve without one.
func dynamicResources() *bootstrap.Bootstrap_DynamicResources {
	return &bootstrap.Bootstrap_DynamicResources{
		AdsConfig: &core.ApiConfigSource{
			ApiType:                   core.ApiConfigSource_DELTA_GRPC,
			TransportApiVersion:       core.ApiVersion_V3,
			SetNodeOnFirstMessageOnly: true,
			GrpcServices:              []*core.GrpcService{adsService()},
		},
		LdsConfig: overADS(),
		CdsConfig: overADS(),
	}
}

// adsService leaves max_receive_message_length unset, which means no limit: a
// RouteConfiguration is one message, however many routes it has.
func adsService() *core.GrpcService {
	return &core.GrpcService{
		TargetSpecifier: &core.GrpcService_EnvoyGrpc_{EnvoyGrpc: &core.GrpcService_EnvoyGrpc{
			ClusterName: adsName,
			RetryPolicy: &core.RetryPolicy{RetryBackOff: &core.BackoffStrategy{
				BaseInterval: durationpb.New(100 * time.Millisecond),
				MaxInterval:  durationpb.New(5 * time.Second),
			}},
		}},
	}
}

func overADS() *core.ConfigSource {
	return &core.ConfigSource{
		ConfigSourceSpecifier: &core.ConfigSource_Ads{Ads: &core.AggregatedConfigSource{}},
		InitialFetchTimeout:   durationpb.New(0),
		ResourceApiVersion:    core.ApiVersion_V3,
	}
}

func adsCluster(xds string) (*bootstrap.Bootstrap_StaticResources, error) {
	address, err := adsAddress(xds)
	if err != nil {
		return nil, fmt.Errorf("address of the ADS server: %w", err)
	}
	protocol, err := pack(adsProtocol())
	if err != nil {
		return nil, err
	}
	return &bootstrap.Bootstrap_StaticResources{Clusters: []*cluster.Cluster{{
		Name:                 adsName,
		ClusterDiscoveryType: &cluster.Cluster_Type{Type: cluster.Cluster_STATIC},
		ConnectTimeout:       durationpb.New(5 * time.Second),
		LoadAssignment: &endpoint.ClusterLoadAssignment{
			ClusterName: adsName,
			Endpoints: []*endpoint.LocalityLbEndpoints{{LbEndpoints: []*endpoint.LbEndpoint{{
				HostIdentifier: &endpoint.LbEndpoint_Endpoint{Endpoint: &endpoint.Endpoint{Address: address}},
			}}}},
		},
		TypedExtensionProtocolOptions: map[string]*anypb.Any{
			"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": protocol,
		},
	}}}, nil
}

// adsProtocol is HTTP/2 with large windows and pings. The pings find a server
// that is gone without a word; they may go unanswered for long, since
// Envoy's main thread is busy for as long as it takes in a large configuration.
func adsProtocol() *upstreams.HttpProtocolOptions {
	return &upstreams.HttpProtocolOptions{
		UpstreamProtocolOptions: &upstreams.HttpProtocolOptions_ExplicitHttpConfig_{
			ExplicitHttpConfig: &upstreams.HttpProtocolOptions_ExplicitHttpConfig{
				ProtocolConfig: &upstreams.HttpProtocolOptions_ExplicitHttpConfig_Http2ProtocolOptions{
					Http2ProtocolOptions: &core.Http2ProtocolOptions{
						InitialStreamWindowSize:     wrapperspb.UInt32(adsStreamWindow),
						InitialConnectionWindowSize: wrapperspb.UInt32(adsConnectionWindow),
						ConnectionKeepalive: &core.KeepaliveSettings{
							Interval: durationpb.New(30 * time.Second),
							Timeout:  durationpb.New(30 * time.Second),
						},
					},
				},
			},
		},
	}
}

// adsAddress reads Options.XDS.
func adsAddress(xds string) (*core.Address, error) {
	if filepath.IsAbs(xds) {
		return pipe(xds)
	}
	tcp, err := netip.ParseAddrPort(xds)
	if err != nil {
		return nil, fmt.Errorf("neither an absolute path nor an IP address with a port: %w", err)
	}
	if !tcp.Addr().IsLoopback() {
		return nil, fmt.Errorf("%s is not a loopback address, and configuration holds private keys", tcp)
	}
	return &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
		Address:       tcp.Addr().String(),
		PortSpecifier: &core.SocketAddress_PortValue{PortValue: uint32(tcp.Port())},
	}}}, nil
}

// pipe is the address of a Unix socket that only its owner may connect to.
func pipe(path string) (*core.Address, error) {
	switch {
	case !filepath.IsAbs(path):
		return nil, fmt.Errorf("%q %w", path, errNotAbsolute)
	case len(path) > maxSocketPath:
		return nil, fmt.Errorf("%q %w", path, errTooLong)
	}
	return &core.Address{Address: &core.Address_Pipe{Pipe: &core.Pipe{Path: path, Mode: 0o600}}}, nil
}
