package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"
)

// Tx is a transaction. Now is its one time. It is used by one goroutine.
type Tx struct {
	Now time.Time

	on     runner
	trip   *trip // PostgreSQL: what is written goes by it; nil where each statement runs at once
	db     *DB
	after  []func()
	locked bool      // holds the log's lock
	head   []head    // of the log, once it was asked for under the lock
	stored time.Time // of what this transaction appends to the log, zero before the first

	generation int64 // of what was held in memory when it began
}

// runner is a transaction of sqlx, or a connection on which one was begun.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	GetContext(ctx context.Context, dest any, query string, args ...any) error
	SelectContext(ctx context.Context, dest any, query string, args ...any) error
	QueryxContext(ctx context.Context, query string, args ...any) (*sqlx.Rows, error)
}

// Exec runs a statement; a violated key answers errUnique, a violated reference errForeignKey. On PostgreSQL the transaction is
// lost with the first error: prefer ON CONFLICT.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if t.trip != nil {
		t.trip.waits = append(t.trip.waits, step{query: t.db.d.rebind(query), args: args})
		touched, err := t.trip.send(ctx)
		return driver.RowsAffected(touched), err
	}
	r, err := t.on.ExecContext(t.ctx(ctx), t.db.d.rebind(query), args...)
	return r, translate(err)
}

// Get reads one row. sql.ErrNoRows when there is none.
func (t *Tx) Get(ctx context.Context, dest any, query string, args ...any) error {
	if err := t.Send(ctx); err != nil {
		return err
	}
	return translate(t.on.GetContext(t.ctx(ctx), dest, t.db.d.rebind(query), args...))
}

// Select reads all rows.
func (t *Tx) Select(ctx context.Context, dest any, query string, args ...any) error {
	if err := t.Send(ctx); err != nil {
		return err
	}
	return translate(t.on.SelectContext(t.ctx(ctx), dest, t.db.d.rebind(query), args...))
}

// Query reads row by row; close the rows before the next call on PostgreSQL.
func (t *Tx) Query(ctx context.Context, query string, args ...any) (*sqlx.Rows, error) {
	if err := t.Send(ctx); err != nil {
		return nil, err
	}
	rows, err := t.on.QueryxContext(t.ctx(ctx), t.db.d.rebind(query), args...)
	return rows, translate(err)
}

// AfterCommit runs f when the transaction has been committed: for what is kept in memory beside the rows.
func (t *Tx) AfterCommit(f func()) { t.after = append(t.after, f) }

// ctx keeps a caller that goes away from interrupting SQLite in the transaction it shares with others.
func (t *Tx) ctx(ctx context.Context) context.Context {
	if t.db.d.oneWriter {
		return context.WithoutCancel(ctx)
	}
	return ctx
}

// attempts is how often a transaction is run that PostgreSQL ended for a deadlock or a serialization failure.
const attempts = 10

// write runs f in one transaction and returns when it is durable. An error of f undoes everything f did. f may be run more
// than once (deadlock, failure of a group), so it must change nothing but the database; see AfterCommit. f must not call write.
func (db *DB) write(ctx context.Context, f func(*Tx) error) error {
	for {
		err := db.writeKnown(ctx, f)
		if !errors.Is(err, errStale) {
			return err
		}
		if err := db.refresh(ctx); err != nil {
			return err
		}
	}
}

// writeKnown is write, as long as what is held in memory is current.
func (db *DB) writeKnown(ctx context.Context, f func(*Tx) error) error {
	if db.queue != nil {
		return db.queue.wait(ctx, &job{f: f})
	}
	for attempt := 1; ; attempt++ {
		err := db.writeOnce(ctx, f)
		if err == nil || attempt == attempts || !errors.Is(err, errAgain) {
			return err
		}
		if err := pause(ctx, time.Duration(attempt)*time.Millisecond); err != nil {
			return err
		}
	}
}

// writeOnce is one transaction of its own.
func (db *DB) writeOnce(ctx context.Context, f func(*Tx) error) error {
	t := &Tx{db: db, Now: db.now(), generation: db.generation.Load()}
	run := t.travel
	if db.d.oneWriter {
		run = t.stay
	}
	if err := run(ctx, f); err != nil {
		return err
	}
	for _, f := range t.after {
		f()
	}
	return nil
}

// stay is a transaction on SQLite, which needs no trips.
func (t *Tx) stay(ctx context.Context, f func(*Tx) error) error {
	tx, err := t.db.writer.BeginTxx(ctx, nil)
	if err != nil {
		return failed("begin", translate(err))
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	t.on = tx
	if err := f(t); err != nil {
		return err
	}
	return failed("commit", translate(tx.Commit()))
}

// pause waits between one and two times d, so that transactions that met do not meet again.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d + rand.N(d))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
