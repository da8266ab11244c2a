package xds

import (
	"math"
	"sync"
	"time"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
)

// maxRequest bounds a request in bytes. The first one of a reconnecting Envoy lists
// the names and versions of all it has: 64 MiB is room for some 500,000.
const maxRequest = 64 << 20

// maxRemembered bounds the nodes whose refusals are kept after their streams.
const maxRemembered = 256

// rememberFor is how long a node that went away is expected back. Then what it refused is
// reported as cleared.
const rememberFor = time.Minute

// Server delivers the content of a Store to any number of Envoys over delta ADS. It
// serves no other xDS method.
type Server struct {
	discovery.UnimplementedAggregatedDiscoveryServiceServer // state of the world: Unimplemented

	store  *Store
	config Config

	mu         sync.Mutex
	envoys     map[*envoy]bool
	remembered map[string]*memory // by node id
	progress   chan struct{}      // closed when an Envoy comes, goes or acknowledges
}

// NewServer returns a server of the store's content.
func NewServer(store *Store, config Config) *Server {
	return &Server{
		store: store, config: config.withDefaults(),
		envoys: map[*envoy]bool{}, remembered: map[string]*memory{}, progress: make(chan struct{}),
	}
}

// Register adds the server to a gRPC server made with GRPCOptions.
func (s *Server) Register(registrar grpc.ServiceRegistrar) {
	discovery.RegisterAggregatedDiscoveryServiceServer(registrar, s)
}

// GRPCOptions are the options a gRPC server needs for Register: a codec that does
// not copy resources, room for large messages, and keepalive, which finds dead peers within 40 s.
func GRPCOptions() []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ForceServerCodecV2(newCodec()),
		grpc.MaxRecvMsgSize(maxRequest),
		grpc.MaxSendMsgSize(math.MaxInt32),
		grpc.InitialWindowSize(1 << 20),
		grpc.InitialConnWindowSize(1 << 20),
		grpc.WriteBufferSize(256 << 10),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: 30 * time.Second, Timeout: 10 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 5 * time.Second, PermitWithoutStream: true}),
	}
}

// DeltaAggregatedResources implements the discovery service; it is called by gRPC.
func (s *Server) DeltaAggregatedResources(conn discovery.AggregatedDiscoveryService_DeltaAggregatedResourcesServer) error {
	first, err := s.admit(conn)
	if err != nil {
		return err
	}
	e := s.join(first.GetNode().GetId())
	err = e.serve(conn, first)
	s.leave(e, err)
	return err
}

// connected returns the present Envoys.
func (s *Server) connected() []*envoy {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*envoy, 0, len(s.envoys))
	for e := range s.envoys {
		all = append(all, e)
	}
	return all
}

func (s *Server) join(node string) *envoy {
	s.mu.Lock()
	l := limits{warm: s.config.WarmTimeout, grace: s.config.Grace, retry: s.config.Retry, probes: s.config.MaxProbes}
	e := &envoy{server: s, node: node, stream: newStream(l, s.remembered[node], time.Now())}
	delete(s.remembered, node)
	s.envoys[e] = true
	n := len(s.envoys)
	s.announce()
	s.mu.Unlock()
	s.config.Log.Info("envoy connected", "node", node)
	s.config.Hooks.streams(n)
	return e
}

func (s *Server) leave(e *envoy, cause error) {
	s.mu.Lock()
	m := e.end()
	delete(s.envoys, e)
	n := len(s.envoys)
	replaced := s.remembered[e.node]
	delete(s.remembered, e.node)
	if m != nil && len(s.remembered) < maxRemembered {
		s.remembered[e.node] = m
		time.AfterFunc(rememberFor, func() { s.forget(e.node, m) })
		m = nil
	}
	s.announce()
	s.mu.Unlock()
	s.cleared(e.node, replaced)
	s.cleared(e.node, m)
	s.config.Log.Info("envoy disconnected", "node", e.node, "cause", cause)
	s.config.Hooks.streams(n)
}

// forget ends the memory of a node that did not come back.
func (s *Server) forget(node string, m *memory) {
	s.mu.Lock()
	away := s.remembered[node] == m
	if away {
		delete(s.remembered, node)
	}
	s.mu.Unlock()
	if away {
		s.cleared(node, m)
	}
}

// cleared reports all that is in a memory as cleared.
func (s *Server) cleared(node string, m *memory) {
	if m == nil {
		return
	}
	for _, r := range m.rejections() {
		r.Node = node
		s.config.Hooks.cleared(r)
	}
}

// progressed returns a channel that is closed at the next progress of any Envoy.
func (s *Server) progressed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.progress
}

// announceAcked tells of a revision that an Envoy has acknowledged.
func (s *Server) announceAcked(node string, revision Revision) {
	s.mu.Lock()
	s.announce()
	s.mu.Unlock()
	s.config.Hooks.acked(node, revision)
}

// announce tells waiters of progress; the lock is held.
func (s *Server) announce() {
	close(s.progress)
	s.progress = make(chan struct{})
}
