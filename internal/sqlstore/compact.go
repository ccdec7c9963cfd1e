package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// Compact gives back what erased and purged rows took. SQLite rewrites its file, so that no byte of them is left in it, and empties
// the write-ahead log; others wait meanwhile, about as long as copying the file takes. PostgreSQL frees the room within its files
// (VACUUM), where new rows overwrite it; VACUUM FULL, which locks, would rewrite them.
func (s *Store) Compact(ctx context.Context) error {
	if _, err := s.writer.ExecContext(ctx, `VACUUM`); err != nil {
		return fmt.Errorf("sqlstore: compact the database: %w", translate(err))
	}
	if !s.d.oneWriter {
		return nil
	}
	return s.emptyWAL(ctx)
}

// emptyTries is how often SQLite is asked to empty its write-ahead log while readers still look at it.
const emptyTries = 50

func (s *Store) emptyWAL(ctx context.Context) error {
	for range emptyTries {
		var busy, pages, moved int
		if err := s.writer.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved); err != nil {
			return fmt.Errorf("sqlstore: empty the write-ahead log: %w", translate(err))
		}
		if busy == 0 {
			return nil
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	return fmt.Errorf("sqlstore: empty the write-ahead log: %w: somebody reads it all the time", ErrUnavailable)
}

// secureDelete has SQLite overwrite what it deletes, from now on or no longer.
func (s *Store) secureDelete(ctx context.Context, on bool) error {
	if !s.d.oneWriter {
		return nil
	}
	_, err := s.writer.ExecContext(ctx, `PRAGMA secure_delete = `+map[bool]string{true: "ON", false: "OFF"}[on])
	return wrap(translate(err), "overwrite what is deleted")
}
