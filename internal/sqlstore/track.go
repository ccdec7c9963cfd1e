package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/internal/web"
	"cairn/mapping"
)

// Errors of Tracks.
var (
	ErrRatingWord     = errors.New("sqlstore: a rating is one of the words of the scale, or empty")
	ErrNoCapability   = errors.New("sqlstore: the capability is in no published framework")
	ErrNotTheirs      = errors.New("sqlstore: people rate themselves: the account is another learner's")
	ErrOwnEndorsement = errors.New("sqlstore: nobody endorses themselves")
	ErrEndsBefore     = errors.New("sqlstore: an endorsement ends after it was given")
)

// Tracks keeps what runs beside evidence: how learners rate themselves, and what assessors endorse (mapping.md, evidence 6). What is
// said is an event of the log; it can be read when the projection has reached the position that is answered.
type Tracks struct{ s *Store }

// Tracks answers the ratings and endorsements of this database.
func (s *Store) Tracks() Tracks { return Tracks{s} }

// Rate keeps how a learner rates themselves; both words empty clear an earlier rating. ID and At are given when they are not set. It
// answers the log position. ErrRatingWord, ErrNoCapability, ErrNotTheirs.
func (t Tracks) Rate(ctx context.Context, r mapping.Rating) (pos int64, err error) {
	if r.Now != "" && !slices.Contains(mapping.RatingsNow(), r.Now) || r.Needed != "" && !slices.Contains(mapping.RatingsNeeded(), r.Needed) {
		return 0, ErrRatingWord
	}
	if err := t.known(ctx, r.Capability); err != nil {
		return 0, err
	}
	err = t.s.write(ctx, func(tx *Tx) error {
		switch of, err := tx.learnerOf(ctx, r.Account); {
		case err != nil:
			return err
		case of != r.Learner:
			return ErrNotTheirs
		}
		said := r
		if said.Learner, err = tx.homeOf(ctx, r.Account); err != nil {
			return err
		}
		said.ID = orNew(r.ID)
		if said.At.IsZero() {
			said.At = tx.Now
		}
		pos, err = tx.appendBody(ctx, pipeline.EntryRated, said)
		return err
	})
	return pos, err
}

// Endorse keeps an endorsement by an account, or by who is no learner (the operator, a credential). ID and At are given when they are
// not set. It answers the log position. ErrNoCapability, ErrOwnEndorsement, ErrEndsBefore; web.ErrNotFound for an unknown learner.
func (t Tracks) Endorse(ctx context.Context, e mapping.Endorsement) (pos int64, err error) {
	if err := t.known(ctx, e.Capability); err != nil {
		return 0, err
	}
	err = t.s.write(ctx, func(tx *Tx) error {
		given := mapping.Endorsement{ID: orNew(e.ID), Learner: e.Learner, Capability: e.Capability, By: e.By, Scope: e.Scope, At: e.At, Until: e.Until, Note: e.Note}
		if given.At.IsZero() {
			given.At = tx.Now
		}
		if err := tx.mayEndorse(ctx, given); err != nil {
			return err
		}
		if given.Learner, err = tx.homeInCourse(ctx, given); err != nil {
			return err
		}
		pos, err = tx.appendBody(ctx, pipeline.EntryEndorsed, given)
		return err
	})
	return pos, err
}

func (t *Tx) mayEndorse(ctx context.Context, e mapping.Endorsement) error {
	if !e.Until.IsZero() && !e.Until.After(e.At) {
		return ErrEndsBefore
	}
	var n int
	if err := t.Get(ctx, &n, `SELECT COUNT(*) FROM learner WHERE id = ?`, e.Learner); err != nil {
		return fmt.Errorf("sqlstore: look for a learner: %w", err)
	}
	if n == 0 {
		return web.ErrNotFound
	}
	of, err := t.learnerOf(ctx, e.By)
	if err == nil && of == e.Learner {
		return ErrOwnEndorsement
	}
	return err
}

