package sqlstore

import (
	"context"
	"fmt"

	"cairn/xapi"
)

// Definitions answers the canonical definition of each activity that has one (statement_activity.go says how it is merged).
func (s *Store) Definitions(ctx context.Context, ids []string) (map[string][]byte, error) {
	names, terms := make(map[int64]string, len(ids)), make([]int64, 0, len(ids))
	for _, id := range ids {
		t, err := s.terms.id(ctx, term{xapi.TermActivity, id})
		if err != nil {
			return nil, err
		}
		if t != 0 && names[t] == "" {
			names[t], terms = id, append(terms, t)
		}
	}
	if len(terms) == 0 {
		return map[string][]byte{}, nil
	}
	var rows []definitionRow
	if err := s.Select(ctx, &rows, `SELECT term, definition FROM activity WHERE `+s.d.inInts("term"), s.d.list(terms)); err != nil {
		return nil, fmt.Errorf("sqlstore: read definitions: %w", err)
	}
	out := make(map[string][]byte, len(rows))
	for _, r := range rows {
		out[names[r.Term]] = []byte(r.Definition)
	}
	return out, nil
}
