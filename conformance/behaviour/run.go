package behaviour

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/report"
)

// Run runs a case in all its dialects. With update it rewrites the golden
// sections of the case's file instead of comparing them; traffic is never
// rewritten.
func Run(t *testing.T, g *Gateway, c *Case, update bool) {
	t.Helper()
	for _, dialect := range c.Dialects {
		t.Run(dialect, func(t *testing.T) {
			r := &runner{t: t, gateway: g, c: c, dialect: dialect, update: update}
			r.run()
		})
	}
	if update {
		require.NoError(t, c.save())
	}
}

// runner runs one dialect of a case.
type runner struct {
	t       *testing.T
	gateway *Gateway
	c       *Case
	dialect string
	update  bool
}

func (r *runner) run() {
	w := r.gateway.open(r.t, r.c, r.dialect)
	for i := range r.c.Steps {
		step := &r.c.Steps[i]
		if i > 0 {
			w.edit(r.t, step, r.dialect)
		}
		require.NoError(r.t, r.gateway.settle(r.t.Context()), "%s: Envoy does not acknowledge step %d", r.c.File, step.Number)
		for i := range step.Traffic {
			r.traffic(step, &step.Traffic[i])
		}
		r.goldens(step)
	}
}

// goldens compares or rewrites what is printed.
func (r *runner) goldens(step *Step) {
	snapshot, err := r.gateway.snapshot(r.t.Context())
	require.NoError(r.t, err)
	r.golden(step, "ir", irText(&snapshot), step.Number == 1)
	if _, ok := step.Golden["xds"]; ok {
		text, err := r.gateway.xdsText()
		require.NoError(r.t, err)
		r.golden(step, "xds", text, true)
	}
	r.status(step, snapshot)
}

// status compares the status. A case without a section for it must have no
// problems. Envoy's own answers may come a little later than the rest.
func (r *runner) status(step *Step, snapshot Snapshot) {
	name := "status." + r.dialect
	_, own := step.Golden[name]
	if _, shared := step.Golden["status"]; shared && !own {
		name = "status"
	}
	want, wanted := step.Golden[name]
	if r.update {
		if wanted || problems(&snapshot, r.gateway.held) > 0 {
			r.c.set(step.Number, name, statusText(&snapshot, r.gateway.held))
		}
		return
	}
	got := ""
	ctx, cancel := context.WithTimeout(r.t.Context(), patience/5)
	defer cancel()
	eventually(ctx, func() bool {
		snapshot, err := r.gateway.snapshot(ctx)
		got = ""
		if wanted || err != nil || problems(&snapshot, r.gateway.held) > 0 {
			got = statusText(&snapshot, r.gateway.held)
		}
		return err == nil && got == want
	})
	r.compare(step, name, want, got)
}

// golden compares or rewrites a section.
func (r *runner) golden(step *Step, name, got string, needed bool) {
	want, ok := step.Golden[name]
	switch {
	case r.update && r.dialect == r.c.Dialects[0] && (ok || needed):
		r.c.set(step.Number, name, got)
	case ok || needed:
		r.compare(step, name, want, got)
	}
}

func (r *runner) compare(step *Step, name, want, got string) {
	if want == got {
		return
	}
	section := name
	if step.Number > 1 {
		section = fmt.Sprintf("%d/%s", step.Number, name)
	}
	r.t.Errorf("%s: section %s is not what the gateway makes of it; if that is right, run with -update (- want, + got):\n%s",
		r.c.File, section, difference(want, got))
}

// traffic tries a line. After an edit the answers may come late, since the
// source waits a moment before it believes that something is gone; and Envoy's
// workers close ports in their own time.
func (r *runner) traffic(step *Step, line *Line) {
	request, err := r.gateway.filled(line.Request)
	require.NoError(r.t, err, "%s:%d", r.c.File, line.Number)
	var wrong []string
	try := func() bool {
		wrong = r.try(line, &request)
		return len(wrong) == 0
	}
	if line.Eventually || line.Outcome == Refused || step.Number > 1 {
		eventually(r.t.Context(), try)
	} else {
		try()
	}
	if len(wrong) > 0 {
		r.t.Errorf("%s:%d: %s\n    %s", r.c.File, line.Number, line.Text, strings.Join(wrong, "\n    "))
	}
}

func (r *runner) try(line *Line, request *Request) []string {
	var results []*Result
	for range line.Count {
		result, err := r.gateway.client.send(r.t.Context(), request)
		if err != nil {
			return []string{err.Error()}
		}
		if wrong := line.judge(result); len(wrong) > 0 {
			return wrong
		}
		results = append(results, result)
	}
	return append(line.judgeAll(results), r.copies(line, results)...)
}

// copies waits for the copies that a line expects: they arrive when they like.
func (r *runner) copies(line *Line, results []*Result) []string {
	var out []string
	for _, w := range line.Wants {
		if w.Name != "copy" {
			continue
		}
		for _, result := range results {
			if !r.gateway.client.waitForCopy(r.t.Context(), result, w.Value) {
				out = append(out, "backend "+w.Value+" did not get a copy")
				break
			}
		}
	}
	return out
}

// snapshot asks the control plane, after all that was offered is committed.
func (g *Gateway) snapshot(ctx context.Context) (Snapshot, error) {
	var s Snapshot
	err := g.control.Ask(ctx, func(p *pipeline.Pipeline, _ *report.Book) {
		s.hosts, _ = p.Rows("virtual-hosts")
		s.serverNames, _ = p.Rows("server-names")
		for _, name := range p.TableNames() {
			if strings.HasSuffix(name, "statuses") {
				rows, _ := p.Rows(name)
				s.statuses = slices.Concat(s.statuses, rows)
			}
		}
	})
	return s, err
}