// WithdrawEndorsement takes an endorsement back, with the reason. Taking it back twice changes nothing more. It answers the log
// position. web.ErrNotFound when there is none with the id.
func (t Tracks) WithdrawEndorsement(ctx context.Context, id, by, reason string) (pos int64, err error) {
	err = t.s.write(ctx, func(tx *Tx) error {
		rows, err := selectEndorsements(ctx, tx, `WHERE id = ?`, id)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return web.ErrNotFound
		}
		pos, err = tx.appendBody(ctx, pipeline.EntryEndorsementWithdrawn, pipeline.EndorsementWithdrawn{
			ID: id, Learner: rows[0].About, Capability: rows[0].Capability, By: by, Reason: reason, At: tx.Now,
		})
		return err
	})
	return pos, err
}

// Ratings answers the last rating of each capability that a learner rated, by capability; cleared ones are left out.
func (t Tracks) Ratings(ctx context.Context, learnerID string) ([]mapping.Rating, error) {
	return t.lastRatings(ctx, []string{learnerID})
}

// SharedRatings answers the last ratings of learners that they share with the leads of their courses, by learner and capability.
func (t Tracks) SharedRatings(ctx context.Context, learners []string) ([]mapping.Rating, error) {
	all, err := t.lastRatings(ctx, learners)
	return slices.DeleteFunc(all, func(r mapping.Rating) bool { return !r.Shared }), err
}

func (t Tracks) lastRatings(ctx context.Context, learners []string) ([]mapping.Rating, error) {
	all, err := selectRatings(ctx, t.s.DB, `WHERE `+t.s.d.in("r.learner")+` AND NOT EXISTS (SELECT 1 FROM rating o WHERE o.learner = r.learner
		AND o.capability = r.capability AND o.pos > r.pos) ORDER BY r.learner, r.capability`, t.s.d.list(learners))
	return slices.DeleteFunc(all, mapping.Rating.Cleared), err
}

// RatingHistory answers every rating of a learner for a capability, the first one first.
func (t Tracks) RatingHistory(ctx context.Context, learnerID, capability string) ([]mapping.Rating, error) {
	return selectRatings(ctx, t.s.DB, `WHERE r.learner = ? AND r.capability = ? ORDER BY r.pos`, learnerID, capability)
}

// Endorsements answers every endorsement of a learner, also ended and withdrawn ones, by capability, the first one first.
func (t Tracks) Endorsements(ctx context.Context, learnerID string) ([]mapping.Endorsement, error) {
	return t.EndorsementsOf(ctx, []string{learnerID})
}

// EndorsementsOf answers what Endorsements does, for several learners.
func (t Tracks) EndorsementsOf(ctx context.Context, learners []string) ([]mapping.Endorsement, error) {
	rows, err := selectEndorsements(ctx, t.s.DB, `WHERE `+t.s.d.in("learner")+` ORDER BY learner, capability, pos`, t.s.d.list(learners))
	return pipeline.EndorsementsOf(rows), err
}

func (t Tracks) known(ctx context.Context, capability string) error {
	framework, err := t.s.frameworkOf(ctx, capability)
	if err == nil && framework == "" {
		return ErrNoCapability
	}
	return err
}

// learnerOf answers whose an account is, "" when there is none.
func (t *Tx) learnerOf(ctx context.Context, account string) (of string, err error) {
	err = t.Get(ctx, &of, `SELECT learner FROM account WHERE id = ?`, account)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("sqlstore: read whose an account is: %w", err)
	}
	return of, nil
}

// appendBody appends an event to the log.
func (t *Tx) appendBody(ctx context.Context, kind pipeline.EntryKind, body any) (int64, error) {
	raw, err := json.Marshal(body, json.Deterministic(true))
	if err != nil {
		return 0, fmt.Errorf("sqlstore: write a %s event: %w", kind, err)
	}
	return t.AppendEvent(ctx, kind, raw)
}

func orNew(id string) string {
	if id == "" {
		return newID()
	}
	return id
}
