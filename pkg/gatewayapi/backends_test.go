package gatewayapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

func service(ns, name string) ir.ClusterKey {
	return ir.ClusterKey{Backend: ir.BackendKey{Kind: ir.ServiceBackend, Name: ir.Name{Namespace: ns, Name: name}, Port: 80}}
}

func share(c ir.ClusterKey, weight uint32) ir.WeightedBackend {
	return ir.WeightedBackend{Cluster: c, Weight: weight}
}

func TestBackends(t *testing.T) {
	v1, v2 := service("default", "v1"), service("default", "v2")
	up := ir.ClusterKey{Backend: ir.BackendKey{Kind: ir.UpstreamBackend, Name: ir.Name{Namespace: "default", Name: "up"}}}
	forward := func(b ...ir.WeightedBackend) ir.Action { return &ir.Forward{Backends: b} }
	for spec, c := range map[string]struct {
		want    ir.Action
		refs    string // the ResolvedRefs condition
		problem string
	}{
		"[{name: v1, port: 80}]":                                               {forward(share(v1, 1)), resolved, ""},
		"[{name: v1, port: 80, weight: 9}, {name: v2, port: 80}]":              {forward(share(v1, 9), share(v2, 1)), resolved, ""},
		"[{name: v1, port: 80, weight: 0}, {name: v2, port: 80}]":              {forward(share(v2, 1)), resolved, ""},
		"[{group: sluice.dev, kind: Upstream, name: up}]":                      {forward(share(up, 1)), resolved, ""},
		"[{group: gloo.solo.io, kind: Upstream, name: up}]":                    {forward(share(up, 1)), resolved, ""},
		"[{group: '', kind: Service, namespace: default, name: v1, port: 80}]": {forward(share(v1, 1)), resolved, ""},
		"[]":                                {ir.Broken(), resolved, "warning BackendNotFound: spec.rules[0]: the rule has no backendRefs, so its requests get 500; add one"},
		"[{name: v1, port: 80, weight: 0}]": {ir.Broken(), resolved, "warning Invalid: spec.rules[0].backendRefs: every weight is 0, so requests get 500; give one a weight"},
		"[{name: gone, port: 80}]": {
			ir.Broken(), "ResolvedRefs=False/BackendNotFound",
			"error BackendNotFound: spec.rules[0].backendRefs[0]: Service default/gone has no port 80 or does not exist; create it",
		},
		"[{name: gone, port: 80, weight: 3}, {name: v1, port: 80}]": {
			forward(share(ir.ClusterKey{}, 3), share(v1, 1)), "ResolvedRefs=False/BackendNotFound",
			"error BackendNotFound: spec.rules[0].backendRefs[0]: Service default/gone has no port 80 or does not exist; create it",
		},
		"[{name: v1, port: 80}, {name: gone, port: 80, weight: 0}]": {
			forward(share(v1, 1)), "ResolvedRefs=False/BackendNotFound",
			"error BackendNotFound: spec.rules[0].backendRefs[1]: Service default/gone has no port 80 or does not exist; create it",
		},
		"[{name: v1}]": {
			ir.Broken(), "ResolvedRefs=False/BackendNotFound",
			"error BackendNotFound: spec.rules[0].backendRefs[0].port: Service default/v1 is named without a port; add its port",
		},
		"[{kind: Bucket, group: storage.example, name: v1, port: 80}]": {
			ir.Broken(), "ResolvedRefs=False/InvalidKind",
			"error InvalidKind: spec.rules[0].backendRefs[0].kind: requests cannot be sent to kind storage.example/Bucket; name a Service",
		},
		"[{group: example.com, name: v1, port: 80}]": {
			ir.Broken(), "ResolvedRefs=False/InvalidKind",
			"error InvalidKind: spec.rules[0].backendRefs[0].kind: requests cannot be sent to kind example.com/Service; name a Service",
		},
		"[{namespace: other, name: far, port: 80}]": {
			ir.Broken(), "ResolvedRefs=False/RefNotPermitted",
			"error RefNotPermitted: spec.rules[0].backendRefs[0]: no ReferenceGrant lets it name Service other/far; add a ReferenceGrant",
		},
	} {
		out := rules(t, "- {backendRefs: "+spec+"}")
		require.Equal(t, c.want, only(t, out).Action, spec)
		require.Equal(t, []string{accepted, c.refs}, parentConditions(t, out), spec)
		if c.problem == "" {
			require.Empty(t, out.Status.Problems, spec)
			continue
		}
		require.Equal(t, []string{c.problem}, problems(out.Status.Problems), spec)
		if c.refs != resolved {
			require.Equal(t, out.Status.Problems[0].String(), message(t, out.Status.Parents[0].Conditions, "ResolvedRefs"))
		}
	}
}

