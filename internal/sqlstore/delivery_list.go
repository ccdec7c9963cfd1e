package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cairn/internal/pipeline"
)

// ErrNothingOwed says that no delivery matches that could be tried again.
var ErrNothingOwed = errors.New("sqlstore: there is no such delivery, or nothing is owed on it")

// DeliveryState is where a delivery stands.
type DeliveryState string

// The states. Each delivery is in one of them.
const (
	DeliveryOwed    DeliveryState = "owed"     // due, and no attempt has failed since it is
	DeliveryWaiting DeliveryState = "waiting"  // to be sent again after a failure
	DeliveryGivenUp DeliveryState = "given-up" // refused for good, until something new is owed
	DeliveryDone    DeliveryState = "done"     // nothing is owed
)

// deliveryState is the state in SQL.
const deliveryState = `CASE WHEN d.due IS NULL AND d.problem = '' THEN 'done' WHEN d.due IS NULL THEN 'given-up'
	WHEN d.attempts > 0 THEN 'waiting' ELSE 'owed' END`

// DeliveryStatus is a delivery as an operator sees it.
type DeliveryStatus struct {
	pipeline.Delivery
	State     DeliveryState
	Link      string    // title of the resource link
	Due       time.Time // when it is sent next, zero when it is not
	OwedSince time.Time // zero when nothing is owed
	Leased    time.Time // until when it is being sent, zero when it is not
	Problem   string    // of the last failure, "" after a success
}

// DeliveryQuery says which deliveries; what is empty does not narrow.
type DeliveryQuery struct {
	IDs          []string
	Registration string // id
	State        DeliveryState
	Limit        int // of a list; 0 means 100
}

// where is the condition and its values.
func (q DeliveryQuery) where(d *dialect) (string, []any) {
	terms, args := []string{"1 = 1"}, []any{}
	if q.IDs != nil {
		terms, args = append(terms, d.in("d.id")), append(args, d.list(q.IDs))
	}
	if q.Registration != "" {
		terms, args = append(terms, "p.registration = ?"), append(args, q.Registration)
	}
	if q.State != "" {
		terms, args = append(terms, deliveryState+" = ?"), append(args, string(q.State))
	}
	return strings.Join(terms, " AND "), args
}

// ListDeliveries answers deliveries: those given up first, then those that failed, then those owed, then those done; of each
// the oldest first.
func (s *Store) ListDeliveries(ctx context.Context, q DeliveryQuery) ([]DeliveryStatus, error) {
	var rows []deliveryStatusRow
	where, args := q.where(s.d)
	if err := s.Select(ctx, &rows, `SELECT d.id, p.registration, p.line_item, d.account, a.subject, a.learner, p.framework, p.node, p.archetype, p.activity, d.wanted,
			d.attempts, d.last_given, d.last_maximum, d.last_at, p.title, d.due, d.owed_since, d.lease_until, d.problem, `+deliveryState+` AS state
		FROM delivery d JOIN placement p ON p.id = d.placement JOIN account a ON a.id = d.account WHERE `+where+`
		ORDER BY CASE WHEN d.due IS NULL THEN CASE WHEN d.problem = '' THEN 3 ELSE 0 END WHEN d.attempts > 0 THEN 1 ELSE 2 END,
			COALESCE(d.owed_since, 0), d.id LIMIT ?`, append(args, orDefault(q.Limit, 100))...); err != nil {
		return nil, fmt.Errorf("sqlstore: read deliveries: %w", err)
	}
	out := make([]DeliveryStatus, len(rows))
	for i, r := range rows {
		out[i] = r.status()
	}
	return out, nil
}

// deliveryStatusRow is a row of ListDeliveries.
type deliveryStatusRow struct {
	deliveryRow
	Title      string
	Due        *int64
	OwedSince  *int64 `db:"owed_since"`
	LeaseUntil *int64 `db:"lease_until"`
	Problem    string
	State      DeliveryState
}

func (r deliveryStatusRow) status() DeliveryStatus {
	out := DeliveryStatus{Delivery: r.delivery(), State: r.State, Link: r.Title, Problem: r.Problem}
	for from, to := range map[*int64]*time.Time{r.Due: &out.Due, r.LeaseUntil: &out.Leased, r.OwedSince: &out.OwedSince} {
		if from != nil {
			*to = fromMicros(*from)
		}
	}
	if r.State == DeliveryDone {
		out.OwedSince = time.Time{}
	}
	return out
}

// RetryDeliveries makes the deliveries due now, as if none had failed, and answers how many; those on which nothing is owed are
// left alone. One that is just being sent is settled by its answer. ErrNothingOwed when there is none.
func (s *Store) RetryDeliveries(ctx context.Context, q DeliveryQuery) (n int64, err error) {
	where, args := q.where(s.d)
	err = s.write(ctx, func(tx *Tx) error {
		now := micros(tx.Now)
		n, err = affected(tx.Exec(ctx, `UPDATE delivery SET due = ?, attempts = 0, owed_since = COALESCE(owed_since, CAST(? AS BIGINT))
			WHERE id IN (SELECT d.id FROM delivery d JOIN placement p ON p.id = d.placement WHERE `+where+`)
			AND NOT (due IS NULL AND problem = '')`, append([]any{now, now}, args...)...))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sqlstore: try deliveries again: %w", err)
	}
	if n == 0 {
		return 0, ErrNothingOwed
	}
	return n, nil
}
