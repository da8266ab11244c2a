package gatewayapi_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ir"
)

// served is a data plane that takes everything.
func served(string) gatewayapi.Delivery { return gatewayapi.Delivery{Programmed: true} }

func none(string) int { return 0 }

const (
	accepted    = "Accepted=True/Accepted"
	noConflicts = "Conflicted=False/NoConflicts"
	resolved    = "ResolvedRefs=True/ResolvedRefs"
	programmed  = "Programmed=True/Programmed"
)

func TestListenerConditions(t *testing.T) {
	for name, c := range map[string]struct {
		spec string
		want []string // conditions of the first listener
		says string   // in the message of the first that is not fine
		kept bool     // the section takes traffic
	}{
		"HTTP": {
			"listeners: [{name: a, port: 80, protocol: HTTP}]",
			[]string{accepted, noConflicts, resolved, programmed},
			"", true,
		},
		"HTTPS": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: good}]}}]",
			[]string{accepted, noConflicts, resolved, programmed},
			"", true,
		},
		"unsupported protocol": {
			"listeners: [{name: a, port: 53, protocol: UDP}]",
			[]string{"Accepted=False/UnsupportedProtocol", noConflicts, resolved, "Programmed=False/Invalid"},
			`spec.listeners[0].protocol: protocol "UDP" is not supported yet; use HTTP or HTTPS`, false,
		},
		"TLS on HTTP": {
			"listeners: [{name: a, port: 80, protocol: HTTP, tls: {certificateRefs: [{name: good}]}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			"spec.listeners[0].tls: an HTTP listener has no TLS; use protocol HTTPS, or remove tls", false,
		},
		"passthrough": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {mode: Passthrough}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			"spec.listeners[0].tls.mode: mode Passthrough is not possible with protocol HTTPS; use mode Terminate", false,
		},
		"no tls": {
			"listeners: [{name: a, port: 443, protocol: HTTPS}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidCertificateRef", "Programmed=False/Invalid"},
			"spec.listeners[0].tls: an HTTPS listener needs a certificate; add tls.certificateRefs", true,
		},
		"no certificate": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidCertificateRef", "Programmed=False/Invalid"},
			"spec.listeners[0].tls.certificateRefs: an HTTPS listener needs a certificate; name a Secret of type kubernetes.io/tls", true,
		},
		"certificates of routes": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {options: {sluice.dev/certificates: routes}}}]",
			[]string{accepted, noConflicts, resolved, programmed},
			"", true,
		},
		"certificates of somewhere": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {options: {sluice.dev/certificates: somewhere}}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidCertificateRef", "Programmed=False/Invalid"},
			"spec.listeners[0].tls.certificateRefs: an HTTPS listener needs a certificate", true,
		},
		"missing Secret": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: gone}]}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidCertificateRef", "Programmed=False/Invalid"},
			"spec.listeners[0].tls.certificateRefs[0]: Secret default/gone does not exist; create it", true,
		},
		"broken Secret": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: broken}]}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidCertificateRef", "Programmed=False/Invalid"},
			"spec.listeners[0].tls.certificateRefs[0]: Secret default/broken: the key does not fit", true,
		},
		"wrong kind": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{kind: ConfigMap, name: good}]}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidCertificateRef", "Programmed=False/Invalid"},
			"spec.listeners[0].tls.certificateRefs[0]: kind ConfigMap cannot hold a certificate; name a Secret of type kubernetes.io/tls", true,
		},
		"wrong group": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{group: example.com, name: good}]}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidCertificateRef", "Programmed=False/Invalid"},
			"kind example.com/Secret cannot hold a certificate", true,
		},
		"no grant": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{namespace: other, name: far}]}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/RefNotPermitted", "Programmed=False/Invalid"},
			"spec.listeners[0].tls.certificateRefs[0]: no ReferenceGrant lets it name Secret other/far; add a ReferenceGrant", true,
		},
		"one of two certificates": {
			"listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: good}, {name: gone}]}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidCertificateRef", programmed},
			"spec.listeners[0].tls.certificateRefs[1]: Secret default/gone does not exist", true,
		},
		"only an invalid kind": {
			"listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: GRPCRoute}]}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidRouteKinds", programmed},
			`spec.listeners[0].allowedRoutes.kinds[0]: routes of kind "GRPCRoute" cannot attach to protocol HTTP; use HTTPRoute`, true,
		},
		"HTTPRoute of another group": {
			"listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{group: example.com, kind: HTTPRoute}]}}]",
			[]string{accepted, noConflicts, "ResolvedRefs=False/InvalidRouteKinds", programmed},
			"", true,
		},
		"selector missing": {
			"listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector}}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			"spec.listeners[0].allowedRoutes.namespaces.selector: the selector is missing, so no namespace is allowed; add a selector", false,
		},
		"selector without values": {
			"listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: k, operator: In}]}}}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			"selector.matchExpressions[0]: operator In needs values", false,
		},
		"selector with values too many": {
			"listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: k, operator: Exists, values: [x]}]}}}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			"operator Exists takes no values", false,
		},
		"selector with an unknown operator": {
			"listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Selector, selector: {matchExpressions: [{key: k, operator: Like}]}}}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			`operator "Like" is not known`, false,
		},
		"unknown from": {
			"listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {namespaces: {from: Some}}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			`spec.listeners[0].allowedRoutes.namespaces.from: "Some" is not a known value; use All, Same or Selector`, false,
		},
		"listener filters": {
			"listeners: [{name: a, port: 80, protocol: HTTP, filters: {requests: [{type: ExtensionRef, extensionRef: {group: g, kind: K, name: n}}]}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			"spec.listeners[0].filters: filters of listeners are not supported, and requests must not pass without them; remove filters", false,
		},
		"same port, two protocols": {
			"listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTPS, tls: {certificateRefs: [{name: good}]}}]",
			[]string{"Accepted=False/ProtocolConflict", "Conflicted=True/ProtocolConflict", resolved, "Programmed=False/ProtocolConflict"},
			`spec.listeners[0].protocol: port 80 is HTTP here and HTTPS in listener "b", so neither is served; give one of them another port`, false,
		},
		"same port and hostname": {
			"listeners: [{name: a, port: 80, protocol: HTTP, hostname: x.example}, {name: b, port: 80, protocol: HTTP, hostname: X.example}]",
			[]string{"Accepted=False/HostnameConflict", "Conflicted=True/HostnameConflict", resolved, "Programmed=False/HostnameConflict"},
			`spec.listeners[0].hostname: listener "b" has the same port 80 and hostname "x.example", so neither is served; give one of them another hostname or port`, false,
		},
		"protocol conflict outweighs hostname conflict": {
			"listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: HTTP}, {name: c, port: 80, protocol: HTTPS, tls: {certificateRefs: [{name: good}]}}]",
			[]string{"Accepted=False/ProtocolConflict", "Conflicted=True/ProtocolConflict", resolved, "Programmed=False/ProtocolConflict"},
			"", false,
		},
		"an unsupported protocol conflicts with nothing": {
			"listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 80, protocol: TCP}]",
			[]string{accepted, noConflicts, resolved, programmed},
			"", true,
		},
		"same hostname on another port": {
			"listeners: [{name: a, port: 80, protocol: HTTP, hostname: x.example}, {name: b, port: 81, protocol: HTTP, hostname: x.example}]",
			[]string{accepted, noConflicts, resolved, programmed},
			"", true,
		},
		"overlapping hostnames with TLS": {
			`listeners: [{name: a, port: 443, protocol: HTTPS, hostname: "*.example", tls: {certificateRefs: [{name: good}]}}, {name: b, port: 443, protocol: HTTPS, hostname: x.example, tls: {certificateRefs: [{name: good}]}}]`,
			[]string{accepted, noConflicts, resolved, "OverlappingTLSConfig=True/OverlappingHostnames", programmed},
			"", true,
		},
		"client certificates by default": {
			"tls: {frontend: {default: {validation: {caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}]}}}}\nlisteners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: good}]}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			"spec.listeners[0]: client certificates are required by spec.tls.frontend.default.validation, which is not supported yet, and the listener must not be open without them; remove validation to let every client in", false,
		},
		"client certificates by port": {
			"tls: {frontend: {default: {}, perPort: [{port: 444, tls: {}}, {port: 443, tls: {validation: {caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}]}}}]}}\nlisteners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: good}]}}]",
			[]string{"Accepted=False/UnsupportedValue", noConflicts, resolved, "Programmed=False/Invalid"},
			"spec.tls.frontend.perPort[1].tls.validation", false,
		},
		"client certificates not for this port": {
			"tls: {frontend: {default: {validation: {caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}]}}, perPort: [{port: 443, tls: {}}]}}\nlisteners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: good}]}}]",
			[]string{accepted, noConflicts, resolved, programmed},
			"", true,
		},
		"client certificates do not concern HTTP": {
			"tls: {frontend: {default: {validation: {caCertificateRefs: [{group: '', kind: ConfigMap, name: ca}]}}}}\nlisteners: [{name: a, port: 80, protocol: HTTP}]",
			[]string{accepted, noConflicts, resolved, programmed},
			"", true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := gateway(t, newWorld(), c.spec)
			st := gatewayapi.GatewayStatus(out, none, served)
			require.Equal(t, c.want, short(st.Listeners[0].Conditions))
			require.Equal(t, c.kept, out.Gateway.Sections[0].Accepted)
			if c.says != "" {
				var all []string
				for _, cond := range st.Listeners[0].Conditions {
					all = append(all, cond.Message)
				}
				require.Contains(t, strings.Join(all, "\n"), c.says)
				require.Contains(t, strings.Join(problems(st.Problems), "\n"), c.says)
			}
		})
	}
}

