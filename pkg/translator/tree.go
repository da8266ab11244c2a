package translator

import (
	"maps"
	"regexp/syntax"
	"slices"
	"strings"

	xdscorev3 "github.com/cncf/xds/go/xds/core/v3"
	xdsmatcherv3 "github.com/cncf/xds/go/xds/type/matcher/v3"
	routev3 "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcherv3 "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
	"google.golang.org/protobuf/types/known/anypb"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// treeThreshold is the number of routes from which a host gets a tree. Envoy
// needs about 45 ns for each route of a list that it passes, and about four
// times as long to take in a tree; with fewer routes a list is the better deal.
const treeThreshold = 200

// treeGrowth bounds the size of a tree: its leaves hold at most this many times
// the routes of the host. Above it the host keeps its list. treeEffort bounds
// the routes that are looked at for each that is kept.
const (
	treeGrowth = 4
	treeEffort = 16
)

// tree finds the routes that can match a path by its longest prefix among some
// keys. Envoy does not step back: when no route of the leaf it has found
// matches, the answer is 404. So a leaf holds every route that can match any
// path with the key as prefix, in the order of the list, and the tree answers
// each request as the list does.
//
//	list: 1 exact /a/b · 2 prefix /a/b if GET · 3 prefix /a · 4 prefix /
//
//	"/"    → 4        "/a/b" → 1 2 3
//	"/a"   → 3 4      (4 cannot be reached behind 3: /a/b… lies below /a)
type tree struct {
	// rest holds the routes for paths that no key is a prefix of.
	rest   []int32
	leaves []leaf
}

type leaf struct {
	key    string
	routes []int32
}

// buildTree returns nil where a list is better: for few routes, and where the
// tree would grow too large.
func buildTree(l *routeList, threshold int) *tree {
	if len(l.entries) <= threshold {
		return nil
	}
	keys := make(map[string][]int32, len(l.entries))
	for i, e := range l.entries {
		key := treeKey(e.path)
		keys[key] = append(keys[key], int32(i))
	}
	out := &tree{rest: keys[""]}
	delete(keys, "")
	if len(keys) == 0 || !out.grow(l, keys) {
		return nil
	}
	return out
}

// grow makes the leaves. It goes through the keys in order, in which the keys
// that are prefixes of a key come before it, and reports false if the tree gets
// too large.
func (t *tree) grow(l *routeList, keys map[string][]int32) bool {
	var above []leaf // leaves whose keys are prefixes of the current key
	budget := treeGrowth*len(l.entries) - len(t.rest)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		for len(above) > 0 && !strings.HasPrefix(key, above[len(above)-1].key) {
			above = above[:len(above)-1]
		}
		parent := t.rest
		if len(above) > 0 {
			parent = above[len(above)-1].routes
		}
		leaf := leaf{key, l.leafRoutes(key, parent, keys[key])}
		if budget -= len(leaf.routes) + len(parent)/treeEffort; budget < 0 {
			return false
		}
		t.leaves = append(t.leaves, leaf)
		above = append(above, leaf)
	}
	return true
}

// leafRoutes merges the routes of the nearest shorter key with a key's own, in
// the order of the list, leaves out those that cannot match below the key, and
// ends with the first that always matches there.
func (l *routeList) leafRoutes(key string, parent, own []int32) []int32 {
	out := make([]int32, 0, len(own)+1)
	for len(parent)+len(own) > 0 {
		var next int32
		if len(own) == 0 || len(parent) > 0 && parent[0] < own[0] {
			next, parent = parent[0], parent[1:]
		} else {
			next, own = own[0], own[1:]
		}
		e := &l.entries[next]
		matches := reach(e.path, key)
		if matches == never {
			continue
		}
		out = append(out, next)
		if matches == always && !e.conditional {
			break
		}
	}
	return out
}

// reachability says which of the paths that begin with a key match.
type reachability uint8

const (
	sometimes reachability = iota
	never
	always
)

// reach tells for a path match whose own key is a prefix of key.
func reach(p ir.PathMatch, key string) reachability {
	switch {
	case matchesAnyPath(p):
		return always
	case p.IgnoreCase || p.Kind == ir.Regex:
		return sometimes
	case p.Kind == ir.StringPrefix:
		return always
	case len(key) <= len(p.Value):
		return sometimes
	case p.Kind == ir.Exact || key[len(p.Value)] != '/':
		return never
	default:
		return always
	}
}

// treeKey is the longest string that every path that matches begins with.
func treeKey(p ir.PathMatch) string {
	key := p.Value
	switch {
	case matchesAnyPath(p):
		key = "/"
	case p.Kind == ir.Regex:
		key, _, _ = strings.Cut(regexPrefix(pathPattern(p)), "?")
	case p.IgnoreCase:
		key = key[:len(key)-len(strings.TrimLeftFunc(key, isCaseless))]
	}
	return key
}

// isCaseless is false for bytes that could be spelled in the other case.
func isCaseless(r rune) bool {
	return r < 0x80 && (r < 'a' || 'z' < r) && (r < 'A' || 'Z' < r)
}

// regexPrefix returns the literal that an expression begins with, as far as it
// is plain to see.
func regexPrefix(pattern string) string {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return ""
	}
	literal, _ := leadingLiteral(re)
	return literal
}

// leadingLiteral also reports whether the expression is nothing but its literal.
func leadingLiteral(re *syntax.Regexp) (literal string, whole bool) {
	switch re.Op {
	case syntax.OpEmptyMatch, syntax.OpBeginText, syntax.OpBeginLine:
		return "", true
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase != 0 {
			return "", false
		}
		return string(re.Rune), true
	case syntax.OpCapture:
		return leadingLiteral(re.Sub[0])
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			more, whole := leadingLiteral(sub)
			literal += more
			if !whole {
				return literal, false
			}
		}
		return literal, true
	default:
		return "", false
	}
}

// matcher marshals the tree.
func (t *tree) matcher(l *routeList) ([]byte, error) {
	input, err := pack(&matcherv3.HttpRequestHeaderMatchInput{HeaderName: ":path"})
	if err != nil {
		return nil, err
	}
	prefixes := &xdsmatcherv3.Matcher_MatcherTree_MatchMap{
		Map: make(map[string]*xdsmatcherv3.Matcher_OnMatch, len(t.leaves)),
	}
	for _, leaf := range t.leaves {
		prefixes.Map[leaf.key] = l.onMatch(leaf.routes)
	}
	out := &xdsmatcherv3.Matcher{MatcherType: &xdsmatcherv3.Matcher_MatcherTree_{
		MatcherTree: &xdsmatcherv3.Matcher_MatcherTree{
			Input:    &xdscorev3.TypedExtensionConfig{Name: "path", TypedConfig: input},
			TreeType: &xdsmatcherv3.Matcher_MatcherTree_PrefixMatchMap{PrefixMatchMap: prefixes},
		},
	}}
	if len(t.rest) > 0 {
		out.OnNoMatch = l.onMatch(t.rest)
	}
	return encode(out)
}

func (l *routeList) onMatch(routes []int32) *xdsmatcherv3.Matcher_OnMatch {
	return &xdsmatcherv3.Matcher_OnMatch{OnMatch: &xdsmatcherv3.Matcher_OnMatch_Action{
		Action: &xdscorev3.TypedExtensionConfig{
			Name: "route",
			TypedConfig: &anypb.Any{
				TypeUrl: typeURL(&routev3.RouteList{}),
				Value:   l.append(nil, listRoutesField, routes),
			},
		},
	}}
}
