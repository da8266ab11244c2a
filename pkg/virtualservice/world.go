package virtualservice

import (
	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// World is what a VirtualService may ask while it is translated. See
// pkg/ir/world.go for what the shared methods promise.
type World interface {
	Gateway(name ir.Name) (*ir.Gateway, bool)
	DefaultGateway() (*ir.Gateway, bool)
	NamespaceLabels(namespace string) map[string]string
	Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem)
	Certificate(ref ir.SecretRef) (ir.Name, *ir.Problem)

	// RouteTable returns a RouteTable by name. Where both groups hold one
	// of that name, ours wins.
	RouteTable(name ir.Name) (*v1.RouteTable, bool)
	// RouteTables returns the RouteTables of a namespace, or of all for
	// "*", in any order.
	RouteTables(namespace string) []*v1.RouteTable
	// UpstreamGroup returns an UpstreamGroup by name, ours first.
	UpstreamGroup(name ir.Name) (*v1.UpstreamGroup, bool)
}

// UpstreamWorld is what an Upstream may ask.
type UpstreamWorld interface {
	// AllowLoopback reports whether endpoints may be on the gateway's own
	// host: in standalone they may, on a cluster never.
	AllowLoopback() bool
	Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem)
	// UpstreamSecret returns what a Secret holds for TLS towards endpoints.
	// A Secret that is missing, or whose certificate, key or CA is broken,
	// is a Problem; one that lacks them is not.
	UpstreamSecret(ref ir.SecretRef) (UpstreamSecret, *ir.Problem)
}

// UpstreamSecret is what an Upstream reads of a Secret.
type UpstreamSecret struct {
	// Certificate is true where the Secret holds a certificate and its key,
	// to be shown to endpoints.
	Certificate bool
	// CA holds the PEM certificates of its key ca.crt, to verify endpoints
	// with; empty if it has none.
	CA []byte
}

// GroupWorld is what an UpstreamGroup may ask.
type GroupWorld interface {
	Backend(ref ir.BackendRef) (ir.Backend, *ir.Problem)
}
