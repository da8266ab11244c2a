package ingress

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// names lists "port sni secret" of each server name.
func names(out ir.Output) []string {
	var list []string
	for _, n := range out.ServerNames {
		list = append(list, n.Listener.String()+" "+n.SNI+" "+n.TLS.Certificates[0].Name)
	}
	return list
}

func TestTLSHostsAreServedOverHTTPSToo(t *testing.T) {
	out := translate(t, plain(), rules(onHost("a.example", onPath("Prefix", "/", "a")), onHost("b.example", onPath("Prefix", "/", "b")))+
		"  tls: [{hosts: [a.example], secretName: cert}]\n")
	require.Empty(t, out.Status.Problems)
	require.Equal(t, []string{"infra/gw/443 a.example cert"}, names(out))
	require.Equal(t, "spec.tls[0]", out.ServerNames[0].Origin.Field)
	gw := ir.Name{Namespace: "infra", Name: "gw"}
	require.Equal(t, []ir.Attachment{{Gateway: gw, Section: "http"}, {Gateway: gw, Section: "https"}}, out.Attached)
	for _, c := range []struct {
		port       int32
		host, want string
	}{
		{80, "a.example", service("a")},
		{443, "a.example", service("a")},
		{80, "b.example", service("b")},
		{443, "b.example", "no host"},
	} {
		require.Equal(t, c.want, ask([]ir.Output{out}, c.port, c.host, "/"), "%s on %d", c.host, c.port)
	}
}

func TestWhichHostsATLSEntryCovers(t *testing.T) {
	for _, c := range []struct {
		name, host, tls string
		names           []string
		asked, want     string
	}{
		{
			"wildcard entry, exact rule", "a.foo.com", "{hosts: ['*.foo.com'], secretName: cert}",
			[]string{"infra/gw/443 *.foo.com cert"},
			"a.foo.com", service("a"),
		},
		{
			"wildcard entry, rule two labels below", "b.a.foo.com", "{hosts: ['*.foo.com'], secretName: cert}",
			[]string{"infra/gw/443 *.foo.com cert"},
			"b.a.foo.com", "no host",
		},
		{
			"exact entry, wildcard rule", "*.foo.com", "{hosts: [a.foo.com], secretName: cert}",
			[]string{"infra/gw/443 a.foo.com cert"},
			"a.foo.com", service("a"),
		},
		{
			"exact entry, rule for all hosts", "", "{hosts: [a.foo.com], secretName: cert}",
			[]string{"infra/gw/443 a.foo.com cert"},
			"a.foo.com", service("a"),
		},
		{
			"entry for another host", "a.foo.com", "{hosts: [b.foo.com], secretName: cert}",
			[]string{"infra/gw/443 b.foo.com cert"},
			"a.foo.com", "no host",
		},
		{
			"entry without hosts", "a.foo.com", "{secretName: cert}",
			[]string{"infra/gw/443 a.foo.com cert"},
			"a.foo.com", service("a"),
		},
		{
			"entry without hosts, rule for all hosts", "", "{secretName: cert}",
			[]string{"infra/gw/443  cert"},
			"any.example", service("a"),
		},
		{
			"two hosts", "a.foo.com", "{hosts: [a.foo.com, c.foo.com], secretName: cert}",
			[]string{"infra/gw/443 a.foo.com cert", "infra/gw/443 c.foo.com cert"},
			"a.foo.com", service("a"),
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := translate(t, plain(), rules(onHost(c.host, onPath("Prefix", "/", "a")))+"  tls: ["+c.tls+"]\n")
			require.Empty(t, out.Status.Problems)
			require.Equal(t, c.names, names(out))
			require.Equal(t, c.want, ask([]ir.Output{out}, 443, c.asked, "/"))
		})
	}
}

// Who may attach to a listener must not answer TLS in the name of its owner.
func TestAListenerWithItsOwnCertificatesTakesNoOthers(t *testing.T) {
	w := plain()
	own := section("https", 443, ir.HTTPS, "")
	own.RouteCertificates = false
	w.standard = gateway(own)
	out := translate(t, w, rules(onHost("a.foo.com", onPath("Prefix", "/", "a")))+"  tls: [{hosts: [a.foo.com], secretName: cert}]\n")
	require.Empty(t, out.ServerNames)
	require.Equal(t, service("a"), ask([]ir.Output{out}, 443, "a.foo.com", "/"), "it is served with the listener's certificate")
	require.Len(t, out.Status.Problems, 1)
	require.Equal(t, `spec.tls[0]: listener https of the Gateway infra/gw takes no certificate of routes for "a.foo.com"; `+
		"leave the Secret out, or set tls.options sluice.dev/certificates: routes on the listener", out.Status.Problems[0].String())
}

func TestDefaultBackendIsServedOverHTTPS(t *testing.T) {
	out := translate(t, plain(), "spec:\n  tls: [{secretName: cert}]\n"+defaultA)
	require.Equal(t, []string{"infra/gw/443  cert"}, names(out))
	require.Equal(t, service("d"), ask([]ir.Output{out}, 443, "x.example", "/"))
}

