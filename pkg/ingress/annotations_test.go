package ingress

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func annotated(annotations map[string]string, rest string) string {
	out := "metadata:\n  annotations:\n"
	for name, value := range annotations {
		out += "    " + name + ": '" + value + "'\n"
	}
	return out + rest
}

func TestAnnotationsThatRestrictAccessFailClosed(t *testing.T) {
	for name, closed := range map[string]bool{
		"auth-url=http://auth.example": true, "auth-type=basic": true, "auth-secret=x": true, "auth-signin=x": true,
		"auth-tls-secret=ns/ca": true, "auth-tls-verify-client=on": true, "auth-snippet=x": true,
		"allowlist-source-range=10.0.0.0/8": true, "whitelist-source-range=10.0.0.0/8": true, "denylist-source-range=10.0.0.0/8": true,
		"limit-rps=5": true, "limit-connections=5": true, "limit-rpm=5": true,
		"enable-modsecurity=true": true, "modsecurity-snippet=x": true, "enable-owasp-core-rules=true": true,
		"satisfy=any": true, "configuration-snippet=deny all;": true, "server-snippet=deny all;": true,
		"enable-modsecurity=false": false, "auth-url=": false, "auth-url= ": false,
		"ssl-redirect=true": false, "force-ssl-redirect=true": false, "rewrite-target=/": false, "enable-cors=true": false,
		"proxy-body-size=1m": false, "canary=false": false, "canary-weight=5": false, "something-new=1": false,
	} {
		annotation, value, _ := strings.Cut(name, "=")
		full := "nginx.ingress.kubernetes.io/" + annotation
		out := translate(t, plain(), annotated(map[string]string{full: value},
			rules(onHost("a.example", onPath("Prefix", "/", "a"), onPath("Prefix", "/gone", "gone")))+defaultA+
				"  tls: [{hosts: [a.example], secretName: cert}]\n"))
		want, severity := service("a"), ir.Warning
		if closed {
			want, severity = "503", ir.Error
		}
		require.Equal(t, want, ask([]ir.Output{out}, 80, "a.example", "/"), name)
		require.Equal(t, want, ask([]ir.Output{out}, 443, "a.example", "/"), name)
		if closed {
			require.Equal(t, "503", ask([]ir.Output{out}, 80, "a.example", "/gone"), name)
			require.Equal(t, "503", ask([]ir.Output{out}, 80, "else.example", "/"), name)
		}
		require.Len(t, out.Status.Problems, 2, "%s: the annotation, and the backend that is gone", name)
		i := 0
		if !strings.HasPrefix(out.Status.Problems[0].Field, "metadata") {
			i = 1
		}
		p := out.Status.Problems[i]
		require.Equal(t, "metadata.annotations["+full+"]", p.Field)
		require.Equal(t, severity, p.Severity, name)
		require.Equal(t, ir.ReasonNotSupported, p.Reason)
	}
}

func TestOneIngressThatFailsClosedDoesNotCloseAnother(t *testing.T) {
	closed := translate(t, plain(), annotated(map[string]string{"nginx.ingress.kubernetes.io/auth-url": "x"},
		rules(onHost("a.example", onPath("Prefix", "/admin", "a")))))
	open, ok := Translate(plain(), read(t, "metadata: {name: other}\n"+rules(onHost("a.example", onPath("Prefix", "/", "b")))))
	require.True(t, ok)
	outs := []ir.Output{closed, open}
	require.Equal(t, "503", ask(outs, 80, "a.example", "/admin/x"))
	require.Equal(t, service("b"), ask(outs, 80, "a.example", "/x"))
}

func TestACanaryIsLeftOut(t *testing.T) {
	out := translate(t, plain(), annotated(map[string]string{
		"nginx.ingress.kubernetes.io/canary": "true", "nginx.ingress.kubernetes.io/canary-weight": "10",
	}, rules(onHost("a.example", onPath("Prefix", "/", "b")))+"  tls: [{hosts: [a.example], secretName: cert}]\n"))
	require.Empty(t, out.Fragments)
	require.Empty(t, out.ServerNames)
	require.Empty(t, out.Attached)
	require.Len(t, out.Status.Problems, 2)
	require.Equal(t, ir.Error, out.Status.Problems[0].Severity)
	require.Equal(t, "metadata.annotations[nginx.ingress.kubernetes.io/canary]", out.Status.Problems[0].Field)
}

func TestOtherAnnotationsAreNotOurBusiness(t *testing.T) {
	out := translate(t, plain(), annotated(map[string]string{"example.com/auth-url": "x", "cert-manager.io/cluster-issuer": "y"},
		rules(onHost("a.example", onPath("Prefix", "/", "a")))))
	require.Empty(t, out.Status.Problems)
}
