package pipeline

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
)

// place is where a port is bound. In standalone one Envoy serves all Gateways,
// so two may ask for one place; on a cluster each Gateway has a place of its own.
type place struct {
	gateway ir.Name
	port    int32
}

func (p *Pipeline) placeOf(k ir.ListenerKey) place {
	if p.options.Standalone {
		return place{port: p.options.Translator.BindPort(k.Port)}
	}
	return place{k.Gateway, k.Port}
}

// claim says that a Gateway asks for a place.
type claim struct {
	key     ir.ListenerKey
	created time.Time
}

func (c claim) equal(o claim) bool { return c.key == o.key && c.created.Equal(o.created) }

func (p *Pipeline) claimMembers(_ ir.Object, out gatewayapi.GatewayOutput, emit func(place, claim)) {
	for _, l := range out.Listeners {
		emit(p.placeOf(l.Key), claim{l.Key, out.Created})
	}
}

// oldestClaim gives a place to the oldest Gateway that asks for it, and of two
// ports of one Gateway to the lower.
func oldestClaim(_ *table.Reader, _ place, claims []table.Member[ir.Object, claim]) (ir.ListenerKey, bool) {
	oldest := slices.MinFunc(claims, func(a, b table.Member[ir.Object, claim]) int {
		return cmp.Or(a.Value.created.Compare(b.Value.created), a.Value.key.Compare(b.Value.key))
	})
	return oldest.Value.key, true
}

func portMembers(_ ir.Object, out gatewayapi.GatewayOutput, emit func(ir.ListenerKey, ir.Protocol)) {
	for _, l := range out.Listeners {
		emit(l.Key, l.Protocol)
	}
}

// ownedPort keeps the ports that their Gateways have got.
func (p *Pipeline) ownedPort(r *table.Reader, k ir.ListenerKey, askers []table.Member[ir.Object, ir.Protocol]) (ir.Protocol, bool) {
	owner, _ := table.Read(r, p.tables.portOwners, p.placeOf(k))
	return askers[0].Value, owner == k
}

// unavailable says why a Gateway has not got a port, or nil if it has.
func (p *Pipeline) unavailable(r *table.Reader, k ir.ListenerKey) *ir.Problem {
	owner, ok := table.Read(r, p.tables.portOwners, p.placeOf(k))
	if !ok || owner == k {
		return nil
	}
	taken := "port " + strconv.Itoa(int(k.Port)) + " is taken by port " + strconv.Itoa(int(owner.Port)) + " of Gateway " + owner.Gateway.String()
	if owner.Gateway != k.Gateway {
		taken += ", which is older or first by name"
	}
	return &ir.Problem{
		Severity: ir.Error, Reason: string(gwv1.ListenerReasonPortUnavailable), Message: taken,
		Remedy: "use another port: all Gateways of a directory are served by one Envoy",
	}
}

// boundPort is a bound port, and who lost a server name on it.
type boundPort struct {
	listener  ir.Listener
	conflicts []ir.NameConflict
}

func (p *Pipeline) bindPort(r *table.Reader, k ir.ListenerKey, protocol ir.Protocol) (boundPort, bool) {
	asked, _ := table.Read(r, p.tables.names, k)
	names := make([]ir.ServerName, len(asked))
	for i, m := range asked {
		names[i] = m.Value
	}
	merged, conflicts := ir.MergeServerNames(names)
	return boundPort{ir.Listener{Key: k, Protocol: protocol, ServerNames: merged}, conflicts}, true
}
