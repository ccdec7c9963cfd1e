package sqlstore

import (
	"context"
	"fmt"
	"time"

	"cairn/internal/pipeline"
)

// Due is pipeline.Projection: a walk along the index of moments.
func (p Projection) Due(ctx context.Context, upTo time.Time) ([]pipeline.Due, error) {
	var rows []struct {
		Learner, Capability string
		At                  int64 `db:"due_at"`
	}
	if err := p.s.Select(ctx, &rows, `SELECT learner, capability, due_at FROM progress WHERE due_at <= ?`, micros(upTo)); err != nil {
		return nil, fmt.Errorf("sqlstore: read what is due: %w", err)
	}
	out := make([]pipeline.Due, len(rows))
	for i, r := range rows {
		out[i] = pipeline.Due{Pair: pipeline.Pair{Learner: r.Learner, Capability: r.Capability}, At: fromMicros(r.At)}
	}
	return out, nil
}

// NextDue is pipeline.Projection.
func (p Projection) NextDue(ctx context.Context, after time.Time) (time.Time, error) {
	var next *int64
	if err := p.s.Get(ctx, &next, `SELECT MIN(due_at) FROM progress WHERE due_at > ?`, micros(after)); err != nil {
		return time.Time{}, fmt.Errorf("sqlstore: read what is due next: %w", err)
	}
	if next == nil {
		return time.Time{}, nil
	}
	return fromMicros(*next), nil
}

// Tick is pipeline.Committer.
func (p Projection) Tick(ctx context.Context, holder string) error {
	return p.s.write(ctx, func(tx *Tx) error {
		var ours int
		if err := tx.Get(ctx, &ours, `SELECT COUNT(*) FROM projection_cursor WHERE holder = ?`, holder); err != nil {
			return fmt.Errorf("sqlstore: read the projector's lease: %w", err)
		}
		if ours == 0 {
			return pipeline.ErrLeaseLost
		}
		_, err := tx.AppendEvent(ctx, pipeline.EntryClock, []byte(`{}`))
		return err
	})
}

// orNull is a time as it is stored where NULL stands for none.
func orNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	return new(micros(t))
}
