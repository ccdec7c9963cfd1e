package sqlstore

import (
	"context"
	"errors"
	"fmt"
)

// errStale says that what this process holds in memory is older than the database: identifiers were blanked, or people erased, by
// another one. The transaction is run again after refresh.
var errStale = errors.New("sqlstore: what is held in memory is older than the database")

// refresh reads the tombstones anew and forgets what is held in memory of identifiers.
func (db *DB) refresh(ctx context.Context) error {
	db.refreshing.Lock()
	defer db.refreshing.Unlock()
	var generation int64
	var left *departed
	err := db.snapshot(ctx, func(r reader) (err error) {
		if err := r.Get(ctx, &generation, `SELECT generation FROM log_head`); err != nil {
			return err
		}
		left, err = readDeparted(ctx, r)
		return err
	})
	if err != nil {
		return fmt.Errorf("sqlstore: read who was erased: %w", err)
	}
	db.departed.Store(left)
	db.terms.forget(func() { db.generation.Store(generation) })
	db.told.clear()
	db.signed.clear()
	return nil
}

// current refreshes when the generation that was read with the head of the log is another than the one known.
func (db *DB) current(ctx context.Context, generation int64) error {
	if generation == db.generation.Load() {
		return nil
	}
	return db.refresh(ctx)
}

// newGeneration makes every process forget what it holds of identifiers, once the transaction is committed. The caller refreshes
// its own afterwards. The log must be locked.
func (t *Tx) newGeneration(ctx context.Context) error {
	if err := t.Get(ctx, &t.generation, `UPDATE log_head SET generation = generation + 1 RETURNING generation`); err != nil {
		return fmt.Errorf("sqlstore: begin a new generation: %w", err)
	}
	t.head = nil // asked for again, with the new one
	return nil
}
