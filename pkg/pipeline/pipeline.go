package pipeline

import (
	"bytes"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	v1 "github.com/sluice-gateway/sluice/api/v1"
	"github.com/sluice-gateway/sluice/pkg/discovery"
	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/translator"
)

// tables are all tables of a Pipeline, in the order in which they are derived.
type tables struct {
	// Sources, filled by Stage.
	namespaces     *table.Source[ir.Object, *corev1.Namespace]
	services       *table.Source[ir.Object, *corev1.Service]
	slices         *table.Source[ir.Object, *discoveryv1.EndpointSlice]
	secrets        *table.Source[ir.Object, *corev1.Secret]
	grants         *table.Source[ir.Object, *gwv1.ReferenceGrant]
	gatewayClasses *table.Source[ir.Object, *gwv1.GatewayClass]
	ingressClasses *table.Source[ir.Object, *networkingv1.IngressClass]
	upstreams      *table.Source[ir.Object, *v1.Upstream]
	upstreamGroups *table.Source[ir.Object, *v1.UpstreamGroup]
	routeTables    *table.Source[ir.Object, *v1.RouteTable]
	settings       *table.Source[ir.Object, *v1.Settings]
	attachables    *table.Source[ir.Object, attachable]
	unserved       *table.Source[ir.Object, only]
	rejections     *table.Source[Rejected, string]
	programmed     *table.Source[ir.ListenerKey, only]

	// What translation reads: each row as narrow as its readers allow.
	labels         *table.Table[ir.Object, map[string]string]
	permits        *table.Table[string, []table.Member[ir.Object, ir.Grant]]
	classes        *table.Table[ir.Object, class]
	classViews     *table.Table[ir.Object, bool]
	ingressClass   *table.Table[ir.Object, ingressClass]
	ingressViews   *table.Table[ir.Object, ir.IngressClass]
	defaultClasses *table.Table[only, []table.Member[ir.Object, bool]]
	certificates   *table.Table[ir.Object, certificate]
	certificateOK  *table.Table[ir.Object, certificateState]
	ports          *table.Table[ir.Object, servicePorts]
	serviceUps     *table.Table[ir.Object, serviceUpstreams]
	settingRows    *table.Table[ir.Object, settingsRow]
	noDiscovery    *table.Table[only, int]
	discovered     *table.Table[ir.Name, []table.Member[ir.Object, ir.BackendKey]]
	upstreamRows   *table.Table[ir.Object, upstreamRow]
	upstreamNames  *table.Table[ir.Name, []table.Member[ir.Object, upstreamState]]
	sliceRows      *table.Table[ir.Object, sliceRow]
	slicesOf       *table.Table[ir.Name, []table.Member[ir.Object, discovery.Slice]]
	endpointPorts  *table.Table[ir.Object, []discovery.Port]
	tablesIn       *table.Table[string, []table.Member[ir.Object, *v1.RouteTable]]
	tableHomes     *table.Table[only, []table.Member[string, only]]
	gateways       *table.Table[ir.Object, gatewayapi.GatewayOutput]
	gatewayViews   *table.Table[ir.Object, *ir.Gateway]
	gatewayChoice  *table.Table[only, []table.Member[ir.Object, candidate]]
	defaultGateway *table.Table[only, ir.Name]

	// Translation, and what is collected from it.
	outputs    *table.Table[ir.Object, output]
	hosts      *table.Table[ir.HostKey, contributions]
	names      *table.Table[ir.ListenerKey, []table.Member[ir.Object, ir.ServerName]]
	askedPorts *table.Table[place, []table.Member[ir.Object, claim]]
	portOwners *table.Table[place, ir.ListenerKey]
	askers     *table.Table[ir.ListenerKey, []table.Member[ir.Object, ir.Protocol]]
	bound      *table.Table[ir.ListenerKey, ir.Protocol]
	listeners  *table.Table[ir.ListenerKey, boundPort]
	clusters   *table.Table[ir.ClusterKey, int]
	attached   *table.Table[ir.Attachment, int]
	visits     *table.Table[ir.Object, []table.Member[ir.Object, ir.Visit]]

	// What goes out.
	wire     wire
	refused  *table.Table[Rejected, refusal]
	trouble  *table.Table[bucket, []table.Member[Rejected, blame]]
	disputes *table.Table[bucket, []table.Member[ir.HostKey, blame]]
	clashes  *table.Table[bucket, []table.Member[ir.ListenerKey, blame]]
	unsafe   *table.Table[ir.Object, []table.Member[ir.BackendKey, ir.Problem]]
	statuses []*table.Table[ir.Object, *ir.Status]
}

