package controlplane

import (
	"maps"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sluice-gateway/sluice/pkg/ir"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/xds"
)

// Batch is a set of edits that take effect together.
type Batch struct {
	Edits []Edit
	// Files holds the current problems of each file that is named.
	Files map[string][]report.Finding
}

// Edit says that an object is now this one, or is gone.
type Edit struct {
	Key ir.Object
	// Object is nil when the object is gone.
	Object runtime.Object
	Place  report.Place
}

// inbox gathers what arrives until the loop takes it.
type inbox struct {
	mu     sync.Mutex
	mail   mail
	waking chan struct{} // holds one token while there is mail
}

type mail struct {
	edits     []Edit
	files     map[string][]report.Finding
	judged    []pipeline.Rejected
	acked     xds.Revision
	questions []func()
	complete  bool
}

func newInbox() *inbox { return &inbox{waking: make(chan struct{}, 1)} }

// put changes the mail and wakes the loop. It never waits for the loop.
func (b *inbox) put(change func(*mail)) {
	b.mu.Lock()
	change(&b.mail)
	b.mu.Unlock()
	select {
	case b.waking <- struct{}{}:
	default:
	}
}

// take empties the inbox.
func (b *inbox) take() mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.mail
	b.mail = mail{}
	return m
}

func (m *mail) add(b Batch) {
	m.edits = append(m.edits, b.Edits...)
	if m.files == nil {
		m.files = map[string][]report.Finding{}
	}
	maps.Copy(m.files, b.Files)
}
