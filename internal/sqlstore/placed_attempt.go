package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cairn/internal/pipeline"
	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi"
)

// Attempt is web.Activities.
func (a Activities) Attempt(ctx context.Context, p web.PlacedActivity, account string) (web.Attempt, error) {
	var row struct{ Opened, Completed int64 }
	err := a.s.Get(ctx, &row, `SELECT opened, completed FROM activity_attempt WHERE activity = ? AND account = ?`, p.ID, account)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return web.Attempt{}, fmt.Errorf("sqlstore: read an attempt: %w", err)
	}
	if p.Completion == web.CompleteByRecord {
		if row.Completed, err = a.s.finishedByRecord(ctx, p.Records, account); err != nil {
			return web.Attempt{}, err
		}
	}
	var out web.Attempt
	if row.Opened != 0 {
		out.Opened = fromMicros(row.Opened)
	}
	if row.Completed != 0 {
		out.Completed = fromMicros(row.Completed)
	}
	return out, nil
}

// finishedByRecord answers when a statement of one of the account's agents first finished the activity, 0 when none did.
func (s *Store) finishedByRecord(ctx context.Context, iri, account string) (int64, error) {
	object, err := s.terms.id(ctx, term{xapi.TermActivity, iri})
	if err != nil || object == 0 {
		return 0, err
	}
	var agents []string
	if err := s.Select(ctx, &agents, `SELECT l.agent FROM agent_link l JOIN account a ON a.learner = l.learner WHERE a.id = ? AND l.ended = 0`, account); err != nil {
		return 0, fmt.Errorf("sqlstore: read the agents of an account: %w", err)
	}
	var actors, verbs []int64
	for _, agent := range agents {
		if actors, err = s.known(ctx, actors, term{xapi.TermAgent, agent}); err != nil {
			return 0, err
		}
	}
	for _, verb := range []string{mapping.VerbCompleted, mapping.VerbPassed} {
		if verbs, err = s.known(ctx, verbs, term{xapi.TermVerb, verb}); err != nil {
			return 0, err
		}
	}
	if len(actors) == 0 || len(verbs) == 0 {
		return 0, nil
	}
	var first int64
	for _, table := range []string{"statement", "checkpoint"} {
		at, err := s.finishedIn(ctx, table, object, actors, verbs)
		if err != nil {
			return 0, err
		}
		if at != 0 && (first == 0 || at < first) {
			first = at
		}
	}
	return first, nil
}

// finishedIn is finishedByRecord among statements, or among what is left of purged ones.
func (s *Store) finishedIn(ctx context.Context, table string, object int64, actors, verbs []int64) (int64, error) {
	var first *int64
	err := s.Get(ctx, &first, `SELECT MIN(s.timestamp) FROM statement_link w JOIN statement_link o ON o.term = ? AND o.role = ? AND o.pos = w.pos
		JOIN `+table+` s ON s.pos = w.pos
		WHERE w.role = ? AND `+s.d.inInts("w.term")+` AND s.actor = w.term AND s.object = o.term AND `+s.d.inInts("s.verb")+`
			AND s.own = 0 AND s.voided_pos IS NULL AND (s.success IS NULL OR s.success = 1)`,
		object, int64(xapi.RoleObject), int64(xapi.RoleActor), s.d.list(actors), s.d.list(verbs))
	if err != nil || first == nil {
		return 0, err
	}
	return *first, nil
}

// known adds the id of an identifier that statements have.
func (s *Store) known(ctx context.Context, ids []int64, k term) ([]int64, error) {
	id, err := s.terms.id(ctx, k)
	if err != nil || id == 0 {
		return ids, err
	}
	return append(ids, id), nil
}

// Finished is pipeline.Deliveries.
func (d Deliveries) Finished(ctx context.Context, account, activity string) (bool, error) {
	a := d.s.Activities()
	p, err := a.Activity(ctx, activity)
	if errors.Is(err, web.ErrNotFound) {
		return false, nil // a link that names none of ours is owed nothing
	}
	if err != nil {
		return false, err
	}
	attempt, err := a.Attempt(ctx, p, account)
	return !attempt.Completed.IsZero(), err
}

// dueOfActivity makes the score of one account due in every link to the activity.
func (t *Tx) dueOfActivity(ctx context.Context, activity, account string) error {
	wanted, err := t.foldedTo(ctx)
	if err != nil {
		return err
	}
	if _, err := t.Exec(ctx, dueInsert+`p.activity = ? AND m.account = ?`+dueConflict, wanted, micros(t.Now), micros(t.Now), activity, account); err != nil {
		return fmt.Errorf("sqlstore: make the score of an activity due: %w", err)
	}
	return nil
}

// dueOfEvidence makes the scores due of those whose evidence may have finished an activity that only a record finishes.
func (t *Tx) dueOfEvidence(ctx context.Context, b pipeline.Batch) error {
	var iris, learners []string
	for _, e := range b.Evidence {
		iris, learners = append(iris, escapes.Replace(e.Evidence.Record.Activity)), append(learners, e.Learner)
	}
	if len(iris) == 0 {
		return nil
	}
	if _, err := t.Exec(ctx, dueInsert+t.db.d.in("a.learner")+` AND p.activity IN (SELECT id FROM placed_activity WHERE completion = ? AND `+
		t.db.d.in("records")+`)`+dueConflict, b.To, micros(t.Now), micros(t.Now), t.db.d.list(learners), string(web.CompleteByRecord),
		t.db.d.list(iris)); err != nil {
		return fmt.Errorf("sqlstore: make the scores of activities due: %w", err)
	}
	return nil
}
