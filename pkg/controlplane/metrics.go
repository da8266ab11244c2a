package controlplane

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// metrics are the control plane's own, in a registry of their own.
type metrics struct {
	registry   *prometheus.Registry
	commits    prometheus.Histogram
	edits      prometheus.Counter
	rows       *prometheus.GaugeVec
	recomputed *prometheus.CounterVec
	problems   *prometheus.GaugeVec
	streams    prometheus.Gauge
	pushes     *prometheus.CounterVec
	bytes      *prometheus.CounterVec
	answers    *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "sluice_commit_seconds", Help: "Time from taking a batch of edits to handing its change set to delivery.",
			Buckets: prometheus.ExponentialBuckets(50e-6, 2, 18),
		}),
		edits:      counter("sluice_edits_total", "Objects that were created, changed or deleted."),
		rows:       gauges("sluice_table_rows", "Rows of a table of the pipeline.", "table"),
		recomputed: counters("sluice_table_recomputed_total", "Rows that were computed again.", "table"),
		problems:   gauges("sluice_problems", "Problems of objects and files.", "severity"),
		streams:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "sluice_xds_streams", Help: "Envoys that are connected."}),
		pushes:     counters("sluice_xds_responses_total", "Responses sent to Envoys.", "type"),
		bytes:      counters("sluice_xds_response_bytes_total", "Size of the resources sent to Envoys.", "type"),
		answers:    counters("sluice_xds_answers_total", "Responses that Envoys accepted (ack) or refused (nack).", "type", "answer"),
	}
	m.registry.MustRegister(m.commits, m.edits, m.rows, m.recomputed, m.problems, m.streams, m.pushes, m.bytes, m.answers,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

func gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

func (m *metrics) committed(s Summary, tables []table.Stat, book *report.Book) {
	m.commits.Observe(s.Took.Seconds())
	m.edits.Add(float64(s.Edits))
	for _, t := range tables {
		m.rows.WithLabelValues(t.Name).Set(float64(t.Rows))
		m.recomputed.WithLabelValues(t.Name).Add(float64(t.Recomputed))
	}
	if len(s.Added)+len(s.Gone) == 0 && !s.First {
		return
	}
	errors, warnings := book.Count()
	m.problems.WithLabelValues("error").Set(float64(errors))
	m.problems.WithLabelValues("warning").Set(float64(warnings))
}

// hooks feeds the metrics from delivery and passes on what begins or ceases to be
// refused, and what is acknowledged.
func (m *metrics) hooks(judged func(xds.Rejection), acked func(node string, revision xds.Revision)) xds.Hooks {
	return xds.Hooks{
		Streams: func(n int) { m.streams.Set(float64(n)) },
		Pushed: func(typeURL string, _, size int) {
			m.pushes.WithLabelValues(xds.ShortType(typeURL)).Inc()
			m.bytes.WithLabelValues(xds.ShortType(typeURL)).Add(float64(size))
		},
		Answered: func(typeURL string, refused bool) {
			answer := "ack"
			if refused {
				answer = "nack"
			}
			m.answers.WithLabelValues(xds.ShortType(typeURL), answer).Inc()
		},
		Rejected: judged,
		Cleared:  judged,
		Acked:    acked,
	}
}
