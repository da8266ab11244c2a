package ir

import (
	"cmp"
	"slices"
)

// Conflict says that an object's claim on a host was refused because another
// object owns the host.
type Conflict struct {
	Host  HostKey
	Loser Object
	Owner Object
	// Tie is true where both are of the same age, so that their names decided.
	Tie bool
}

// Merge makes one virtual host of all that objects contribute to a host.
//
// The oldest contributor decides how the host is shared. If it lists its
// routes (Ordering Listed) it owns the host alone. Otherwise all contributors
// that sort by specificity share it, and those that list do not take part.
// Objects that do not take part are returned as conflicts. The result does not
// depend on the order of fragments.
func Merge(key HostKey, fragments []Fragment) (VirtualHost, []Conflict) {
	fs := slices.Clone(fragments)
	slices.SortStableFunc(fs, func(a, b Fragment) int {
		return compareRanks(rank{a.Created, a.Origin}, rank{b.Created, b.Origin})
	})
	taken, conflicts := share(key, fs)
	return VirtualHost{Key: key, Routes: order(taken)}, conflicts
}

// share splits fragments into those that take part and conflicts. Fragments
// without routes only claim the host and never own it.
func share(key HostKey, fs []Fragment) (taken []Fragment, conflicts []Conflict) {
	i := slices.IndexFunc(fs, func(f Fragment) bool { return len(f.Routes) > 0 })
	if i < 0 {
		return nil, nil
	}
	owner := fs[i]
	for _, f := range fs[i:] {
		alone := owner.Ordering == Listed || f.Ordering == Listed
		switch {
		case len(f.Routes) == 0:
		case alone && f.Origin != owner.Origin:
			conflicts = append(conflicts, Conflict{key, f.Origin, owner.Origin, f.Created.Equal(owner.Created)})
		default:
			taken = append(taken, f)
		}
	}
	return taken, conflicts
}

// ranked is a route on its way to its place.
type ranked struct {
	route *Route
	asked string
	rank  rank
}

func order(fs []Fragment) []Route {
	n := 0
	for _, f := range fs {
		n += len(f.Routes)
	}
	if n == 0 {
		return nil
	}
	rs := make([]ranked, 0, n)
	for i := range fs {
		for j := range fs[i].Routes {
			rs = append(rs, ranked{&fs[i].Routes[j], fs[i].Asked, rank{fs[i].Created, fs[i].Origin}})
		}
	}
	if fs[0].Ordering == BySpecificity {
		slices.SortStableFunc(rs, compareRanked)
	}
	out := make([]Route, n)
	for i, r := range rs {
		out[i] = *r.route
	}
	return out
}

func compareRanked(a, b ranked) int {
	return cmp.Or(
		cmp.Compare(boolInt(a.route.Fallback), boolInt(b.route.Fallback)),
		CompareHosts(a.asked, b.asked),
		CompareMatches(a.route.Match, b.route.Match),
		compareRanks(a.rank, b.rank),
	)
}

// Wider returns the less specific hosts that a wildcard host falls back to,
// nearest first: "*.a.b.c" gives "*.b.c", "*.c" and "*".
func Wider(host string) []string {
	if len(host) < 2 || host[0] != '*' {
		return nil
	}
	var out []string
	for rest := host[2:]; ; {
		i := slices.Index([]byte(rest), '.')
		if i < 0 {
			return append(out, "*")
		}
		rest = rest[i+1:]
		out = append(out, "*."+rest)
	}
}

// OnlyOneLabel reports whether every route of a wildcard host takes one label
// only (Ingress wildcards), so that names with more labels are free.
func OnlyOneLabel(v VirtualHost) bool {
	free := func(r Route) bool { return r.Match.Labels == AnyLabels }
	return len(v.Routes) > 0 && !slices.ContainsFunc(v.Routes, free)
}

// FallBack appends to a host that is OnlyOneLabel the routes of a wider host,
// for names with more labels. Other hosts answer for themselves and are
// returned as they are.
func FallBack(v VirtualHost, wider []Route) VirtualHost {
	if !OnlyOneLabel(v) {
		return v
	}
	v.Routes = slices.Clone(v.Routes)
	for _, r := range wider {
		if r.Match.Labels == AnyLabels {
			r.Match.Labels = ManyLabels
			v.Routes = append(v.Routes, r)
		}
	}
	return v
}
