package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/pkg/proxy"
)

// row is all that was measured of one world.
type row struct {
	shape   shape
	control controlResult
	replay  replayResult
	edit    editResult
}

// report is all that was measured.
type report struct {
	began      time.Time
	took       time.Duration
	host       string
	load       string // before
	short      bool
	rows       []row
	throughput []comparison
	churn      *churnResult
}

// table is a Markdown table.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(w io.Writer) {
	line := func(cells []string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.head)
	line(slices.Repeat([]string{"---"}, len(t.head)))
	for _, r := range t.rows {
		line(r)
	}
	fmt.Fprintln(w)
}

func (r *report) print(w io.Writer) {
	fmt.Fprintf(w, "Measured on %s, in %s, on %s.\n", r.began.UTC().Format("2 January 2006, 15:04 UTC"), r.took.Round(time.Second), r.host)
	fmt.Fprintf(w, "Load of the machine before: %s processes wanted a CPU (average of a minute); on a quiet one it is below 0.5.\n\n", r.load)
	if r.short {
		fmt.Fprint(w, "**A quick look (`-short`): few repetitions.**\n\n")
	}
	r.printTargets(w)
	if len(r.rows) > 0 {
		r.printEndToEnd(w)
		r.printControl(w)
		r.printUse(w)
	}
	if len(r.throughput) > 0 {
		r.printThroughput(w)
	}
	if r.churn != nil {
		r.printChurn(w)
	}
}

func (r row) name() string {
	name := fmt.Sprintf("%s | %s", thousands(r.shape.hosts), thousands(r.shape.routes()))
	if r.shape.dialect != httpRoutes {
		name += " (" + string(r.shape.dialect) + ")"
	}
	return name
}

func (r *report) printEndToEnd(w io.Writer) {
	fmt.Fprint(w, "### End to end: from a file write to the first right answer through Envoy\n\n")
	t := table{head: []string{
		"hosts", "routes", "start → all served", "one route", "(worst)", "Envoy alone", "ratio",
		"one endpoint", "(worst)", "1,000 routes", "no-op",
	}}
	for _, x := range r.rows {
		e := &x.edit
		several := short(e.several)
		if e.severalN < 1000 {
			several += fmt.Sprintf(" (%d)", e.severalN)
		}
		t.add(x.name(), short(e.served), short(e.route), short(e.routeWorst), short(x.replay.ack()),
			fmt.Sprintf("%.2f", float64(e.route)/float64(x.replay.ack())), short(e.endpoint), short(e.endpointWorst), several,
			fmt.Sprintf("%d responses", e.noopResponses))
	}
	t.print(w)
}

func (c cost) String() string {
	return fmt.Sprintf("%s, %s objects, %s", short(c.time), thousands(int(c.objects)), size(c.bytes))
}

func (r *report) printControl(w io.Writer) {
	fmt.Fprint(w, "### The control plane alone: objects in, bytes for Envoy out\n\n")
	t := table{head: []string{"hosts", "routes", "read files", "first build", "one route", "one endpoint", "no-op", "1,000 routes"}}
	for _, x := range r.rows {
		c := &x.control
		several := c.several.String()
		if c.severalN < 1000 {
			several = fmt.Sprintf("(%d) %s", c.severalN, several)
		}
		t.add(x.name(), short(c.read.time), c.build.String(), c.route.String(), c.endpoint.String(), c.noop.String(), several)
	}
	t.print(w)
}

func (r *report) printUse(w io.Writer) {
	fmt.Fprint(w, "### Memory and CPU\n\n")
	t := table{head: []string{
		"hosts", "routes", "controller heap: tables and objects", "live heap of the process", "its RSS (peak)", "Envoy's RSS (peak)",
		"RouteConfiguration", "CPU to start: controller, Envoy", "CPU of a route edit: controller, Envoy", "of an endpoint edit", "of a no-op",
	}}
	both := func(a, b time.Duration) string { return short(a) + ", " + short(b) }
	peak := func(m memory) string { return fmt.Sprintf("%s (%s)", size(m.rss), size(m.peak)) }
	for _, x := range r.rows {
		e := &x.edit
		t.add(x.name(), size(max(0, x.control.heap)), size(e.heapLive), peak(e.controller), peak(e.envoy), size(int64(x.replay.bytes)),
			both(e.startCPU, e.startEnvoyCPU), both(e.routeCPU, e.routeEnvoyCPU), both(e.endpointCPU, e.endpointEnvoyCPU), short(e.noopCPU))
	}
	t.print(w)
}

