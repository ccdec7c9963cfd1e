package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// Projection keeps what the fold of the log has made. It is pipeline.Projection and pipeline.Committer.
type Projection struct{ s *Store }

var (
	_ pipeline.Projection = Projection{}
	_ pipeline.Committer  = Projection{}
)

// Projection answers the projection of this database.
func (s *Store) Projection() Projection { return Projection{s} }

// Cursor is pipeline.Projection.
func (p Projection) Cursor(ctx context.Context) (pipeline.Cursor, error) { return cursor(ctx, p.s.DB) }

func cursor(ctx context.Context, db reader) (pipeline.Cursor, error) {
	var row struct {
		Pos       int64
		EmitAfter int64 `db:"emit_after"`
	}
	if err := db.Get(ctx, &row, `SELECT pos, emit_after FROM projection_cursor`); err != nil {
		return pipeline.Cursor{}, fmt.Errorf("sqlstore: read the cursor of the projection: %w", err)
	}
	return pipeline.Cursor{Pos: row.Pos, EmitAfter: row.EmitAfter}, nil
}

// alignmentRow is a row of table alignment.
type alignmentRow struct {
	Body         string
	Began, Ended int64
}

func (row alignmentRow) aligned() (pipeline.Aligned, error) {
	a := pipeline.Aligned{Began: row.Began, Ended: row.Ended}
	if err := json.Unmarshal([]byte(row.Body), &a.Alignment); err != nil {
		return a, fmt.Errorf("sqlstore: read an alignment: %w", err)
	}
	return a, nil
}

// selectAligned reads alignments that a condition takes.
func selectAligned(ctx context.Context, db reader, where string, args ...any) ([]pipeline.Aligned, error) {
	var rows []alignmentRow
	if err := db.Select(ctx, &rows, `SELECT body, began, ended FROM alignment `+where, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read alignments: %w", err)
	}
	out := make([]pipeline.Aligned, len(rows))
	for i, row := range rows {
		var err error
		if out[i], err = row.aligned(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Alignments is pipeline.Projection.
func (p Projection) Alignments(ctx context.Context) ([]pipeline.Aligned, error) {
	return selectAligned(ctx, p.s.DB, `ORDER BY began, id`)
}

// Links is pipeline.Projection. Batches folded by them are refused once somebody was erased, see checkThere.
func (p Projection) Links(ctx context.Context) ([]pipeline.ActiveLink, error) {
	var generation int64
	if err := p.s.Get(ctx, &generation, `SELECT generation FROM log_head`); err != nil {
		return nil, fmt.Errorf("sqlstore: read the head of the log: %w", err)
	}
	p.s.linked.Store(&generation)
	return selectLinks(ctx, p.s.DB, `WHERE ended = 0 ORDER BY pos`)
}

// Progress is pipeline.Projection.
func (p Projection) Progress(ctx context.Context, pair pipeline.Pair) (mapping.Progress, error) {
	var row progressRow
	err := p.s.Get(ctx, &row, `SELECT `+progressColumns+` FROM progress WHERE learner = ? AND capability = ?`, pair.Learner, pair.Capability)
	if errors.Is(err, sql.ErrNoRows) {
		return mapping.Progress{}, nil
	}
	if err != nil {
		return mapping.Progress{}, fmt.Errorf("sqlstore: read progress: %w", err)
	}
	return row.progress(), nil
}

// progressRow is a row of table progress.
type progressRow struct {
	Learner, Capability, State          string
	Have, Need, Percent, Ordinal, Cycle int
	Since, Pos                          int64
	WasEvidenced                        bool   `db:"was_evidenced"`
	Expires                             *int64 `db:"expires_at"`
}

const progressColumns = `learner, capability, state, have, need, percent, since, pos, ordinal, cycle, was_evidenced, expires_at`

func (r progressRow) progress() mapping.Progress {
	p := mapping.Progress{
		Learner: r.Learner, Capability: r.Capability, State: mapping.State(r.State), Have: r.Have, Need: r.Need, Percent: r.Percent,
		Since: fromMicros(r.Since), Pos: r.Pos, Ordinal: r.Ordinal, Cycle: r.Cycle, WasEvidenced: r.WasEvidenced,
	}
	if r.Expires != nil {
		p.Expires = fromMicros(*r.Expires)
	}
	return p
}
