package xds

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	router "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	hcm "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

const patience = 60 * time.Second

// envoyBinary returns the Envoy to test with: $ENVOY, or envoy on the PATH, or .cache/bin/envoy of the repository.
func envoyBinary(t testing.TB) string {
	if path := os.Getenv("ENVOY"); path != "" {
		return path
	}
	if path, err := exec.LookPath("envoy"); err == nil {
		return path
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for ; dir != "/"; dir = filepath.Dir(dir) {
		if path := filepath.Join(dir, ".cache/bin/envoy"); isFile(path) {
			return path
		}
	}
	require.Fail(t, "no Envoy: set ENVOY or put envoy on the PATH")
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func freePort(t testing.TB) int {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, l.Close()) }()
	return l.Addr().(*net.TCPAddr).Port
}

// bench is a server with a real Envoy on it.
type bench struct {
	testing.TB
	store   *Store
	server  *Server
	grpc    *grpc.Server
	config  Config
	port    int // of the xDS server
	traffic int // of Envoy's listener
	admin   int
	process *os.Process

	mu       sync.Mutex
	rejected map[string]Rejection // by type, name and part
	cleared  int
	pushes   []string
}

func newBench(t testing.TB) *bench {
	b := &bench{TB: t, store: NewStore(), port: freePort(t), traffic: freePort(t), admin: freePort(t), rejected: map[string]Rejection{}}
	b.config = Config{Grace: 300 * time.Millisecond, Hooks: Hooks{
		Rejected: func(r Rejection) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.rejected[r.Name+"/"+r.Part] = r
		},
		Cleared: func(r Rejection) {
			b.mu.Lock()
			defer b.mu.Unlock()
			delete(b.rejected, r.Name+"/"+r.Part)
			b.cleared++
		},
		Pushed: func(typeURL string, resources, bytes int) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.pushes = append(b.pushes, fmt.Sprint(typeURL, resources, bytes))
		},
	}}
	b.serve()
	t.Cleanup(func() { b.grpc.Stop() })
	return b
}

// listen opens the port of the xDS server, which an earlier one may be about to leave.
func (b *bench) listen() (l net.Listener) {
	require.Eventually(b, func() bool {
		var err error
		l, err = new(net.ListenConfig).Listen(b.Context(), "tcp", fmt.Sprintf("127.0.0.1:%d", b.port))
		return err == nil
	}, patience, 10*time.Millisecond)
	return l
}

// serve starts a server on the store, as another process would after a restart.
func (b *bench) serve() {
	l := b.listen()
	b.server = NewServer(b.store, b.config)
	b.grpc = grpc.NewServer(GRPCOptions()...)
	b.server.Register(b.grpc)
	go func(s *grpc.Server) { _ = s.Serve(l) }(b.grpc) // ends with Stop
}

const bootstrap = `
deferred_stat_options: {enable_deferred_creation_stats: true}
node: {id: %s, cluster: test}
admin: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
dynamic_resources:
  ads_config: {api_type: DELTA_GRPC, transport_api_version: V3, grpc_services: [{envoy_grpc: {cluster_name: xds}}]}
  lds_config: {ads: {}, resource_api_version: V3}
  cds_config: {ads: {}, resource_api_version: V3}
static_resources:
  clusters:
  - name: xds
    type: STATIC
    typed_extension_protocol_options:
      envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
        explicit_http_config: {http2_protocol_options: {}}
    load_assignment:
      cluster_name: xds
      endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]
`

// startEnvoy starts a node. Only the first one of a bench may listen for traffic.
func (b *bench) startEnvoy(node string, admin int) *os.Process {
	path := filepath.Join(b.TempDir(), node+".yaml")
	require.NoError(b, os.WriteFile(path, fmt.Appendf(nil, bootstrap, node, admin, b.port), 0o600))
	cmd := exec.CommandContext(b.Context(), envoyBinary(b), "-c", path, "--disable-hot-restart", "--concurrency", "1", "-l", "error", "--drain-time-s", "1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = io.Discard
	require.NoError(b, cmd.Start())
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // reports the kill
	})
	return cmd.Process
}

func (b *bench) start() {
	b.process = b.startEnvoy("node-1", b.admin)
}

// apply makes a change set and waits until all Envoys have it.
func (b *bench) apply(changes ...Change) {
	r, err := b.store.Apply(changes)
	require.NoError(b, err)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	require.NoError(b, b.server.WaitAcked(ctx, r))
}

