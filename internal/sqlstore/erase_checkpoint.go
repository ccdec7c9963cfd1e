package sqlstore

import (
	"context"
	"fmt"
	"slices"
)

// leavingCheckpoint is what a purge kept of a record that is to be taken out of the store.
type leavingCheckpoint struct {
	Pos   int64
	ID    string
	Actor int64
	Terms string
}

// forgetCheckpoints removes what purges kept of the person's records. Where evidence of somebody else ended at one, the time stays.
func (e *erasingPart) forgetCheckpoints(ctx context.Context, positions []int64) error {
	d := e.tx.db.d
	var rows []leavingCheckpoint
	if err := e.tx.Select(ctx, &rows, `SELECT pos, id, actor, terms FROM checkpoint WHERE `+d.inInts("pos")+` AND timestamp < ?`, d.list(nonNilInts(positions)), micros(e.before)); err != nil {
		return fmt.Errorf("sqlstore: read checkpoints: %w", err)
	}
	ticks, err := e.tx.ticks(ctx, positions, e.Learners)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if !e.terms[r.Actor] {
			continue
		}
		if err := e.forgetCheckpoint(ctx, r, slices.Contains(ticks, r.Pos)); err != nil {
			return err
		}
	}
	return nil
}

func (e *erasingPart) forgetCheckpoint(ctx context.Context, r leavingCheckpoint, ticks bool) error {
	e.checkpoints++
	var out []placed
	for _, l := range parseLinks(r.Terms) {
		out = append(out, placed{l, r.Pos})
		e.loose[l.term] = true
	}
	var others bool
	if err := e.tx.Get(ctx, &others, `SELECT EXISTS (SELECT 1 FROM evidence WHERE statement_id = ? AND NOT `+e.tx.db.d.in("learner")+`)`,
		r.ID, e.tx.db.d.list(append([]string{}, e.Learners...))); err != nil {
		return fmt.Errorf("sqlstore: look for evidence: %w", err)
	}
	e.replay = e.replay || others
	if err := e.tx.deleteLinks(ctx, out); err != nil {
		return err
	}
	if _, err := e.tx.Exec(ctx, `DELETE FROM evidence_retraction WHERE statement_id = ?`, r.ID); err != nil {
		return fmt.Errorf("sqlstore: forget a retraction: %w", err)
	}
	query, args := `DELETE FROM checkpoint WHERE id = ?`, []any{r.ID}
	if ticks {
		query, args = tickOnly+`, id = CAST(? AS TEXT) WHERE id = ?`, []any{e.store.departed.Load().own(r.ID), r.ID}
	}
	_, err := e.tx.Exec(ctx, query, args...)
	return wrap(err, "forget a checkpoint")
}