func TestGatewayConditions(t *testing.T) {
	for name, c := range map[string]struct {
		spec string
		want []string
		says string
	}{
		"all valid": {"listeners: [{name: a, port: 80, protocol: HTTP}]", []string{accepted, programmed}, ""},
		"some valid": {
			"listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 53, protocol: UDP}]",
			[]string{"Accepted=True/ListenersNotValid", programmed},
			"served without the listeners b; see their conditions",
		},
		"none valid": {
			"listeners: [{name: b, port: 53, protocol: UDP}]",
			[]string{"Accepted=False/ListenersNotValid", "Programmed=False/Invalid"},
			"no listener is valid; see their conditions",
		},
		"no certificate anywhere": {
			"listeners: [{name: a, port: 443, protocol: HTTPS}]",
			[]string{accepted, "Programmed=False/Invalid"},
			"no listener can be served; see their conditions",
		},
		"address": {
			"addresses: [{value: 10.0.0.1}]\nlisteners: [{name: a, port: 80, protocol: HTTP}]",
			[]string{"Accepted=False/UnsupportedAddress", "Programmed=False/Invalid"},
			"spec.addresses[0]: requested addresses are not supported yet, so the Gateway is not served; remove spec.addresses",
		},
		"address of another type": {
			"addresses: [{}, {type: Hostname}]\nlisteners: [{name: a, port: 80, protocol: HTTP}]",
			[]string{"Accepted=False/UnsupportedAddress", "Programmed=False/Invalid"},
			"spec.addresses[1]",
		},
		"address with routability": {
			"addresses: [{routability: Cluster}]\nlisteners: [{name: a, port: 80, protocol: HTTP}]",
			[]string{"Accepted=False/UnsupportedAddress", "Programmed=False/Invalid"},
			"spec.addresses[0]",
		},
		"any address": {"addresses: [{type: IPAddress}]\nlisteners: [{name: a, port: 80, protocol: HTTP}]", []string{accepted, programmed}, ""},
		"parameters": {
			"infrastructure: {parametersRef: {group: example.com, kind: Params, name: p}}\nlisteners: [{name: a, port: 80, protocol: HTTP}]",
			[]string{"Accepted=False/InvalidParameters", "Programmed=False/Invalid"},
			"spec.infrastructure.parametersRef: parameters of kind Params are not supported, so the Gateway is not served; remove parametersRef",
		},
	} {
		t.Run(name, func(t *testing.T) {
			out := gateway(t, newWorld(), c.spec)
			st := gatewayapi.GatewayStatus(out, none, served)
			require.Equal(t, c.want, short(st.Conditions))
			require.EqualValues(t, 3, st.Generation)
			require.Contains(t, st.Conditions[0].Message+"\n"+st.Conditions[1].Message, c.says)
			if !st.Conditions[0].True {
				require.Empty(t, out.Listeners)
				require.Empty(t, out.Claims)
			}
		})
	}
}

