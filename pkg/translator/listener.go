package translator

import (
	"fmt"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	tlsinspectorv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/listener/tls_inspector/v3"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const connectionManagerFilter = "envoy.filters.network.http_connection_manager"

// Listener translates a bound port. All its connections use the same
// RouteConfiguration. An HTTPS listener has one filter chain for each set of
// server names that share certificates and parameters: Envoy's memory and the
// cost of a change grow with the chains.
func (t *Translator) Listener(l ir.Listener) (Resource, error) {
	name := l.Key.String()
	out := &listenerv3.Listener{
		Name:                          name,
		Address:                       socketAddress(t.options.BindAddress, t.options.BindPort(l.Key.Port)),
		PerConnectionBufferLimitBytes: wrapperspb.UInt32(bufferLimit),
	}
	var needs []Need
	var err error
	switch {
	case l.Protocol == ir.HTTP:
		needs, err = t.setPlainChain(out, l.Key)
	case l.Protocol == ir.HTTPS && len(serverGroups(l.ServerNames)) > 0:
		needs, err = t.setServerChains(out, l)
	case l.Protocol == ir.HTTPS:
		setClosedChain(out)
	default:
		err = fmt.Errorf("a listener cannot speak %q", l.Protocol)
	}
	if err != nil {
		return Resource{}, fmt.Errorf("listener %s: %w", name, err)
	}
	b, err := encode(out)
	return Resource{Name: name, Bytes: b, Needs: sortNeeds(needs)}, err
}

// setPlainChain serves HTTP without TLS.
func (t *Translator) setPlainChain(out *listenerv3.Listener, key ir.ListenerKey) ([]Need, error) {
	manager, err := t.packedManager(key)
	if err != nil {
		return nil, err
	}
	out.FilterChains = []*listenerv3.FilterChain{chain("http", manager)}
	return []Need{t.routeNeed(key)}, nil
}

// setClosedChain binds the port and closes each connection: load balancers find
// it open before the first certificate is there.
func setClosedChain(out *listenerv3.Listener) {
	out.FilterChains = []*listenerv3.FilterChain{{Name: "closed"}}
}

// setServerChains serves HTTP with TLS.
func (t *Translator) setServerChains(out *listenerv3.Listener, l ir.Listener) ([]Need, error) {
	manager, err := t.packedManager(l.Key)
	if err != nil {
		return nil, err
	}
	needs := []Need{t.routeNeed(l.Key)}
	for _, g := range serverGroups(l.ServerNames) {
		c := chain(g.name, manager)
		c.FilterChainMatch = &listenerv3.FilterChainMatch{ServerNames: g.names, TransportProtocol: "tls"}
		if c.TransportSocket, err = serverSocket(g.tls); err != nil {
			return nil, err
		}
		out.FilterChains = append(out.FilterChains, c)
		for _, n := range g.tls.Certificates {
			needs = append(needs, Need{SecretType, SecretName(n)})
		}
	}
	inspector, err := pack(&tlsinspectorv3.TlsInspector{})
	if err != nil {
		return nil, err
	}
	out.ListenerFilters = []*listenerv3.ListenerFilter{{
		Name:       "envoy.filters.listener.tls_inspector",
		ConfigType: &listenerv3.ListenerFilter_TypedConfig{TypedConfig: inspector},
	}}
	return needs, nil
}

func (t *Translator) packedManager(key ir.ListenerKey) (*anypb.Any, error) {
	manager, err := t.connectionManager(key)
	if err != nil {
		return nil, err
	}
	return pack(manager)
}

func chain(name string, manager *anypb.Any) *listenerv3.FilterChain {
	return &listenerv3.FilterChain{Name: name, Filters: []*listenerv3.Filter{{
		Name:       connectionManagerFilter,
		ConfigType: &listenerv3.Filter_TypedConfig{TypedConfig: manager},
	}}}
}

func (t *Translator) routeNeed(key ir.ListenerKey) Need {
	return Need{RouteType, t.RouteConfigName(key, 0)}
}
