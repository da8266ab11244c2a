package report_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/report"
)

var (
	web = ir.Object{Group: "networking.k8s.io", Kind: "Ingress", Namespace: "default", Name: "web"}
	bad = ir.Problem{Severity: ir.Error, Reason: "BackendNotFound", Field: "spec.rules[0]", Message: "Service default/x does not exist", Remedy: "create it"}
	odd = ir.Problem{Severity: ir.Warning, Reason: "NotSupported", Message: "an\tannotation\nis ignored"}
)

func TestBookTellsWhatIsNewAndWhatIsGone(t *testing.T) {
	b := report.NewBook()
	b.SetPlace(web, report.Place{File: "web.yaml", Line: 3})
	added, gone := b.SetObject(web, []ir.Problem{bad})
	require.Equal(t, []report.Finding{{Problem: bad, Object: web, Place: report.Place{File: "web.yaml", Line: 3}}}, added)
	require.Empty(t, gone)

	added, gone = b.SetObject(web, []ir.Problem{odd, bad})
	require.Len(t, added, 1)
	require.Equal(t, odd, added[0].Problem)
	require.Empty(t, gone)
	errors, warnings := b.Count()
	require.Equal(t, []int{1, 1}, []int{errors, warnings})

	added, gone = b.SetObject(web, nil)
	require.Empty(t, added)
	require.Len(t, gone, 2)
	require.Empty(t, b.Findings())
}

func TestBookCountsWhatIsThere(t *testing.T) {
	b := report.NewBook()
	count := func() [2]int {
		errors, warnings := b.Count()
		return [2]int{errors, warnings}
	}
	broken := report.Finding{Problem: bad}
	b.SetObject(web, []ir.Problem{odd, bad})
	b.SetFile("a.yaml", []report.Finding{broken, broken})
	require.Equal(t, [2]int{3, 1}, count())
	b.SetFile("a.yaml", []report.Finding{broken})
	b.SetObject(web, []ir.Problem{odd})
	require.Equal(t, [2]int{1, 1}, count())
	b.SetFile("a.yaml", nil)
	b.SetObject(web, nil)
	require.Equal(t, [2]int{}, count())
}

func TestFindingsAreSortedErrorsFirst(t *testing.T) {
	b := report.NewBook()
	b.SetObject(web, []ir.Problem{odd, bad})
	b.SetFile("a.yaml", []report.Finding{{Problem: ir.Problem{Severity: ir.Error, Reason: "Invalid", Message: "no"}, Place: report.Place{File: "a.yaml", Line: 9}}})
	fs := b.Findings()
	require.Len(t, fs, 3)
	require.Equal(t, []ir.Severity{ir.Error, ir.Error, ir.Warning}, []ir.Severity{fs[0].Severity, fs[1].Severity, fs[2].Severity})
}

func TestOutputNamesObjectFieldReasonAndRemedy(t *testing.T) {
	fs := []report.Finding{{Problem: bad, Object: web, Place: report.Place{File: "web.yaml", Line: 3}}, {Problem: odd, Object: web}}
	var table, raw bytes.Buffer
	require.NoError(t, report.WriteTable(&table, fs))
	for _, want := range []string{"Ingress default/web", "spec.rules[0]", "BackendNotFound", "create it", "web.yaml:3", "an annotation is ignored"} {
		require.Contains(t, table.String(), want)
	}
	require.NoError(t, report.WriteJSON(&raw, fs))
	var out struct {
		Errors, Warnings int
		Problems         []map[string]any
	}
	require.NoError(t, json.Unmarshal(raw.Bytes(), &out))
	require.Equal(t, 1, out.Errors)
	require.Equal(t, 1, out.Warnings)
	require.Equal(t, map[string]any{
		"severity": "error", "object": "Ingress default/web", "group": "networking.k8s.io", "kind": "Ingress", "namespace": "default", "name": "web",
		"field": "spec.rules[0]", "reason": "BackendNotFound", "message": "Service default/x does not exist", "remedy": "create it",
		"file": "web.yaml", "line": 3.0,
	}, out.Problems[0])
	require.Equal(t, "Ingress default/web: spec.rules[0]: Service default/x does not exist; create it (web.yaml:3)", report.Line(fs[0]))
	require.Equal(t, "Ingress default/web: spec.rules[0]: Service default/x does not exist (web.yaml:3)", report.Solved(fs[0]))
}

func TestAnObjectIsWhereItIsWrittenNow(t *testing.T) {
	b := report.NewBook()
	b.SetPlace(web, report.Place{File: "web.yaml", Line: 3})
	b.SetObject(web, []ir.Problem{bad})
	known := true
	b.Locate(func(ir.Object) (report.Place, bool) { return report.Place{File: "all.yaml", Line: 9}, known })
	require.Equal(t, "all.yaml:9", b.Findings()[0].Place.String())
	known = false
	require.Equal(t, "web.yaml:3", b.Findings()[0].Place.String(), "it is gone, and was there last")
}

func TestLongTextsOfUsersAreCut(t *testing.T) {
	long := report.Finding{Object: web, Problem: ir.Problem{Severity: ir.Error, Reason: "Invalid", Message: strings.Repeat("x", 1<<20)}}
	var table bytes.Buffer
	require.NoError(t, report.WriteTable(&table, []report.Finding{long}))
	require.Less(t, table.Len(), 2000)
	require.Less(t, len(report.Line(long)), 1000)
}
