package gatewayapi

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	gwv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// DefaultGatewayLabel is the label that marks, with the value "true", the Gateway
// that takes what names no Gateway.
const DefaultGatewayLabel = "sluice.dev/default-gateway"

// GatewayOutput is what a Gateway becomes.
type GatewayOutput struct {
	// Gateway is what routes may know of it. A Gateway that is not ours has
	// no sections.
	Gateway ir.Gateway
	// Ours is true where the class is ours. The fields below are empty
	// where it is not.
	Ours bool
	// Default is true where DefaultGatewayLabel is "true".
	Default bool
	// Created is the Gateway's creation time.
	Created time.Time
	// Listeners are the ports to bind, sorted, without their server names.
	Listeners []ir.Listener
	// ServerNames holds one entry for each HTTPS section that has a usable
	// certificate.
	ServerNames []ir.ServerName
	// Claims are fragments without routes, one for each section's host, so
	// that a section without routes answers 404 rather than leave its host
	// to a wider section (Gateway API, "listener isolation").
	Claims []ir.Fragment
	// Status is complete but for what GatewayStatus adds. A listener that
	// cannot be served has its Programmed condition already.
	Status ir.Status
}

// TranslateGateway translates a Gateway.
func TranslateGateway(w GatewayWorld, gw *gwv1.Gateway) GatewayOutput {
	out := GatewayOutput{
		Gateway: ir.Gateway{Name: ir.Name{Namespace: gw.Namespace, Name: gw.Name}, Class: string(gw.Spec.GatewayClassName)},
	}
	if !w.GatewayClass(out.Gateway.Class) {
		return out
	}
	out.Ours, out.Default, out.Created = true, gw.Labels[DefaultGatewayLabel] == "true", gw.CreationTimestamp.Time
	t := gatewayTranslation{
		world: w, gw: gw,
		origin: ir.Object{Group: Group, Kind: "Gateway", Namespace: gw.Namespace, Name: gw.Name},
	}
	t.run()
	for i := range t.sections {
		t.emit(&t.sections[i], &out)
	}
	slices.SortFunc(out.Listeners, func(a, b ir.Listener) int { return a.Key.Compare(b.Key) })
	out.Status = t.status()
	return out
}

// gatewayTranslation is one run of TranslateGateway.
type gatewayTranslation struct {
	world    GatewayWorld
	gw       *gwv1.Gateway
	origin   ir.Object
	sections []section
	// refused is why the whole Gateway is not accepted.
	refused *ir.Problem
	// warnings are problems that change no condition.
	warnings []ir.Problem
}

// section is a listener of the Gateway on its way to an ir.Section.
type section struct {
	ir.Section
	// field is the listener's path, such as "spec.listeners[0]".
	field string
	// refused is why the listener is not accepted by itself, conflict why
	// it is not beside its neighbours.
	refused, conflict *ir.Problem
	// refs are references that do not resolve.
	refs         []ir.Problem
	certificates []ir.Name
	// overlaps names another HTTPS listener of the port whose host name
	// overlaps with this one's.
	overlaps string
}

func (t *gatewayTranslation) run() {
	t.wholeGateway()
	t.sections = make([]section, len(t.gw.Spec.Listeners))
	for i := range t.gw.Spec.Listeners {
		t.listener(i, &t.sections[i])
	}
	markConflicts(t.sections)
	markOverlaps(t.sections)
	for i := range t.sections {
		s := &t.sections[i]
		s.Accepted = t.refused == nil && s.rejection() == nil
	}
}

// rejection is why the listener is not accepted, nil if it is.
func (s *section) rejection() *ir.Problem { return cmp.Or(s.refused, s.conflict) }

// emit adds what a section contributes to the data plane.
func (t *gatewayTranslation) emit(s *section, out *GatewayOutput) {
	out.Gateway.Sections = append(out.Gateway.Sections, s.Section)
	if !s.Accepted {
		return
	}
	key := ir.ListenerKey{Gateway: out.Gateway.Name, Port: s.Port}
	if !slices.ContainsFunc(out.Listeners, func(l ir.Listener) bool { return l.Key == key }) {
		out.Listeners = append(out.Listeners, ir.Listener{Key: key, Protocol: s.Protocol})
	}
	if len(s.certificates) > 0 {
		out.ServerNames = append(out.ServerNames, ir.ServerName{
			Listener: key, SNI: s.Hostname, TLS: ir.ServerTLS{Certificates: s.certificates},
			Origin: ir.Origin{Object: t.origin, Field: s.field + ".tls.certificateRefs"},
		})
	}
	out.Claims = append(out.Claims, ir.Fragment{
		Host: ir.HostKey{Listener: key, Host: cmp.Or(s.Hostname, "*")}, Origin: t.origin, Created: out.Created,
	})
}

// wholeGateway checks what stands outside of the listeners.
func (t *gatewayTranslation) wholeGateway() {
	spec := &t.gw.Spec
	for i := range spec.Addresses {
		t.address(i)
	}
	if in := spec.Infrastructure; in != nil {
		t.infrastructure(in)
	}
	if a := spec.AllowedListeners; a != nil && a.Namespaces != nil && a.Namespaces.From != nil && *a.Namespaces.From != gwv1.NamespacesFromNone {
		t.warn("spec.allowedListeners", "ListenerSets are not supported yet, so none is attached", "list the listeners in the Gateway")
	}
	if spec.DefaultScope != "" && spec.DefaultScope != gwv1.GatewayDefaultScopeNone {
		t.warn("spec.defaultScope", "default scopes are not supported yet, so routes without parentRefs are not attached", "name the Gateway in the routes' parentRefs")
	}
	if spec.TLS != nil && spec.TLS.Backend != nil {
		t.warn("spec.tls.backend", "client certificates towards backends are not supported yet, so none is shown", "do without")
	}
}

// address refuses what asks for an address of its own. An empty IPAddress asks
// for any address, which is what the Gateway gets.
func (t *gatewayTranslation) address(i int) {
	a := &t.gw.Spec.Addresses[i]
	isIP := a.Type == nil || *a.Type == gwv1.IPAddressType
	if isIP && a.Value == "" && a.Routability == gwv1.GatewayAddressRoutabilityDefault || t.refused != nil {
		return
	}
	t.refused = &ir.Problem{
		Severity: ir.Error, Reason: string(gwv1.GatewayReasonUnsupportedAddress), Field: fmt.Sprintf("spec.addresses[%d]", i),
		Message: "requested addresses are not supported yet, so the Gateway is not served", Remedy: "remove spec.addresses",
	}
}

func (t *gatewayTranslation) infrastructure(in *gwv1.GatewayInfrastructure) {
	if ref := in.ParametersRef; ref != nil && t.refused == nil {
		t.refused = &ir.Problem{
			Severity: ir.Error, Reason: string(gwv1.GatewayReasonInvalidParameters), Field: "spec.infrastructure.parametersRef",
			Message: "parameters of kind " + string(ref.Kind) + " are not supported, so the Gateway is not served", Remedy: "remove parametersRef",
		}
	}
	if len(in.Labels)+len(in.Annotations) > 0 {
		t.warn("spec.infrastructure", "labels and annotations are not passed on yet", "do without")
	}
}

func (t *gatewayTranslation) warn(field, message, remedy string) {
	t.warnings = append(t.warnings, ir.Problem{
		Severity: ir.Warning, Reason: ir.ReasonNotSupported, Field: field, Message: message, Remedy: remedy,
	})
}
