package sqlstore

import (
	"context"
	"fmt"
	"time"
)

// DeliveryBacklog is what platforms are owed, as a whole.
type DeliveryBacklog struct {
	Owed    int       // due, or to be sent again after a failure
	GivenUp int       // refused for good
	Oldest  time.Time // since when the oldest of those owed is, zero when none is
}

// DeliveryBacklog counts the scores that are owed. A failed attempt does not make one younger.
func (s *Store) DeliveryBacklog(ctx context.Context) (DeliveryBacklog, error) {
	var row struct {
		Owed    int
		GivenUp int `db:"given_up"`
		Oldest  *int64
	}
	if err := s.Get(ctx, &row, `SELECT (SELECT COUNT(*) FROM delivery WHERE due IS NOT NULL) AS owed,
		(SELECT MIN(owed_since) FROM delivery WHERE due IS NOT NULL) AS oldest,
		(SELECT COUNT(*) FROM delivery WHERE due IS NULL AND problem <> '') AS given_up`); err != nil {
		return DeliveryBacklog{}, fmt.Errorf("sqlstore: count the deliveries that are owed: %w", err)
	}
	b := DeliveryBacklog{Owed: row.Owed, GivenUp: row.GivenUp}
	if row.Oldest != nil {
		b.Oldest = fromMicros(*row.Oldest)
	}
	return b, nil
}
