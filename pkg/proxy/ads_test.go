package proxy_test

import (
	"net"
	"strings"
	"testing"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	router "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	manager "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// longRegex matches every path, with a program larger than Envoy accepts by default.
const longRegex = "/.*|/[a-z0-9._-]{1,300}"

// adsServer answers each subscription with fixed resources, once on each stream.
type adsServer struct {
	discovery.UnimplementedAggregatedDiscoveryServiceServer
	resources map[string][]*discovery.Resource // by the last part of the type URL
	refused   chan string
}

func (s *adsServer) DeltaAggregatedResources(
	stream discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesServer,
) error {
	answered := map[string]bool{}
	for {
		request, err := stream.Recv()
		if err != nil {
			return err
		}
		if detail := request.GetErrorDetail(); detail != nil {
			s.refused <- detail.GetMessage()
		}
		url := request.GetTypeUrl()
		if answered[url] {
			continue
		}
		answered[url] = true
		response := &discovery.DeltaDiscoveryResponse{
			TypeUrl:   url,
			Nonce:     url,
			Resources: s.resources[url[strings.LastIndex(url, ".")+1:]],
		}
		if err := stream.Send(response); err != nil {
			return err
		}
	}
}

// serve starts the server on a Unix socket until the test ends.
func (s *adsServer) serve(t *testing.T, socket string) {
	t.Helper()
	var config net.ListenConfig
	conn, err := config.Listen(t.Context(), "unix", socket)
	require.NoError(t, err)
	server := grpc.NewServer()
	discovery.RegisterAggregatedDiscoveryServiceServer(server, s)
	served := make(chan error, 1)
	go func() { served <- server.Serve(conn) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-served)
	})
}

// forwarding returns a server of one listener on a port that forwards all to a backend.
func forwarding(t *testing.T, port, backend *net.TCPAddr) *adsServer {
	t.Helper()
	return &adsServer{
		refused: make(chan string, 10),
		resources: map[string][]*discovery.Resource{
			"Cluster":  {resource(t, "backend", backendCluster(backend))},
			"Listener": {resource(t, "web", webListener(t, port))},
		},
	}
}

func resource(t *testing.T, name string, message proto.Message) *discovery.Resource {
	t.Helper()
	return &discovery.Resource{Name: name, Version: "1", Resource: packed(t, message)}
}

func backendCluster(backend *net.TCPAddr) *cluster.Cluster {
	return &cluster.Cluster{
		Name:                 "backend",
		ClusterDiscoveryType: &cluster.Cluster_Type{Type: cluster.Cluster_STATIC},
		LoadAssignment: &endpoint.ClusterLoadAssignment{
			ClusterName: "backend",
			Endpoints: []*endpoint.LocalityLbEndpoints{{LbEndpoints: []*endpoint.LbEndpoint{{
				HostIdentifier: &endpoint.LbEndpoint_Endpoint{Endpoint: &endpoint.Endpoint{
					Address: address(backend),
				}},
			}}}},
		},
	}
}

func webListener(t *testing.T, port *net.TCPAddr) *listener.Listener {
	t.Helper()
	http := packed(t, &manager.HttpConnectionManager{
		StatPrefix: "web",
		HttpFilters: []*manager.HttpFilter{{
			Name:       "router",
			ConfigType: &manager.HttpFilter_TypedConfig{TypedConfig: packed(t, &router.Router{})},
		}},
		RouteSpecifier: &manager.HttpConnectionManager_RouteConfig{RouteConfig: &route.RouteConfiguration{
			Name: "web",
			VirtualHosts: []*route.VirtualHost{{
				Name:    "all",
				Domains: []string{"*"},
				Routes: []*route.Route{{
					Match: &route.RouteMatch{PathSpecifier: &route.RouteMatch_SafeRegex{
						SafeRegex: &matcher.RegexMatcher{Regex: longRegex},
					}},
					Action: &route.Route_Route{Route: &route.RouteAction{
						ClusterSpecifier: &route.RouteAction_Cluster{Cluster: "backend"},
					}},
				}},
			}},
		}},
	})
	return &listener.Listener{
		Name:    "web",
		Address: address(port),
		FilterChains: []*listener.FilterChain{{Filters: []*listener.Filter{{
			Name:       "http",
			ConfigType: &listener.Filter_TypedConfig{TypedConfig: http},
		}}}},
	}
}

func packed(t *testing.T, message proto.Message) *anypb.Any {
	t.Helper()
	result, err := anypb.New(message)
	require.NoError(t, err)
	return result
}

func address(tcp *net.TCPAddr) *core.Address {
	return &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
		Address:       tcp.IP.String(),
		PortSpecifier: &core.SocketAddress_PortValue{PortValue: uint32(tcp.Port)},
	}}}
}
