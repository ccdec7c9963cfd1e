package pipeline

import (
	"context"
	"fmt"
	"slices"

	"cairn/mapping"
	"cairn/xapi/profile"
)

// Own rating and endorsement are tracks beside evidence, with histories of their own (mapping.md, evidence 6).

// RatingRow is a rating with its place in the learner's history of the capability.
type RatingRow struct {
	mapping.Rating
	About   string // the learner of whom it was said; Learner is whose it is, since accounts were joined
	Ordinal int    // 1 for the first about them
}

// EndorsementRow is an endorsement with its place in the learner's history of the capability.
type EndorsementRow struct {
	mapping.Endorsement
	About        string // the learner of whom it was said; Learner is whose it is, since accounts were joined
	Ordinal      int    // 1 for the first about them
	Pos          int64  // log position at which it was given
	WithdrawnPos int64  // and withdrawn; 0: it was not
	// Of a History alone: the positions from which, and until which (0: still), it was the learner\'s.
	HeldFrom, HeldUntil int64
}

// Tracks is the part of a projection that is about ratings and endorsements.
type Tracks interface {
	// Rated answers how many ratings were said of the pair.
	Rated(ctx context.Context, p Pair) (int, error)
	// Endorsements answers those of the pair in order, also ended and withdrawn ones.
	Endorsements(ctx context.Context, p Pair) ([]EndorsementRow, error)
	// Person answers whom statements name for an account, or for the account that a learner began with where account is "". Zero when
	// there is none; a pseudonym where names are kept from here.
	Person(ctx context.Context, account, learner string) (profile.Account, error)
}

// foldRated keeps a rating. It changes no state.
func (w *work) foldRated(e Entry, r mapping.Rating) error {
	about := r.Learner
	r.Pos, r.Learner = e.Pos, w.st.owner(about)
	n, err := w.p.cfg.Projection.Rated(w.ctx, Pair{about, r.Capability})
	if err != nil {
		return fmt.Errorf("count ratings: %w", err)
	}
	for _, other := range w.batch.Rated {
		if other.About == about && other.Capability == r.Capability {
			n++
		}
	}
	row := RatingRow{Rating: r, About: about, Ordinal: n + 1}
	w.batch.Rated = append(w.batch.Rated, row)
	return w.emitRated(row)
}

// endorsements answers those of a pair as they stand in this batch.
func (w *work) endorsements(pair Pair) ([]EndorsementRow, error) {
	if rows, ok := w.endorsed[pair]; ok {
		return rows, nil
	}
	rows, err := w.p.cfg.Projection.Endorsements(w.ctx, pair)
	if err != nil {
		return nil, fmt.Errorf("read endorsements: %w", err)
	}
	w.endorsed[pair] = rows
	return rows, nil
}

// endorsementsFor answers the endorsements of a pair where a rule asks for one.
func (w *work) endorsementsFor(pair Pair, rules []mapping.ScopedRule) ([]mapping.Endorsement, error) {
	if !slices.ContainsFunc(rules, func(r mapping.ScopedRule) bool { return r.Rule.Endorsed }) {
		return nil, nil
	}
	rows, err := w.endorsements(pair)
	return EndorsementsOf(rows), err
}

// EndorsementsOf answers the endorsements of rows; nil for none.
func EndorsementsOf(rows []EndorsementRow) []mapping.Endorsement {
	if len(rows) == 0 {
		return nil
	}
	out := make([]mapping.Endorsement, len(rows))
	for i, r := range rows {
		out[i] = r.Endorsement
	}
	return out
}

// foldEndorsed keeps an endorsement. One that is there already says nothing new.
func (w *work) foldEndorsed(e Entry, given mapping.Endorsement) error {
	about := given.Learner
	given.Learner = w.st.owner(about)
	pair := Pair{given.Learner, given.Capability}
	rows, err := w.endorsements(pair)
	if err != nil || slices.ContainsFunc(rows, func(r EndorsementRow) bool { return r.ID == given.ID }) {
		return err
	}
	row := EndorsementRow{Endorsement: given, About: about, Ordinal: 1, Pos: e.Pos}
	for _, r := range rows {
		if r.About == about {
			row.Ordinal++
		}
	}
	w.endorsed[pair] = append(slices.Clip(rows), row)
	w.batch.Endorsed = append(w.batch.Endorsed, row)
	if err := w.emitConferred(e, row); err != nil {
		return err
	}
	return w.settle(pair, mapping.Cause{Pos: e.Pos, Kind: mapping.CauseEndorsed, ID: given.ID, At: given.At})
}

// foldEndorsementWithdrawn ends an endorsement. One that is unknown or has been withdrawn stays as it is.
func (w *work) foldEndorsementWithdrawn(e Entry, gone EndorsementWithdrawn) error {
	pair := Pair{w.st.owner(gone.Learner), gone.Capability}
	rows, err := w.endorsements(pair)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rows, func(r EndorsementRow) bool { return r.ID == gone.ID && r.WithdrawnPos == 0 })
	if i < 0 {
		return nil
	}
	rows = slices.Clone(rows)
	rows[i].WithdrawnPos, rows[i].WithdrawnAt, rows[i].WithdrawnBy, rows[i].WithdrawnReason = e.Pos, gone.At, gone.By, gone.Reason
	w.endorsed[pair] = rows
	w.batch.Withdrawn = append(w.batch.Withdrawn, rows[i])
	if err := w.emitRevoked(e, rows[i]); err != nil {
		return err
	}
	return w.settle(pair, mapping.Cause{Pos: e.Pos, Kind: mapping.CauseEndorsementWithdrawn, ID: gone.ID, At: gone.At})
}
