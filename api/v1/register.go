package v1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The groups that these types are served under, and their one version.
const (
	// Group is our own group; it serves every kind.
	Group = "sluice.dev"
	// GatewaySoloGroup serves VirtualService and RouteTable.
	GatewaySoloGroup = "gateway.solo.io"
	// GlooSoloGroup serves Upstream, UpstreamGroup and Settings.
	GlooSoloGroup = "gloo.solo.io"
	// Version is the version of all three groups.
	Version = "v1"
)

// The kinds.
const (
	KindVirtualService = "VirtualService"
	KindRouteTable     = "RouteTable"
	KindUpstream       = "Upstream"
	KindUpstreamGroup  = "UpstreamGroup"
	KindSettings       = "Settings"
)

// AddToScheme registers every kind under every group that serves it. A scheme
// filled by it has more than one kind for a Go type; where that is unwanted (a
// typed client needs exactly one) use [AddSluiceToScheme] or [AddSoloToScheme].
func AddToScheme(s *runtime.Scheme) error {
	if err := AddSluiceToScheme(s); err != nil {
		return err
	}
	return AddSoloToScheme(s)
}

// AddSluiceToScheme registers every kind under [Group].
func AddSluiceToScheme(s *runtime.Scheme) error {
	gv := schema.GroupVersion{Group: Group, Version: Version}
	addRouting(s, gv)
	addUpstreams(s, gv)
	metav1.AddToGroupVersion(s, gv)
	return nil
}

// AddSoloToScheme registers the kinds under [GatewaySoloGroup] and
// [GlooSoloGroup].
func AddSoloToScheme(s *runtime.Scheme) error {
	gateway := schema.GroupVersion{Group: GatewaySoloGroup, Version: Version}
	gloo := schema.GroupVersion{Group: GlooSoloGroup, Version: Version}
	addRouting(s, gateway)
	addUpstreams(s, gloo)
	metav1.AddToGroupVersion(s, gateway)
	metav1.AddToGroupVersion(s, gloo)
	return nil
}

func addRouting(s *runtime.Scheme, gv schema.GroupVersion) {
	s.AddKnownTypes(gv, &VirtualService{}, &VirtualServiceList{}, &RouteTable{}, &RouteTableList{})
}

func addUpstreams(s *runtime.Scheme, gv schema.GroupVersion) {
	s.AddKnownTypes(gv,
		&Upstream{}, &UpstreamList{},
		&UpstreamGroup{}, &UpstreamGroupList{},
		&Settings{}, &SettingsList{})
}
