package ir_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

func TestPolicyOverTakesTheLowerLevelFirst(t *testing.T) {
	parent := ir.Policy{
		Retry: &ir.Retry{Attempts: 1}, Fault: &ir.Fault{AbortCode: 500},
		Timeouts: &ir.Timeouts{Request: new(time.Second), Idle: new(time.Minute)},
	}
	child := ir.Policy{Retry: &ir.Retry{Attempts: 2}, Timeouts: &ir.Timeouts{Request: new(2 * time.Second)}}
	got := child.Over(parent)
	require.Equal(t, uint32(2), got.Retry.Attempts)
	require.Equal(t, parent.Fault, got.Fault)
	require.Equal(t, &ir.Timeouts{Request: new(2 * time.Second), Idle: new(time.Minute)}, got.Timeouts)
	require.Equal(t, parent, ir.Policy{}.Over(parent))
	require.Equal(t, child, child.Over(ir.Policy{}))
}

func TestHeaderModifierOverMergesByName(t *testing.T) {
	parent := &ir.HeaderModifier{
		Set: []ir.Header{{Name: "a", Value: "p"}, {Name: "b", Value: "p"}}, Remove: []string{"c", "d"},
	}
	child := &ir.HeaderModifier{Add: []ir.Header{{Name: "b", Value: "c"}}, Remove: []string{"a"}, Set: []ir.Header{{Name: "d", Value: "c"}}}
	require.Equal(t, &ir.HeaderModifier{
		Set: []ir.Header{{Name: "d", Value: "c"}}, Add: []ir.Header{{Name: "b", Value: "c"}}, Remove: []string{"c", "a"},
	}, child.Over(parent))
}

func TestCORSOver(t *testing.T) {
	parent := &ir.CORS{Origins: []string{"https://a"}, Methods: []string{"GET"}, MaxAge: new(time.Hour)}
	child := &ir.CORS{OriginRegexes: []string{"https://.*"}, Headers: []string{"x"}}
	require.Equal(t, &ir.CORS{
		OriginRegexes: []string{"https://.*"}, Headers: []string{"x"}, Methods: []string{"GET"}, MaxAge: new(time.Hour),
	}, child.Over(parent))
	off := &ir.CORS{Disabled: true}
	require.Equal(t, off, off.Over(parent))
}

func TestChecks(t *testing.T) {
	require.Empty(t, ir.CheckHeaderName("X-Ok_1"))
	for _, bad := range []string{"", "a b", "a:b", ":authority", "ä", "a\n"} {
		require.NotEmpty(t, ir.CheckHeaderName(bad), bad)
	}
	require.Empty(t, ir.CheckHeaderValue("any \t\"thing\" % ä"))
	for _, bad := range []string{"a\r\nb", "a\nb", "\x00", "\x7f"} {
		require.NotEmpty(t, ir.CheckHeaderValue(bad), bad)
	}
	require.Empty(t, ir.CheckRegex("^/a(b|c)*$"))
	require.NotEmpty(t, ir.CheckRegex("(?=look)"))
	require.Empty(t, ir.CheckRegex(`^/[\p{L}0-9]+/(a|b){2,5}$`))
	for _, big := range []string{strings.Repeat("a", 1025), "(?:abcdefghij){1000}", `\p{L}{1,200}`, "((a{100}){100}){100}"} {
		require.NotEmpty(t, ir.CheckRegex(big), big)
	}
}

func TestNewPathNormalises(t *testing.T) {
	require.Equal(t, ir.AnyPath(), ir.NewPath(ir.StringPrefix, "/", true))
	require.Equal(t, ir.AnyPath(), ir.NewPath(ir.Prefix, "//", false))
	require.Equal(t, ir.PathMatch{Kind: ir.Prefix, Value: "/a"}, ir.NewPath(ir.Prefix, "/a/", false))
	require.Equal(t, ir.PathMatch{Kind: ir.StringPrefix, Value: "/a/"}, ir.NewPath(ir.StringPrefix, "/a/", false))
	require.Equal(t, ir.PathMatch{Kind: ir.Exact, Value: "/a/"}, ir.NewPath(ir.Exact, "/a/", false))
}
