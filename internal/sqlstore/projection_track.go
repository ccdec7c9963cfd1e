package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi/profile"
)

// ratingRow is a row of table rating.
type ratingRow struct {
	About, Learner, Capability, ID, Account, Needed string
	Now                                             string `db:"now_word"`
	Ordinal                                         int
	Shared                                          bool
	At, Pos                                         int64
}

const ratingColumns = `about, learner, capability, ordinal, id, account, now_word, needed, shared, at, pos`

func (r ratingRow) rating() mapping.Rating {
	return mapping.Rating{ID: r.ID, Learner: r.Learner, Capability: r.Capability, Account: r.Account, Now: mapping.RatingWord(r.Now),
		Needed: mapping.RatingWord(r.Needed), Shared: r.Shared, At: fromMicros(r.At), Pos: r.Pos}
}

// selectRatings reads ratings that a condition takes.
func selectRatings(ctx context.Context, db reader, where string, args ...any) ([]mapping.Rating, error) {
	var rows []ratingRow
	if err := db.Select(ctx, &rows, `SELECT `+ratingColumns+` FROM rating r `+where, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read ratings: %w", err)
	}
	out := make([]mapping.Rating, len(rows))
	for i, r := range rows {
		out[i] = r.rating()
	}
	return out, nil
}

// endorsementRow is a row of table endorsement.
type endorsementRow struct {
	About, Learner, Capability, ID, Registration, Context, Course, Note string
	By                                                                  string `db:"given_by"`
	ScopeKind                                                           string `db:"scope_kind"`
	Ordinal                                                             int
	At, Until, Pos                                                      int64
	WithdrawnAt                                                         int64  `db:"withdrawn_at"`
	WithdrawnBy                                                         string `db:"withdrawn_by"`
	WithdrawnReason                                                     string `db:"withdrawn_reason"`
	WithdrawnPos                                                        int64  `db:"withdrawn_pos"`
	HeldFrom                                                            int64  `db:"held_from"` // of selectHeld alone
	HeldUntil                                                           int64  `db:"held_until"`
}

const endorsementColumns = `about, learner, capability, ordinal, id, given_by, scope_kind, registration, context, course, at, until, note, pos,
	withdrawn_at, withdrawn_by, withdrawn_reason, withdrawn_pos`

func (r endorsementRow) row() pipeline.EndorsementRow {
	return pipeline.EndorsementRow{About: r.About, Ordinal: r.Ordinal, Pos: r.Pos, WithdrawnPos: r.WithdrawnPos, HeldFrom: r.HeldFrom, HeldUntil: r.HeldUntil, Endorsement: mapping.Endorsement{
		ID: r.ID, Learner: r.Learner, Capability: r.Capability, By: r.By, At: fromMicros(r.At), Until: fromMicros(r.Until), Note: r.Note,
		Scope:       mapping.Scope{Kind: mapping.ScopeKind(r.ScopeKind), Registration: r.Registration, Context: r.Context, Course: r.Course},
		WithdrawnAt: fromMicros(r.WithdrawnAt), WithdrawnBy: r.WithdrawnBy, WithdrawnReason: r.WithdrawnReason,
	}}
}

// selectEndorsements reads endorsements that a condition takes.
func selectEndorsements(ctx context.Context, db reader, where string, args ...any) ([]pipeline.EndorsementRow, error) {
	return readEndorsements(ctx, db, `SELECT `+endorsementColumns+` FROM endorsement `+where, args...)
}

func readEndorsements(ctx context.Context, db reader, query string, args ...any) ([]pipeline.EndorsementRow, error) {
	var rows []endorsementRow
	if err := db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read endorsements: %w", err)
	}
	out := make([]pipeline.EndorsementRow, len(rows))
	for i, r := range rows {
		out[i] = r.row()
	}
	return out, nil
}

// Rated is pipeline.Tracks.
func (p Projection) Rated(ctx context.Context, pair pipeline.Pair) (n int, err error) {
	if err := p.s.Get(ctx, &n, `SELECT COUNT(*) FROM rating WHERE about = ? AND capability = ?`, pair.Learner, pair.Capability); err != nil {
		return 0, fmt.Errorf("sqlstore: count ratings: %w", err)
	}
	return n, nil
}

// Endorsements is pipeline.Tracks.
func (p Projection) Endorsements(ctx context.Context, pair pipeline.Pair) ([]pipeline.EndorsementRow, error) {
	return selectEndorsements(ctx, p.s.DB, `WHERE learner = ? AND capability = ? ORDER BY pos`, pair.Learner, pair.Capability)
}

// Person is pipeline.Tracks.
func (p Projection) Person(ctx context.Context, account, learnerID string) (profile.Account, error) {
	query, arg := `WHERE a.id = ?`, account
	if account == "" {
		query, arg = `WHERE a.home = ?`, learnerID
	}
	query = `SELECT a.issuer, a.subject, COALESCE(` + pseudonymHome + `, '') AS home FROM account a ` + query
	var row struct{ Issuer, Subject, Home string }
	err := p.s.Get(ctx, &row, query, arg)
	if errors.Is(err, sql.ErrNoRows) {
		return profile.Account{}, nil
	}
	if err != nil {
		return profile.Account{}, fmt.Errorf("sqlstore: read an account: %w", err)
	}
	home, name := p.s.shownAs(row.Issuer, row.Subject, row.Home)
	return profile.Account{HomePage: home, Name: name}, nil
}

func (t *Tx) commitRatings(ctx context.Context, b pipeline.Batch) error {
	rows := make([][]any, len(b.Rated))
	for i, r := range b.Rated {
		rows[i] = []any{r.About, r.Learner, r.Capability, r.Ordinal, r.ID, r.Account, string(r.Now), string(r.Needed), r.Shared, micros(r.At), r.Pos}
	}
	return t.insertRows(ctx, `INSERT INTO rating (`+ratingColumns+`)`, "", rows)
}

func (t *Tx) commitEndorsements(ctx context.Context, b pipeline.Batch) error {
	rows := make([][]any, len(b.Endorsed))
	for i, e := range b.Endorsed {
		rows[i] = []any{e.About, e.Learner, e.Capability, e.Ordinal, e.ID, e.By, string(e.Scope.Kind), e.Scope.Registration, e.Scope.Context, e.Scope.Course,
			micros(e.At), micros(e.Until), e.Note, e.Pos, 0, "", "", 0}
	}
	if err := t.insertRows(ctx, `INSERT INTO endorsement (`+endorsementColumns+`)`, "", rows); err != nil {
		return err
	}
	for _, e := range b.Withdrawn {
		if _, err := t.Exec(ctx, `UPDATE endorsement SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_reason = ?, withdrawn_pos = ?
			WHERE about = ? AND capability = ? AND ordinal = ?`, micros(e.WithdrawnAt), e.WithdrawnBy, e.WithdrawnReason, e.WithdrawnPos,
			e.About, e.Capability, e.Ordinal); err != nil {
			return fmt.Errorf("sqlstore: end an endorsement: %w", err)
		}
	}
	return nil
}
