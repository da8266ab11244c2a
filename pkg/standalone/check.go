package standalone

import (
	"context"

	"github.com/sluice-gateway/sluice/manifests"
	"github.com/sluice-gateway/sluice/pkg/pipeline"
	"github.com/sluice-gateway/sluice/pkg/report"
	"github.com/sluice-gateway/sluice/pkg/source"
)

// Check loads a directory, translates it as Run would, and returns every
// problem, without Envoy. The error is for a directory that cannot be read.
func Check(ctx context.Context, c Config) ([]report.Finding, error) {
	c = c.withDefaults()
	schemas, err := source.NewSchemas(manifests.CRDs)
	if err != nil {
		return nil, err
	}
	loaded, err := source.NewDirectory(c.Dir, schemas, c.Log).Load(ctx)
	if err != nil {
		return nil, err
	}
	return findings(c, loaded), nil
}

func findings(c Config, loaded source.Batch) []report.Finding {
	options := c.Pipeline()
	options.Log = c.Log
	p, book, batch := pipeline.New(options), report.NewBook(), Batch(loaded)
	for _, e := range batch.Edits {
		p.Stage(e.Key, e.Object)
		book.SetPlace(e.Key, e.Place)
	}
	for _, s := range p.Commit().Statuses {
		if s.Status != nil {
			book.SetObject(s.Object, s.Status.Problems)
		}
	}
	for file, problems := range batch.Files {
		book.SetFile(file, problems)
	}
	return book.Findings()
}
