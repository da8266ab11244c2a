package ingress

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

const nginxPrefix = "nginx.ingress.kubernetes.io/"

// effect is what an annotation that is not honoured does to its Ingress, the
// mildest first.
type effect uint8

const (
	// ignore: the Ingress is served without it.
	ignore effect = iota
	// deny: every route of the Ingress answers 503.
	deny
	// leaveOut: the Ingress adds nothing to its hosts.
	leaveOut
)

// rule says what the annotations do whose names it fits.
type rule struct {
	// name is an annotation's name without the prefix; a star at its end or
	// beginning stands for anything.
	name   string
	effect effect
	// flag is true for annotations that mean nothing when false.
	flag bool
}

// nginxRules lists the annotations that must not be ignored. Most restrict who
// may do what, and ignoring them would open what was closed. Snippets can hold
// such rules in nginx's own language, and ingress-nginx itself refuses them by
// default. A canary repeats the host and path of another Ingress to take a part
// of its requests; it would take them all.
func nginxRules() []rule {
	return []rule{
		{name: "auth-*", effect: deny},
		{name: "satisfy", effect: deny},
		{name: "allowlist-source-range", effect: deny},
		{name: "whitelist-source-range", effect: deny},
		{name: "denylist-source-range", effect: deny},
		{name: "limit-*", effect: deny},
		{name: "enable-modsecurity", effect: deny, flag: true},
		{name: "enable-owasp-core-rules", effect: deny, flag: true},
		{name: "modsecurity-*", effect: deny},
		{name: "*-snippet", effect: deny},
		{name: "canary", effect: leaveOut, flag: true},
	}
}

func (r rule) fits(name string) bool {
	if before, ok := strings.CutSuffix(r.name, "*"); ok {
		return strings.HasPrefix(name, before)
	}
	if after, ok := strings.CutPrefix(r.name, "*"); ok {
		return strings.HasSuffix(name, after)
	}
	return name == r.name
}

// effectOf returns what an annotation does. ingress-nginx takes an empty value
// for none at all.
func effectOf(name, value string) effect {
	i := slices.IndexFunc(nginxRules(), func(r rule) bool { return r.fits(name) })
	if i < 0 || strings.TrimSpace(value) == "" {
		return ignore
	}
	r := nginxRules()[i]
	if on, err := strconv.ParseBool(value); r.flag && err == nil && !on {
		return ignore
	}
	return r.effect
}

// readAnnotations reports every annotation of ingress-nginx and returns the
// strongest effect of them.
func (t *translation) readAnnotations() effect {
	strongest := ignore
	for _, full := range slices.Sorted(maps.Keys(t.ing.Annotations)) {
		name, ok := strings.CutPrefix(full, nginxPrefix)
		if !ok {
			continue
		}
		e := effectOf(name, t.ing.Annotations[full])
		strongest = max(strongest, e)
		t.reportAnnotation(full, e)
	}
	return strongest
}

func (t *translation) reportAnnotation(name string, e effect) {
	field := "metadata.annotations[" + name + "]"
	switch e {
	case ignore:
		t.report(ir.Warning, ir.ReasonNotSupported, field, "this annotation is not supported and has no effect", "remove it")
	case deny:
		t.report(ir.Error, ir.ReasonNotSupported, field,
			"this annotation is not supported; as it may restrict access, all routes of the Ingress answer 503", "remove it if nothing is to be restricted")
	case leaveOut:
		t.report(ir.Error, ir.ReasonNotSupported, field,
			"canaries are not supported; the Ingress is not served, the one it is the canary of is served alone", "use an HTTPRoute with weights")
	}
}
