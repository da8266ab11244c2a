package manifest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/yaml"
)

func TestSplitFindsDocumentsAndTheirLines(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		lines []int
	}{
		"empty":                         {"", nil},
		"comments only":                 {"# a\n\n  # b\n", nil},
		"markers only":                  {"---\n---\n# c\n---\n", nil},
		"one":                           {"a: 1\n", []int{1}},
		"leading marker":                {"---\na: 1\n", []int{2}},
		"leading comment":               {"# c\n\na: 1\n", []int{3}},
		"two":                           {"a: 1\n---\nb: 2\n", []int{1, 3}},
		"empty between":                 {"a: 1\n---\n# nothing\n---\nb: 2", []int{1, 5}},
		"marker with comment":           {"a: 1\n--- # next\nb: 2\n", []int{1, 3}},
		"marker with content":           {"a: 1\n--- {b: 2}\n", []int{1, 2}},
		"marker with space":             {"a: 1\n---  \t\nb: 2\n", []int{1, 3}},
		"not a marker":                  {"a: 1\n---b: 2\n", []int{1}},
		"four dashes":                   {"a: 1\n----\n", []int{1}},
		"end marker":                    {"a: 1\n...\nb: 2\n", []int{1, 3}},
		"end marker, then marker":       {"a: 1\n...\n---\nb: 2\n", []int{1, 4}},
		"directive":                     {"%YAML 1.1\n---\na: 1\n...\n%YAML 1.1\n# c\n---\nb: 1\n", []int{3, 8}},
		"indented in a block scalar":    {"a: |\n  ---\n  x\nb: 1\n---\nc: 1\n", []int{1, 6}},
		"indented in a quoted scalar":   {"a: \"x\n ---\n y\"\n---\nc: 1\n", []int{1, 5}},
		"CRLF":                          {"a: 1\r\n---\r\nb: 2\r\n", []int{1, 3}},
		"CR":                            {"a: 1\r---\rb: 2\r", []int{1, 3}},
		"Unicode line break":            {"a: 1\u2028---\u2028b: 2\n", []int{1, 3}},
		"byte order mark":               {"\uFEFFa: 1\n", []int{1}},
		"directive without document":    {"a: 1\n...\n%FOO\n", []int{1, 3}},
		"JSON":                          {"{\"a\": 1}", []int{1}},
		"JSON stream":                   {"{\"a\": \"}{\\\"\"}\n\n{\"b\":\n{}}{\"c\":1}\n", []int{1, 3, 4}},
		"YAML that starts like JSON":    {"{a: 1}\n---\n{b: 2}\n", []int{1, 3}},
		"JSON documents with separator": {"{\"a\": 1}\n---\n{\"b\": 2}\n", []int{1, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			docs, err := Split("x.yaml", []byte(c.text))
			require.NoError(t, err)
			var lines []int
			for _, d := range docs {
				lines = append(lines, d.Line)
				decoded, err := d.Decode()
				if name != "not a marker" && name != "four dashes" && name != "directive without document" {
					require.NoError(t, err)
					require.Len(t, decoded.Items, 1)
				}
			}
			require.Equal(t, c.lines, lines)
		})
	}
}

func TestSplitRefusesTextThatParsersMisread(t *testing.T) {
	for name, c := range map[string]struct {
		file, text, message string
		line                int
	}{
		"NUL":               {"x.yaml", "a: 1\nb: \x00\n", "NUL", 2},
		"Latin-1":           {"x.yaml", "a: 1\nb: 2\nc: \xe4\n", "UTF-8", 3},
		"UTF-16":            {"x.yaml", "\xff\xfea\x00", "UTF-16", 1},
		"document too big":  {"x.yaml", "a: 1\n---\nb: " + strings.Repeat("x", MaxDocument), "bytes", 3},
		"JSON does not end": {"x.json", "{\"a\": 1}\n{\"b\": [1]", "does not end", 2},
		"JSON then text":    {"x.json", "{\"a\": 1}\nhello", "JSON object", 2},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Split(c.file, []byte(c.text))
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.Equal(t, c.line, syntax.Line)
			require.Contains(t, syntax.Message, c.message)
		})
	}
	_, err := Split("x.yaml", make([]byte, MaxFile+1))
	require.ErrorContains(t, err, "bytes")
}

