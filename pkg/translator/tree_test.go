package translator

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func index(i int) string { return "route-" + strconv.Itoa(i) }

func treeOf(t *testing.T, v ir.VirtualHost) *tree {
	t.Helper()
	list, err := New(Options{}).routeList(v)
	require.NoError(t, err)
	return buildTree(list, 0)
}

// text is the form "key → routes" of a tree.
func (t *tree) text() string {
	var b strings.Builder
	for _, l := range t.leaves {
		fmt.Fprintf(&b, "%s → %v\n", l.key, l.routes)
	}
	if len(t.rest) > 0 {
		fmt.Fprintf(&b, "else → %v\n", t.rest)
	}
	return b.String()
}

func pathHost(paths ...ir.PathMatch) ir.VirtualHost {
	v := ir.VirtualHost{Key: ir.HostKey{Host: "a.example"}}
	for i, p := range paths {
		v.Routes = append(v.Routes, ir.Route{
			Match: ir.Match{Path: p}, Action: &ir.Respond{Code: 200, Body: index(i)},
		})
	}
	return v
}

func TestTreeLeavesHoldWhatCanMatchBelowTheirKey(t *testing.T) {
	exact := func(s string) ir.PathMatch { return ir.NewPath(ir.Exact, s, false) }
	prefix := func(s string) ir.PathMatch { return ir.NewPath(ir.Prefix, s, false) }
	get := pathHost(exact("/a/b"), prefix("/a/b"), prefix("/a"), ir.AnyPath())
	get.Routes[1].Match.Methods = []string{"GET"}
	cases := []struct {
		name string
		host ir.VirtualHost
		want string
	}{
		{"the example in the documentation", get, "/ → [3]\n/a → [2 3]\n/a/b → [0 1 2]\n"},
		{
			"a prefix by elements is not above /ab",
			pathHost(prefix("/ab"), prefix("/a"), ir.AnyPath()),
			"/ → [2]\n/a → [1 2]\n/ab → [0 2]\n",
		},
		{
			"a prefix by characters is",
			pathHost(prefix("/ab"), ir.NewPath(ir.StringPrefix, "/a", false), ir.AnyPath()),
			"/ → [2]\n/a → [1]\n/ab → [0 1]\n",
		},
		{
			"the order of the list decides, not the length",
			pathHost(ir.AnyPath(), exact("/a")),
			"/ → [0]\n/a → [0]\n",
		},
		{
			"an expression stands below its literal beginning, or everywhere",
			pathHost(exact("/a/b/c"), ir.NewPath(ir.Regex, "/a/b/[0-9]+", false), ir.NewPath(ir.Regex, ".*x", false), ir.AnyPath()),
			"/ → [2 3]\n/a/b/ → [1 2 3]\n/a/b/c → [0 1 2 3]\nelse → [2]\n",
		},
		{
			"a path in any case stands below what has no case",
			pathHost(ir.NewPath(ir.Exact, "/1/a", true), exact("/1/a"), exact("/1/A")),
			"/1/ → [0]\n/1/A → [0 2]\n/1/a → [0 1]\n",
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, treeOf(t, c.host).text())
		})
	}
}

func TestTreeGivesWayToTheListWhereItWouldGrowTooLarge(t *testing.T) {
	plain, nested := pathHost(), pathHost()
	for i := range 1000 {
		path := "/" + strings.Repeat("a/", i%200) + strconv.Itoa(i/200)
		plain.Routes = append(plain.Routes, pathHost(ir.NewPath(ir.Prefix, path, false)).Routes...)
		r := pathHost(ir.NewPath(ir.StringPrefix, "/"+strings.Repeat("a", i), false)).Routes[0]
		r.Match.Methods = []string{"GET"} // so that it hides nothing
		nested.Routes = append(nested.Routes, r)
	}
	require.NotNil(t, treeOf(t, plain))
	require.Nil(t, treeOf(t, nested))
}

// answerOf does what Envoy does with a tree: it takes the longest key that is a
// prefix of the path and steps back nowhere.
func (t *tree) answerOf(v ir.VirtualHost, r request) int {
	found := t.rest
	longest := -1
	for _, l := range t.leaves {
		if strings.HasPrefix(r.path, l.key) && len(l.key) > longest {
			found, longest = l.routes, len(l.key)
		}
	}
	i := slices.IndexFunc(found, func(i int32) bool { return matches(v.Key.Host, v.Routes[i].Match, r) })
	if i < 0 {
		return -1
	}
	return int(found[i])
}

func TestTreeAnswersAsTheListDoes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	trees, hits := 0, 0
	for range 2000 {
		v := randomHost(rng, ir.HostKey{Host: pick(rng, "a.example", "*.a.example")}, 2+rng.IntN(40))
		v.Routes = slices.DeleteFunc(v.Routes, func(r ir.Route) bool { return matchesNoPath(r.Match.Path) })
		for i := range v.Routes { // one Envoy route for each
			v.Routes[i].Action = &ir.Respond{Code: 200}
		}
		tree := treeOf(t, v)
		if tree == nil {
			continue
		}
		trees++
		for range 50 {
			r := randomRequest(rng, v)
			want := firstMatch(v, r)
			require.Equal(t, want, tree.answerOf(v, r), "%s\n%s", r, tree.text())
			if want >= 0 {
				hits++
			}
		}
	}
	require.Greater(t, trees, 1000)
	require.Greater(t, hits, 10000)
}
