package translator

import (
	"testing"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	hcmv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

var testKey = ir.ListenerKey{Gateway: ir.Name{Namespace: "n", Name: "g"}, Port: 443}

func TestListenerWaitsForItsRoutesAndNamesWhatItNeeds(t *testing.T) {
	l := ir.Listener{Key: testKey, Protocol: ir.HTTPS, ServerNames: []ir.ServerName{
		serverName("b.example", ir.Certificate{Name: ir.Name{Namespace: "n", Name: "two"}}),
		serverName("a.example", ir.Certificate{Name: ir.Name{Namespace: "n", Name: "one"}}, ir.Certificate{Name: ir.Name{Namespace: "n", Name: "two"}}),
	}}
	r, err := New(Options{BindAddress: "::", BindPort: func(p int32) int32 { return p + 8000 }}).Listener(l)
	require.NoError(t, err)
	require.Equal(t, "n/g/443", r.Name)
	require.Equal(t, []Need{{RouteType, "n/g/443/0"}, {SecretType, "n/one"}, {SecretType, "n/two"}}, r.Needs)
	out := decode(t, r.Bytes, &listenerv3.Listener{})
	require.Equal(t, "{socket_address:{address:::,port_value:8443}}", text(t, out.GetAddress()))
	require.Len(t, out.GetFilterChains(), 2)
	for _, c := range out.GetFilterChains() {
		hcm := &hcmv3.HttpConnectionManager{}
		require.NoError(t, c.GetFilters()[0].GetTypedConfig().UnmarshalTo(hcm))
		require.Equal(t, "{config_source:{ads:{},initial_fetch_timeout:0s,resource_api_version:V3},route_config_name:n/g/443/0}", text(t, hcm.GetRds()))
		var names []string
		for _, f := range hcm.GetHttpFilters() {
			names = append(names, f.GetName())
		}
		require.Equal(t, []string{corsFilter, faultFilter, routerFilter}, names)
	}
}

// An old connection lives on as long as its chain keeps its name and bytes.
func TestNewServerNameTouchesOnlyTheChainOfItsCertificate(t *testing.T) {
	one, two := ir.Certificate{Name: ir.Name{Name: "one"}}, ir.Certificate{Name: ir.Name{Name: "two"}}
	names := []ir.ServerName{serverName("a", one), serverName("b", two), serverName("", one)}
	chains := func(names []ir.ServerName) map[string]string {
		r, err := New(Options{}).Listener(ir.Listener{Key: testKey, Protocol: ir.HTTPS, ServerNames: names})
		require.NoError(t, err)
		out := map[string]string{}
		for _, c := range decode(t, r.Bytes, &listenerv3.Listener{}).GetFilterChains() {
			out[c.GetName()] = text(t, c)
		}
		return out
	}
	before, after := chains(names), chains(append(names, serverName("c", one)))
	require.Len(t, before, 3)
	changed := 0
	for name, chain := range after {
		require.Contains(t, before, name)
		if chain != before[name] {
			changed++
		}
	}
	require.Equal(t, 1, changed)
}

func TestListenerOfAnUnknownProtocolIsRefused(t *testing.T) {
	_, err := New(Options{}).Listener(ir.Listener{Key: testKey, Protocol: ir.UDP})
	require.Error(t, err)
}

func TestRouteConfigHeadIsAConfigurationWithoutHosts(t *testing.T) {
	tr := New(Options{})
	b, err := tr.RouteConfigHead(testKey, 0)
	require.NoError(t, err)
	require.Equal(t, "{name:n/g/443/0,max_direct_response_body_size_bytes:1048576,ignore_port_in_host_matching:true}",
		text(t, decode(t, b, &routev3.RouteConfiguration{})))
	require.Equal(t, VirtualHostField, int((&routev3.RouteConfiguration{}).ProtoReflect().Descriptor().Fields().ByName("virtual_hosts").Number()))
}
