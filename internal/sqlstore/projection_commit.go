package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/xapi"
	"cairn/xapi/lrs"
)

// Lease is pipeline.Committer.
func (p Projection) Lease(ctx context.Context, holder string, now, until time.Time) error {
	n, err := p.s.execOne(ctx, `UPDATE projection_cursor SET holder = ?, lease_until = ? WHERE holder = ? OR lease_until <= ?`,
		holder, micros(until), holder, micros(now))
	if err != nil {
		return fmt.Errorf("sqlstore: take the projector's lease: %w", err)
	}
	if n == 0 {
		return pipeline.ErrLeaseLost
	}
	return nil
}

// Commit is pipeline.Committer. The cursor is moved first, which keeps every other process out, and the log is locked last.
func (p Projection) Commit(ctx context.Context, b pipeline.Batch) error {
	return p.s.write(ctx, func(tx *Tx) error {
		n, err := affected(tx.Exec(ctx, `UPDATE projection_cursor SET pos = ? WHERE pos = ? AND holder = ?`, b.To, b.From, b.Holder))
		if err != nil {
			return fmt.Errorf("sqlstore: move the cursor of the projection: %w", err)
		}
		if n == 0 {
			return pipeline.ErrLeaseLost
		}
		if err := tx.checkThere(ctx, b); err != nil {
			return err
		}
		for _, step := range []func(context.Context, pipeline.Batch) error{
			tx.commitAlignments, tx.commitRules, tx.commitLinks, tx.commitEvidence, tx.commitProgress, tx.commitTransitions, tx.commitSeen,
			tx.commitRatings, tx.commitEndorsements, tx.commitMoves, // a move is the last of its batch
		} {
			if err := step(ctx, b); err != nil {
				return err
			}
		}
		if err := tx.dueOfLearners(ctx, b.Scored, b.To); err != nil {
			return err
		}
		if err := tx.dueOfEvidence(ctx, b); err != nil {
			return err
		}
		return p.emit(ctx, tx, b.Emit)
	})
}

// emit appends the statements of the batch to the log. One whose id somebody else has taken for another statement is left out:
// the log cannot hold both, and learners' progress must not wait for it.
func (p Projection) emit(ctx context.Context, tx *Tx, emit []xapi.Prepared) error {
	for {
		err := p.s.AppendOwn(ctx, tx, emit)
		var taken *lrs.ConflictError
		if !errors.As(err, &taken) {
			return err
		}
		p.s.log.Warn("a statement of ours is not emitted: its id is taken", "statement", taken.ID)
		n := len(emit)
		emit = slices.DeleteFunc(slices.Clone(emit), func(s xapi.Prepared) bool { return s.ID == taken.ID })
		if len(emit) == n {
			return fmt.Errorf("sqlstore: emit statements: %w", err)
		}
	}
}

func (t *Tx) commitAlignments(ctx context.Context, b pipeline.Batch) error {
	rows := make([][]any, len(b.Began))
	for i, a := range b.Began {
		body, err := json.Marshal(a.Alignment, json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("sqlstore: write an alignment: %w", err)
		}
		rows[i] = []any{a.ID, a.Capability, string(a.Scope.Kind), a.Scope.Registration, a.Scope.Context, string(body), a.Began, a.Ended}
	}
	if err := t.insertRows(ctx, `INSERT INTO alignment (id, capability, scope_kind, registration, context, body, began, ended)`, "", rows); err != nil {
		return err
	}
	for _, e := range b.Ended {
		if _, err := t.Exec(ctx, `UPDATE alignment SET ended = ? WHERE id = ?`, e.Pos, e.Alignment); err != nil {
			return fmt.Errorf("sqlstore: end an alignment: %w", err)
		}
	}
	return nil
}

func (t *Tx) commitLinks(ctx context.Context, b pipeline.Batch) error {
	rows := make([][]any, len(b.Linked))
	for i, l := range b.Linked {
		rows[i] = []any{l.Pos, l.Learner, l.Account, l.Registration, l.Issuer, l.Subject, l.Agent, 0}
	}
	if err := t.insertRows(ctx, `INSERT INTO agent_link (pos, learner, account, registration, issuer, subject, agent, ended)`, "", rows); err != nil {
		return err
	}
	for _, u := range b.Unlinked {
		if _, err := t.Exec(ctx, `UPDATE agent_link SET ended = ? WHERE pos = ?`, u.Pos, u.LinkPos); err != nil {
			return fmt.Errorf("sqlstore: end a link: %w", err)
		}
	}
	return nil
}

// resetTables is what a replay folds again. What was seen where (activity_seen) only grows, and the statements that said so may have
// been purged: it stays.
var resetTables = []string{"alignment", "rule", "agent_link", "evidence", "evidence_retraction", "progress", "transition", "rating",
	"endorsement", "belonging"}

// Reset is pipeline.Committer. Whole tables are emptied, which takes the same time however much they hold. The lease is taken from
// its holder, so that a batch in the making cannot be written on top.
func (p Projection) Reset(ctx context.Context) error {
	return p.s.write(ctx, func(tx *Tx) error { return tx.reset(ctx) })
}

func (t *Tx) reset(ctx context.Context) error {
	if _, err := t.Exec(ctx, `UPDATE projection_cursor SET emit_after = CASE WHEN emit_after < pos THEN pos ELSE emit_after END, pos = 0,
		holder = '', lease_until = 0`); err != nil {
		return fmt.Errorf("sqlstore: move the cursor of the projection back: %w", err)
	}
	for _, empty := range t.db.d.empty(resetTables) {
		if _, err := t.Exec(ctx, empty); err != nil {
			return fmt.Errorf("sqlstore: empty the projection: %w", err)
		}
	}
	return nil
}

// empty is the statements that empty tables in bounded time. SQLite drops the pages of a table that is deleted from without a
// condition.
func (d *dialect) empty(tables []string) []string {
	if !d.oneWriter {
		return []string{`TRUNCATE ` + strings.Join(tables, ", ")}
	}
	out := make([]string, len(tables))
	for i, table := range tables {
		out[i] = `DELETE FROM ` + table
	}
	return out
}
