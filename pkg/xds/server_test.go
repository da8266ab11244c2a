package xds

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"testing"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// serve starts a server on the store and returns it with a client.
func serve(t testing.TB, store *Store, config Config) (*Server, discovery.AggregatedDiscoveryServiceClient) {
	server := NewServer(store, config)
	return server, connect(t, server)
}

// connect serves the server on a connection of its own.
func connect(t testing.TB, server *Server) discovery.AggregatedDiscoveryServiceClient {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g := grpc.NewServer(GRPCOptions()...)
	server.Register(g)
	go func() { _ = g.Serve(l) }() // ends with Stop
	t.Cleanup(g.Stop)
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(1<<30)), grpc.WithInitialWindowSize(64<<10), grpc.WithInitialConnWindowSize(64<<10))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, conn.Close()) })
	return discovery.NewAggregatedDiscoveryServiceClient(conn)
}

type deltaStream = discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesClient

func open(t testing.TB, client discovery.AggregatedDiscoveryServiceClient, node string, types ...string) deltaStream {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	s, err := client.DeltaAggregatedResources(ctx)
	require.NoError(t, err)
	for _, url := range types {
		require.NoError(t, s.Send(&discovery.DeltaDiscoveryRequest{Node: &core.Node{Id: node}, TypeUrl: url}))
	}
	return s
}

// take receives a response, acknowledges it and returns the names in it.
func take(t testing.TB, s deltaStream) []string {
	r, err := s.Recv()
	require.NoError(t, err)
	require.NoError(t, s.Send(&discovery.DeltaDiscoveryRequest{TypeUrl: r.TypeUrl, ResponseNonce: r.Nonce}))
	var names []string
	for _, resource := range r.Resources {
		require.Equal(t, r.TypeUrl, resource.Resource.TypeUrl)
		names = append(names, resource.Name)
	}
	return names
}

func TestOnlyDeltaIsServed(t *testing.T) {
	_, client := serve(t, NewStore(), Config{})
	s, err := client.StreamAggregatedResources(t.Context())
	require.NoError(t, err)
	_, err = s.Recv()
	require.Equal(t, codes.Unimplemented, status.Code(err))
}

func TestAuthorizeDecidesOnEachStream(t *testing.T) {
	store := NewStore()
	apply(t, store, Put(ClusterType, "c", []byte("1")))
	store.MarkReady()
	_, client := serve(t, store, Config{Authorize: func(_ context.Context, node *core.Node) error {
		if node.GetId() != "good" {
			return errors.New("not yours")
		}
		return nil
	}})
	require.Equal(t, []string{"c"}, take(t, open(t, client, "good", ClusterType)))
	_, err := open(t, client, "evil", ClusterType).Recv()
	require.Equal(t, codes.PermissionDenied, status.Code(err))
}

func TestNothingIsSentBeforeTheStoreIsReady(t *testing.T) {
	store := NewStore()
	pushed := make(chan string, 10)
	server, client := serve(t, store, Config{Hooks: Hooks{Pushed: func(url string, _, _ int) { pushed <- url }}})
	s := open(t, client, "n", ClusterType)
	apply(t, store, Put(ClusterType, "a", []byte("1")))
	require.Eventually(t, func() bool { return len(server.Status()) == 1 && len(server.Status()[0].Types) == 1 }, patience, time.Millisecond)
	apply(t, store, Put(ClusterType, "b", []byte("1")))
	require.Empty(t, pushed)
	store.MarkReady()
	require.Equal(t, []string{"a", "b"}, take(t, s))
}

