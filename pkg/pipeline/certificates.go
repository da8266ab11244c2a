package pipeline

import (
	"crypto/x509"

	corev1 "k8s.io/api/core/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/tls"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

// certificate is a Secret that is meant to hold a certificate.
type certificate struct {
	parsed  ir.Certificate
	problem ir.Problem
	ok      bool
	// meant is true where the Secret's type says that it holds a certificate.
	meant bool
}

func (c certificate) equal(o certificate) bool {
	return c.ok == o.ok && c.meant == o.meant && c.problem == o.problem && c.parsed.Digest == o.parsed.Digest
}

func (p *Pipeline) parseSecret(_ *table.Reader, _ ir.Object, s *corev1.Secret) (certificate, bool) {
	parsed, problem := tls.Parse(s, p.options.Now())
	c := certificate{parsed: parsed, ok: true, meant: s.Type == corev1.SecretTypeTLS}
	if problem != nil {
		c.problem, c.ok = *problem, problem.Severity == ir.Warning
	}
	return c, true
}

// certificateState is what routes and Gateways read of a certificate, so that
// rotating one recomputes neither.
type certificateState struct {
	ok      bool
	problem ir.Problem
}

func certificateStateOf(_ *table.Reader, _ ir.Object, c certificate) (certificateState, bool) {
	return certificateState{c.ok, c.problem}, true
}

// AllowLoopback reports whether endpoints may be on the gateway's own host.
func (v view) AllowLoopback() bool { return v.p.options.Standalone }

// UpstreamSecret returns what a Secret holds for TLS towards endpoints.
func (v view) UpstreamSecret(ref ir.SecretRef) (virtualservice.UpstreamSecret, *ir.Problem) {
	key := secretKey(ref.Name)
	if !ref.Trusted {
		if p := v.permitted(ref.From, key); p != nil {
			return virtualservice.UpstreamSecret{}, p
		}
	}
	s, ok := table.Read(v.r, v.p.tables.secrets.Table, key)
	if !ok {
		return virtualservice.UpstreamSecret{}, &ir.Problem{
			Severity: ir.Error, Reason: ir.ReasonNotFound,
			Message: key.String() + " does not exist", Remedy: "create it, or correct the name",
		}
	}
	out := virtualservice.UpstreamSecret{CA: s.Data[corev1.ServiceAccountRootCAKey], Certificate: len(s.Data[corev1.TLSCertKey]) > 0}
	if len(out.CA) > 0 && !x509.NewCertPool().AppendCertsFromPEM(out.CA) {
		return out, &ir.Problem{
			Severity: ir.Error, Reason: ir.ReasonBadCertificate,
			Message: key.String() + `: data["ca.crt"] holds no certificate`, Remedy: "put PEM certificates there",
		}
	}
	if !out.Certificate {
		return out, nil
	}
	ref.Trusted = true
	_, problem := v.Certificate(ref)
	return out, problem
}
