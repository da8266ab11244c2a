package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// target is a figure that we want to reach, and what was measured.
type target struct {
	what, want, measured string
	met                  bool
}

func atMost(what string, want, measured time.Duration) target {
	return target{what, "≤ " + short(want), short(measured), measured <= want}
}

// requests is a target for the ratio of two rates of requests. The ratio by
// Envoy's CPU stands beside it, which says what it would be on a quiet machine.
func requests(what string, want float64, c *comparison) target {
	rate := median(c.rate)
	return target{what, fmt.Sprintf("≥ %.2f", want), fmt.Sprintf("%.3f (by CPU %.3f)", rate, median(c.cpu)), rate >= want}
}

// targets compares what was measured with what is wanted.
func (r *report) targets() []target {
	var out []target
	for _, x := range r.rows {
		if x.shape.dialect == httpRoutes {
			out = append(out, x.targets()...)
		}
	}
	if t, ok := r.flatness(); ok {
		out = append(out, t)
	}
	for i := range r.throughput {
		c := &r.throughput[i]
		switch {
		case strings.Contains(c.name, "minimal Envoy"):
		case strings.Contains(c.name, "beside the first"):
			out = append(out, requests("requests/s: "+c.name, 0.9, c))
		default:
			out = append(out, requests("requests/s beside bare Envoy: "+c.name, 0.97, c))
		}
	}
	if r.churn != nil {
		out = append(out, target{"wrong answers during the churn", "0", fmt.Sprint(r.churn.wrong), r.churn.wrong == 0})
	}
	return out
}

// Sizes that targets are given for.
const (
	thousand        = 1000
	tenThousand     = 10_000
	hundredThousand = 100_000
)

func (r row) targets() []target {
	n := r.shape.routes()
	at := fmt.Sprintf(" at %s routes", thousands(n))
	out := []target{atMost("one endpoint, end to end"+at, 10*time.Millisecond, r.edit.endpoint)}
	switch n {
	case thousand:
		out = append(out, atMost("one route, end to end"+at, 30*time.Millisecond, r.edit.route))
	case tenThousand:
		out = append(out, atMost("one route, end to end"+at, 100*time.Millisecond, r.edit.route))
	case hundredThousand:
		ratio := float64(r.edit.route) / float64(r.replay.ack())
		out = append(out,
			target{"one route, end to end, beside Envoy alone" + at, "≤ 1.20", fmt.Sprintf("%.2f", ratio), ratio <= 1.2},
			atMost("one route, control plane alone"+at, time.Millisecond, r.control.route.time),
			atMost("first build, control plane alone"+at, 3*time.Second, r.control.build.time),
			atMost("start to all served"+at, 15*time.Second, r.edit.served),
			target{"live heap of the controller" + at, "≤ 500 MB", size(r.edit.heapLive), r.edit.heapLive <= 500e6},
		)
	}
	return out
}

// flatness compares the allocations of a route edit in the smallest world with
// 10 or more hosts to those in the largest with as many routes a host.
func (r *report) flatness() (target, bool) {
	var small, large *row
	for i := range r.rows {
		x := &r.rows[i]
		if x.shape.dialect != httpRoutes || x.shape.perHost != 10 {
			continue
		}
		if small == nil || x.shape.hosts < small.shape.hosts {
			small = x
		}
		if large == nil || x.shape.hosts > large.shape.hosts {
			large = x
		}
	}
	if small == nil || small == large {
		return target{}, false
	}
	a, b := small.control.route.objects, large.control.route.objects
	return target{
		fmt.Sprintf("objects allocated by a route edit, at %s and %s routes", thousands(small.shape.routes()), thousands(large.shape.routes())),
		"the same", fmt.Sprintf("%d and %d", a, b), float64(b) <= 1.1*float64(a),
	}, true
}

func (r *report) printTargets(w io.Writer) {
	t := table{head: []string{"target", "wanted", "measured", ""}}
	for _, x := range r.targets() {
		verdict := "**missed**"
		if x.met {
			verdict = "reached"
		}
		t.add(x.what, x.want, x.measured, verdict)
	}
	t.print(w)
}
