// Command features prints docs/features.md: which field of each dialect says
// which feature of a route, or why the dialect cannot.
//
//	go run ./conformance/features > docs/features.md
package main

//go:generate sh -c "go run . > ../../docs/features.md.new && mv ../../docs/features.md.new ../../docs/features.md"

import (
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/gatewayapi"
	"github.com/sluice-gateway/sluice/pkg/ingress"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/virtualservice"
)

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "features:", err)
		os.Exit(1)
	}
}

// dialect is a frontend and what it says of each field of ir.Policy.
type dialect struct {
	name     string
	features map[string]ir.Support
}

func dialects() []dialect {
	return []dialect{
		{"Ingress", ingress.Features()},
		{"Gateway API", gatewayapi.Features()},
		{"VirtualService", virtualservice.Features()},
	}
}

// policyFields are the names of the features of a route.
func policyFields() []string {
	var out []string
	for f := range reflect.TypeFor[ir.Policy]().Fields() {
		out = append(out, f.Name)
	}
	return out
}

const head = `# Features of a route, by dialect

Find the field that says what you want, write it, and let Sluice tell you whether it took it:

    sluice check DIR

A field stands where the dialect has one, a reason in italics where it has none. This page is printed from the code
(` + "`make generate`" + `); matches, backends, redirects and direct responses are part of every dialect that has them.

`

func write(w io.Writer) error {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("| feature |")
	for _, d := range dialects() {
		b.WriteString(" " + d.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(dialects())) + "\n")
	for _, field := range policyFields() {
		b.WriteString("| " + spaced(field) + " |")
		for _, d := range dialects() {
			b.WriteString(" " + cell(d.features[field]) + " |")
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func cell(s ir.Support) string {
	if s.Field == "" {
		return "*" + strings.ReplaceAll(s.Cannot, "|", `\|`) + "*"
	}
	return "`" + strings.ReplaceAll(s.Field, "|", `\|`) + "`"
}

// spaced turns "PathRewrite" into "path rewrite" and leaves "CORS" alone.
func spaced(name string) string {
	if strings.ToUpper(name) == name {
		return name
	}
	var b strings.Builder
	for i, r := range name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