func TestFieldsThatAreNotDoneAreNamed(t *testing.T) {
	out := gateway(t, newWorld(), `
infrastructure: {labels: {a: b}}
allowedListeners: {namespaces: {from: All}}
defaultScope: All
tls: {backend: {clientCertificateRef: {name: good}}}
listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: good}], options: {example.com/x: "y"}}}]`)
	require.Equal(t, []string{
		"warning NotSupported: spec.allowedListeners: ListenerSets are not supported yet, so none is attached; list the listeners in the Gateway",
		"warning NotSupported: spec.defaultScope: default scopes are not supported yet, so routes without parentRefs are not attached; name the Gateway in the routes' parentRefs",
		"warning NotSupported: spec.infrastructure: labels and annotations are not passed on yet; do without",
		"warning NotSupported: spec.listeners[0].tls.options: options other than sluice.dev/certificates: routes are not known, so they have no effect; remove them",
		"warning NotSupported: spec.tls.backend: client certificates towards backends are not supported yet, so none is shown; do without",
	}, problems(out.Status.Problems))
}

func TestSectionsOfAPortShareOneListener(t *testing.T) {
	out := gateway(t, newWorld(), `
listeners:
- {name: wide, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: good}, {name: also-good}, {name: good}]}}
- {name: plain, port: 80, protocol: HTTP, hostname: "*.Example.com"}
- {name: one, port: 443, protocol: HTTPS, hostname: one.example, tls: {certificateRefs: [{name: good}]}}
- {name: bad, port: 443, protocol: HTTPS, hostname: bad.example, tls: {certificateRefs: [{name: broken}]}}
- {name: udp, port: 53, protocol: UDP}`)
	name := ir.Name{Namespace: "default", Name: "gw"}
	http, https := ir.ListenerKey{Gateway: name, Port: 80}, ir.ListenerKey{Gateway: name, Port: 443}
	require.Equal(t, []ir.Listener{{Key: http, Protocol: ir.HTTP}, {Key: https, Protocol: ir.HTTPS}}, out.Listeners)

	origin := ir.Object{Group: "gateway.networking.k8s.io", Kind: "Gateway", Namespace: "default", Name: "gw"}
	good, also := ir.Name{Namespace: "default", Name: "good"}, ir.Name{Namespace: "default", Name: "also-good"}
	require.Equal(t, []ir.ServerName{
		{Listener: https, SNI: "", TLS: ir.ServerTLS{Certificates: []ir.Name{good, also}}, Origin: ir.Origin{Object: origin, Field: "spec.listeners[0].tls.certificateRefs"}},
		{Listener: https, SNI: "one.example", TLS: ir.ServerTLS{Certificates: []ir.Name{good}}, Origin: ir.Origin{Object: origin, Field: "spec.listeners[2].tls.certificateRefs"}},
	}, out.ServerNames)

	var claimed []ir.HostKey
	for _, f := range out.Claims {
		require.Empty(t, f.Routes)
		require.Equal(t, origin, f.Origin)
		claimed = append(claimed, f.Host)
	}
	require.Equal(t, []ir.HostKey{{Listener: https, Host: "*"}, {Listener: http, Host: "*.example.com"}, {Listener: https, Host: "one.example"}, {Listener: https, Host: "bad.example"}}, claimed)
}

