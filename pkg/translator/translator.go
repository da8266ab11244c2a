package translator

import (
	"net/netip"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// Type URLs of the resources that this package makes.
const (
	ListenerType  = "type.googleapis.com/envoy.config.listener.v3.Listener"
	RouteType     = "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
	ClusterType   = "type.googleapis.com/envoy.config.cluster.v3.Cluster"
	EndpointsType = "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
	SecretType    = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
)

// Options are what a translation depends on besides the routing model. The zero
// value is a working one.
type Options struct {
	// BindAddress is the IP address that listeners bind. Default 0.0.0.0.
	BindAddress string
	// BindPort maps a Gateway's port to the port that its listener binds,
	// such as 80 to 8080 for a process without privileges. Default: the same.
	BindPort func(port int32) int32
	// PublicPort maps a Gateway's port to the port under which clients reach
	// it, for redirects. Default: the same, as behind a load balancer.
	PublicPort func(port int32) int32
	// AccessLog writes a JSON line to standard output for each request.
	AccessLog bool
	// SystemCA is a file of PEM certificates on Envoy's machine, for
	// upstreams that trust the system's authorities. Envoy refuses a cluster
	// whose file it cannot read. Default /etc/ssl/certs/ca-certificates.crt.
	SystemCA string
}

// Translator turns the routing model into Envoy resources. It has no state: its
// methods are pure functions and may be called from several goroutines.
type Translator struct {
	options Options
}

// New returns a Translator.
func New(o Options) *Translator {
	if _, err := netip.ParseAddr(o.BindAddress); err != nil {
		o.BindAddress = "0.0.0.0"
	}
	if o.BindPort == nil {
		o.BindPort = samePort
	}
	if o.PublicPort == nil {
		o.PublicPort = samePort
	}
	if o.SystemCA == "" {
		o.SystemCA = "/etc/ssl/certs/ca-certificates.crt"
	}
	return &Translator{options: o}
}

func samePort(port int32) int32 { return port }

// Resource is a marshalled Envoy resource.
type Resource struct {
	Name string
	// Bytes is the message itself, not wrapped in an Any.
	Bytes []byte
	// Needs are the resources that Envoy fetches because of this one,
	// sorted and unique.
	Needs []Need
}

// Need names a resource.
type Need struct {
	Type string // type URL
	Name string
}

// SecretName is the name of a certificate's Secret resource.
func SecretName(n ir.Name) string { return n.String() }

// EndpointsName is the name of a backend's ClusterLoadAssignment. All clusters
// of a backend, whatever their variant, share it.
func EndpointsName(k ir.BackendKey) string { return k.String() }
