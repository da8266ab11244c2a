package main

import (
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/sluice-gateway/sluice/pkg/xds"
)

// ads is the least that can be called a delta ADS server: it answers each
// subscription from a store that does not change, and sends what it is told to
// whatever Envoy does. It has nothing of pkg/xds but the store to read from.
type ads struct {
	discovery.UnimplementedAggregatedDiscoveryServiceServer

	store *xds.Store

	mu      sync.Mutex
	stream  discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesServer
	nonce   int
	waiting map[string]chan ack
}

// ack is when Envoy answered a response, and why it refused it if it did.
type ack struct {
	at      time.Time
	refused string
}

// serveADS serves a store on a Unix socket.
func serveADS(store *xds.Store, socket string) (*ads, func(), error) {
	listener, err := net.Listen("unix", socket) //nolint:noctx // in a directory of our own
	if err != nil {
		return nil, nil, err
	}
	s := &ads{store: store, waiting: map[string]chan ack{}}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(64<<20), grpc.InitialWindowSize(1<<20), grpc.InitialConnWindowSize(1<<20))
	discovery.RegisterAggregatedDiscoveryServiceServer(server, s)
	go server.Serve(listener) //nolint:errcheck // it ends when it is stopped
	return s, server.Stop, nil
}

// DeltaAggregatedResources implements the discovery service.
func (s *ads) DeltaAggregatedResources(stream discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesServer) error {
	s.mu.Lock()
	s.stream = stream
	s.mu.Unlock()
	for {
		request, err := stream.Recv()
		if err != nil {
			return err
		}
		if err := s.receive(request); err != nil {
			return err
		}
	}
}

func (s *ads) receive(request *discovery.DeltaDiscoveryRequest) error {
	at := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting, ok := s.waiting[request.GetResponseNonce()]; ok {
		delete(s.waiting, request.GetResponseNonce())
		waiting <- ack{at, request.GetErrorDetail().GetMessage()}
	}
	typeURL, names := request.GetTypeUrl(), request.GetResourceNamesSubscribe()
	if typeURL == xds.ListenerType || typeURL == xds.ClusterType {
		if request.GetResponseNonce() != "" {
			return nil
		}
		names = s.store.Names(typeURL)
	}
	if len(names) == 0 {
		return nil
	}
	response := &discovery.DeltaDiscoveryResponse{TypeUrl: typeURL}
	for _, name := range names {
		if r, ok := s.store.Get(xds.Ref{Type: typeURL, Name: name}); ok {
			response.Resources = append(response.Resources, resource(typeURL, name, r.Version, r.Bytes))
		}
	}
	_, err := s.send(response)
	return err
}

func resource(typeURL, name, version string, bytes []byte) *discovery.Resource {
	return &discovery.Resource{Name: name, Version: version, Resource: &anypb.Any{TypeUrl: typeURL, Value: bytes}}
}

// send sends a response; the lock is held. It returns when the response left,
// after it was encoded.
func (s *ads) send(response *discovery.DeltaDiscoveryResponse) (time.Time, error) {
	s.nonce++
	response.Nonce = strconv.Itoa(s.nonce)
	var message grpc.PreparedMsg
	if err := message.Encode(s.stream, response); err != nil {
		return time.Time{}, err
	}
	at := time.Now()
	return at, s.stream.SendMsg(&message)
}

// push sends one resource and returns how long Envoy took to acknowledge it.
func (s *ads) push(typeURL, name string, bytes []byte) (time.Duration, error) {
	answered := make(chan ack, 1)
	s.mu.Lock()
	s.waiting[strconv.Itoa(s.nonce+1)] = answered
	version := fmt.Sprintf("push-%d", s.nonce+1)
	at, err := s.send(&discovery.DeltaDiscoveryResponse{
		TypeUrl: typeURL, Resources: []*discovery.Resource{resource(typeURL, name, version, bytes)},
	})
	s.mu.Unlock()
	if err != nil {
		return 0, err
	}
	select {
	case a := <-answered:
		if a.refused != "" {
			return 0, fmt.Errorf("envoy refuses what it took from the gateway: %s", a.refused)
		}
		return a.at.Sub(at), nil
	case <-time.After(patience):
		return 0, fmt.Errorf("envoy does not answer within %s", patience)
	}
}