// One Envoy that does not read gets what is newest when it reads again; meanwhile the store, and all
// others, go on, and no memory grows with the number of edits.
func TestASlowReaderHoldsUpNobodyAndGetsTheNewest(t *testing.T) {
	const size, edits = 1 << 20, 300
	store := NewStore()
	body := func(i int) []byte { return append(make([]byte, size), fmt.Sprint(i)...) }
	apply(t, store, Put(ClusterType, "c", body(0)), Put(ListenerType, "l", []byte("1")))
	store.MarkReady()
	server, slowClient := serve(t, store, Config{})
	slow := open(t, slowClient, "slow", ClusterType)
	require.Eventually(t, func() bool { return len(server.Status()) == 1 && server.Status()[0].Types[0].InFlight == 1 }, patience, time.Millisecond)

	quick := open(t, connect(t, server), "quick", ClusterType, ListenerType)
	require.Equal(t, []string{"c"}, take(t, quick))
	require.Equal(t, []string{"l"}, take(t, quick))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range edits {
		apply(t, store, Put(ClusterType, "c", body(i+1)))
		require.Equal(t, []string{"c"}, take(t, quick))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(size*edits/4))

	responses := 0
	for last := ""; last != fmt.Sprint(edits); responses++ {
		r, err := slow.Recv()
		require.NoError(t, err)
		require.NoError(t, slow.Send(&discovery.DeltaDiscoveryRequest{TypeUrl: r.TypeUrl, ResponseNonce: r.Nonce}))
		last = string(r.Resources[0].Resource.Value[size:])
	}
	require.LessOrEqual(t, responses, 3)
}

func TestStreamsHaveTheirOwnSubscriptions(t *testing.T) {
	store := NewStore()
	apply(t, store, Put(ClusterType, "a", []byte("1")), Put(ListenerType, "l", []byte("1")))
	store.MarkReady()
	counts := make(chan int, 10)
	server, client := serve(t, store, Config{Hooks: Hooks{Streams: func(n int) { counts <- n }}})
	clusters, listeners := open(t, client, "one", ClusterType), open(t, client, "two", ClusterType, ListenerType)
	require.Equal(t, []string{"a"}, take(t, clusters))
	require.Equal(t, []string{"a"}, take(t, listeners))
	require.Equal(t, []string{"l"}, take(t, listeners))
	require.Eventually(t, server.Programmed, patience, time.Millisecond)
	apply(t, store, Put(ClusterType, "b", []byte("1")))
	require.Equal(t, []string{"b"}, take(t, clusters))
	require.Equal(t, []string{"b"}, take(t, listeners))
	require.NoError(t, clusters.CloseSend())
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	require.NoError(t, server.WaitAcked(ctx, store.Revision())) // not by the first, which never asked for listeners
	require.Equal(t, "two", server.Status()[0].Node)
	require.ElementsMatch(t, []int{1, 2, 1}, []int{<-counts, <-counts, <-counts})
}

// A node that reconnects is not asked again for what it refuses; one that stays away is forgotten.
func TestRefusalsOutliveAStream(t *testing.T) {
	store := NewStore()
	apply(t, store, Put(ListenerType, "bad", []byte("1")), Put(ListenerType, "good", []byte("1")))
	store.MarkReady()
	rejected, cleared := make(chan Rejection, 9), make(chan Rejection, 9)
	_, client := serve(t, store, Config{Hooks: Hooks{Rejected: func(r Rejection) { rejected <- r }, Cleared: func(r Rejection) { cleared <- r }}})
	s := open(t, client, "n", ClusterType, ListenerType)
	refuse := func() int {
		r, err := s.Recv()
		require.NoError(t, err)
		ack := &discovery.DeltaDiscoveryRequest{TypeUrl: r.TypeUrl, ResponseNonce: r.Nonce}
		for _, resource := range r.Resources {
			if resource.Name == "bad" {
				ack.ErrorDetail = status.New(codes.Internal, "no").Proto()
			}
		}
		require.NoError(t, s.Send(ack))
		return len(r.Resources)
	}
	require.Equal(t, []int{0, 2, 1, 1}, []int{refuse(), refuse(), refuse(), refuse()}) // no clusters; both; each alone
	require.Equal(t, "bad", (<-rejected).Name)
	require.NoError(t, s.CloseSend())
	_, err := s.Recv()
	require.Error(t, err)
	s = open(t, client, "n", ClusterType, ListenerType)
	require.Empty(t, take(t, s))
	require.Equal(t, []string{"good"}, take(t, s))
	require.Empty(t, rejected)
	apply(t, store, Put(ListenerType, "bad", []byte("2")))
	require.Equal(t, []string{"bad"}, take(t, s))
	r := <-cleared
	require.Equal(t, []string{"n", "bad"}, []string{r.Node, r.Name})
}