func TestSplitHashesTellDocumentsApart(t *testing.T) {
	before, err := Split("x.yaml", []byte("a: 1\n---\nb: 2\n---\nc: 3\n"))
	require.NoError(t, err)
	after, err := Split("x.yaml", []byte("a: 1\n---\nb: 9\n---\nc: 3\n"))
	require.NoError(t, err)
	require.Equal(t, before[0].Hash, after[0].Hash)
	require.NotEqual(t, before[1].Hash, after[1].Hash)
	require.Equal(t, before[2].Hash, after[2].Hash)
}

func TestDecodeMeansWhatItMeansToKubectl(t *testing.T) {
	for _, text := range []string{
		"a: yes\nb: 'yes'\nc: 010\nd: 1e3\ne: 80.0\nf: 1.5\ng: ~\nh: 2001-01-01\ni: 0x1F\nj: 12345678901234567890\n",
		"1: a\ntrue: b\n1.5: c\n",
		"a: &x {b: [1, 2]}\nc: *x\nd:\n  <<: *x\n  e: 1\n",
		"a: |\n  ---\n  text\nb: >-\n  folded\n  line\n",
		"a: \"\\u00e4\\n\"\nb: 'it''s'\n",
		"{\"a\": 1, \"b\": 1.5, \"c\": [true, null], \"d\": {}}",
		"a:\t1\nb: \t'x'\n",
	} {
		docs, err := Split("x.yaml", []byte(text))
		require.NoError(t, err)
		decoded, err := docs[0].Decode()
		require.NoError(t, err, text)
		asJSON, err := yaml.YAMLToJSON([]byte(text))
		require.NoError(t, err)
		var want map[string]any
		require.NoError(t, json.Unmarshal(asJSON, &want))
		require.Equal(t, want, decoded.Items[0].Object)
	}
}

func TestDecodeNamesTheLineOfASyntaxError(t *testing.T) {
	for text, line := range map[string]int{
		"a: 1\n---\nb: 2\nc: [1,\nd: 3\n": 5,
		"a: 1\n---\nb: 2\n c: 3\n":        4,
		"a: 1\n---\nb: 2\n\td: x\n":       4,
		"a: 1\n---\nb:\n- x\n y: z\n":     5,
		"a: 1\n---\n- x\n":                3,
		"a: 1\n---\njust text\n":          3,
		"a: 1\n---\nb: .nan\n":            3,
		"a: 1\n---\nb: *nowhere\n":        3,
	} {
		docs, err := Split("x.yaml", []byte(text))
		require.NoError(t, err)
		_, err = docs[1].Decode()
		var syntax *SyntaxError
		require.ErrorAs(t, err, &syntax, text)
		require.InDelta(t, line, syntax.Line, 1, "%s: %v", text, err)
		require.GreaterOrEqual(t, syntax.Line, 3, text)
	}
}

func TestDecodeFindsDuplicateFields(t *testing.T) {
	for _, text := range []string{
		"# x\nmetadata:\n  name: a\n  labels:\n    a.b/c: x\n    a.b/c: y\n  name: b\n",
		"\n{\"metadata\": {\n\"name\": \"a\",\n \"labels\": {\"a.b/c\": 1,\n\n \"a.b/c\": 2},\n\"name\": 2}}",
	} {
		docs, err := Split("x.yaml", []byte(text))
		require.NoError(t, err)
		decoded, err := docs[0].Decode()
		require.NoError(t, err)
		require.Equal(t, []Field{{"metadata.labels[a.b/c]", 6}, {"metadata.name", 7}}, decoded.Duplicates)
	}
}