func (b *bench) rejections() map[string]Rejection {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.rejected)
}

// get returns status and body of an answer.
func (b *bench) get(host, path string) (int, string) {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", b.traffic, path), nil)
	require.NoError(b, err)
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(body)
}

// load sends requests until it is stopped, which returns their number and those that were not answered with 200.
func (b *bench) load(host, path string) (stop func() (int, []string)) {
	done, result := make(chan struct{}), make(chan struct{})
	sent, failed := 0, []string(nil)
	go func() {
		defer close(result)
		for {
			select {
			case <-done:
				return
			default:
			}
			code, body := b.get(host, path)
			if sent++; code != http.StatusOK {
				failed = append(failed, fmt.Sprint(code, " ", body))
			}
		}
	}()
	return func() (int, []string) {
		close(done)
		<-result
		return sent, failed
	}
}

// upstream is an HTTP server that answers with its name.
func upstream(t testing.TB, name string) int {
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, name) })}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

var ads = &core.ConfigSource{
	ResourceApiVersion:    core.ApiVersion_V3,
	ConfigSourceSpecifier: &core.ConfigSource_Ads{Ads: &core.AggregatedConfigSource{}},
}

func address(port int) *core.Address {
	return &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
		Address: "127.0.0.1", PortSpecifier: &core.SocketAddress_PortValue{PortValue: uint32(port)},
	}}}
}

// aCluster is an EDS cluster; timeout is what its versions differ in.
func aCluster(t testing.TB, name string, timeout time.Duration) Change {
	return Put(ClusterType, name, marshal(t, &cluster.Cluster{
		Name: name, ConnectTimeout: durationpb.New(timeout),
		ClusterDiscoveryType: &cluster.Cluster_Type{Type: cluster.Cluster_EDS},
		EdsClusterConfig:     &cluster.Cluster_EdsClusterConfig{EdsConfig: ads},
	}), Ref{EndpointType, name})
}

func someEndpoints(t testing.TB, name string, ports ...int) Change {
	var lb []*endpoint.LbEndpoint
	for _, port := range ports {
		lb = append(lb, &endpoint.LbEndpoint{HostIdentifier: &endpoint.LbEndpoint_Endpoint{Endpoint: &endpoint.Endpoint{Address: address(port)}}})
	}
	return Put(EndpointType, name, marshal(t, &endpoint.ClusterLoadAssignment{
		ClusterName: name, Endpoints: []*endpoint.LocalityLbEndpoints{{LbEndpoints: lb}},
	}))
}

func aListener(t testing.TB, name string, port int, rc string) Change {
	manager := &hcm.HttpConnectionManager{
		StatPrefix:     "x",
		RouteSpecifier: &hcm.HttpConnectionManager_Rds{Rds: &hcm.Rds{ConfigSource: ads, RouteConfigName: rc}},
		HttpFilters: []*hcm.HttpFilter{{
			Name: "router", ConfigType: &hcm.HttpFilter_TypedConfig{TypedConfig: anyOf(t, &router.Router{})},
		}},
	}
	return Put(ListenerType, name, marshal(t, &listener.Listener{
		Name: name, Address: address(port),
		FilterChains: []*listener.FilterChain{{Filters: []*listener.Filter{{
			Name: "hcm", ConfigType: &listener.Filter_TypedConfig{TypedConfig: anyOf(t, manager)},
		}}}},
	}), Ref{RouteType, rc})
}

func anyOf(t testing.TB, m proto.Message) *anypb.Any {
	a, err := anypb.New(m)
	require.NoError(t, err)
	return a
}

func aHead(t testing.TB, rc string) Change {
	return PutHead(RouteType, rc, marshal(t, &route.RouteConfiguration{Name: rc}), VirtualHostField)
}

// aHost routes all of a host to a cluster. A pattern that is not empty is a regular expression for the path.
func aHost(t testing.TB, rc, host, cluster, pattern string) Change {
	return PutPart(RouteType, rc, host, marshal(t, virtualHost(host, cluster, pattern)))
}

// adminText returns what Envoy's admin says under a path.
func (b *bench) adminText(path string) string {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d%s", b.admin, path), nil)
	require.NoError(b, err)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(b, err)
	return string(body)
}

// stat returns one of Envoy's counters or gauges.
func (b *bench) stat(name string) int {
	for line := range strings.Lines(b.adminText("/stats?filter=^" + name + "$")) {
		_, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		n, err := strconv.Atoi(value)
		require.NoError(b, err)
		return n
	}
	return 0
}