func TestCertificateOfAnotherNamespaceNeedsAGrant(t *testing.T) {
	w := newWorld()
	w.grants = []ir.Grant{{
		Name: ir.Name{Namespace: "other", Name: "g"},
		From: []ir.GrantFrom{{Group: gatewayapi.Group, Kind: "Gateway", Namespace: "default"}},
		To:   []ir.GrantTo{{Kind: "Secret", Name: "far"}},
	}}
	out := gateway(t, w, "listeners: [{name: a, port: 443, protocol: HTTPS, tls: {certificateRefs: [{namespace: other, name: far}]}}]")
	require.Len(t, out.ServerNames, 1)
	require.Equal(t, []ir.Name{{Namespace: "other", Name: "far"}}, out.ServerNames[0].TLS.Certificates)
	require.Empty(t, out.Status.Problems)
}

func TestSupportedKindsAreThoseThatAreDone(t *testing.T) {
	for spec, want := range map[string][]string{
		"{name: a, port: 80, protocol: HTTP}":                                                                              {"HTTPRoute"},
		"{name: a, port: 80, protocol: TCP}":                                                                               nil,
		"{name: a, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: Odd}]}}":                                       nil,
		"{name: a, port: 80, protocol: HTTP, allowedRoutes: {kinds: [{kind: Odd}, {kind: HTTPRoute}, {kind: HTTPRoute}]}}": {"HTTPRoute"},
	} {
		out := gateway(t, newWorld(), "listeners: ["+spec+"]")
		require.Equal(t, want, out.Status.Listeners[0].SupportedKinds, spec)
		require.Equal(t, want, out.Gateway.Sections[0].Kinds, spec)
	}
}

