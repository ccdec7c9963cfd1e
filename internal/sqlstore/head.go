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
		return nil
	}
	t.locked = true
	return t.Later(ctx, "lock the log", `SELECT pg_advisory_xact_lock(CAST(? AS bigint))`, int64(logLock))
}

// editLock is the key of the advisory lock under which changesets are applied on PostgreSQL.
const editLock = 0x6361_6972_6e02

// lockEdits makes this transaction the only one that applies a changeset, until it ends. Take it first.
func (t *Tx) lockEdits(ctx context.Context) error {
	if t.db.d.oneWriter {
		return nil
	}
	return t.Later(ctx, "lock the changesets", `SELECT pg_advisory_xact_lock(CAST(? AS bigint))`, int64(editLock))
}

// head is the row of log_head.
type head struct{ Pos, Stored, Generation int64 }

// askHead locks the log and asks for its head, which only this transaction moves from then on. It is known after Send.
func (t *Tx) askHead(ctx context.Context) error {
	if t.head != nil {
		return nil
	}
	if err := t.lockLog(ctx); err != nil {
		return err
	}
	return t.Ask(ctx, "read the head of the log", &t.head, `SELECT pos, stored, generation FROM log_head`)
}

// advance takes n positions of the log and answers the first. stored is one value a transaction, later than any given before,
// also when the clock went back (settled question 11). errStale when identifiers were blanked since the transaction began.
func (t *Tx) advance(ctx context.Context, n int) (first int64, stored time.Time, err error) {
	if err := t.askHead(ctx); err != nil {
		return 0, time.Time{}, err
	}
	if err := t.Send(ctx); err != nil {
		return 0, time.Time{}, err
	}
	h := &t.head[0]
	if h.Generation != t.generation {
		return 0, time.Time{}, errStale
	}
	if t.stored.IsZero() {
		h.Stored = max(micros(t.Now), h.Stored+1)
		t.stored = fromMicros(h.Stored)
	}
	first = h.Pos + 1
	h.Pos += int64(n)
	return first, t.stored, t.Later(ctx, "take positions of the log", `UPDATE log_head SET pos = ?, stored = ?`, h.Pos, h.Stored)
}

// AppendEvent appends an event to the log and answers its position. The rows of other tables that the transaction locks must be
// locked before, see lockLog.
func (t *Tx) AppendEvent(ctx context.Context, kind pipeline.EntryKind, body []byte) (int64, error) {
	pos, stored, err := t.advance(ctx, 1)
	if err != nil {
		return 0, err
	}
	return pos, t.Later(ctx, "append a "+string(kind)+" event", `INSERT INTO event (pos, stored, kind, body) VALUES (?, ?, ?, ?)`, pos, micros(stored), string(kind), string(body))
}

// Head answers the last position of the log, 0 when it is empty.
func (db *DB) Head(ctx context.Context) (int64, error) {
	var head struct{ Pos, Generation int64 }
	if err := db.Get(ctx, &head, `SELECT pos, generation FROM log_head`); err != nil {
		return 0, fmt.Errorf("sqlstore: read the head of the log: %w", err)
	}
	return head.Pos, db.current(ctx, head.Generation)
}
