package sqlstore

import (
	"context"
	"fmt"
)

// dueInsert makes the deliveries of placements and learners due; a condition on them follows. One that is due already, or waits
// after a failure, keeps its time: what is owed grows, but the platform is not asked more often. wanted always grows, so that one
// that is just being sent stays due afterwards.
const (
	dueInsert = `INSERT INTO delivery (id, placement, account, wanted, due, owed_since, attempts, problem, last_maximum)
		SELECT p.id || '/' || m.account, p.id, m.account, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), 0, '', 0
		FROM membership m JOIN account a ON a.id = m.account
		JOIN placement p ON p.registration = m.registration AND p.context = m.context
		WHERE m.is_learner AND p.line_item <> '' AND `
	dueConflict = ` ON CONFLICT (id) DO UPDATE SET due = CASE WHEN delivery.due IS NULL THEN excluded.due ELSE delivery.due END,
			owed_since = CASE WHEN delivery.due IS NULL THEN excluded.owed_since ELSE delivery.owed_since END,
			attempts = CASE WHEN delivery.due IS NULL THEN 0 ELSE delivery.attempts END,
			wanted = CASE WHEN delivery.wanted < excluded.wanted THEN excluded.wanted ELSE delivery.wanted + 1 END`
	hasProgress = ` AND (EXISTS (SELECT 1 FROM progress g WHERE g.learner = a.learner)
		OR EXISTS (SELECT 1 FROM activity_attempt t WHERE t.account = a.id AND t.completed <> 0))`
)

// dueOfLearners makes the scores of the learners due, wherever they are learners of a course with a link that takes scores.
func (t *Tx) dueOfLearners(ctx context.Context, learners []string, wanted int64) error {
	if len(learners) == 0 {
		return nil
	}
	if _, err := t.Exec(ctx, dueInsert+t.db.d.in("a.learner")+dueConflict, wanted, micros(t.Now), micros(t.Now), t.db.d.list(learners)); err != nil {
		return fmt.Errorf("sqlstore: make the scores of learners due: %w", err)
	}
	return nil
}

// dueOfMember makes the scores of a new learner of a course due, if there is progress to show.
func (t *Tx) dueOfMember(ctx context.Context, registration, contextID, account string) error {
	wanted, err := t.foldedTo(ctx)
	if err != nil {
		return err
	}
	if _, err := t.Exec(ctx, dueInsert+`m.registration = ? AND m.context = ? AND m.account = ?`+hasProgress+dueConflict,
		wanted, micros(t.Now), micros(t.Now), registration, contextID, account); err != nil {
		return fmt.Errorf("sqlstore: make the scores of a member due: %w", err)
	}
	return nil
}

// dueOfPlacement makes the scores of all learners with progress due for one resource link.
func (t *Tx) dueOfPlacement(ctx context.Context, placement string) error {
	wanted, err := t.foldedTo(ctx)
	if err != nil {
		return err
	}
	if _, err := t.Exec(ctx, dueInsert+`p.id = ?`+hasProgress+dueConflict, wanted, micros(t.Now), micros(t.Now), placement); err != nil {
		return fmt.Errorf("sqlstore: make the scores of a placement due: %w", err)
	}
	return nil
}

// foldedTo is how far progress has come.
func (t *Tx) foldedTo(ctx context.Context) (pos int64, err error) {
	if err := t.Get(ctx, &pos, `SELECT pos FROM projection_cursor`); err != nil {
		return 0, fmt.Errorf("sqlstore: read the cursor of the projection: %w", err)
	}
	return pos, nil
}

// forgetGiven drops what was given for a placement: its line item is another one now.
func (t *Tx) forgetGiven(ctx context.Context, placement string) error {
	if _, err := t.Exec(ctx, `UPDATE delivery SET last_given = NULL, last_maximum = 0, last_at = NULL, attempts = 0, problem = '' WHERE placement = ?`,
		placement); err != nil {
		return fmt.Errorf("sqlstore: forget what was given to a line item: %w", err)
	}
	return nil
}
