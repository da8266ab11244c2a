package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/table"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// Row is a row of a table as /debug/tables shows it.
type Row struct {
	Key string `json:"key"`
	Row any    `json:"row"`
}

// dump is a table that can be shown.
type dump struct {
	name string
	rows func() []Row
}

// show makes a table readable by name.
func show[K comparable, V any](p *Pipeline, t *table.Table[K, V]) {
	showAs(p, t.Name(), t, func(v V) any { return v })
}

// showAs makes a part of each row of a table readable.
func showAs[K comparable, V any](p *Pipeline, name string, t *table.Table[K, V], part func(V) any) {
	p.dumps = append(p.dumps, dump{name, func() []Row {
		rows := make([]Row, 0, t.Len())
		for k, v := range t.All() {
			rows = append(rows, Row{fmt.Sprint(k), part(v)})
		}
		slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Key, b.Key) })
		return rows
	}})
}

// declareDumps chooses the tables that can be shown. Secrets and certificates
// are not among them.
func (p *Pipeline) declareDumps() {
	t := &p.tables
	p.dumps = slices.DeleteFunc(p.dumps, func(d dump) bool { return d.name == t.secrets.Name() })
	show(p, t.gatewayViews)
	show(p, t.defaultGateway)
	show(p, t.outputs)
	show(p, t.hosts)
	show(p, t.names)
	show(p, t.clusters)
	show(p, t.attached)
	show(p, t.discovered)
	show(p, t.rejections.Table)
	showAs(p, "virtual-hosts", t.hosts, func(fragments contributions) any {
		host, _ := merge(fragments[0].Value.Host, fragments)
		return host
	})
	for _, s := range t.statuses {
		showAs(p, s.Name(), s, func(s *ir.Status) any { return *s })
	}
}

// Listeners returns the ports that are to be served, in no order. Those that
// Envoy refuses are left out.
func (p *Pipeline) Listeners() []ir.Listener {
	var out []ir.Listener
	for k, l := range p.tables.listeners.All() {
		if _, refused := p.tables.rejections.Get(Rejected{Type: xds.ListenerType, Name: k.String()}); !refused {
			out = append(out, l.listener)
		}
	}
	return out
}

// TableNames returns the names of the tables that can be shown, sorted.
func (p *Pipeline) TableNames() []string {
	var out []string
	for _, d := range p.dumps {
		out = append(out, d.name)
	}
	slices.Sort(out)
	return out
}

// Rows returns the rows of a table, sorted by key.
func (p *Pipeline) Rows(name string) ([]Row, bool) {
	i := slices.IndexFunc(p.dumps, func(d dump) bool { return d.name == name })
	if i < 0 {
		return nil, false
	}
	return p.dumps[i].rows(), true
}
