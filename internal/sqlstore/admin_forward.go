package sqlstore

import (
	"context"
	"time"
)

// RewindTarget has a target sent again what was stored from a time on. One that has not come so far stays where it is, so that nothing
// is skipped. Whoever is sending to it at this moment loses it, and its place does not come back. ErrRemoteUnknown.
func (s *Store) RewindTarget(ctx context.Context, id string, from time.Time) error {
	return s.changeRemote(ctx, `UPDATE forward_target SET holder = '', lease_until = 0, due = 0, attempts = 0,
		pos = (SELECT CASE WHEN first.before < forward_target.pos THEN first.before ELSE forward_target.pos END
			FROM (SELECT COALESCE(MIN(pos) - 1, (SELECT pos FROM log_head)) AS before FROM statement WHERE stored >= ?) AS first)
		WHERE id = ?`, micros(from), id)
}
