package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cairn/xapi/lrs"
)

// Statement finds one by id: the voided one when voided is true, else only one that is not voided. lrs.ErrNotFound.
func (s *Store) Statement(ctx context.Context, id string, voided bool) (lrs.Stored, error) {
	var found struct {
		Pos       int64  `db:"pos"`
		Stored    int64  `db:"stored"`
		VoidedPos *int64 `db:"voided_pos"`
		Body      []byte `db:"body"`
	}
	err := s.Get(ctx, &found, `SELECT pos, stored, voided_pos, body FROM statement WHERE id = ?`, id)
	if errors.Is(err, sql.ErrNoRows) || err == nil && voided != (found.VoidedPos != nil) {
		return lrs.Stored{}, lrs.ErrNotFound
	}
	if err != nil {
		return lrs.Stored{}, fmt.Errorf("sqlstore: read statement %s: %w", id, err)
	}
	return lrs.Stored{Pos: found.Pos, ID: id, Stored: fromMicros(found.Stored), JSON: found.Body}, nil
}
