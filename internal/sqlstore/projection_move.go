package sqlstore

import (
	"context"
	"fmt"

	"cairn/internal/pipeline"
)

// Owners is pipeline.Projection.
func (p Projection) Owners(ctx context.Context) (map[string]string, error) {
	var rows []struct{ Home, Learner string }
	if err := p.s.Select(ctx, &rows, `SELECT home, learner FROM belonging WHERE ended = 0`); err != nil {
		return nil, fmt.Errorf("sqlstore: read which accounts were joined: %w", err)
	}
	out := make(map[string]string, len(rows))
	for _, r := range rows {
		out[r.Home] = r.Learner
	}
	return out, nil
}

// PairsOf is pipeline.Projection.
func (p Projection) PairsOf(ctx context.Context, learner string) ([]pipeline.Pair, error) {
	var capabilities []string
	if err := p.s.Select(ctx, &capabilities, `SELECT capability FROM evidence WHERE learner = ? UNION SELECT capability FROM progress WHERE learner = ?
		UNION SELECT capability FROM endorsement WHERE learner = ? ORDER BY 1`, learner, learner, learner); err != nil {
		return nil, fmt.Errorf("sqlstore: read what a learner has: %w", err)
	}
	out := make([]pipeline.Pair, len(capabilities))
	for i, c := range capabilities {
		out[i] = pipeline.Pair{Learner: learner, Capability: c}
	}
	return out, nil
}

// commitMoves writes whose is from now on what was said of learners. A move that was written before changes nothing.
func (t *Tx) commitMoves(ctx context.Context, b pipeline.Batch) error {
	for _, m := range b.Moved {
		for _, home := range m.Homes {
			for _, step := range []struct {
				query string
				args  []any
			}{
				{`INSERT INTO belonging (home, learner, began, ended) SELECT CAST(? AS TEXT), CAST(? AS TEXT), 0, 0
					WHERE NOT EXISTS (SELECT 1 FROM belonging WHERE home = ?)`, []any{home, home, home}},
				{`UPDATE belonging SET ended = ? WHERE home = ? AND ended = 0 AND began < ?`, []any{m.Pos, home, m.Pos}},
				{`INSERT INTO belonging (home, learner, began, ended) VALUES (?, ?, ?, 0) ON CONFLICT (home, began) DO NOTHING`, []any{home, m.Into, m.Pos}},
				{`UPDATE rating SET learner = ? WHERE about = ?`, []any{m.Into, home}},
				{`UPDATE endorsement SET learner = ? WHERE about = ?`, []any{m.Into, home}},
			} {
				if _, err := t.Exec(ctx, step.query, step.args...); err != nil {
					return fmt.Errorf("sqlstore: move what was said of a learner: %w", err)
				}
			}
		}
	}
	return nil
}

// selectHeld reads the endorsements that were a learner's at any time, each with the positions between which it was, oldest first. list
// is the capabilities as a parameter.
func selectHeld(ctx context.Context, db reader, d *dialect, learner string, list any) ([]pipeline.EndorsementRow, error) {
	return readEndorsements(ctx, db, `SELECT `+endorsementColumns+`, held_from, held_until FROM (
		SELECT e.*, COALESCE(b.began, 0) AS held_from, COALESCE(b.ended, 0) AS held_until
			FROM endorsement e LEFT JOIN belonging b ON b.home = e.about
			WHERE e.about IN (SELECT home FROM belonging WHERE learner = ? UNION SELECT CAST(? AS TEXT)) AND COALESCE(b.learner, e.about) = ?
		) AS held WHERE `+d.in("capability")+` ORDER BY pos, held_from`, learner, learner, learner, list)
}
