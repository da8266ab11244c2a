package ir

import (
	"cmp"
	"strings"
	"time"
)

// rank is what precedence compares of a route besides its match.
type rank struct {
	created time.Time
	origin  Object
}

// CompareMatches orders matches from most to least specific by the rules of
// Gateway API (HTTPRouteRule.matches): exact paths, then regular expressions,
// then the longest prefix; then a method; then more headers; then more query
// parameters. It returns zero for matches that are equally specific.
//
// Two rules are ours, where the specification leaves it open: a longer regular
// expression comes before a shorter one, and of prefixes of equal length the
// element prefix, which matches less, comes first.
func CompareMatches(a, b Match) int {
	return cmp.Or(
		cmp.Compare(pathClass(a.Path), pathClass(b.Path)),
		cmp.Compare(len(b.Path.Value), len(a.Path.Value)),
		cmp.Compare(a.Path.Kind, b.Path.Kind),
		cmp.Compare(boolInt(len(b.Methods) > 0), boolInt(len(a.Methods) > 0)),
		cmp.Compare(len(b.Headers), len(a.Headers)),
		cmp.Compare(len(b.Query), len(a.Query)),
	)
}

func pathClass(p PathMatch) int {
	switch p.Kind {
	case Exact:
		return 0
	case Regex:
		return 1
	default:
		return 2
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// compareRanks orders by age, then alphabetically by "namespace/name"
// (Gateway API), then by kind, so that the order is total across dialects.
func compareRanks(a, b rank) int {
	return cmp.Or(a.created.Compare(b.created), a.origin.Key().Compare(b.origin.Key()),
		strings.Compare(a.origin.Kind, b.origin.Kind), strings.Compare(a.origin.Group, b.origin.Group))
}
