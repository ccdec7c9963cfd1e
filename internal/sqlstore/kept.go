package sqlstore

import (
	"context"
	"database/sql"
	"sync/atomic"

	"github.com/google/uuid"
)

// kept is what is held in memory beside the rows. The zero value is empty.
type kept struct {
	registrations registrations
	capabilities  frameworksOf
	published     atomic.Int64 // counts publications of frameworks by this process, so that registries look again
}

// newID makes an id of ours: a UUID whose order is the order of making (version 7).
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// affected counts the rows that a statement changed.
func affected(r sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// execOne runs one statement as a transaction of its own and counts the rows it changed. On PostgreSQL that needs one round trip
// instead of three.
func (db *DB) execOne(ctx context.Context, query string, args ...any) (n int64, err error) {
	if db.queue == nil {
		r, err := db.writer.ExecContext(ctx, db.d.rebind(query), args...)
		return affected(r, translate(err))
	}
	err = db.write(ctx, func(tx *Tx) error {
		n, err = affected(tx.Exec(ctx, query, args...))
		return err
	})
	return n, err
}
