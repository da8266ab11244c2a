package virtualservice_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

// hosts lists the fragments of an output as "listener host".
func hosts(out ir.Output) []string {
	var all []string
	for _, f := range out.Fragments {
		all = append(all, f.Host.Listener.String()+" "+f.Host.Host)
	}
	return all
}

// serverNames lists the server names of an output as "listener sni secrets".
func serverNames(out ir.Output) []string {
	var all []string
	for _, n := range out.ServerNames {
		var secrets []string
		for _, c := range n.TLS.Certificates {
			secrets = append(secrets, c.String())
		}
		all = append(all, n.Listener.String()+" "+n.SNI+" "+strings.Join(secrets, ","))
	}
	return all
}

const anyRoutes = "routes: [{" + toA + "}]"

func TestDomains(t *testing.T) {
	for domains, c := range map[string]struct {
		hosts    []string
		problems []string
	}{
		"[]":                            {[]string{"*"}, nil},
		"['*']":                         {[]string{"*"}, nil},
		"[A.Example, '*.B.example']":    {[]string{"a.example", "*.b.example"}, nil},
		"['a.*']":                       {[]string{"a.*"}, nil},
		"[a.example, A.EXAMPLE]":        {[]string{"a.example"}, nil},
		"['127.0.0.1', '[::1]']":        {[]string{"127.0.0.1", "[::1]"}, nil},
		"[xn--bcher-kva.example]":       {[]string{"xn--bcher-kva.example"}, nil},
		"['a.example:8080']":            {[]string{"a.example"}, []string{"warning Invalid spec.virtualHost.domains[0]"}},
		"['[::1]:8080']":                {[]string{"[::1]"}, []string{"warning Invalid spec.virtualHost.domains[0]"}},
		"[a.example.]":                  {[]string{"a.example"}, []string{"warning Invalid spec.virtualHost.domains[0]"}},
		"[a.example, 'b c', c.example]": {[]string{"a.example", "c.example"}, []string{"error Invalid spec.virtualHost.domains[1]"}},
		"['b c']":                       {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['']":                          {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['a..example']":                {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['*a.example']":                {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['a.*.example']":               {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['*.']":                        {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['bücher.example']":            {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		`["a\r\nb"]`:                    {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['[::1']":                      {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['http://a.example']":          {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['" + strings.Repeat("a", 64) + ".example']":  {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
		"['" + strings.Repeat("a.", 130) + "example']": {nil, []string{"error Invalid spec.virtualHost.domains[0]"}},
	} {
		t.Run(domains, func(t *testing.T) {
			out := virtualservice.Translate(newWorld(), vs(t, "virtualHost: {domains: "+domains+", "+anyRoutes+"}"))
			var want []string
			for _, h := range c.hosts {
				want = append(want, "infra/gw/80 "+h)
			}
			require.Equal(t, want, hosts(out))
			require.Equal(t, c.problems, problemTexts(out.Status.Problems))
		})
	}
}

func TestHostsOfADomainShareTheirRoutesAndOwnTheirHost(t *testing.T) {
	out := virtualservice.Translate(newWorld(), vs(t, "virtualHost: {domains: [a, b], "+anyRoutes+"}"))
	require.Len(t, out.Fragments, 2)
	require.Same(t, &out.Fragments[0].Routes[0], &out.Fragments[1].Routes[0])
	require.Equal(t, ir.Listed, out.Fragments[0].Ordering)
	require.Equal(t, []ir.Attachment{{Gateway: name("infra", "gw"), Section: "http"}}, out.Attached)
}

func TestAVirtualServiceWithoutRoutesClaimsItsHost(t *testing.T) {
	out := virtualservice.Translate(newWorld(), vs(t, "virtualHost: {domains: [a]}"))
	require.Equal(t, []string{"infra/gw/80 a"}, hosts(out))
	require.Empty(t, out.Fragments[0].Routes)
	require.Empty(t, out.Status.Problems)
}

func TestAVirtualServiceWithoutVirtualHostServesNothing(t *testing.T) {
	out := virtualservice.Translate(newWorld(), vs(t, "displayName: x"))
	require.Empty(t, out.Fragments)
	require.Equal(t, []string{"error Invalid spec.virtualHost"}, problemTexts(out.Status.Problems))
}

func TestParents(t *testing.T) {
	newParents := func() *world {
		w := newWorld()
		multi := name("default", "multi")
		w.gateways[multi] = gateway(multi,
			ir.Section{Name: "a", Port: 80, Protocol: ir.HTTP, Hostname: "*.a.example"},
			ir.Section{Name: "b", Port: 80, Protocol: ir.HTTP, Hostname: "b.example"},
			ir.Section{Name: "high", Port: 8080, Protocol: ir.HTTP},
			ir.Section{Name: "tcp", Port: 9000, Protocol: ir.TCP})
		closed := name("infra", "closed")
		w.gateways[closed] = gateway(closed,
			ir.Section{Name: "same", Port: 80, Protocol: ir.HTTP}, ir.Section{Name: "labels", Port: 81, Protocol: ir.HTTP},
			ir.Section{Name: "grpc", Port: 82, Protocol: ir.HTTP}, ir.Section{Name: "bad", Port: 83, Protocol: ir.HTTP})
		s := w.gateways[closed].Sections
		s[0].Namespaces = ir.NamespaceSelector{Same: true}
		s[1].Namespaces = ir.NamespaceSelector{Selector: ir.LabelSelector{Requirements: []ir.LabelRequirement{{Key: "name", Operator: "In", Values: []string{"default"}}}}}
		s[2].Kinds = []string{"GRPCRoute"}
		s[3].Accepted = false
		return w
	}
	for spec, c := range map[string]struct {
		hosts    []string
		problems []string
	}{
		"parentRefs: [{name: gw, namespace: infra}]": {[]string{"infra/gw/80 x.a.example", "infra/gw/80 b.example"}, nil},
		"parentRefs: [{name: multi}]": {
			[]string{"default/multi/80 x.a.example", "default/multi/80 b.example", "default/multi/8080 x.a.example", "default/multi/8080 b.example"}, nil,
		},
		"parentRefs: [{name: multi, sectionName: a}]": {
			[]string{"default/multi/80 x.a.example"}, []string{"warning NotAttached spec.virtualHost.domains[1]"},
		},
		"parentRefs: [{name: multi, port: 8080}]":                                    {[]string{"default/multi/8080 x.a.example", "default/multi/8080 b.example"}, nil},
		"parentRefs: [{name: multi, sectionName: a}, {name: multi, sectionName: b}]": {[]string{"default/multi/80 x.a.example", "default/multi/80 b.example"}, nil},
		"parentRefs: [{name: multi, sectionName: none}]":                             {nil, []string{"error NotAttached spec.parentRefs[0]"}},
		"parentRefs: [{name: multi, sectionName: tcp}]":                              {nil, []string{"error NotAttached spec.parentRefs[0]"}},
		"parentRefs: [{name: gone}]":                                                 {nil, []string{"error NotAttached spec.parentRefs[0]"}},
		"parentRefs: [{name: gone}, {name: multi, port: 8080}]": {
			[]string{"default/multi/8080 x.a.example", "default/multi/8080 b.example"}, []string{"error NotAttached spec.parentRefs[0]"},
		},
		"parentRefs: [{name: closed, namespace: infra, sectionName: same}]":   {nil, []string{"error NotAttached spec.parentRefs[0]"}},
		"parentRefs: [{name: closed, namespace: infra, sectionName: labels}]": {[]string{"infra/closed/81 x.a.example", "infra/closed/81 b.example"}, nil},
		"parentRefs: [{name: closed, namespace: infra, sectionName: grpc}]":   {nil, []string{"error NotAttached spec.parentRefs[0]"}},
		"parentRefs: [{name: closed, namespace: infra, sectionName: bad}]":    {nil, []string{"error NotAttached spec.parentRefs[0]"}},
	} {
		t.Run(spec, func(t *testing.T) {
			out := virtualservice.Translate(newParents(), vs(t, "{"+spec+", virtualHost: {domains: [x.a.example, b.example], "+anyRoutes+"}}"))
			require.Equal(t, c.hosts, hosts(out))
			require.Equal(t, c.problems, problemTexts(out.Status.Problems))
		})
	}
	t.Run("no domain fits", func(t *testing.T) {
		out := virtualservice.Translate(newParents(), vs(t, "{parentRefs: [{name: multi, sectionName: b}], virtualHost: {domains: [c.example], "+anyRoutes+"}}"))
		require.Empty(t, out.Fragments)
		require.Equal(t, []string{"error NotAttached spec.parentRefs[0]"}, problemTexts(out.Status.Problems))
	})
	t.Run("no default Gateway", func(t *testing.T) {
		w := newParents()
		w.fallback = ir.Name{}
		out := virtualservice.Translate(w, vs(t, "virtualHost: {"+anyRoutes+"}"))
		require.Empty(t, out.Fragments)
		require.Equal(t, []string{"error NotAttached spec"}, problemTexts(out.Status.Problems))
	})
}

func TestServerTLS(t *testing.T) {
	for title, c := range map[string]struct {
		ssl      string
		domains  string
		names    []string
		problems []string
	}{
		"named":                    {"{secretRef: {name: cert}, sniDomains: [A.example, '*.b.example']}", "[a.example]", []string{"infra/gw/443 *.b.example default/cert", "infra/gw/443 a.example default/cert"}, nil},
		"from the domains":         {"{secretRef: {name: cert}}", "[a.example, '*.b.example']", []string{"infra/gw/443 *.b.example default/cert", "infra/gw/443 a.example default/cert"}, nil},
		"any, for every domain":    {"{secretRef: {name: cert}}", "[]", []string{"infra/gw/443  default/cert"}, nil},
		"any, for a prefix domain": {"{secretRef: {name: cert}}", "['a.*']", []string{"infra/gw/443  default/cert"}, nil},
		"one way said aloud":       {"{secretRef: {name: both}, oneWayTls: true}", "[a]", []string{"infra/gw/443 a default/both"}, nil},
		"missing secret":           {"{secretRef: {name: gone}}", "[a]", nil, []string{"error NotFound spec.sslConfig.secretRef"}},
		"no secret":                {"{}", "[a]", nil, []string{"error Invalid spec.sslConfig"}},
		"files":                    {"{sslFiles: {tlsCert: /x}}", "[a]", nil, []string{"error NotSupported spec.sslConfig.sslFiles"}},
		"sds":                      {"{sds: {targetUri: x}}", "[a]", nil, []string{"error NotSupported spec.sslConfig.sds"}},
		"a server name that is none": {
			"{secretRef: {name: cert}, sniDomains: ['a.*', b]}", "[a]",
			[]string{"infra/gw/443 b default/cert"},
			[]string{"error Invalid spec.sslConfig.sniDomains[0]"},
		},
		"an unknown cipher":  {"{secretRef: {name: cert}, parameters: {cipherSuites: [RC4-MD5]}}", "[a]", nil, []string{"error Invalid spec.sslConfig.parameters.cipherSuites[0]"}},
		"an unknown curve":   {"{secretRef: {name: cert}, parameters: {ecdhCurves: [X]}}", "[a]", nil, []string{"error Invalid spec.sslConfig.parameters.ecdhCurves[0]"}},
		"an unknown version": {"{secretRef: {name: cert}, parameters: {minimumProtocolVersion: SSLv3}}", "[a]", nil, []string{"error Invalid spec.sslConfig.parameters.minimumProtocolVersion"}},
		"versions turned around": {
			"{secretRef: {name: cert}, parameters: {minimumProtocolVersion: TLSv1_3, maximumProtocolVersion: TLSv1_2}}", "[a]", nil,
			[]string{"error Invalid spec.sslConfig.parameters.maximumProtocolVersion"},
		},
		"a protocol that is none": {"{secretRef: {name: cert}, alpnProtocols: ['h2,http/1.1']}", "[a]", nil, []string{"error Invalid spec.sslConfig.alpnProtocols[0]"}},
		"what is left out": {
			"{secretRef: {name: cert}, disableTlsSessionResumption: true, transportSocketConnectTimeout: 1s, ocspStaplePolicy: MUST_STAPLE}", "[a]",
			[]string{"infra/gw/443 a default/cert"},
			[]string{
				"warning NotSupported spec.sslConfig.disableTlsSessionResumption", "warning NotSupported spec.sslConfig.ocspStaplePolicy",
				"warning NotSupported spec.sslConfig.transportSocketConnectTimeout",
			},
		},
	} {
		t.Run(title, func(t *testing.T) {
			out := virtualservice.Translate(newWorld(), vs(t, "{sslConfig: "+c.ssl+", virtualHost: {domains: "+c.domains+", "+anyRoutes+"}}"))
			require.Equal(t, c.names, serverNames(out))
			require.Equal(t, c.problems, problemTexts(out.Status.Problems))
			for _, f := range out.Fragments {
				require.Equal(t, int32(443), f.Host.Listener.Port, "with sslConfig a host is never served in the clear")
			}
		})
	}
}

func TestTLSParameters(t *testing.T) {
	out := virtualservice.Translate(newWorld(), vs(t, `
sslConfig:
  secretRef: {name: cert}
  alpnProtocols: [http/1.1]
  parameters: {minimumProtocolVersion: 3, maximumProtocolVersion: TLSv1_3, cipherSuites: [ECDHE-RSA-AES128-GCM-SHA256], ecdhCurves: [X25519]}
virtualHost: {domains: [a], `+anyRoutes+`}`))
	require.Empty(t, out.Status.Problems)
	require.Equal(t, ir.ServerTLS{
		Certificates: []ir.Name{name("default", "cert")}, MinVersion: "1.2", MaxVersion: "1.3",
		Ciphers: []string{"ECDHE-RSA-AES128-GCM-SHA256"}, Curves: []string{"X25519"}, ALPN: []string{"http/1.1"},
	}, out.ServerNames[0].TLS)
}

func TestVerifyingClientsIsNotSkipped(t *testing.T) {
	for _, ssl := range []string{"oneWayTls: false", "verifySubjectAltName: [client]"} {
		out := virtualservice.Translate(newWorld(), vs(t, "{sslConfig: {secretRef: {name: both}, "+ssl+"}, virtualHost: {domains: [a], "+anyRoutes+"}}"))
		require.Empty(t, out.ServerNames, ssl)
		require.Len(t, out.Fragments, 1)
		require.Equal(t, "/ → 500", routeText(out.Fragments[0].Routes[0]), ssl)
		require.Equal(t, ir.Error, ir.Worst(out.Status.Problems))
	}
}

func TestServerNamesKeepToTheSectionsHost(t *testing.T) {
	w := newWorld()
	gw := name("default", "narrow")
	w.gateways[gw] = gateway(gw, ir.Section{Name: "https", Port: 443, Protocol: ir.HTTPS, RouteCertificates: true, Hostname: "*.a.example"})
	out := virtualservice.Translate(w, vs(t, "{parentRefs: [{name: narrow}], sslConfig: {secretRef: {name: cert}, sniDomains: [x.a.example, b.example]}, virtualHost: {"+anyRoutes+"}}"))
	require.Equal(t, []string{"default/narrow/443 *.a.example"}, hosts(out))
	require.Equal(t, []string{"default/narrow/443 x.a.example default/cert"}, serverNames(out))
}

// Who may attach to a listener must not answer TLS in the name of its owner.
func TestAListenerWithItsOwnCertificatesTakesNoOthers(t *testing.T) {
	w := newWorld()
	gw := name("default", "own")
	w.gateways[gw] = gateway(gw, ir.Section{Name: "https", Port: 443, Protocol: ir.HTTPS})
	out := virtualservice.Translate(w, vs(t, "{parentRefs: [{name: own}], sslConfig: {secretRef: {name: cert}, sniDomains: [a.example]}, virtualHost: {domains: [a.example], "+anyRoutes+"}}"))
	require.Equal(t, []string{"default/own/443 a.example"}, hosts(out))
	require.Empty(t, out.ServerNames)
	require.Len(t, out.Status.Problems, 1)
	require.Equal(t, "spec.sslConfig: listener https of Gateway default/own takes no certificates of routes; "+
		"remove sslConfig's Secret, or set tls.options sluice.dev/certificates: routes on the listener", out.Status.Problems[0].String())
}
