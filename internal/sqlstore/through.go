package sqlstore

import (
	"context"
	"fmt"
	"time"

	"cairn/xapi/lrs"
)

// throughAge is how old an answer of Through may be while nothing is stored.
const throughAge = time.Second

// Through is how far every statement stored can be read: the stored time and the position of the last write. Writes become visible
// in order (lockLog), so nothing earlier is still to come. A reader may wait for that time to pass a moment after which nothing
// is stored any more; so when the last write is older than throughAge, the head of the log is moved to now, once for all who
// ask. What is stored later gets a later time, in whatever process and by whatever clock.
func (db *DB) Through(ctx context.Context) (lrs.Reach, error) {
	var head struct{ Pos, Stored, Generation int64 }
	if err := db.Get(ctx, &head, `SELECT pos, stored, generation FROM log_head`); err != nil {
		return lrs.Reach{}, fmt.Errorf("sqlstore: read the head of the log: %w", err)
	}
	if err := db.current(ctx, head.Generation); err != nil {
		return lrs.Reach{}, err
	}
	reach := lrs.Reach{Stored: fromMicros(head.Stored), Pos: head.Pos}
	if now := db.now(); now.Sub(reach.Stored) > throughAge && db.advancing.TryLock() {
		defer db.advancing.Unlock()
		return db.advanceThrough(ctx, reach), nil
	}
	return reach, nil
}

// advanceThrough moves the head of the log to now. A database that cannot be written is no reason not to read it: then the
// answer is the old one.
func (db *DB) advanceThrough(ctx context.Context, reach lrs.Reach) lrs.Reach {
	var head struct{ Pos, Stored int64 }
	err := db.write(ctx, func(tx *Tx) error {
		if err := tx.lockLog(ctx); err != nil {
			return err
		}
		return tx.Get(ctx, &head, `UPDATE log_head SET stored = CASE WHEN stored < CAST(? AS BIGINT) THEN CAST(? AS BIGINT) ELSE stored END RETURNING pos, stored`,
			micros(tx.Now), micros(tx.Now))
	})
	if err != nil {
		return reach
	}
	return lrs.Reach{Stored: fromMicros(head.Stored), Pos: head.Pos}
}
