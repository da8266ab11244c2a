package ingress

import (
	"fmt"
	"slices"

	networkingv1 "k8s.io/api/networking/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// tlsEntry is an entry of spec.tls.
type tlsEntry struct {
	field string
	// hosts are the server names; "*" means those that no one else has.
	hosts []string
	// certificate is the Secret's name; without secure there is none.
	certificate ir.Name
	secure      bool
}

func (t *translation) tlsEntries(hosts []*host) []tlsEntry {
	var out []tlsEntry
	for i, e := range t.ing.Spec.TLS {
		field := fmt.Sprintf("spec.tls[%d]", i)
		names := t.tlsHosts(e, field)
		if len(e.Hosts) == 0 {
			for _, h := range hosts {
				names = append(names, h.name)
			}
		}
		entry := tlsEntry{field: field, hosts: names}
		entry.certificate, entry.secure = t.certificate(e.SecretName, field+".secretName")
		out = append(out, entry)
	}
	return out
}

func (t *translation) tlsHosts(e networkingv1.IngressTLS, field string) []string {
	var out []string
	for i, h := range e.Hosts {
		if message, remedy := checkHost(h); message != "" {
			t.invalid(fmt.Sprintf("%s.hosts[%d]", field, i), message, remedy)
			continue
		}
		out = append(out, h)
	}
	return out
}

// certificate resolves the Secret of an entry.
func (t *translation) certificate(secret, field string) (ir.Name, bool) {
	if secret == "" {
		t.report(ir.Warning, ir.ReasonNotSupported, field,
			"without a Secret these hosts are served over HTTPS only with a certificate of the Gateway's own listener", "name a Secret of type kubernetes.io/tls")
		return ir.Name{}, false
	}
	name, p := t.world.Certificate(ir.SecretRef{From: t.object, Name: ir.Name{Namespace: t.ing.Namespace, Name: secret}})
	if p == nil {
		return name, true
	}
	message := p.Message
	if p.Severity == ir.Error {
		message += "; the hosts of this entry are served over HTTP only"
	}
	t.report(p.Severity, p.Reason, field, message, p.Remedy)
	return name, p.Severity != ir.Error
}

// overTLS reports whether a host is served over HTTPS: some entry has a server
// name with which a client can ask for it.
func overTLS(host string, entries []tlsEntry) bool {
	return slices.ContainsFunc(entries, func(e tlsEntry) bool {
		return slices.ContainsFunc(e.hosts, func(h string) bool { return overlap(h, host) })
	})
}