func TestBadSecretTakesOnlyItsNamesOut(t *testing.T) {
	for _, c := range []struct{ secret, wrong, problem string }{
		{"gone", "", "error NotFound spec.tls[0].secretName: the Secret ns/gone does not exist; the hosts of this entry are served over HTTP only"},
		{"bad", "error:the key does not fit", "error InvalidCertificate spec.tls[0].secretName: the key does not fit; the hosts of this entry are served over HTTP only"},
		{"", "", "warning NotSupported spec.tls[0].secretName: without a Secret these hosts are served over HTTPS only with a certificate of the Gateway's own listener; " +
			"name a Secret of type kubernetes.io/tls"},
	} {
		w := plain()
		if c.wrong != "" {
			w.secrets[ir.Name{Namespace: "ns", Name: c.secret}] = c.wrong
		}
		out := translate(t, w, rules(onHost("a.example", onPath("Prefix", "/", "a")), onHost("b.example", onPath("Prefix", "/", "b")))+
			"  tls: [{hosts: [a.example], secretName: '"+c.secret+"'}, {hosts: [b.example], secretName: cert}]\n")
		require.Equal(t, []string{c.problem}, messages(out.Status.Problems))
		require.Equal(t, []string{"infra/gw/443 b.example cert"}, names(out))
		require.Equal(t, service("a"), ask([]ir.Output{out}, 80, "a.example", "/"))
		require.Equal(t, service("b"), ask([]ir.Output{out}, 443, "b.example", "/"))
		require.Equal(t, service("a"), ask([]ir.Output{out}, 443, "a.example", "/"), "routes wait for the Secret")
	}
}

func TestDoubtfulCertificateIsServed(t *testing.T) {
	w := plain()
	w.secrets[ir.Name{Namespace: "ns", Name: "old"}] = "warning:the certificate has expired"
	out := translate(t, w, rules(onHost("a.example", onPath("Prefix", "/", "a")))+"  tls: [{hosts: [a.example], secretName: old}]\n")
	require.Equal(t, []string{"infra/gw/443 a.example old"}, names(out))
	require.Equal(t, []string{"warning InvalidCertificate spec.tls[0].secretName: the certificate has expired"}, messages(out.Status.Problems))
}

func TestBadTLSHostsAreProblems(t *testing.T) {
	out := translate(t, plain(), rules(onHost("a.example", onPath("Prefix", "/", "a")))+
		"  tls: [{hosts: [A.example, '', a.example], secretName: cert}]\n")
	require.Equal(t, []string{"infra/gw/443 a.example cert"}, names(out))
	require.Len(t, out.Status.Problems, 2)
	require.Equal(t, "spec.tls[0].hosts[0]", out.Status.Problems[0].Field)
	require.Equal(t, "spec.tls[0].hosts[1]", out.Status.Problems[1].Field)
}

func TestTheFirstEntryOfAHostCounts(t *testing.T) {
	out := translate(t, plain(), rules(onHost("a.example", onPath("Prefix", "/", "a")))+
		"  tls: [{hosts: [a.example], secretName: cert}, {hosts: [a.example], secretName: cert}, {hosts: [a.example], secretName: cert2}]\n")
	require.Equal(t, []string{"infra/gw/443 a.example cert"}, names(out))
	require.Equal(t, []string{
		`warning Conflict spec.tls[2]: "a.example" has the certificate of spec.tls[0] already; name each host in one entry`,
	}, messages(out.Status.Problems))
}

func TestOnlyOneEntryMayLeaveItsHostsOut(t *testing.T) {
	out := translate(t, plain(), rules(onHost("a.example", onPath("Prefix", "/", "a")))+"  tls: [{secretName: cert}, {secretName: cert2}]\n")
	require.Equal(t, []string{"infra/gw/443 a.example cert"}, names(out))
	require.Equal(t, []string{
		"warning Conflict spec.tls[1]: spec.tls[0] has no hosts either and covers all; name the hosts of this entry",
	}, messages(out.Status.Problems))
}

func TestAnIngressOfManyHostsIsTranslatedWhole(t *testing.T) {
	const n = 5000
	in := read(t, "spec: {tls: [{secretName: cert}]}")
	rule := read(t, rules(onHost("a.example", onPath("Prefix", "/", "a")))).Spec.Rules[0]
	for i := range n {
		rule.Host = fmt.Sprintf("h%d.example", i)
		in.Spec.TLS[0].Hosts = append(in.Spec.TLS[0].Hosts, rule.Host)
		in.Spec.Rules = append(in.Spec.Rules, rule)
	}
	out, ok := Translate(plain(), in)
	require.True(t, ok)
	require.Empty(t, out.Status.Problems)
	require.Len(t, out.Fragments, 2*n)
	require.Len(t, out.ServerNames, n)
}
