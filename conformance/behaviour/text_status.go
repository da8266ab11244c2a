package behaviour

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/source"
)

// The status section has a line for each condition list and each problem:
//
//	Gateway default/gw: Accepted=True Programmed=True
//	Gateway default/gw listener http: routes=1 Accepted=True Conflicted=False/NoConflicts
//	HTTPRoute default/web on Gateway default/gw: Accepted=True ResolvedRefs=False/BackendNotFound
//	Ingress default/web: error BackendNotFound at spec.rules[0]: Service default/x does not exist; create it
//	file gateway.yaml:12: error Invalid: …
//
// Objects of which nothing but good is to be said, and without conditions, are
// left out, and so is the assumed Gateway.

// statusText prints what is said of the objects and files.
func statusText(s *Snapshot, h *held) string {
	var lines []string
	for _, st := range statuses(s.statuses) {
		lines = append(lines, objectLines(&st, h.has(st.Object))...)
	}
	lines = append(lines, fileLines(h.problems())...)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// problems counts what is wrong.
func problems(s *Snapshot, h *held) int {
	n := 0
	for _, st := range statuses(s.statuses) {
		n += len(st.Problems)
	}
	for _, ps := range h.problems() {
		n += len(ps)
	}
	return n
}

func statuses(rows []pipeline.Row) []ir.Status {
	var out []ir.Status
	for _, row := range rows {
		if st, ok := row.Row.(ir.Status); ok {
			out = append(out, st)
		}
	}
	slices.SortFunc(out, func(a, b ir.Status) int { return a.Object.Compare(b.Object) })
	return out
}

func objectLines(st *ir.Status, written bool) []string {
	var out []string
	name := st.Object.String()
	if written {
		if len(st.Conditions) > 0 {
			out = append(out, name+": "+conditionsText(st.Conditions))
		}
		for _, l := range st.Listeners {
			out = append(out, fmt.Sprintf("%s listener %s: routes=%d %s", name, l.Name, l.AttachedRoutes, conditionsText(l.Conditions)))
		}
		for _, p := range st.Parents {
			out = append(out, name+" on "+parentText(p.Ref)+": "+conditionsText(p.Conditions))
		}
	}
	for _, p := range st.Problems {
		out = append(out, name+": "+problemText(p))
	}
	return out
}

func parentText(r ir.ParentRef) string {
	text := r.Kind + " " + ir.Name{Namespace: r.Namespace, Name: r.Name}.String()
	if r.Section != "" {
		text += " listener " + r.Section
	}
	if r.Port != 0 {
		text += fmt.Sprintf(" port %d", r.Port)
	}
	return text
}

// conditionsText prints a reason where it says more than the type.
func conditionsText(cs []ir.Condition) string {
	var words []string
	for _, c := range cs {
		word := c.Type + "=False"
		if c.True {
			word = c.Type + "=True"
		}
		if c.Reason != c.Type {
			word += "/" + c.Reason
		}
		words = append(words, word)
	}
	slices.Sort(words)
	return strings.Join(words, " ")
}

func problemText(p ir.Problem) string {
	text := p.Severity.String() + " " + p.Reason
	if p.Field != "" {
		text += " at " + p.Field
	}
	text += ": " + short(p.Message)
	if p.Remedy != "" {
		text += "; " + p.Remedy
	}
	return text
}

var (
	moment = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
	socket = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	folder = regexp.MustCompile(`/\S*/case/`)
)

// short keeps a message to one readable line, without what differs from run to
// run.
func short(message string) string {
	message = strings.Join(strings.Fields(message), " ")
	message = moment.ReplaceAllString(message, "<time>")
	message = folder.ReplaceAllString(message, "")
	message = socket.ReplaceAllString(message, "127.0.0.1:<port>")
	if r := []rune(message); len(r) > 300 {
		return string(r[:300]) + "…"
	}
	return message
}

func fileLines(files map[string][]source.FileProblem) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(files)) {
		ps := slices.SortedFunc(slices.Values(files[name]), func(a, b source.FileProblem) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(a.Message, b.Message))
		})
		for _, p := range ps {
			place := "file " + filepath.Base(p.File)
			if p.Line > 0 {
				place += fmt.Sprintf(":%d", p.Line)
			}
			if p.Object != (ir.Object{}) {
				place += " " + p.Object.String()
			}
			out = append(out, place+": "+problemText(p.Problem))
		}
	}
	return out
}
