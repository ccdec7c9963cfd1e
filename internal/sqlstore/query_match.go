package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/jmoiron/sqlx"

	"cairn/xapi/lrs"
)

// match is a statement that has links of all filters, what it refers to, and where it was voided.
type match struct {
	lrs.Stored
	refersTo  *string
	voidedPos *int64
}

// scanMatches reads rows of matchColumns.
func scanMatches(rows *sqlx.Rows, most int) ([]match, error) {
	defer rows.Close() //nolint:errcheck // Err says all
	out := make([]match, 0, min(most, 100))
	for rows.Next() {
		var m match
		var stored int64
		if err := rows.Scan(&m.Pos, &m.ID, &stored, &m.refersTo, &m.voidedPos, &m.JSON); err != nil {
			return nil, err
		}
		m.Stored.Stored = fromMicros(stored)
		out = append(out, m)
	}
	return out, translate(rows.Err())
}

// genuine leaves out voided statements, and those that have one filter's link of their own and another's of a statement they refer
// to: all filters must match one statement, it or one it refers to. With one filter the links say all, but to a credential that reads
// only what it stored: nothing is found by what a statement says that it may not read.
func (s *Store) genuine(ctx context.Context, mine string, matches []match, filters []filter) ([]lrs.Stored, error) {
	asked := slices.DeleteFunc(slices.Clone(filters), func(f filter) bool { return f.mine })
	out := make([]lrs.Stored, 0, len(matches))
	for _, m := range matches {
		ok := m.voidedPos == nil
		if ok && m.refersTo != nil && (len(asked) > 1 || len(asked) > 0 && mine != "") {
			var err error
			if ok, err = s.refersToMatch(ctx, mine, m.ID, asked); err != nil {
				return nil, err
			}
		}
		if ok {
			out = append(out, m.Stored)
		}
	}
	return out, nil
}

// refersToMatch follows the references from a statement until one matches all filters. mine, unless empty, is whose statements are
// looked at, and followed.
func (s *Store) refersToMatch(ctx context.Context, mine, id string, filters []filter) (bool, error) {
	for range referenceDepth + 1 {
		var at struct {
			Terms      string  `db:"terms"`
			RefersTo   *string `db:"refers_to"`
			Credential string  `db:"credential"`
		}
		err := s.Get(ctx, &at, `SELECT terms, refers_to, credential FROM statement WHERE id = ?`, id)
		if errors.Is(err, sql.ErrNoRows) || err == nil && mine != "" && mine != at.Credential {
			return false, nil
		}
		if err != nil || matchAll(parseLinks(at.Terms), filters) {
			return err == nil, err
		}
		if at.RefersTo == nil {
			return false, nil
		}
		id = *at.RefersTo
	}
	return false, nil
}

func matchAll(links []link, filters []filter) bool {
	for _, f := range filters {
		if !slices.ContainsFunc(f.links, func(l link) bool { return slices.Contains(links, l) }) {
			return false
		}
	}
	return true
}