func (r *report) printThroughput(w io.Writer) {
	fmt.Fprint(w, "### Requests\n\n")
	t := table{head: []string{
		"what", "requests/s ÷ baseline (median; range)", "baseline's CPU ÷ its CPU", "requests/s", "baseline", "CPU per request", "baseline",
		"p50, p99", "baseline", "busy: Envoy, clients and upstream", "errors",
	}}
	for _, c := range r.throughput {
		t.add(c.name, fmt.Sprintf("**%.3f** (%.2f–%.2f)", median(c.rate), slices.Min(c.rate), slices.Max(c.rate)),
			fmt.Sprintf("**%.3f** (%.2f–%.2f)", median(c.cpu), slices.Min(c.cpu), slices.Max(c.cpu)),
			thousands(int(c.ours.rate)), thousands(int(c.other.rate)), short(c.ours.cpu), short(c.other.cpu),
			short(c.ours.p50)+", "+short(c.ours.p99), short(c.other.p50)+", "+short(c.other.p99),
			fmt.Sprintf("%.0f %%, %.0f %%", 100*c.ours.envoyBusy, 100*c.ours.selfBusy), fmt.Sprint(c.wrong))
	}
	t.print(w)
}

func (r *report) printChurn(w io.Writer) {
	c := r.churn
	fmt.Fprint(w, "### Churn\n\n")
	seconds := c.length.Seconds()
	fmt.Fprintf(w, "%s edits in %.0f s (%.0f a second), %s answers checked (%.0f a second): **%d wrong**.\n",
		thousands(c.edits), seconds, float64(c.edits)/seconds, thousands(c.requests), float64(c.requests)/seconds, c.wrong)
	fmt.Fprintf(w, "%s answers were still those of the state before: half of them within %s of the edit, 99 %% within %s, the last after %s.\n",
		thousands(len(c.late)), short(median(c.late)), short(quantile(c.late, 0.99)), short(c.latest))
	fmt.Fprintf(w, "Afterwards %d of %s routes answered something else than they should.\n", c.unsettled, thousands(churnRoutes))
	fmt.Fprintf(w, "CPU: controller %.2f, Envoy %.2f of a core (requests included). RSS: controller %s, Envoy %s.\n\n",
		c.control.Seconds()/seconds, c.envoy.Seconds()/seconds, size(c.memory.rss), size(c.envoyMemory.rss))
	for _, example := range c.examples {
		fmt.Fprintf(w, "- wrong: %s\n", example)
	}
}

// The results stand between these lines of a document.
const (
	beginMark = "<!-- results: written by conformance/bench -->\n"
	endMark   = "<!-- end of results -->\n"
)

// write puts the results into a document.
func (r *report) write(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(text, []byte(beginMark))
	_, after, ok2 := bytes.Cut(rest, []byte(endMark))
	if !ok || !ok2 {
		return errors.New(path + " has no place for results: " + beginMark)
	}
	var out bytes.Buffer
	out.Write(before)
	out.WriteString(beginMark + "\n")
	r.print(&out)
	out.WriteString(endMark)
	out.Write(after)
	return os.WriteFile(path, out.Bytes(), 0o644) //nolint:gosec // a document
}

// loadAverage is that of the last minute.
func loadAverage() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "?"
	}
	load, _, _ := strings.Cut(string(text), " ")
	return load
}

// describeHost says what the measurements were made on.
func describeHost(envoy proxy.Version) string {
	model, memory := "unknown CPU", "?"
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := strings.Cut(string(text), "model name"); ok {
			line, _, _ := strings.Cut(rest, "\n")
			model = strings.TrimSpace(strings.TrimLeft(line, "\t :"))
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib int64
		if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err == nil {
			memory = fmt.Sprintf("%d GB", kib>>20)
		}
	}
	return fmt.Sprintf("%d × %s, %s memory, %s/%s, %s, Envoy %s", runtime.NumCPU(), model, memory, runtime.GOOS, runtime.GOARCH, runtime.Version(), envoy)
}
