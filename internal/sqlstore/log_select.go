package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
)

// selected answers the positions of the statements that a selector may take, in order.
func (s *Store) selected(ctx context.Context, sel mapping.Selector, upTo int64) ([]int64, error) {
	activity := term{xapi.TermActivity, sel.IRI}
	switch sel.Kind {
	case mapping.SelectExact, mapping.SelectLink:
		return s.positions(ctx, activity, []xapi.Role{xapi.RoleObject}, upTo)
	case mapping.SelectUnder:
		return s.positions(ctx, activity, []xapi.Role{xapi.RoleObject, xapi.RoleParent, xapi.RoleGrouping}, upTo)
	case mapping.SelectPrefix:
		return s.prefixed(ctx, sel.IRI, upTo)
	}
	return nil, nil
}

// positions answers where an identifier stands in one of the roles, in order, each once. They take 8 bytes a statement.
func (s *Store) positions(ctx context.Context, t term, roles []xapi.Role, upTo int64) ([]int64, error) {
	id, err := s.terms.id(ctx, t)
	if err != nil || id == 0 {
		return nil, err
	}
	var all []int64
	for _, role := range roles {
		var some []int64
		if err := s.Select(ctx, &some, `SELECT pos FROM statement_link WHERE term = ? AND role = ? AND pos <= ? ORDER BY pos`, id, int64(role), upTo); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return ordered(all), nil
}

// prefixed answers where activities with a prefix stand as objects.
func (s *Store) prefixed(ctx context.Context, prefix string, upTo int64) ([]int64, error) {
	if prefix == "" {
		return nil, nil
	}
	from, to := prefixRange(prefix)
	var all []int64
	err := s.Select(ctx, &all, `SELECT l.pos FROM term t JOIN statement_link l ON l.term = t.id WHERE t.kind = ? AND t.value >= ? AND t.value < ?
		AND l.role = ? AND l.pos <= ?`, int64(xapi.TermActivity), from, to, int64(xapi.RoleObject), upTo)
	return ordered(all), err
}

func ordered(positions []int64) []int64 {
	slices.Sort(positions)
	return slices.Compact(positions)
}

// eachAtOnce is how many statements each reads with one query.
const eachAtOnce = 500

// each calls f for the statements at the positions.
func (s *Store) each(ctx context.Context, positions []int64, f func(pipeline.Entry) error) error {
	query := `SELECT ` + recordColumns + ` FROM %s WHERE ` + s.d.inInts("pos") + ` ORDER BY pos`
	for some := range slices.Chunk(positions, eachAtOnce) {
		entries, err := s.both(ctx, len(some), query, s.d.list(some))
		if err != nil {
			return fmt.Errorf("sqlstore: read statements of the log: %w", err)
		}
		for _, e := range entries {
			if err := f(e); err != nil {
				return err
			}
		}
	}
	return nil
}
