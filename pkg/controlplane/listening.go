package controlplane

import (
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// listening holds the listeners that no Envoy has acknowledged yet, by name,
// with the revision that must be: the source of the condition Programmed.
type listening map[string]xds.Revision

// note adds the listeners of a change set.
func (l listening) note(changes []xds.Change, revision xds.Revision, p *pipeline.Pipeline) {
	for _, c := range changes {
		switch {
		case c.Type != xds.ListenerType:
		case c.Removed:
			delete(l, c.Name)
			p.StageProgrammed(c.Name, false)
		default:
			l[c.Name] = revision
		}
	}
}

// acked tells the pipeline of the listeners that a revision brought, and
// reports whether there are any.
func (l listening) acked(revision xds.Revision, p *pipeline.Pipeline) bool {
	found := false
	for name, needed := range l {
		if needed <= revision {
			delete(l, name)
			p.StageProgrammed(name, true)
			found = true
		}
	}
	return found
}
