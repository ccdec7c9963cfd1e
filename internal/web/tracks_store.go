package web

import (
	"context"

	"cairn/mapping"
)

// Tracks keeps what runs beside evidence: how learners rate themselves, and what others have seen (mapping.md, evidence 6).
type Tracks interface {
	// Rate keeps how a learner rates themselves; both words empty clear an earlier rating. It answers the position of the log from which
	// on it can be read.
	Rate(ctx context.Context, r mapping.Rating) (pos int64, err error)
	// Ratings answers the last rating of each capability that a learner rated, without those that were cleared.
	Ratings(ctx context.Context, learnerID string) ([]mapping.Rating, error)
	// AllRatings answers every rating of a learner, the first one first: also what was said anew or cleared since.
	AllRatings(ctx context.Context, learnerID string) ([]mapping.Rating, error)
	// RatingHistory answers every rating of a learner for a capability, the first one first.
	RatingHistory(ctx context.Context, learnerID, capability string) ([]mapping.Rating, error)
	// Endorse keeps an endorsement; ID and At are given to it. It answers the position of the log from which on it can be read.
	Endorse(ctx context.Context, e mapping.Endorsement) (pos int64, err error)
	// WithdrawEndorsement takes one back, with the reason, and answers such a position. ErrNotFound.
	WithdrawEndorsement(ctx context.Context, id, by, reason string) (pos int64, err error)
	// Endorsements answers every endorsement of a learner, also ended and withdrawn ones, by capability, the first one first.
	Endorsements(ctx context.Context, learnerID string) ([]mapping.Endorsement, error)
	// AccountNames answers the names of accounts by id, without those whose learning site does not share them.
	AccountNames(ctx context.Context, accounts []string) (map[string]string, error)
}
