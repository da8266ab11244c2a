package ir_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

var host = ir.HostKey{Listener: ir.ListenerKey{Gateway: ir.Name{Namespace: "n", Name: "g"}, Port: 80}, Host: "a.example"}

func at(seconds int64) time.Time { return time.Unix(seconds, 0) }

func route(name string, m ir.Match) ir.Route { return ir.Route{Name: name, Match: m} }

func path(kind ir.PathKind, value string) ir.Match {
	return ir.Match{Path: ir.NewPath(kind, value, false)}
}

func fragment(object string, created int64, o ir.Ordering, routes ...ir.Route) ir.Fragment {
	return ir.Fragment{
		Host: host, Origin: ir.Object{Kind: "K", Namespace: "n", Name: object},
		Created: at(created), Ordering: o, Routes: routes,
	}
}

func names(v ir.VirtualHost) []string {
	var out []string
	for _, r := range v.Routes {
		out = append(out, r.Name)
	}
	return out
}

func TestMergeOrdersByGatewayAPIPrecedence(t *testing.T) {
	withMethod := path(ir.Prefix, "/a")
	withMethod.Methods = []string{"GET"}
	twoHeaders := path(ir.Prefix, "/a")
	twoHeaders.Headers = []ir.ValueMatch{{Name: "x"}, {Name: "y"}}
	oneHeader := path(ir.Prefix, "/a")
	oneHeader.Headers = []ir.ValueMatch{{Name: "x"}}
	query := path(ir.Prefix, "/a")
	query.Query = []ir.ValueMatch{{Name: "x"}}
	fallback := route("fallback", path(ir.Exact, "/z"))
	fallback.Fallback = true
	v, conflicts := ir.Merge(host, []ir.Fragment{fragment("o", 0, ir.BySpecificity,
		fallback,
		route("any", ir.Match{Path: ir.AnyPath()}),
		route("plain", path(ir.Prefix, "/a")),
		route("query", query),
		route("one header", oneHeader),
		route("two headers", twoHeaders),
		route("method", withMethod),
		route("string prefix", path(ir.StringPrefix, "/b")),
		route("longer", path(ir.Prefix, "/a/b")),
		route("regex", path(ir.Regex, "/.*")),
		route("exact", path(ir.Exact, "/a")),
	)})
	require.Empty(t, conflicts)
	require.Equal(t, []string{
		"exact", "regex", "longer", "method", "two headers", "one header", "query", "plain", "string prefix", "any", "fallback",
	}, names(v))
}

func TestMergePutsTheMoreSpecificHostFirst(t *testing.T) {
	anywhere := fragment("any", 0, ir.BySpecificity, route("any exact", path(ir.Exact, "/a")))
	wild := fragment("wild", 0, ir.BySpecificity, route("wild", ir.Match{Path: ir.AnyPath()}))
	wild.Asked = "*.example"
	exact := fragment("exact", 1, ir.BySpecificity, route("exact", ir.Match{Path: ir.AnyPath()}))
	exact.Asked = "a.example"
	v, _ := ir.Merge(host, []ir.Fragment{anywhere, wild, exact})
	require.Equal(t, []string{"exact", "wild", "any exact"}, names(v))
}

func TestMergeBreaksTiesByAgeThenName(t *testing.T) {
	m := path(ir.Prefix, "/a")
	v, _ := ir.Merge(host, []ir.Fragment{
		fragment("b", 2, ir.BySpecificity, route("young b", m)),
		fragment("c", 1, ir.BySpecificity, route("old c", m), route("old c second", m)),
		fragment("a", 2, ir.BySpecificity, route("young a", m)),
	})
	require.Equal(t, []string{"old c", "old c second", "young a", "young b"}, names(v))
}

