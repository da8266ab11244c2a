package ingress

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// hostsOf lists the hosts of an output's fragments.
func hostsOf(out ir.Output) []string {
	var list []string
	for _, f := range out.Fragments {
		list = append(list, f.Host.Listener.String()+" "+f.Host.Host)
	}
	return list
}

func TestHostsMeetTheListenersHostname(t *testing.T) {
	for _, c := range []struct {
		listener, host string
		want           string
		labels         ir.WildcardLabels
	}{
		{"*.foo.com", "a.foo.com", "a.foo.com", ir.AnyLabels},
		{"*.foo.com", "b.a.foo.com", "b.a.foo.com", ir.AnyLabels},
		{"*.foo.com", "a.bar.com", "", 0},
		{"*.foo.com", "", "*.foo.com", ir.AnyLabels},
		{"*.foo.com", "*.foo.com", "*.foo.com", ir.OneLabel},
		{"*.com", "*.foo.com", "*.foo.com", ir.OneLabel},
		{"a.foo.com", "*.foo.com", "a.foo.com", ir.AnyLabels},
		{"b.a.foo.com", "*.foo.com", "", 0},
		{"*.a.foo.com", "*.foo.com", "", 0},
		{"a.foo.com", "", "a.foo.com", ir.AnyLabels},
	} {
		w := plain()
		w.standard = gateway(section("http", 80, ir.HTTP, c.listener))
		out := translate(t, w, rules(onHost(c.host, onPath("Prefix", "/", "a"))))
		if c.want == "" {
			require.Empty(t, out.Fragments, "%+v", c)
			require.Empty(t, out.Attached)
			require.Len(t, out.Status.Problems, 1)
			require.Equal(t, ir.ReasonNotAttached, out.Status.Problems[0].Reason)
			require.Equal(t, "spec.rules[0]", out.Status.Problems[0].Field)
			continue
		}
		require.Equal(t, []string{"infra/gw/80 " + c.want}, hostsOf(out), "%+v", c)
		require.Equal(t, c.labels, out.Fragments[0].Routes[0].Match.Labels, "%+v", c)
	}
}

func TestAHostBelongsToTheClosestListener(t *testing.T) {
	w := plain()
	w.standard = gateway(section("any", 80, ir.HTTP, ""), section("foo", 80, ir.HTTP, "a.foo.com"), section("other", 81, ir.HTTP, ""))
	out := translate(t, w, rules(onHost("a.foo.com", onPath("Prefix", "/", "a"))))
	require.Equal(t, []string{"infra/gw/80 a.foo.com", "infra/gw/81 a.foo.com"}, hostsOf(out))
	require.Equal(t, "foo", out.Attached[0].Section)
	require.Equal(t, "other", out.Attached[1].Section)
}

func TestTheClosestRuleTakesANarrowListener(t *testing.T) {
	w := plain()
	w.standard = gateway(section("http", 80, ir.HTTP, "a.foo.com"))
	out := translate(t, w, rules(
		onHost("", onPath("Prefix", "/longest/path", "a")),
		onHost("*.foo.com", onPath("Prefix", "/long", "b")),
		onHost("a.foo.com", onPath("Prefix", "/", "c")),
	))
	require.Empty(t, out.Status.Problems)
	require.Equal(t, []string{"infra/gw/80 a.foo.com"}, hostsOf(out))
	require.Equal(t, service("c"), ask([]ir.Output{out}, 80, "a.foo.com", "/longest/path"))
}

func TestOnlyHTTPSListeners(t *testing.T) {
	w := plain()
	w.standard = gateway(section("https", 443, ir.HTTPS, ""))
	out := translate(t, w, rules(onHost("a.example", onPath("Prefix", "/", "a")), onHost("b.example", onPath("Prefix", "/", "b")))+
		"  tls: [{hosts: [a.example], secretName: cert}]\n")
	require.Equal(t, []string{"infra/gw/443 a.example"}, hostsOf(out))
	require.Equal(t, []string{
		"error NotAttached spec.rules[1]: no listener of the Gateway infra/gw takes the host b.example; " +
			"add an HTTP listener for it, or an HTTPS listener and an entry in spec.tls",
	}, messages(out.Status.Problems))
}

func TestOnlyHTTPListeners(t *testing.T) {
	w := plain()
	w.standard = gateway(section("http", 80, ir.HTTP, ""))
	out := translate(t, w, rules(onHost("a.example", onPath("Prefix", "/", "a")))+"  tls: [{hosts: [a.example], secretName: cert}]\n")
	require.Equal(t, []string{"infra/gw/80 a.example"}, hostsOf(out))
	require.Empty(t, out.ServerNames)
	require.Equal(t, []string{
		`error NotAttached spec.tls[0]: no HTTPS listener of the Gateway infra/gw takes "a.example"; add an HTTPS listener for it`,
	}, messages(out.Status.Problems))
}

func TestOtherProtocolsAreLeftAlone(t *testing.T) {
	w := plain()
	w.standard.Sections = append(w.standard.Sections, section("tcp", 9000, ir.TCP, ""), section("tls", 9443, ir.TLS, ""))
	out := translate(t, w, rules(onHost("a.example", onPath("Prefix", "/", "a")))+"  tls: [{hosts: [a.example], secretName: cert}]\n")
	require.Equal(t, []string{"infra/gw/80 a.example", "infra/gw/443 a.example"}, hostsOf(out))
}