// declare is the page: every table, each from tables above it.
func (p *Pipeline) declare() {
	g, t := p.graph, &p.tables
	p.declareSources()

	t.labels = table.Derive(g, "namespace-labels", t.namespaces.Table, maps.Equal, labelsOf)
	t.permits = table.Group(g, "grants-by-namespace", t.grants.Table, grantMembers, ir.Grant.Equal, byObject)
	t.classes = table.Derive(g, "gateway-class-states", t.gatewayClasses.Table, class.equal, translateClass)
	t.classViews = table.Derive(g, "gateway-class-views", t.classes, same, classViewOf)
	t.ingressClass = table.Derive(g, "ingress-class-states", t.ingressClasses.Table, nil, translateIngressClass)
	t.ingressViews = table.Derive(g, "ingress-class-views", t.ingressClass, sameIngressClass, ingressViewOf)
	t.defaultClasses = table.Group(g, "default-ingress-classes", t.ingressClasses.Table, defaultClassMembers, same, byObject)
	t.certificates = table.Derive(g, "certificates", t.secrets.Table, certificate.equal, p.parseSecret)
	t.certificateOK = table.Derive(g, "certificate-states", t.certificates, same, certificateStateOf)
	t.serviceUps = table.Derive(g, "service-upstreams", t.services.Table, nil, serviceUpstreamsOf)
	t.ports = table.Derive(g, "service-ports", t.serviceUps, servicePorts.equal, portsOf)
	t.discovered = table.Group(g, "discovered-upstreams", t.ports, discoveredMembers, same, byObject)
	t.settingRows = table.Derive(g, "settings-states", t.settings.Table, settingsRow.equal, translateSettings)
	t.noDiscovery = table.Count(g, "discovery-turned-off", t.settingRows, discoveryOff)
	t.upstreamRows = table.Derive(g, "upstream-states", t.upstreams.Table, nil, p.translateUpstream)
	t.upstreamNames = table.Group(g, "upstreams-by-name", t.upstreamRows, upstreamNameMembers, same, byObject)
	t.sliceRows = table.Derive(g, "slice-states", t.slices.Table, sliceRow.equal, p.parseSlice)
	t.slicesOf = table.Group(g, "slices-by-service", t.sliceRows, sliceMembers, discovery.Slice.Equal, byObject)
	t.endpointPorts = table.Derive(g, "endpoint-ports", t.services.Table, slices.Equal, endpointPortsOf)
	t.tablesIn = table.Group(g, "route-tables-by-namespace", t.routeTables.Table, routeTableMembers, nil, byObject)
	t.tableHomes = table.Group(g, "namespaces-with-route-tables", t.tablesIn, homeMembers, same, byNamespace)
	t.gateways = table.Derive(g, "gateway-states", t.attachables.Table, nil, p.translateGateway)
	t.gatewayViews = table.Derive(g, "gateway-views", t.gateways, (*ir.Gateway).Equal, viewOf)
	t.gatewayChoice = table.Group(g, "gateways-of-ours", t.gateways, candidateMembers, same, byObject)
	t.defaultGateway = table.Derive(g, "default-gateway", t.gatewayChoice, same, chooseDefault)

	t.outputs = table.Derive(g, "outputs", t.attachables.Table, nil, p.output)
	t.hosts = table.Group(g, "hosts", t.outputs, fragmentMembers, nil, nil)
	t.askedPorts = table.Group(g, "ports-asked-for", t.gateways, p.claimMembers, claim.equal, byObject)
	t.portOwners = table.Derive(g, "port-owners", t.askedPorts, same, oldestClaim)
	t.askers = table.Group(g, "ports-by-gateway", t.gateways, portMembers, same, byObject)
	t.bound = table.Derive(g, "ports", t.askers, same, p.ownedPort)
	t.names = table.Group(g, "server-names", t.outputs, serverNameMembers, ir.ServerName.Equal, byObject)
	t.listeners = table.Derive(g, "listeners", t.bound, nil, p.bindPort)
	t.clusters = table.Count(g, "used-clusters", t.outputs, clustersOf)
	t.attached = table.Count(g, "attached-routes", t.outputs, attachmentsOf)
	t.visits = table.Group(g, "visits", t.outputs, visitMembers, sameVisit, byObject)

	p.declareWire()
	p.declareStatuses()
	p.declareDumps()
}

