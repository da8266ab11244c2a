package gatewayapi_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const rule = "\nrules: [{backendRefs: [{name: v1, port: 80}]}]"

// bound renders the hosts of fragments as "host:port".
func bound(out ir.Output) []string {
	var got []string
	for _, f := range out.Fragments {
		got = append(got, f.Host.Listener.String()+"/"+f.Host.Host)
	}
	return got
}

func sections(out ir.Output) []string {
	var got []string
	for _, a := range out.Attached {
		got = append(got, a.Section)
	}
	return got
}

func TestRouteAttachment(t *testing.T) {
	const two = `listeners:
- {name: http, port: 80, protocol: HTTP}
- {name: https, port: 443, protocol: HTTPS, hostname: "*.example", tls: {certificateRefs: [{name: good}]}}`
	for name, c := range map[string]struct {
		gateway, route string
		want           []string // conditions
		says           string   // in the message of Accepted
		bound          []string
		attached       []string
	}{
		"to every listener": {
			two, "parentRefs: [{name: gw}]",
			[]string{accepted, resolved},
			"the route is attached",
			[]string{"default/gw/80/*", "default/gw/443/*.example"},
			[]string{"http", "https"},
		},
		"to one by name": {
			two, "parentRefs: [{name: gw, sectionName: https}]",
			[]string{accepted, resolved},
			"",
			[]string{"default/gw/443/*.example"},
			[]string{"https"},
		},
		"to one by port": {
			two, "parentRefs: [{name: gw, port: 80}]",
			[]string{accepted, resolved},
			"",
			[]string{"default/gw/80/*"},
			[]string{"http"},
		},
		"hostnames meet": {
			two, `parentRefs: [{name: gw}]
hostnames: [A.example, "*.b.example", other]`,
			[]string{accepted, resolved},
			"",
			[]string{"default/gw/80/a.example", "default/gw/80/*.b.example", "default/gw/80/other", "default/gw/443/a.example", "default/gw/443/*.b.example"},
			[]string{"http", "https"},
		},
		"name not there": {
			two, "parentRefs: [{name: gw, sectionName: httpx}]",
			[]string{"Accepted=False/NoMatchingParent", resolved},
			`Gateway default/gw has no listener "httpx"; it has http (port 80), https (port 443)`, nil, nil,
		},
		"name on another port": {
			two, "parentRefs: [{name: gw, sectionName: http, port: 443}]",
			[]string{"Accepted=False/NoMatchingParent", resolved},
			`Gateway default/gw has no listener "http" on port 443; it has`, nil, nil,
		},
		"port not there": {
			two, "parentRefs: [{name: gw, port: 81}]",
			[]string{"Accepted=False/NoMatchingParent", resolved},
			`Gateway default/gw has no listener on port 81; it has`, nil, nil,
		},
		"hostname not there": {
			two, "parentRefs: [{name: gw, sectionName: https}]\nhostnames: [a.test, b.test]",
			[]string{"Accepted=False/NoMatchingListenerHostname", resolved},
			"no listener of Gateway default/gw that the route names has a hostname that meets a.test, b.test", nil, nil,
		},
		"kind not allowed": {
			"listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}}]", "parentRefs: [{name: gw}]",
			[]string{"Accepted=False/NotAllowedByListeners", resolved},
			"the listeners of Gateway default/gw take no HTTPRoute from namespace default; allow it in their allowedRoutes", nil, nil,
		},
		"listener that is not HTTP": {
			"listeners: [{name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}]", "parentRefs: [{name: gw}]",
			[]string{"Accepted=False/NotAllowedByListeners", resolved},
			"", nil, nil,
		},
		"namespace not allowed": {
			"listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: b}}}}}]", "parentRefs: [{name: gw}]",
			[]string{"Accepted=False/NotAllowedByListeners", resolved},
			"", nil, nil,
		},
		"namespace allowed by label": {
			"listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: a}}}}}]", "parentRefs: [{name: gw}]",
			[]string{accepted, resolved},
			"",
			[]string{"default/gw/80/*"},
			[]string{"http"},
		},
		"a host belongs to the closest listener": {
			"listeners: [{name: any, port: 80, protocol: HTTP}, {name: a, port: 80, protocol: HTTP, hostname: a.example}]",
			"parentRefs: [{name: gw, sectionName: any}]\nhostnames: [a.example, b.example]",
			[]string{accepted, resolved},
			"",
			[]string{"default/gw/80/b.example"},
			[]string{"any"},
		},
		"a listener without a certificate still takes routes": {
			"listeners: [{name: https, port: 443, protocol: HTTPS}]", "parentRefs: [{name: gw}]",
			[]string{accepted, resolved},
			"",
			[]string{"default/gw/443/*"},
			[]string{"https"},
		},
		"named twice": {
			two, "parentRefs: [{name: gw, sectionName: http}, {name: gw, sectionName: http}]", nil, "",
			[]string{"default/gw/80/*"},
			[]string{"http"},
		},
		"defaults spelled out": {
			two, "parentRefs: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: default, name: gw, sectionName: http}]",
			[]string{accepted, resolved},
			"",
			[]string{"default/gw/80/*"},
			[]string{"http"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld()
			gateway(t, w, c.gateway)
			out := route(t, w, c.route+rule)
			if c.want != nil {
				require.Equal(t, c.want, parentConditions(t, out))
			}
			m := message(t, out.Status.Parents[0].Conditions, "Accepted")
			require.Contains(t, m, c.says)
			require.Equal(t, c.bound, bound(out))
			require.Equal(t, c.attached, sections(out))
			if strings.HasPrefix(out.Status.Parents[0].Conditions[0].Reason, "No") {
				require.Contains(t, problems(out.Status.Problems), "error NotAttached: spec.parentRefs[0]: "+m)
			}
		})
	}
}

