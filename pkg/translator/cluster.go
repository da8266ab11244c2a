package translator

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	commondnsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/clusters/common/dns/v3"
	dnsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/clusters/dns/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const (
	defaultConnectTimeout = 5 * time.Second
	// minDNSRefresh keeps records with a short life from flooding resolvers.
	minDNSRefresh = 5 * time.Second
)

// Cluster translates an upstream. Clusters of one backend share its endpoints.
func (t *Translator) Cluster(c ir.Cluster) (Resource, error) {
	name := c.Key.String()
	if c.Upstream == nil {
		return Resource{}, fmt.Errorf("cluster %s: no upstream", name)
	}
	out := &clusterv3.Cluster{
		Name:           name,
		ConnectTimeout: connectTimeout(&c.Upstream.Connection),
		// An endpoint that is gone is gone, whatever its last health check said.
		IgnoreHealthOnHostRemoval: true,
	}
	needs, err := setDiscovery(out, c)
	setLoadBalancer(out, &c.Upstream.LoadBalancer)
	setBreakers(out, c.Upstream.Breakers)
	setOutliers(out, c.Upstream.Outliers)
	setConnection(out, &c.Upstream.Connection)
	err = errors.Join(err,
		setHealthChecks(out, c.Upstream),
		setProtocol(out, c.Upstream),
		t.setUpstreamTLS(out, c.Upstream),
	)
	if err != nil {
		return Resource{}, fmt.Errorf("cluster %s: %w", name, err)
	}
	if s := c.Upstream.TLS; s != nil && s.Certificate != nil {
		needs = append(needs, Need{SecretType, SecretName(*s.Certificate)})
	}
	b, err := encode(out)
	return Resource{Name: name, Bytes: b, Needs: sortNeeds(needs)}, err
}

// setDiscovery says where the endpoints come from.
func setDiscovery(out *clusterv3.Cluster, c ir.Cluster) ([]Need, error) {
	if c.Upstream.Service != nil {
		name := EndpointsName(c.Key.Backend)
		out.ClusterDiscoveryType = &clusterv3.Cluster_Type{Type: clusterv3.Cluster_EDS}
		out.EdsClusterConfig = &clusterv3.Cluster_EdsClusterConfig{EdsConfig: ads(), ServiceName: name}
		return []Need{{EndpointsType, name}}, nil
	}
	out.LoadAssignment = hostAssignment(out.GetName(), c.Upstream.Hosts)
	if allAddresses(c.Upstream.Hosts) {
		out.ClusterDiscoveryType = &clusterv3.Cluster_Type{Type: clusterv3.Cluster_STATIC}
		return nil, nil
	}
	return nil, setDNS(out)
}

// setDNS makes an endpoint of each address that the names resolve to, IPv4 ones
// if there are any.
func setDNS(out *clusterv3.Cluster) error {
	config, err := pack(&dnsv3.DnsCluster{
		RespectDnsTtl:     true,
		DnsMinRefreshRate: durationpb.New(minDNSRefresh),
		DnsLookupFamily:   commondnsv3.DnsLookupFamily_V4_PREFERRED,
	})
	out.ClusterDiscoveryType = &clusterv3.Cluster_ClusterType{
		ClusterType: &clusterv3.Cluster_CustomClusterType{Name: "envoy.clusters.dns", TypedConfig: config},
	}
	return err
}

func hostAssignment(name string, hosts []ir.UpstreamHost) *endpointv3.ClusterLoadAssignment {
	out := &endpointv3.ClusterLoadAssignment{ClusterName: name}
	if len(hosts) == 0 {
		return out
	}
	group := &endpointv3.LocalityLbEndpoints{LoadBalancingWeight: wrapperspb.UInt32(1)}
	for _, h := range hosts {
		e := lbEndpoint(h.Address, h.Port)
		e.LoadBalancingWeight = positiveUint32(h.Weight)
		if !isAddress(h) {
			e.GetEndpoint().Hostname = h.Address
		}
		group.LbEndpoints = append(group.LbEndpoints, e)
	}
	out.Endpoints = []*endpointv3.LocalityLbEndpoints{group}
	return out
}

func allAddresses(hosts []ir.UpstreamHost) bool {
	for _, h := range hosts {
		if !isAddress(h) {
			return false
		}
	}
	return true
}

func isAddress(h ir.UpstreamHost) bool {
	_, err := netip.ParseAddr(h.Address)
	return err == nil
}
