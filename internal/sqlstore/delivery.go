package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cairn/internal/pipeline"
)

// errRebuilding says that no score is counted while a replay has not reached the position it began at: progress would look lost.
var errRebuilding = errors.New("sqlstore: progress is being rebuilt by a replay; scores wait until it has caught up")

// Deliveries keeps the scores that are owed. It is pipeline.Deliveries.
type Deliveries struct{ s *Store }

var _ pipeline.Deliveries = Deliveries{}

// Deliveries answers the deliveries of this database.
func (s *Store) Deliveries() Deliveries { return Deliveries{s} }

// deliveryRow is a row of table delivery with what the score needs beside it.
type deliveryRow struct {
	ID, Registration, Account, Subject, Learner, Framework, Node, Archetype, Activity string
	LineItem                                                                          string `db:"line_item"`
	Wanted                                                                            int64
	Attempts                                                                          int
	LastGiven                                                                         *int   `db:"last_given"`
	LastMaximum                                                                       int    `db:"last_maximum"`
	LastAt                                                                            *int64 `db:"last_at"`
}

func (r deliveryRow) delivery() pipeline.Delivery {
	d := pipeline.Delivery{
		ID: r.ID, Registration: r.Registration, LineItem: r.LineItem, Account: r.Account, Subject: r.Subject, Learner: r.Learner,
		Framework: r.Framework, Node: r.Node, Archetype: r.Archetype, Activity: r.Activity, Wanted: r.Wanted, Attempts: r.Attempts, LastGiven: r.LastGiven, LastMaximum: r.LastMaximum,
	}
	if r.LastAt != nil {
		d.LastAt = fromMicros(*r.LastAt)
	}
	return d
}

// Claim is pipeline.Deliveries: those that are due longest first. None is due while a replay is under way, and none for a
// registration that is disabled.
func (d Deliveries) Claim(ctx context.Context, now, until time.Time, limit int, except ...string) ([]pipeline.Delivery, error) {
	var out []pipeline.Delivery
	err := d.s.write(ctx, func(tx *Tx) error {
		ids, err := tx.claim(ctx, micros(now), micros(until), limit, except)
		if err != nil || len(ids) == 0 {
			out = nil
			return err
		}
		var rows []deliveryRow
		if err := tx.Select(ctx, &rows, `SELECT d.id, p.registration, p.line_item, d.account, a.subject, a.learner, p.framework, p.node, p.archetype, p.activity, d.wanted,
				d.attempts, d.last_given, d.last_maximum, d.last_at
			FROM delivery d JOIN placement p ON p.id = d.placement JOIN account a ON a.id = d.account
			WHERE `+tx.db.d.in("d.id")+` ORDER BY d.due, d.id`, tx.db.d.list(ids)); err != nil {
			return fmt.Errorf("sqlstore: read deliveries: %w", err)
		}
		out = make([]pipeline.Delivery, len(rows))
		for i, row := range rows {
			out[i] = row.delivery()
		}
		return nil
	})
	return out, err
}

// claim leases due deliveries. The condition stands twice: the inner one finds them, the outer one looks again at each row once it
// is locked, when another process may have leased it.
func (t *Tx) claim(ctx context.Context, now, until int64, limit int, except []string) (ids []string, err error) {
	err = t.Select(ctx, &ids, `UPDATE delivery SET lease_until = ? WHERE id IN (
			SELECT d.id FROM delivery d JOIN placement p ON p.id = d.placement JOIN registration r ON r.id = p.registration
			WHERE d.due <= ? AND (d.lease_until IS NULL OR d.lease_until <= ?) AND NOT r.disabled AND p.line_item <> ''
				AND NOT `+t.db.d.in("p.registration")+`
				AND NOT EXISTS (SELECT 1 FROM projection_cursor WHERE pos < emit_after)
			ORDER BY d.due, d.id LIMIT ?)
		AND due <= ? AND (lease_until IS NULL OR lease_until <= ?) RETURNING id`, until, now, now, t.db.d.list(append([]string{}, except...)), limit, now, now)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: claim deliveries: %w", err)
	}
	return ids, nil
}

// Done is pipeline.Deliveries.
func (d Deliveries) Done(ctx context.Context, done pipeline.Delivery, given *int, maximum int, at time.Time) error {
	if given == nil {
		return d.end(ctx, done, ``)
	}
	return d.end(ctx, done, `last_given = ?, last_maximum = ?, last_at = CASE WHEN last_at > CAST(? AS BIGINT) THEN last_at ELSE CAST(? AS BIGINT) END,`,
		*given, maximum, micros(at), micros(at))
}

// end ends a lease with success. What was owed anew in the meantime is due at once.
func (d Deliveries) end(ctx context.Context, done pipeline.Delivery, set string, args ...any) error {
	_, err := d.s.execOne(ctx, `UPDATE delivery SET `+set+` due = CASE WHEN wanted > ? THEN due END, lease_until = NULL, attempts = 0, problem = ''
		WHERE id = ?`, append(args, done.Wanted, done.ID)...)
	if err != nil {
		return fmt.Errorf("sqlstore: mark a delivery as done: %w", err)
	}
	return nil
}

// Retry is pipeline.Deliveries.
func (d Deliveries) Retry(ctx context.Context, failed pipeline.Delivery, next time.Time, problem string) error {
	one := 1
	if problem == "" {
		one = 0
	}
	_, err := d.s.execOne(ctx, `UPDATE delivery SET due = ?, lease_until = NULL, attempts = attempts + ?, problem = CASE WHEN ? = 0 THEN problem ELSE ? END
		WHERE id = ?`, micros(next), one, one, problem, failed.ID)
	if err != nil {
		return fmt.Errorf("sqlstore: put off a delivery: %w", err)
	}
	return nil
}

// GiveUp is pipeline.Deliveries. What was owed anew in the meantime stays due.
func (d Deliveries) GiveUp(ctx context.Context, failed pipeline.Delivery, problem string) error {
	_, err := d.s.execOne(ctx, `UPDATE delivery SET due = CASE WHEN wanted > ? THEN due END, lease_until = NULL, attempts = attempts + 1, problem = ?
		WHERE id = ?`, failed.Wanted, problem, failed.ID)
	if err != nil {
		return fmt.Errorf("sqlstore: give up a delivery: %w", err)
	}
	return nil
}

// Evidenced is pipeline.Deliveries. It answers an error while a replay is under way.
func (d Deliveries) Evidenced(ctx context.Context, learner string, capabilities []string) (int, error) {
	if len(capabilities) == 0 {
		return 0, nil
	}
	var row struct {
		N          int
		Rebuilding bool
	}
	err := d.s.Get(ctx, &row, `SELECT (SELECT COUNT(*) FROM progress WHERE learner = ? AND state IN ('evidenced', 'expiring') AND `+
		d.s.d.in("capability")+`) AS n, EXISTS (SELECT 1 FROM projection_cursor WHERE pos < emit_after) AS rebuilding`, learner, d.s.d.list(capabilities))
	if err != nil {
		return 0, fmt.Errorf("sqlstore: count what is evidenced: %w", err)
	}
	if row.Rebuilding {
		return 0, errRebuilding
	}
	return row.N, nil
}