func TestRouteStatusNamesParentAndObject(t *testing.T) {
	w := newWorld()
	gateway(t, w, "listeners: [{name: http, port: 80, protocol: HTTP}]")
	out := route(t, w, "parentRefs: [{name: gw, sectionName: http, port: 80}]"+rule)
	require.Equal(t, ir.Object{Group: "gateway.networking.k8s.io", Kind: "HTTPRoute", Namespace: "default", Name: "r"}, out.Status.Object)
	require.EqualValues(t, 7, out.Status.Generation)
	require.Equal(t, ir.ParentRef{Group: "gateway.networking.k8s.io", Kind: "Gateway", Namespace: "default", Name: "gw", Section: "http", Port: 80}, out.Status.Parents[0].Ref)
	require.Equal(t, out.Status.Object, out.Fragments[0].Origin)
	require.Equal(t, ir.BySpecificity, out.Fragments[0].Ordering)
}

func TestRouteOfAnotherNamespaceNeedsAllowedRoutes(t *testing.T) {
	for spec, want := range map[string]string{
		"{}":                         "Accepted=False/NotAllowedByListeners",
		"{namespaces: {from: Same}}": "Accepted=False/NotAllowedByListeners",
		"{namespaces: {from: All}}":  accepted,
	} {
		w := newWorld()
		gateway(t, w, "listeners: [{name: http, port: 80, protocol: HTTP, allowedRoutes: "+spec+"}]")
		w.gateways[ir.Name{Namespace: "infra", Name: "gw"}] = w.gateways[ir.Name{Namespace: "default", Name: "gw"}]
		w.gateways[ir.Name{Namespace: "infra", Name: "gw"}].Name.Namespace = "infra"
		out := route(t, w, "parentRefs: [{namespace: infra, name: gw}]"+rule)
		require.Equal(t, want, parentConditions(t, out)[0], spec)
		require.Zero(t, w.labelReads, "labels are read for selectors only")
	}
}

