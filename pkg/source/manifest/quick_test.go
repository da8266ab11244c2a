package manifest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// agrees checks that the quick parser gives up or finds what the full one does.
func agrees(t *testing.T, text string) bool {
	t.Helper()
	value, ok := parseQuick([]byte(text))
	if !ok {
		return false
	}
	want, duplicates, err := parseYAML([]byte(text))
	require.NoError(t, err, "%q", text)
	require.False(t, duplicates, "%q", text)
	require.Equal(t, want, value, "%q", text)
	return true
}

func TestQuickParserTakesWhatProgramsWrite(t *testing.T) {
	for _, text := range []string{
		"a: 1\n",
		"---\na: b\n",
		"--- # c\na: b # d\n# e\n\n  # f\nb:\n- 1\n- x: y\n  z: w\nc:\n  - 1\n  -  x: y\n     z: w\n",
		"a:\n  b:\n    c: d\n  e: f\ng: h\n",
		"a:\n- - 1\n  - 2\n- - 3\n",
		"a:\n-\n  b: c\n-\n- d\n",
		"a:\nb:\n  c:\nd: {}\ne: []\n",
		"a: |\n  x: y\n    z\n\n  # no comment\nb: |-\n  x\n\nc: 1\n",
		"- x\n", // gives up, as does the next
		"x\n",
		"a: \"b # c\" # d\nb: 'x: y'\nc: ''\n",
		"a: 10.0.0.1\nb: 1s\nc: 80/TCP\nd: 1.5\ne: 0x10\nf: 010\ng: 1_000\nh: 2001-01-01\ni: 1e3\nj: .5\nk: -1\nl: +1\nm: 1:30\nb2: 80.0\n",
		"a: yes\nb: Off\nc: ~x\nd: null\ne: nullx\nf: y\n",
		"a: /x/y?z=1&w=[2]\nb: ^/(.*)$\nc: a#b\nd: a:b\ne: http://x/y\n",
		"a: " + strings.Repeat("x", 1000) + "\n",
	} {
		took := agrees(t, text)
		require.Equal(t, !strings.HasPrefix(text, "- x") && text != "x\n" && !strings.Contains(text, "~x"), took, "%q", text)
	}
}

func TestQuickParserGivesUpWhereItMayBeWrong(t *testing.T) {
	for _, text := range []string{
		"", "a: 1", "a: &x 1\n", "a: *x\n", "a: !!str 1\n", "a: {b: c}\n", "a: [1]\n", "a: >\n  x\n", "a: |+\n  x\n", "a: |2\n  x\n",
		"a: b\n  c\n", "a: b: c\n", "a: b:\n", "a: \"x\\n\"\n", "a: 'it''s'\n", "a: \"b\n  c\"\n", "a: 1\na: 2\n", "true: 1\n", "1: 2\n",
		"\"a\": 1\n", "? a\n: b\n", "a: \tb\n", "a: ä\n", "a: b\r\n", "a:\n   b: 1\n  c: 2\n", "a:\n  b: 1\n c: 2\n", " a: 1\nb: 2\n",
		"a: |\n\n  x\n", "a: |\nb: 1\n", "a: 'b' c\n", "a: - b\n", "a: %b\n", "a: @b\n", "a: `b\n", "<<: {a: 1}\n", "a: 1\n...\n", "a: 1\n---\nb: 2\n",
		"%YAML 1.1\n---\na: 1\n", "a: \"b\"#c\n", "a:\n- b\n  c\n", "a:\n- b\nc\n", "a : 1\n", "--- a: 1\n", "a: ~\n", "a: -x\n", "a: .nan\n", "a: ---\n", "a: ...\n", "a:\n  - b\n - c\n", "a: ?\n", "a: ,\n",
		strings.Repeat("k", 1030) + ": 1\n",
	} {
		require.False(t, agrees(t, text), "%q", text)
	}
}

func TestQuickParserAgreesWithTheFullOneOnRandomText(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{
		"a", "b", "name", ":", ": ", " ", "  ", "\n", "\n", "\n  ", "\n    ", "- ", "-", "\n- ", "\n  - ", "#", " #", "|", "|-", "1", "0", "0x1", "1.5",
		"true", "y", "null", "\"", "'", "{}", "[]", "/", ".", "---", "--- ", "...", ">", "~", "\\", "x y", "10.0.0.1", "a: b", "\nb: c", "\n\n", "=", "<<", "+", "^", ",",
	}
	took := 0
	for range 300_000 {
		var text strings.Builder
		for range 1 + r.IntN(14) {
			text.WriteString(parts[r.IntN(len(parts))])
		}
		if agrees(t, text.String()+"\n") {
			took++
		}
	}
	require.Greater(t, took, 1000, "the test says something only about texts that are taken")
}

func FuzzQuick(f *testing.F) {
	for _, seed := range []string{"a: 1\n", "a:\n- b: |\n    x\n\n    y\n- c\n", "---\na: 'b' # c\nd:\n  e: \"f\"\n", "a: |-\n  x\n  \n\nb: -1\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { agrees(t, text+"\n") })
}

func BenchmarkParse(b *testing.B) {
	text := []byte(fmt.Sprintf("apiVersion: v1\nkind: Service\nmetadata:\n  name: s\n  labels:\n    app: x\nspec:\n  ports:\n%s", strings.Repeat("  - port: 80\n    name: http\n    targetPort: 8080\n", 8)))
	b.Run("quick", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			parseQuick(text)
		}
	})
	b.Run("full", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _, _ = parseYAML(text)
		}
	})
}
