package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sluice-gateway/sluice/pkg/controlplane"
	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/standalone"
)

// printer tells people what happens.
type printer struct{ log *slog.Logger }

// newPrinter returns a printer that writes lines for people or JSON.
func newPrinter(w io.Writer, format, levelName string) (*printer, *slog.Logger, error) {
	level, err := parseLevel(levelName)
	if err != nil {
		return nil, nil, err
	}
	var handler slog.Handler
	switch format {
	case "text":
		handler = &plain{mu: &sync.Mutex{}, w: w, level: level}
	case "json":
		handler = slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	default:
		return nil, nil, fmt.Errorf("unknown log format %q: use text or json", format)
	}
	log := slog.New(handler)
	return &printer{log}, log, nil
}

// Committed implements controlplane.Observer.
func (p *printer) Committed(s controlplane.Summary) {
	ctx := context.Background()
	for _, f := range s.Gone {
		p.say(ctx, slog.LevelInfo, "solved: "+report.Solved(f), attributes(f)...)
	}
	for _, f := range s.Added {
		level := slog.LevelWarn
		if f.Severity == ir.Error {
			level = slog.LevelError
		}
		p.say(ctx, level, report.Line(f), attributes(f)...)
	}
	if s.Edits > 0 {
		p.say(ctx, slog.LevelInfo, fmt.Sprintf("%d %s translated in %s", s.Edits, plural(s.Edits, "object"), s.Took.Round(10*time.Microsecond)),
			"objects", s.Edits, "seconds", s.Took.Seconds())
	}
}

func plural(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// ready prints where the gateway can be reached.
func (p *printer) ready(ctx context.Context, c standalone.Config, addresses []string) {
	at := "no port"
	if len(addresses) > 0 {
		at = strings.Join(addresses, " and ")
	}
	p.say(ctx, slog.LevelInfo, "ready: serving "+c.Dir+" on "+at+"; admin on http://"+c.AdminAddress,
		"dir", c.Dir, "addresses", addresses, "admin", c.AdminAddress)
}

// say logs a sentence for people, or with its parts for machines.
func (p *printer) say(ctx context.Context, level slog.Level, sentence string, parts ...any) {
	if _, people := p.log.Handler().(*plain); people {
		parts = nil // the sentence says them
	}
	//nolint:sloglint // who searches the log searches the parts
	p.log.Log(ctx, level, sentence, parts...)
}

// attributes carry a finding's parts into JSON.
func attributes(f report.Finding) []any {
	return []any{
		slog.Group("problem", "severity", f.Severity.String(), "object", f.Object.String(), "field", f.Field, "reason", f.Reason,
			"message", f.Message, "remedy", f.Remedy, "file", f.Place.File, "line", f.Place.Line),
	}
}

// plain is a slog.Handler for people: time, level where it matters, message and
// attributes, a line each.
type plain struct {
	mu    *sync.Mutex // of w, shared by all that came from one
	w     io.Writer
	level slog.Level
	attrs []slog.Attr
}

func (h *plain) Enabled(_ context.Context, l slog.Level) bool { return l >= h.level }

func (h *plain) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &plain{h.mu, h.w, h.level, append(slices.Clip(h.attrs), attrs...)}
}

func (h *plain) WithGroup(string) slog.Handler { return h }

func (h *plain) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Time.Format("15:04:05.000 "))
	if r.Level != slog.LevelInfo {
		b.WriteString(strings.ToLower(r.Level.String()) + ": ")
	}
	b.WriteString(r.Message)
	write := func(a slog.Attr) bool {
		b.WriteString(" " + a.Key + "=" + a.Value.String())
		return true
	}
	for _, a := range h.attrs {
		write(a)
	}
	r.Attrs(write)
	b.WriteByte('\n')
	h.mu.Lock()
	defer h.mu.Unlock()
	_, err := io.WriteString(h.w, b.String())
	return err
}