func (p *Pipeline) declareSources() {
	t := &p.tables
	t.namespaces = source[*corev1.Namespace](p, "namespaces", "", "Namespace")
	t.services = source[*corev1.Service](p, "services", "", "Service")
	t.slices = source[*discoveryv1.EndpointSlice](p, "endpoint-slices", discoveryv1.GroupName, "EndpointSlice")
	t.secrets = source[*corev1.Secret](p, "secrets", "", "Secret")
	t.grants = source[*gwv1.ReferenceGrant](p, "grants", gwv1.GroupName, "ReferenceGrant")
	t.gatewayClasses = source[*gwv1.GatewayClass](p, "gateway-classes", gwv1.GroupName, "GatewayClass")
	t.ingressClasses = source[*networkingv1.IngressClass](p, "ingress-classes", networkingv1.GroupName, "IngressClass")
	t.upstreams = source[*v1.Upstream](p, "upstreams", v1.Group, "Upstream", v1.GlooSoloGroup)
	t.upstreamGroups = source[*v1.UpstreamGroup](p, "upstream-groups", v1.Group, "UpstreamGroup", v1.GlooSoloGroup)
	t.settings = source[*v1.Settings](p, "settings", v1.Group, "Settings", v1.GlooSoloGroup)
	t.routeTables = source[*v1.RouteTable](p, "route-tables", v1.Group, "RouteTable", v1.GatewaySoloGroup)
	t.attachables = source[attachable](p, "objects", gwv1.GroupName, "HTTPRoute")
	p.accept(sinkOf(t.attachables), gwv1.GroupName, "Gateway")
	p.accept(sinkOf(t.attachables), networkingv1.GroupName, "Ingress")
	p.accept(sinkOf(t.attachables), v1.Group, "VirtualService", v1.GatewaySoloGroup)
	t.unserved = table.NewSource[ir.Object, only](p.graph, "unserved-objects", same)
	t.rejections = table.NewSource[Rejected, string](p.graph, "rejections", same)
	t.programmed = table.NewSource[ir.ListenerKey, only](p.graph, "programmed-listeners", same)
}

// wire holds the tables whose rows are Envoy resources.
type wire struct {
	listeners      *table.Table[ir.ListenerKey, translator.Resource]
	routeConfigs   *table.Table[routeConfig, []table.Member[ir.ListenerKey, only]]
	routeHeads     *table.Table[routeConfig, []byte]
	virtualHosts   *table.Table[ir.HostKey, wireHost]
	clusters       *table.Table[ir.ClusterKey, wireCluster]
	backends       *table.Table[ir.BackendKey, int]
	endpoints      *table.Table[ir.BackendKey, wireEndpoints]
	serverSecrets  *table.Table[ir.Object, int]
	clusterSecrets *table.Table[ir.Object, int]
	secrets        *table.Table[ir.Object, translator.Resource]
}

func (p *Pipeline) declareWire() {
	g, t := p.graph, &p.tables
	w := &t.wire
	w.listeners = table.Derive(g, "wire-listeners", t.listeners, sameResource, p.wireListener)
	w.routeConfigs = table.Group(g, "route-configs", t.bound, p.routeConfigMembers, same, nil)
	w.routeHeads = table.Derive(g, "wire-route-heads", w.routeConfigs, bytes.Equal, p.wireHead)
	w.virtualHosts = table.Derive(g, "wire-virtual-hosts", t.hosts, wireHost.equal, p.wireHost)
	w.clusters = table.Derive(g, "wire-clusters", t.clusters, wireCluster.equal, p.wireCluster)
	w.backends = table.Count(g, "used-backends", w.clusters, backendOf)
	w.endpoints = table.Derive(g, "wire-endpoints", w.backends, wireEndpoints.equal, p.wireEndpoints)
	w.serverSecrets = table.Count(g, "secrets-of-listeners", t.listeners, serverSecrets)
	w.clusterSecrets = table.Count(g, "secrets-of-clusters", w.clusters, clusterSecrets)
	w.secrets = table.Derive(g, "wire-secrets", t.certificates, sameResource, p.wireSecret)
}