func TestDecodeRefusesBombs(t *testing.T) {
	aliases := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		p := string(c - 1)
		aliases += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+p+",", 9) + "*" + p + "]\n"
	}
	for name, text := range map[string]string{
		"aliases":     aliases,
		"self":        "a: &a [*a]\n",
		"flow depth":  "a: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"JSON depth":  `{"a":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}",
		"over depth":  "a: " + strings.Repeat("[", 200000),
		"merge chain": "a: &a {x: 1}\nb: &b {<<: [*a,*a,*a]}\nc: {<<: *c}\n",
	} {
		t.Run(name, func(t *testing.T) {
			docs, err := Split("x.yaml", []byte(text))
			require.NoError(t, err)
			_, err = docs[0].Decode()
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
		})
	}
}

func TestDecodeExpandsLists(t *testing.T) {
	docs, err := Split("x.yaml", []byte(`
apiVersion: v1
kind: List
items:
- {kind: A, apiVersion: x/v1}
- kind: BList
  apiVersion: y/v1
  items: [{metadata: {name: b}}, {kind: C, apiVersion: z/v1}]
`))
	require.NoError(t, err)
	decoded, err := docs[0].Decode()
	require.NoError(t, err)
	var got [][3]any
	for _, i := range decoded.Items {
		got = append(got, [3]any{i.Path, i.Object["apiVersion"], i.Object["kind"]})
	}
	require.Equal(t, [][3]any{{"items[0]", "x/v1", "A"}, {"items[1].items[0]", "y/v1", "B"}, {"items[1].items[1]", "z/v1", "C"}}, got)
	require.Equal(t, 8, docs[0].Locate("items[1].items[1].kind"))

	docs, err = Split("x.yaml", []byte("kind: List\nitems: [1]\n"))
	require.NoError(t, err)
	_, err = docs[0].Decode()
	require.ErrorContains(t, err, "items[0]: expected an object")
}

func TestLocateFindsTheNearestField(t *testing.T) {
	docs, err := Split("x.yaml", []byte(`# first
a: 1
---
# second
metadata:
  labels:
    a.b/c: x
spec:
  rules:
  - host: a
    paths: [
      {p: 1},
      {p: 2}]
  - host: b
`))
	require.NoError(t, err)
	for path, line := range map[string]int{
		"":                         5,
		"spec.rules[0].paths[1].p": 13,
		"spec.rules[1]":            14,
		"spec.rules[1].host":       14,
		"spec.rules[1].missing.x":  14,
		"spec.rules[7].host":       9,
		"metadata.labels[a.b/c]":   7,
		"metadata.name":            5,
		"nothing":                  5,
	} {
		require.Equal(t, line, docs[1].Locate(path), path)
	}
}

func FuzzDocuments(f *testing.F) {
	for _, seed := range []string{
		"a: 1\n---\nb: {c: [1, 2]}\n", "{\"a\": 1}{\"b\": 2}", "a: &x 1\nb: *x\n", "%YAML 1.1\n---\na: |\n ---\n...\n",
		"a: 'x\n---\ny'\n", "\r\ra\u2028---\n", "kind: List\nitems: [{a: 1}]\n", "? a\n: b\n", "!!map {a: !!int 1}\n", "<<: {a: 1}\n", "a: 1\na: 2\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		docs, err := Split("x.yaml", text)
		if err != nil {
			return
		}
		last := 0
		for _, d := range docs {
			require.GreaterOrEqual(t, d.Line, last)
			last = d.Line
			decoded, err := d.Decode()
			if err != nil {
				continue
			}
			require.GreaterOrEqual(t, d.Locate("metadata.name"), 1)
			for _, item := range decoded.Items {
				_, err := json.Marshal(item.Object)
				require.NoError(t, err)
			}
		}
	})
}
