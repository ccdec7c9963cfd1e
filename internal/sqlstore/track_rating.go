package sqlstore

import (
	"context"

	"cairn/mapping"
)

// AllRatings is web.Tracks: every rating of a learner, the first one first, also what was said anew or cleared since.
func (t Tracks) AllRatings(ctx context.Context, learnerID string) ([]mapping.Rating, error) {
	return selectRatings(ctx, t.s.DB, `WHERE r.learner = ? ORDER BY r.pos, r.capability`, learnerID)
}
