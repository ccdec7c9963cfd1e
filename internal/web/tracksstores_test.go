package web_test

import (
	"context"
	"fmt"
	"slices"

	"cairn/internal/web"
	"cairn/mapping"
)

// Tracks of the world.

func (w *world) Rate(_ context.Context, r mapping.Rating) (int64, error) {
	r.Pos, r.At = int64(len(w.ratings)+1), w.clock
	w.ratings = append(w.ratings, r)
	return r.Pos, w.broken
}

func (w *world) Ratings(_ context.Context, learner string) ([]mapping.Rating, error) {
	last := map[string]mapping.Rating{}
	for _, r := range w.ratings {
		if r.Learner == learner {
			last[r.Capability] = r
		}
	}
	var out []mapping.Rating
	for _, r := range last {
		if !r.Cleared() {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b mapping.Rating) int { return int(a.Pos - b.Pos) })
	return out, w.broken
}

func (w *world) AllRatings(_ context.Context, learner string) ([]mapping.Rating, error) {
	return slices.DeleteFunc(slices.Clone(w.ratings), func(r mapping.Rating) bool { return r.Learner != learner }), w.broken
}

func (w *world) RatingHistory(_ context.Context, learner, capability string) ([]mapping.Rating, error) {
	var out []mapping.Rating
	for _, r := range w.ratings {
		if r.Learner == learner && r.Capability == capability {
			out = append(out, r)
		}
	}
	return out, w.broken
}

func (w *world) Endorsements(_ context.Context, learner string) ([]mapping.Endorsement, error) {
	var out []mapping.Endorsement
	for _, e := range w.endorsed {
		if e.Learner == learner {
			out = append(out, e)
		}
	}
	return out, w.broken
}

func (w *world) AccountNames(_ context.Context, accounts []string) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range w.opened {
		if p.Name != "" && slices.Contains(accounts, p.Account) {
			out[p.Account] = p.Name
		}
	}
	return out, w.broken
}

func (w *world) Endorse(_ context.Context, e mapping.Endorsement) (int64, error) {
	e.ID, e.At = fmt.Sprintf("e%d", len(w.endorsed)+1), w.clock
	w.endorsed = append(w.endorsed, e)
	return int64(len(w.endorsed)), w.broken
}

func (w *world) WithdrawEndorsement(_ context.Context, id, by, reason string) (int64, error) {
	for i, e := range w.endorsed {
		if e.ID == id {
			w.endorsed[i].WithdrawnAt, w.endorsed[i].WithdrawnBy, w.endorsed[i].WithdrawnReason = w.clock, by, reason
			return 1, w.broken
		}
	}
	return 0, web.ErrNotFound
}