func TestMergeKeepsListedOrderAndRefusesOtherOwners(t *testing.T) {
	owner := fragment("owner", 1, ir.Listed, route("/", ir.Match{Path: ir.AnyPath()}), route("/x", path(ir.Exact, "/x")))
	late := fragment("late", 2, ir.Listed, route("late", path(ir.Exact, "/y")))
	shared := fragment("shared", 3, ir.BySpecificity, route("shared", path(ir.Exact, "/z")))
	v, conflicts := ir.Merge(host, []ir.Fragment{shared, late, owner})
	require.Equal(t, []string{"/", "/x"}, names(v))
	require.Equal(t, []ir.Conflict{
		{Host: host, Loser: late.Origin, Owner: owner.Origin},
		{Host: host, Loser: shared.Origin, Owner: owner.Origin},
	}, conflicts)
}

func TestMergeLetsSharersKeepAHostFromALaterOwner(t *testing.T) {
	first := fragment("first", 1, ir.BySpecificity, route("first", path(ir.Exact, "/a")))
	owner := fragment("owner", 2, ir.Listed, route("owner", path(ir.Exact, "/b")))
	second := fragment("second", 3, ir.BySpecificity, route("second", path(ir.Exact, "/c")))
	v, conflicts := ir.Merge(host, []ir.Fragment{first, owner, second})
	require.Equal(t, []string{"first", "second"}, names(v))
	require.Equal(t, []ir.Conflict{{Host: host, Loser: owner.Origin, Owner: first.Origin}}, conflicts)
}

func TestConflictsOfOneAgeAreTies(t *testing.T) {
	one := fragment("one", 1, ir.Listed, route("one", path(ir.Exact, "/")))
	two := fragment("two", 1, ir.Listed, route("two", path(ir.Exact, "/")))
	_, conflicts := ir.Merge(host, []ir.Fragment{two, one})
	require.Equal(t, []ir.Conflict{{Host: host, Loser: two.Origin, Owner: one.Origin, Tie: true}}, conflicts)
}

func TestClaimsNeitherOwnNorConflict(t *testing.T) {
	claim := fragment("gateway", 0, ir.BySpecificity)
	owner := fragment("owner", 2, ir.Listed, route("owner", path(ir.Exact, "/b")))
	v, conflicts := ir.Merge(host, []ir.Fragment{claim, owner})
	require.Equal(t, []string{"owner"}, names(v))
	require.Empty(t, conflicts)
	v, _ = ir.Merge(host, []ir.Fragment{claim})
	require.Empty(t, v.Routes)
}

func TestMergeDoesNotDependOnInputOrder(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		var fs []ir.Fragment
		for i := range 8 {
			f := fragment(string(rune('a'+i)), int64(r.IntN(3)), ir.Ordering(r.IntN(5)/4))
			for range r.IntN(4) {
				f.Routes = append(f.Routes, route(f.Origin.Name, path(ir.PathKind(1+r.IntN(4)), "/"+string(rune('a'+r.IntN(3))))))
			}
			fs = append(fs, f)
		}
		want, wantConflicts := ir.Merge(host, fs)
		r.Shuffle(len(fs), func(i, j int) { fs[i], fs[j] = fs[j], fs[i] })
		got, gotConflicts := ir.Merge(host, fs)
		require.Equal(t, want, got, "seed %d", seed)
		require.ElementsMatch(t, wantConflicts, gotConflicts, "seed %d", seed)
	}
}

func TestFallBackServesOnlyDeeperNames(t *testing.T) {
	one := route("one", path(ir.Prefix, "/a"))
	one.Match.Labels = ir.OneLabel
	v := ir.VirtualHost{Key: host, Routes: []ir.Route{one}}
	wide := route("wide", ir.Match{Path: ir.AnyPath()})
	got := ir.FallBack(v, []ir.Route{wide, one})
	require.Equal(t, []string{"one", "wide"}, names(got))
	require.Equal(t, ir.ManyLabels, got.Routes[1].Match.Labels)
	require.Len(t, v.Routes, 1)

	v.Routes = append(v.Routes, wide)
	require.Equal(t, v, ir.FallBack(v, []ir.Route{wide}))
}

func TestWider(t *testing.T) {
	require.Equal(t, []string{"*.b.c", "*.c", "*"}, ir.Wider("*.a.b.c"))
	require.Equal(t, []string{"*"}, ir.Wider("*.c"))
	require.Empty(t, ir.Wider("a.b"))
	require.Empty(t, ir.Wider("*"))
}
