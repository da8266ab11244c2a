package ingress

import (
	"fmt"
	"strings"

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

func (t *translation) tlsEntries(all []*host) []tlsEntry {
	var out []tlsEntry
	open := "" // the entry without hosts
	for i, e := range t.ing.Spec.TLS {
		field := fmt.Sprintf("spec.tls[%d]", i)
		if len(e.Hosts) == 0 && open != "" {
			t.report(ir.Warning, ir.ReasonConflict, field, open+" has no hosts either and covers all", "name the hosts of this entry")
			continue
		}
		entry := tlsEntry{field: field, hosts: t.tlsHosts(e, field)}
		if len(e.Hosts) == 0 {
			open = field
			for _, h := range all {
				entry.hosts = append(entry.hosts, h.name)
			}
		}
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

// coverage knows which hosts are served over HTTPS.
type coverage struct{ names, parents map[string]bool }

func coverageOf(entries []tlsEntry) coverage {
	c := coverage{map[string]bool{}, map[string]bool{}}
	for _, e := range entries {
		for _, name := range e.hosts {
			_, parent, _ := strings.Cut(name, ".")
			c.names[name], c.parents[parent] = true, true
		}
	}
	return c
}

// covers reports whether a client can ask for a host, or for one that a
// wildcard host stands for, with some server name of the entries.
func (c coverage) covers(host string) bool {
	_, parent, _ := strings.Cut(host, ".")
	switch {
	case c.names[host] || c.names[anyHost]:
		return true
	case host == anyHost:
		return len(c.names) > 0
	case isWildcard(host):
		return c.parents[parent]
	default:
		return c.names["*."+parent]
	}
}
