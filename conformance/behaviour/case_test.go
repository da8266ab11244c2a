package behaviour

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func load(t *testing.T, text string) (Case, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.txtar")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return Load("x", file)
}

const example = `Something happens.

-- common.yaml --
shared
-- gateway.yaml --
one
-- ingress.yaml --
two
-- status.gateway --
old
-- traffic --
GET http://a.example/ → 200
-- 2/gateway.yaml --
three
-- 2/traffic --
GET http://b.example/ → 200
`

func TestACaseIsReadByStepsAndDialects(t *testing.T) {
	c, err := load(t, example)
	require.NoError(t, err)
	require.Equal(t, []string{"gateway", "ingress"}, c.Dialects)
	require.Len(t, c.Steps, 2)
	require.Equal(t, []string{"common.yaml", "gateway.yaml"}, c.Steps[0].filesFor("gateway"))
	require.Equal(t, []string{"common.yaml", "ingress.yaml"}, c.Steps[0].filesFor("ingress"))
	require.Empty(t, c.Steps[1].filesFor("ingress"))
	require.Equal(t, "three\n", c.Steps[1].Files["gateway.yaml"])
	require.Equal(t, []int{12, 16}, []int{c.Steps[0].Traffic[0].Number, c.Steps[1].Traffic[0].Number})
}

func TestGoldensAreRewrittenInTheirPlaceAndTrafficIsNot(t *testing.T) {
	c, err := load(t, example)
	require.NoError(t, err)
	c.set(1, "ir", "new\n")
	c.set(1, "status.gateway", "")
	c.set(2, "status.ingress", "second\n")
	require.NoError(t, c.save())
	text, err := os.ReadFile(c.File)
	require.NoError(t, err)
	require.Equal(t, `Something happens.

-- common.yaml --
shared
-- gateway.yaml --
one
-- ingress.yaml --
two
-- ir --
new
-- traffic --
GET http://a.example/ → 200
-- 2/gateway.yaml --
three
-- 2/status.ingress --
second
-- 2/traffic --
GET http://b.example/ → 200
`, string(text))
}

func TestAMistakeInACaseIsToldWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"-- ir --\n":                       "x.txtar:1: the case does not say what behaviour it shows",
		"A.\n\n-- color --\n":              `x.txtar:3: there is no section of the name "color"`,
		"A.\n-- 3/traffic --\n":            "x.txtar:2: section \"3/traffic\": steps are numbered",
		"A.\n-- status.x --\n":             `x.txtar:2: there is no section of the name "status.x"`,
		"A.\n-- traffic --\nGET":           "x.txtar:3: a line of traffic is",
		"A.\n":                             "the case has no sections",
		"A.\n-- a.yaml --\n-- a.yaml --\n": `x.txtar:3: there are two sections "a.yaml"`,
		"A.\n-- gateway.yaml --\n-- 2/ingress.yaml --\nx\n": "step 2 has ingress.yaml, but the first step has not",
	} {
		_, err := load(t, text)
		require.ErrorContains(t, err, want, text)
	}
}

func TestADifferenceShowsTheLinesThatDifferAndTheirNeighbours(t *testing.T) {
	require.Equal(t, "  3\n  4\n- 5\n+ five\n  6\n  7", difference("1\n2\n3\n4\n5\n6\n7\n8\n", "1\n2\n3\n4\nfive\n6\n7\n8\n"))
	require.Equal(t, "+ 1", difference("", "1\n"))
	require.Equal(t, "- 1\n  2", difference("1\n2\n", "2\n"))
}
