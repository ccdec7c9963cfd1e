package sqlstore

import (
	"context"
	"fmt"
	"time"

	"cairn/internal/pipeline"
)

// logLock is the key of the transaction-level advisory lock under which the log is written on PostgreSQL.
const logLock = 0x6361_6972_6e01

// lockLog makes this transaction the only one that writes the log, until it ends. Take it after every other lock of the
// transaction: what it guards (log_head, statement, statement_link, term, activity, voiding, event) is then always locked in
// the same order, so that writers cannot block each other. On SQLite the transaction has been the only writer from its begin.
func (t *Tx) lockLog(ctx context.Context) error {
	if t.locked || t.db.d.oneWriter {
		t.locked = true
		return nil
	}
	if _, err := t.Exec(ctx, `SELECT pg_advisory_xact_lock(CAST(? AS bigint))`, int64(logLock)); err != nil {
		return fmt.Errorf("sqlstore: lock the log: %w", err)
	}
	t.locked = true
	return nil
}

// editLock is the key of the advisory lock under which changesets are applied on PostgreSQL.
const editLock = 0x6361_6972_6e02

// lockEdits makes this transaction the only one that applies a changeset, until it ends. Take it first.
func (t *Tx) lockEdits(ctx context.Context) error {
	if t.db.d.oneWriter {
		return nil
	}
	if _, err := t.Exec(ctx, `SELECT pg_advisory_xact_lock(CAST(? AS bigint))`, int64(editLock)); err != nil {
		return fmt.Errorf("sqlstore: lock the changesets: %w", err)
	}
	return nil
}

// advance takes n positions of the log and answers the first. stored is one value a transaction, later than any given before,
// also when the clock went back (settled question 11). errStale when identifiers were blanked since the transaction began.
func (t *Tx) advance(ctx context.Context, n int) (first int64, stored time.Time, err error) {
	if err := t.lockLog(ctx); err != nil {
		return 0, time.Time{}, err
	}
	var head struct {
		Pos    int64 `db:"pos"`
		Stored int64 `db:"stored"`

		Generation int64 `db:"generation"`
	}
	if t.stored.IsZero() {
		err = t.Get(ctx, &head, `UPDATE log_head SET pos = pos + ?, stored = CASE WHEN stored < CAST(? AS BIGINT) THEN CAST(? AS BIGINT) ELSE stored + 1 END
			RETURNING pos, stored, generation`, n, micros(t.Now), micros(t.Now))
	} else {
		err = t.Get(ctx, &head, `UPDATE log_head SET pos = pos + ? RETURNING pos, stored, generation`, n)
	}
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("sqlstore: take positions of the log: %w", err)
	}
	if head.Generation != t.generation {
		return 0, time.Time{}, errStale
	}
	t.stored = fromMicros(head.Stored)
	return head.Pos - int64(n) + 1, t.stored, nil
}

// AppendEvent appends an event to the log and answers its position. The rows of other tables that the transaction locks must be
// locked before, see lockLog.
func (t *Tx) AppendEvent(ctx context.Context, kind pipeline.EntryKind, body []byte) (int64, error) {
	pos, stored, err := t.advance(ctx, 1)
	if err != nil {
		return 0, err
	}
	if _, err := t.Exec(ctx, `INSERT INTO event (pos, stored, kind, body) VALUES (?, ?, ?, ?)`, pos, micros(stored), string(kind), string(body)); err != nil {
		return 0, fmt.Errorf("sqlstore: append a %s event: %w", kind, err)
	}
	return pos, nil
}

// Head answers the last position of the log, 0 when it is empty.
func (db *DB) Head(ctx context.Context) (int64, error) {
	var head struct{ Pos, Generation int64 }
	if err := db.Get(ctx, &head, `SELECT pos, generation FROM log_head`); err != nil {
		return 0, fmt.Errorf("sqlstore: read the head of the log: %w", err)
	}
	return head.Pos, db.current(ctx, head.Generation)
}
