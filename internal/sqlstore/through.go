package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// throughAge is how old an answer of Through may be while nothing is stored.
const throughAge = time.Second

// Through is the time up to which every statement stored can be read: the stored time of the last write. Writes become visible
// in order (lockLog), so nothing earlier is still to come. A reader may wait for that time to pass a moment after which nothing
// is stored any more; so when the last write is older than throughAge, the head of the log is moved to now, once for all who
// ask. What is stored later gets a later time, in whatever process and by whatever clock.
func (db *DB) Through(ctx context.Context) (time.Time, error) {
	var head struct{ Stored, Generation int64 }
	if err := db.Get(ctx, &head, `SELECT stored, generation FROM log_head`); err != nil {
		return time.Time{}, fmt.Errorf("sqlstore: read the head of the log: %w", err)
	}
	if err := db.current(ctx, head.Generation); err != nil {
		return time.Time{}, err
	}
	through := fromMicros(head.Stored)
	if now := db.now(); now.Sub(through) > throughAge && db.advancing.TryLock() {
		defer db.advancing.Unlock()
		return db.advanceThrough(ctx, through), nil
	}
	return through, nil
}

// advanceThrough moves the head of the log to now. A database that cannot be written is no reason not to read it: then the
// answer is the old one.
func (db *DB) advanceThrough(ctx context.Context, through time.Time) time.Time {
	var stored int64
	err := db.write(ctx, func(tx *Tx) error {
		if err := tx.lockLog(ctx); err != nil {
			return err
		}
		return tx.Get(ctx, &stored, `UPDATE log_head SET stored = CASE WHEN stored < CAST(? AS BIGINT) THEN CAST(? AS BIGINT) ELSE stored END RETURNING stored`,
			micros(tx.Now), micros(tx.Now))
	})
	if err != nil {
		return through
	}
	return fromMicros(stored)
}
