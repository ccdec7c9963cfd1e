package sqlstore

import (
	"context"
	"errors"
	"fmt"
)

// groupMost is how many writes share one transaction at most; groupEnough wait for no others.
const (
	groupMost   = 128
	groupEnough = 16
)

// job is one write that waits for SQLite's one writer.
type job struct {
	f     func(*Tx) error
	after []func()
}

// newQueue is the group commit of SQLite, which has one writer: what waits while a transaction commits shares the next one.
func newQueue(db *DB) *line[*job] {
	return newLine(groupEnough, groupMost, func(*job) int { return 1 }, db.commitJobs)
}

// commitJobs writes the group. When the group as a whole fails, each is written alone, so that one does not take the others
// with it; but not when the database cannot be written, which would only be found again.
func (db *DB) commitJobs(group []*turn[*job]) {
	if len(group) > 1 {
		err := db.together(group)
		if err == nil || errors.Is(err, ErrUnavailable) {
			finish(group, err)
			return
		}
	}
	for _, t := range group {
		t.err = db.writeOnce(context.WithoutCancel(t.ctx), func(tx *Tx) error { return call(t, tx) })
	}
}

// finish ends a group that was written in one transaction, or could not be.
func finish(group []*turn[*job], err error) {
	for _, t := range group {
		if err != nil {
			t.err = err
			continue
		}
		for _, f := range t.of.after {
			f()
		}
	}
}

// together writes the group in one transaction, each behind a savepoint. An error means that nothing was written.
func (db *DB) together(group []*turn[*job]) error {
	ctx := context.Background()
	tx, err := db.writer.BeginTxx(ctx, nil)
	if err != nil {
		return translate(err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	now := db.now()
	for _, t := range group {
		if _, err := tx.ExecContext(ctx, `SAVEPOINT j`); err != nil {
			return translate(err)
		}
		own := &Tx{on: tx, db: db, Now: now, generation: db.generation.Load()}
		if t.err = call(t, own); t.err != nil {
			own.after = nil
			if _, err := tx.ExecContext(ctx, `ROLLBACK TO j`); err != nil {
				return translate(err)
			}
		}
		t.of.after = own.after
		if _, err := tx.ExecContext(ctx, `RELEASE j`); err != nil {
			return translate(err)
		}
	}
	return translate(tx.Commit())
}

// call runs the write, and keeps a panic for the caller's goroutine.
func call(t *turn[*job], tx *Tx) (err error) {
	t.panic = nil
	defer func() {
		if t.panic = recover(); t.panic != nil {
			err = fmt.Errorf("sqlstore: a write panicked: %v", t.panic)
		}
	}()
	return t.of.f(tx)
}
