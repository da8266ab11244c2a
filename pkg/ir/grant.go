package ir

import "slices"

// Grant is a parsed ReferenceGrant: it lets objects of other namespaces refer
// to objects of its own. Every dialect is judged by it wherever a reference
// crosses namespaces (Gateway API, ReferenceGrant).
type Grant struct {
	// Name is the grant's own name. Its namespace is the one that is opened.
	Name Name
	// From lists who may refer; any one entry suffices.
	From []GrantFrom
	// To lists what may be referred to; any one entry suffices.
	To []GrantTo
}

// GrantFrom chooses objects that may refer.
type GrantFrom struct{ Group, Kind, Namespace string }

// GrantTo chooses objects of the grant's namespace. An empty Name means every
// object of the group and kind.
type GrantTo struct{ Group, Kind, Name string }

// Equal reports whether g and o permit the same.
func (g Grant) Equal(o Grant) bool {
	return g.Name == o.Name && slices.Equal(g.From, o.From) && slices.Equal(g.To, o.To)
}

// Permits reports whether the grant lets from refer to to.
func (g *Grant) Permits(from, to Object) bool {
	return to.Namespace == g.Name.Namespace && g.trusts(from) && g.opens(to)
}

func (g *Grant) trusts(from Object) bool {
	for _, f := range g.From {
		if f.Group == from.Group && f.Kind == from.Kind && f.Namespace == from.Namespace {
			return true
		}
	}
	return false
}

func (g *Grant) opens(to Object) bool {
	for _, t := range g.To {
		if t.Group == to.Group && t.Kind == to.Kind && (t.Name == "" || t.Name == to.Name) {
			return true
		}
	}
	return false
}
