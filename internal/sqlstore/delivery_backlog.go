package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// DeliveryBacklog counts the scores that are due at a time and says since when the oldest is; the zero time when none is.
func (s *Store) DeliveryBacklog(ctx context.Context, now time.Time) (due int, oldest time.Time, err error) {
	var row struct {
		N      int
		Oldest *int64
	}
	if err := s.Get(ctx, &row, `SELECT COUNT(*) AS n, MIN(due) AS oldest FROM delivery WHERE due <= ?`, micros(now)); err != nil {
		return 0, time.Time{}, fmt.Errorf("sqlstore: count the deliveries that are due: %w", err)
	}
	if row.Oldest != nil {
		oldest = fromMicros(*row.Oldest)
	}
	return row.N, oldest, nil
}
