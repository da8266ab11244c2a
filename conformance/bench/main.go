package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/sluice-gateway/sluice/pkg/proxy"
)

// options are the flags.
type options struct {
	only, sizes, out, sluice, envoy string
	short                           bool
}

func main() {
	o := options{}
	flag.StringVar(&o.only, "only", "edit,dialects,throughput,churn", "parts to run")
	flag.StringVar(&o.sizes, "sizes", "10x1,10x10,1000x1,10000x1,10000x10", "worlds of part edit: hosts x routes of each host")
	flag.StringVar(&o.out, "out", "", "file whose results section is written anew, such as docs/benchmarks.md")
	flag.StringVar(&o.sluice, "sluice", "bin/sluice", "the gateway to measure (make build)")
	flag.StringVar(&o.envoy, "envoy", "", "path of Envoy (default: $ENVOY, envoy on PATH, .cache/bin/envoy)")
	flag.BoolVar(&o.short, "short", false, "a quick look: fewer repetitions and a churn of 10 s")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) //nolint:gocritic // the process ends anyway
	}
}

// machine is what all measurements share.
type machine struct {
	sluice, dir string
	envoy       proxy.Binary
	ports       []int
	progress    io.Writer
	began       time.Time
}

func (m *machine) log(format string, args ...any) {
	fmt.Fprintf(m.progress, "%6.1fs  %s\n", time.Since(m.began).Seconds(), fmt.Sprintf(format, args...))
}

// withWorld writes a world and removes it afterwards.
func (m *machine) withWorld(s shape, use func(*world) error) error {
	dir, err := os.MkdirTemp(m.dir, "world-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	listen, err := freePort()
	if err != nil {
		return err
	}
	w, err := newWorld(s, dir, listen, m.ports)
	if err != nil {
		return err
	}
	return use(w)
}

func run(ctx context.Context, o options) error {
	shapes, err := parseShapes(o.sizes)
	if err != nil {
		return err
	}
	m, done, err := prepare(ctx, o)
	if err != nil {
		return err
	}
	defer done()
	r := &report{began: m.began, load: loadAverage(), short: o.short}
	for part := range strings.SplitSeq(o.only, ",") {
		if err := m.part(ctx, part, shapes, o.short, r); err != nil {
			return fmt.Errorf("%s: %w", part, err)
		}
	}
	r.took = time.Since(m.began)
	r.host = describeHost(m.envoy.Version)
	r.print(os.Stdout)
	if o.out == "" {
		return nil
	}
	return r.write(o.out)
}

// part runs one part and adds its results to the report.
func (m *machine) part(ctx context.Context, name string, shapes []shape, quick bool, r *report) error {
	switch name {
	case "edit":
		for _, s := range shapes {
			if err := m.edit(ctx, s, quick, r); err != nil {
				return err
			}
		}
		return nil
	case "dialects":
		for _, d := range []dialect{ingresses, virtualServices} {
			if err := m.edit(ctx, shape{1000, 10, d}, quick, r); err != nil {
				return err
			}
		}
		return nil
	case "throughput":
		t := &throughput{m: m, rounds: 4, length: 1500 * time.Millisecond}
		if quick {
			t.rounds, t.length = 1, time.Second
		}
		err := t.run(ctx, []int{1, 1000, 10_000})
		r.throughput = t.results
		return err
	case "churn":
		length := time.Minute
		if quick {
			length = 10 * time.Second
		}
		c, err := measureChurn(ctx, m, length)
		m.log("churn: %d edits, %d answers, %d wrong", c.edits, c.requests, c.wrong)
		r.churn = &c
		return err
	}
	return errors.New("there is no such part")
}

// edit measures one world: the control plane alone, Envoy alone, both together.
func (m *machine) edit(ctx context.Context, s shape, quick bool, r *report) error {
	edits, control := 15, 101
	if quick {
		edits, control = 5, 21
	}
	return m.withWorld(s, func(w *world) error {
		row := row{shape: s}
		var err error
		var taken recording
		if row.control, taken, err = measureControl(ctx, w.dir, control); err != nil {
			return err
		}
		m.log("%s, %s: built in %s, a route edit takes %s", s, s.dialect, short(row.control.build.time), short(row.control.route.time))
		var before, after replayResult
		if before, err = measureReplay(ctx, taken, w.listen, edits); err != nil {
			return err
		}
		if row.edit, err = measureEdits(ctx, m.sluice, w, edits); err != nil {
			return err
		}
		if after, err = measureReplay(ctx, taken, w.listen, edits); err != nil {
			return err
		}
		row.replay = before.and(after)
		m.log("%s, %s: served after %s, a route edit takes %s, Envoy alone %s", s, s.dialect,
			short(row.edit.served), short(row.edit.route), short(row.replay.ack()))
		r.rows = append(r.rows, row)
		return nil
	})
}

// prepare finds the binaries and starts the upstreams.
func prepare(ctx context.Context, o options) (*machine, func(), error) {
	m := &machine{progress: os.Stderr, began: time.Now()}
	var err error
	if m.sluice, err = filepath.Abs(o.sluice); err != nil {
		return nil, nil, err
	}
	if m.envoy, err = findEnvoy(ctx, o.envoy); err != nil {
		return nil, nil, err
	}
	if err := os.Setenv("ENVOY", m.envoy.Path); err != nil { // the gateway uses the same
		return nil, nil, err
	}
	if m.dir, err = os.MkdirTemp("", "sluice-bench-"); err != nil {
		return nil, nil, err
	}
	servers, err := startUpstreams()
	if err != nil {
		return nil, nil, err
	}
	m.ports = portsOf(servers)
	return m, func() {
		for _, u := range servers {
			u.close()
		}
		_ = os.RemoveAll(m.dir)
	}, nil
}

// findEnvoy looks where the gateway looks, and where `make envoy` puts it: this
// program lies in a temporary directory when it is started by `go run`.
func findEnvoy(ctx context.Context, explicit string) (proxy.Binary, error) {
	binary, err := proxy.Find(ctx, explicit)
	if err != nil && explicit == "" {
		binary, err = proxy.Find(ctx, filepath.Join(".cache", "bin", "envoy"))
	}
	return binary, err
}
