package ir

import "slices"

// Protocol is what a listener speaks.
type Protocol string

// The protocols of Gateway API listeners.
const (
	HTTP  Protocol = "HTTP"
	HTTPS Protocol = "HTTPS"
	TLS   Protocol = "TLS"
	TCP   Protocol = "TCP"
	UDP   Protocol = "UDP"
)

// Gateway is what routes read of a Gateway: its sections, and nothing that
// changes for other reasons, so that rotating a certificate recomputes no route.
type Gateway struct {
	Name Name
	// Class is the GatewayClass's name.
	Class string
	// Sections are in the order of the Gateway's spec. Sections that
	// conflict or are invalid are present with Accepted false.
	Sections []Section
}

// Equal reports whether g and o say the same to routes.
func (g *Gateway) Equal(o *Gateway) bool {
	return g.Name == o.Name && g.Class == o.Class && slices.EqualFunc(g.Sections, o.Sections, Section.Equal)
}

// Section is one listener of a Gateway in the sense of Gateway API: the thing
// that a parentRef's sectionName names. Several sections may share a port.
type Section struct {
	Name     string
	Port     int32
	Protocol Protocol
	// Hostname is lower case, may be a wildcard "*.example.com", and is
	// empty for any host.
	Hostname string
	// Kinds are the route kinds that may attach, such as "HTTPRoute".
	// Ingress and VirtualService attach where HTTPRoute may.
	Kinds []string
	// Namespaces says from where routes may attach.
	Namespaces NamespaceSelector
	// RouteCertificates lets what attaches bring certificates. Elsewhere TLS
	// is the Gateway's owner's alone: a route must not answer in its name.
	RouteCertificates bool
	// Accepted is false where the section takes no traffic.
	Accepted bool
}

// Equal reports whether s and o are the same.
func (s Section) Equal(o Section) bool {
	return s.Name == o.Name && s.Port == o.Port && s.Protocol == o.Protocol && s.Hostname == o.Hostname &&
		slices.Equal(s.Kinds, o.Kinds) && s.Namespaces.Equal(o.Namespaces) &&
		s.RouteCertificates == o.RouteCertificates && s.Accepted == o.Accepted
}

// NamespaceSelector chooses namespaces (Gateway API allowedRoutes.namespaces).
type NamespaceSelector struct {
	// All selects every namespace.
	All bool
	// Same selects the Gateway's own namespace.
	Same bool
	// Selector selects by label when neither All nor Same is set.
	Selector LabelSelector
}

// Equal reports whether s and o are written the same.
func (s NamespaceSelector) Equal(o NamespaceSelector) bool {
	return s.All == o.All && s.Same == o.Same && s.Selector.Equal(o.Selector)
}

// Allows reports whether a namespace with these labels is chosen by a Gateway
// that lives in namespace home.
func (s NamespaceSelector) Allows(home, namespace string, labels map[string]string) bool {
	switch {
	case s.All:
		return true
	case s.Same:
		return home == namespace
	default:
		return s.Selector.Matches(labels)
	}
}

// LabelSelector is a parsed metav1.LabelSelector: all requirements must hold.
type LabelSelector struct {
	// None is true for a selector that was absent: it matches nothing.
	None         bool
	Requirements []LabelRequirement
}

// Equal reports whether s and o are written the same.
func (s LabelSelector) Equal(o LabelSelector) bool {
	return s.None == o.None && slices.EqualFunc(s.Requirements, o.Requirements, func(a, b LabelRequirement) bool {
		return a.Key == b.Key && a.Operator == b.Operator && slices.Equal(a.Values, b.Values)
	})
}

// LabelRequirement is one requirement of a LabelSelector. Operator is one of
// "In", "NotIn", "Exists", "DoesNotExist".
type LabelRequirement struct {
	Key, Operator string
	Values        []string
}

// Matches reports whether labels satisfy the selector. An empty selector
// matches everything.
func (s LabelSelector) Matches(labels map[string]string) bool {
	if s.None {
		return false
	}
	for _, r := range s.Requirements {
		if !r.matches(labels) {
			return false
		}
	}
	return true
}

func (r LabelRequirement) matches(labels map[string]string) bool {
	v, ok := labels[r.Key]
	switch r.Operator {
	case "In":
		return ok && slices.Contains(r.Values, v)
	case "NotIn":
		return !ok || !slices.Contains(r.Values, v)
	case "Exists":
		return ok
	case "DoesNotExist":
		return !ok
	default:
		return false
	}
}