func TestBackendOfAnotherNamespaceNeedsAGrant(t *testing.T) {
	w := newWorld()
	gateway(t, w, "listeners: [{name: http, port: 80, protocol: HTTP}]")
	w.grants = []ir.Grant{{
		Name: ir.Name{Namespace: "other", Name: "g"},
		From: []ir.GrantFrom{{Group: gatewayapi.Group, Kind: "HTTPRoute", Namespace: "default"}},
		To:   []ir.GrantTo{{Kind: "Service"}},
	}}
	out := route(t, w, "parentRefs: [{name: gw}]\nrules: [{backendRefs: [{namespace: other, name: far, port: 80}]}]")
	require.Equal(t, &ir.Forward{Backends: []ir.WeightedBackend{share(service("other", "far"), 1)}}, only(t, out).Action)
	require.Empty(t, out.Status.Problems)
}

func TestOneBrokenRuleLeavesTheOthers(t *testing.T) {
	out := rules(t, `
- {matches: [{path: {value: /bad}}], backendRefs: [{name: gone, port: 80}]}
- {`+to+`}`)
	require.Equal(t, ir.Broken(), out.Fragments[0].Routes[0].Action)
	require.IsType(t, &ir.Forward{}, out.Fragments[0].Routes[1].Action)
	require.Equal(t, []string{accepted, "ResolvedRefs=False/BackendNotFound"}, parentConditions(t, out))
}

func TestBackendFilters(t *testing.T) {
	out := rules(t, `
- backendRefs:
  - name: v1
    port: 80
    filters:
    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-A, value: a}]}}
    - {type: ResponseHeaderModifier, responseHeaderModifier: {remove: [X-B]}}
  - {name: v2, port: 80}`)
	bs := only(t, out).Action.(*ir.Forward).Backends
	require.Equal(t, ir.Policy{
		RequestHeaders:  &ir.HeaderModifier{Set: []ir.Header{{Name: "x-a", Value: "a"}}},
		ResponseHeaders: &ir.HeaderModifier{Remove: []string{"x-b"}},
	}, bs[0].Policy)
	require.Equal(t, share(service("default", "v2"), 1), bs[1])
	require.Empty(t, out.Status.Problems)
}

func TestBackendFilterThatCannotBeDoneFailsItsShare(t *testing.T) {
	for filter, says := range map[string]string{
		"{type: URLRewrite, urlRewrite: {hostname: x}}":                                         "error NotSupported: spec.rules[0].backendRefs[1].filters[0]: filter URLRewrite is not supported on a backendRef, so requests get 500; move it to the rule's filters",
		"{type: RequestRedirect, requestRedirect: {}}":                                          "filter RequestRedirect is not supported on a backendRef",
		"{type: RequestMirror, requestMirror: {backendRef: {name: v1, port: 80}}}":              "filter RequestMirror is not supported on a backendRef",
		"{type: CORS, cors: {}}":                                                                "filter CORS is not supported on a backendRef",
		"{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: Host, value: x}]}}": "error Invalid: spec.rules[0].backendRefs[1].filters[0].requestHeaderModifier.set[0]: the Host header cannot be changed here, so requests get 500; use urlRewrite.hostname in the rule's filters",
		"{type: RequestHeaderModifier}":                                                         "filter RequestHeaderModifier says nothing",
		"{type: ExternalAuth}":                                                                  "external authorization is not supported yet",
	} {
		out := rules(t, "- {backendRefs: [{name: v1, port: 80}, {name: v2, port: 80, filters: ["+filter+"]}]}")
		require.Equal(t, &ir.Forward{Backends: []ir.WeightedBackend{share(service("default", "v1"), 1), share(ir.ClusterKey{}, 1)}}, only(t, out).Action, filter)
		require.Equal(t, []string{accepted, resolved, "PartiallyInvalid=True/UnsupportedValue"}, parentConditions(t, out), filter)
		require.Len(t, out.Status.Problems, 1)
		require.Contains(t, problems(out.Status.Problems)[0], says)
	}
}

func TestLongListsOfProblemsAreCut(t *testing.T) {
	out := rules(t, "- {backendRefs: [{name: a, port: 80}, {name: b, port: 80}, {name: c, port: 80}, {name: d, port: 80}, {name: e, port: 80}]}")
	require.Len(t, out.Status.Problems, 5)
	m := message(t, out.Status.Parents[0].Conditions, "ResolvedRefs")
	require.Contains(t, m, "default/c")
	require.NotContains(t, m, "default/d")
	require.Contains(t, m, " (and 2 more)")
}