func TestAllowedNamespaces(t *testing.T) {
	for spec, want := range map[string]ir.NamespaceSelector{
		"":                         {Same: true, Selector: ir.LabelSelector{None: true}},
		"namespaces: {from: All}":  {All: true, Selector: ir.LabelSelector{None: true}},
		"namespaces: {from: Same}": {Same: true, Selector: ir.LabelSelector{None: true}},
		"namespaces: {from: None}": {Selector: ir.LabelSelector{None: true}},
		"namespaces: {from: Selector, selector: {}}": {},
		"namespaces: {from: Selector, selector: {matchLabels: {b: x, a: z}, matchExpressions: [{key: k, operator: NotIn, values: [v]}, {key: e, operator: DoesNotExist}]}}": {
			Selector: ir.LabelSelector{Requirements: []ir.LabelRequirement{
				{Key: "a", Operator: "In", Values: []string{"z"}},
				{Key: "b", Operator: "In", Values: []string{"x"}},
				{Key: "k", Operator: "NotIn", Values: []string{"v"}},
				{Key: "e", Operator: "DoesNotExist"},
			}},
		},
	} {
		out := gateway(t, newWorld(), "listeners: [{name: a, port: 80, protocol: HTTP, allowedRoutes: {"+spec+"}}]")
		require.Equal(t, want, out.Gateway.Sections[0].Namespaces, spec)
	}
}

func TestGatewayOfAnotherClassIsOnlyNamed(t *testing.T) {
	gw := parse[gwv1.Gateway](t, "metadata: {namespace: default, name: gw, labels: {sluice.dev/default-gateway: 'true'}}\nspec: {gatewayClassName: other, listeners: [{name: a, port: 80, protocol: HTTP}]}")
	require.Equal(t, gatewayapi.GatewayOutput{Gateway: ir.Gateway{Name: ir.Name{Namespace: "default", Name: "gw"}, Class: "other"}}, gatewayapi.TranslateGateway(newWorld(), gw))
}

func TestDefaultGatewayIsMarkedByItsLabel(t *testing.T) {
	for label, want := range map[string]bool{"true": true, "false": false, "": false} {
		gw := parse[gwv1.Gateway](t, "metadata: {name: gw, labels: {sluice.dev/default-gateway: '"+label+"'}}\nspec: {gatewayClassName: sluice, listeners: []}")
		require.Equal(t, want, gatewayapi.TranslateGateway(newWorld(), gw).Default)
	}
}

func TestGatewayStatusFollowsTheDataPlane(t *testing.T) {
	out := gateway(t, newWorld(), "listeners: [{name: a, port: 80, protocol: HTTP}, {name: b, port: 81, protocol: HTTP}, {name: u, port: 53, protocol: UDP}]")
	refusal := ir.Problem{Severity: ir.Error, Reason: ir.ReasonRefusedByProxy, Message: "no"}
	taken := ir.Problem{Severity: ir.Error, Reason: "PortUnavailable", Message: "port 81 is in use", Remedy: "choose another"}
	for name, c := range map[string]struct {
		b       gatewayapi.Delivery
		gateway string
		want    []string
	}{
		"programmed": {gatewayapi.Delivery{Programmed: true}, programmed, []string{accepted, noConflicts, resolved, programmed}},
		"pending":    {gatewayapi.Delivery{}, "Programmed=False/Pending", []string{accepted, noConflicts, resolved, "Programmed=False/Pending"}},
		"refused":    {gatewayapi.Delivery{Problem: &refusal}, programmed, []string{accepted, noConflicts, resolved, "Programmed=False/Invalid"}},
		"port taken": {gatewayapi.Delivery{Problem: &taken}, programmed, []string{"Accepted=False/PortUnavailable", noConflicts, resolved, "Programmed=False/Invalid"}},
	} {
		t.Run(name, func(t *testing.T) {
			before := problems(out.Status.Problems)
			var asked []string
			st := gatewayapi.GatewayStatus(out, func(s string) int { return len(s) + 4 }, func(s string) gatewayapi.Delivery {
				asked = append(asked, s)
				if s == "b" {
					return c.b
				}
				return gatewayapi.Delivery{Programmed: true}
			})
			require.Equal(t, []string{"a", "b"}, asked)
			require.Equal(t, c.gateway, short(st.Conditions)[1])
			require.Equal(t, c.want, short(st.Listeners[1].Conditions))
			require.Equal(t, 5, st.Listeners[1].AttachedRoutes)
			if c.b.Problem != nil {
				require.Contains(t, strings.Join(problems(st.Problems), "\n"), "spec.listeners[1]: "+c.b.Problem.Message)
			}
			require.Equal(t, before, problems(out.Status.Problems), "the output is not changed")
			require.Len(t, out.Status.Listeners[1].Conditions, 3, "the output is not changed")
		})
	}
}
