// Package v1 holds the Go types of Sluice's own API: VirtualService,
// RouteTable, Upstream, UpstreamGroup and Settings.
//
// The shape is the one that Gloo users write (gateway.solo.io/v1 and
// gloo.solo.io/v1), in camelCase JSON, so a file moves over by changing its
// apiVersion or by not changing it at all: the same types are served under our
// own group and under the two solo.io groups.
//
//	sluice.dev/v1        VirtualService RouteTable Upstream UpstreamGroup Settings
//	gateway.solo.io/v1   VirtualService RouteTable
//	gloo.solo.io/v1      Upstream UpstreamGroup Settings
//
// Our one addition to the shape is VirtualServiceSpec.ParentRefs, which names
// the Gateways that serve it.
//
// How to read it: virtualservice.go, routetable.go, upstream.go,
// upstreamgroup.go and settings.go hold one kind each; route.go, matcher.go,
// action.go, destination.go and options.go hold what routes are made of;
// scalars.go the leaf types. A field of type [Opaque] is one that Gloo has and
// we accept but do not read yet: the frontend reports it on the object.
//
// The CustomResourceDefinitions in manifests/crds and the deep copies are
// generated: `go generate ./api/...`.
//
// +kubebuilder:object:generate=true
// +groupName=sluice.dev
// +versionName=v1
package v1

//go:generate go -C ../../tools run ./generate -root ..