func TestParentsOfOthersGetNoStatus(t *testing.T) {
	w := newWorld()
	w.gateways[ir.Name{Namespace: "default", Name: "foreign"}] = &ir.Gateway{Name: ir.Name{Namespace: "default", Name: "foreign"}, Class: "other"}
	for parent, want := range map[string][]string{
		"{name: foreign}":                        nil,
		"{group: '', kind: Service, name: v1}":   nil,
		"{group: example.com, kind: X, name: x}": nil,
		"{kind: ListenerSet, name: x}":           {"warning NotSupported: spec.parentRefs[0]: ListenerSets are not supported yet; name a Gateway"},
		"{name: typo}":                           {"warning NotFound: spec.parentRefs[0]: no Gateway default/typo is served here; create it, correct the name, or look at its gatewayClassName"},
		"{name: typo, namespace: infra}":         {"warning NotFound: spec.parentRefs[0]: no Gateway infra/typo is served here; create it, correct the name, or look at its gatewayClassName"},
	} {
		out := route(t, w, "parentRefs: ["+parent+"]"+rule)
		require.Empty(t, out.Status.Parents, parent)
		require.Empty(t, out.Fragments, parent)
		require.Equal(t, want, problems(out.Status.Problems), parent)
	}
}

func TestEachParentHasItsOwnConditions(t *testing.T) {
	w := newWorld()
	gateway(t, w, "listeners: [{name: http, port: 80, protocol: HTTP, hostname: a.example}, {name: b, port: 81, protocol: HTTP}]")
	out := route(t, w, "parentRefs: [{name: gw, sectionName: b}, {group: '', kind: Service, name: v1}, {name: gw, sectionName: http}, {name: gw, sectionName: x}]\nhostnames: [c.example]"+rule)
	require.Len(t, out.Status.Parents, 3)
	require.Equal(t, []string{accepted, resolved}, short(out.Status.Parents[0].Conditions))
	require.Equal(t, []string{"Accepted=False/NoMatchingListenerHostname", resolved}, short(out.Status.Parents[1].Conditions))
	require.Equal(t, []string{"Accepted=False/NoMatchingParent", resolved}, short(out.Status.Parents[2].Conditions))
}

func TestRouteThatIsServedNowhereSaysSo(t *testing.T) {
	const says = "warning NotAttached: spec.parentRefs[0]: the listeners of Gateway default/gw that take the route serve none of its hosts; see the Gateway's status, and whether another listener has a closer hostname"
	for name, spec := range map[string]string{
		"listener out of service": "listeners: [{name: a, port: 80, protocol: HTTP, hostname: x.example}, {name: b, port: 80, protocol: HTTP, hostname: x.example}]",
		"Gateway out of service":  "addresses: [{value: 10.0.0.1}]\nlisteners: [{name: a, port: 80, protocol: HTTP}]",
		"hosts belong to another": "listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP, hostname: x.example}]",
	} {
		w := newWorld()
		gateway(t, w, spec)
		out := route(t, w, "parentRefs: [{name: gw, sectionName: a}]\nhostnames: [x.example]"+rule)
		require.Equal(t, []string{accepted, resolved}, parentConditions(t, out), name)
		require.Equal(t, []string{"a"}, sections(out), name)
		require.Empty(t, out.Fragments, name)
		require.Equal(t, []string{says}, problems(out.Status.Problems), name)
	}
}

func TestRouteWithoutParentsSaysSo(t *testing.T) {
	out := route(t, newWorld(), "useDefaultGateways: All"+rule)
	require.Equal(t, []string{
		"warning NotAttached: spec.parentRefs: the route names no Gateway, so nothing serves it; add a parentRef",
		"warning NotSupported: spec.useDefaultGateways: default Gateways are not supported yet; name the Gateway in parentRefs",
	}, problems(out.Status.Problems))
}

func TestHostsShareTheirRoutes(t *testing.T) {
	w := newWorld()
	gateway(t, w, "listeners: [{name: http, port: 80, protocol: HTTP}, {name: alt, port: 8080, protocol: HTTP}]")
	out := route(t, w, "parentRefs: [{name: gw}]\nhostnames: [a, b, c]"+rule)
	require.Len(t, out.Fragments, 6)
	for _, f := range out.Fragments {
		require.Same(t, &out.Fragments[0].Routes[0], &f.Routes[0])
	}
	require.True(t, slices.IsSorted(bound(out)[:3]))
}
