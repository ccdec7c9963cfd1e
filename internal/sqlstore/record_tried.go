package sqlstore

import (
	"context"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// Tried is web.Records. Nothing of a test person is projected: the log is read up to where the projection has come.
func (r Records) Tried(ctx context.Context, registration string, agents []string, capability string) (mapping.Case, error) {
	c, err := r.Case(ctx, "", capability)
	if err != nil || len(c.Alignments) == 0 {
		return c, err
	}
	at, err := cursor(ctx, r.s.DB)
	if err != nil {
		return c, err
	}
	tags := mapping.NewIndex(c.Alignments...)
	for _, agent := range agents {
		if err := r.s.OfAgent(ctx, agent, at.Pos, func(e pipeline.Entry) error {
			c.Evidence = append(c.Evidence, pipeline.Tried(tags, registration, e)...)
			return nil
		}); err != nil {
			return c, err
		}
	}
	return c, nil
}
