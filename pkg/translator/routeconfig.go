package translator

import (
	"strconv"

	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// VirtualHostField is the number of RouteConfiguration's field virtual_hosts:
// a RouteConfiguration is its head followed by entries of this field.
const VirtualHostField = 2

// RouteConfigName names a RouteConfiguration. It depends on nothing but the
// listener and the shard, so that no listener is ever pointed elsewhere.
func (*Translator) RouteConfigName(l ir.ListenerKey, shard int) string {
	return l.String() + "/" + strconv.Itoa(shard)
}

// Shard says which RouteConfiguration of its listener holds a host. A listener
// has one, number 0: that is right for every combination of hosts and costs a
// request nothing. This is the one place that knows.
func (*Translator) Shard(_ string) int { return 0 }

// Shards is the number of RouteConfigurations of a listener.
func (*Translator) Shards() int { return 1 }

// RouteConfigHead returns a RouteConfiguration without its virtual hosts.
func (t *Translator) RouteConfigHead(l ir.ListenerKey, shard int) ([]byte, error) {
	return encode(&routev3.RouteConfiguration{
		Name: t.RouteConfigName(l, shard),
		// A client may name the port in the Host header or leave it out.
		IgnorePortInHostMatching:       true,
		MaxDirectResponseBodySizeBytes: wrapperspb.UInt32(ir.MaxBody),
	})
}
