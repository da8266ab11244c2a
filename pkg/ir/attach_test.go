package ir_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestIntersect(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"", "", "*"},
		{"", "a.example", "a.example"},
		{"*", "*.example", "*.example"},
		{"*.example", "a.example", "a.example"},
		{"*.example", "a.b.example", "a.b.example"},
		{"a.example", "*.example", "a.example"},
		{"*.b.example", "*.example", "*.b.example"},
		{"*.example", "example", ""},
		{"*.example", ".example", ""},
		{"a.example", "b.example", ""},
		{"*.example", "aexample", ""},
	} {
		got, ok := ir.Intersect(c.a, c.b)
		require.Equal(t, c.want, got, "%q and %q", c.a, c.b)
		require.Equal(t, c.want != "", ok)
	}
}

func section(name, hostname string, port int32) ir.Section {
	return ir.Section{Name: name, Hostname: hostname, Port: port, Protocol: ir.HTTP, Accepted: true}
}

func TestBindLeavesHostsToTheClosestSection(t *testing.T) {
	wide, narrow, other := section("wide", "*.example", 80), section("narrow", "a.example", 80), section("other", "a.example", 81)
	g := &ir.Gateway{Name: ir.Name{Namespace: "n", Name: "g"}, Sections: []ir.Section{wide, narrow, other}}
	bound := func(s ir.Section, hosts ...string) []string {
		var out []string
		for _, b := range g.Bind(s, hosts) {
			require.Equal(t, s.Port, b.Host.Listener.Port)
			out = append(out, b.Host.Host)
		}
		return out
	}
	require.Equal(t, []string{"*.example"}, bound(wide))
	require.Equal(t, []string{"b.example"}, bound(wide, "a.example", "b.example", "c.org"))
	require.Equal(t, []string{"a.example"}, bound(narrow, "*.example", "a.example"))
	require.Equal(t, []string{"a.example"}, bound(other, "a.example"))

	g.Sections[1].Accepted = false
	require.Equal(t, []string{"a.example"}, bound(wide, "a.example"))
}

func TestNamespaceSelector(t *testing.T) {
	labels := map[string]string{"team": "a"}
	require.True(t, ir.NamespaceSelector{All: true}.Allows("x", "y", nil))
	require.True(t, ir.NamespaceSelector{Same: true}.Allows("x", "x", nil))
	require.False(t, ir.NamespaceSelector{Same: true}.Allows("x", "y", nil))
	sel := func(rs ...ir.LabelRequirement) ir.NamespaceSelector {
		return ir.NamespaceSelector{Selector: ir.LabelSelector{Requirements: rs}}
	}
	for _, c := range []struct {
		op     string
		values []string
		want   bool
	}{
		{"In", []string{"a", "b"}, true},
		{"In", []string{"b"}, false},
		{"NotIn", []string{"b"}, true},
		{"NotIn", []string{"a"}, false},
		{"Exists", nil, true},
		{"DoesNotExist", nil, false},
		{"unknown", nil, false},
	} {
		require.Equal(t, c.want, sel(ir.LabelRequirement{Key: "team", Operator: c.op, Values: c.values}).Allows("x", "y", labels), c.op)
	}
	require.True(t, sel(ir.LabelRequirement{Key: "none", Operator: "NotIn"}).Allows("x", "y", labels))
	require.True(t, sel().Allows("x", "y", nil))
	require.False(t, ir.NamespaceSelector{Selector: ir.LabelSelector{None: true}}.Allows("x", "y", labels))
}
