package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/sluice-gateway/sluice/pkg/ir"
)

// String returns "file:line", "file", or "".
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// entry is the JSON form of a Finding.
type entry struct {
	Severity  string `json:"severity"`
	Object    string `json:"object,omitempty"`
	Group     string `json:"group,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	Field     string `json:"field,omitempty"`
	Reason    string `json:"reason"`
	Message   string `json:"message"`
	Remedy    string `json:"remedy,omitempty"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
}

func entryOf(f Finding) entry {
	e := entry{
		Severity: f.Severity.String(), Group: f.Object.Group, Kind: f.Object.Kind,
		Namespace: f.Object.Namespace, Name: f.Object.Name,
		Field: f.Field, Reason: f.Reason, Message: f.Message, Remedy: f.Remedy, File: f.Place.File, Line: f.Place.Line,
	}
	if f.Object != (ir.Object{}) {
		e.Object = f.Object.String()
	}
	return e
}

// WriteJSON writes {"errors": n, "warnings": n, "problems": […]} with one
// object per finding.
func WriteJSON(w io.Writer, findings []Finding) error {
	out := struct {
		Errors   int     `json:"errors"`
		Warnings int     `json:"warnings"`
		Problems []entry `json:"problems"`
	}{Problems: []entry{}}
	for _, f := range findings {
		out.Problems = append(out.Problems, entryOf(f))
		if f.Severity == ir.Error {
			out.Errors++
		} else {
			out.Warnings++
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// WriteTable writes a line per finding. What is long stands last, so that it
// widens no column.
func WriteTable(w io.Writer, findings []Finding) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	if len(findings) > 0 {
		fmt.Fprintln(t, "SEVERITY\tWHERE\tOBJECT\tREASON\tFIELD\tPROBLEM; REMEDY")
	}
	for _, f := range findings {
		e := entryOf(f)
		fmt.Fprintln(t, strings.Join([]string{
			e.Severity, dash(oneLine(f.Place.String())), dash(oneLine(e.Object)), e.Reason, dash(oneLine(e.Field)), oneLine(says(f)),
		}, "\t"))
	}
	return t.Flush()
}

// dash stands for an empty cell, so that columns can be told apart.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// longest bounds what is shown of a text that a user wrote.
const longest = 500

// oneLine keeps what a user wrote from breaking the table or the terminal.
func oneLine(s string) string {
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// says is the message with the remedy, if there is one.
func says(f Finding) string {
	if f.Remedy == "" {
		return f.Message
	}
	return f.Message + "; " + f.Remedy
}

// Line returns a finding as one line for people: "object: field: message; remedy (place)".
func Line(f Finding) string { return line(f, says(f)) }

// Solved returns the line of a finding that is gone: what to do about it is
// left out.
func Solved(f Finding) string { return line(f, f.Message) }

func line(f Finding, text string) string {
	var b strings.Builder
	if f.Object != (ir.Object{}) {
		b.WriteString(oneLine(f.Object.String()) + ": ")
	}
	if f.Field != "" {
		b.WriteString(oneLine(f.Field) + ": ")
	}
	b.WriteString(oneLine(text))
	if p := f.Place.String(); p != "" {
		b.WriteString(" (" + oneLine(p) + ")")
	}
	return b.String()
}
