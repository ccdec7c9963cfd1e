package sqlstore

import (
	"context"
	"fmt"

	"cairn/internal/web"
)

var _ web.Tracks = Tracks{}

// AccountNames is web.Tracks.
func (t Tracks) AccountNames(ctx context.Context, accounts []string) (map[string]string, error) {
	var rows []struct{ ID, Name string }
	if err := t.s.Select(ctx, &rows, `SELECT id, name FROM account WHERE name <> '' AND `+t.s.d.in("id"), t.s.d.list(accounts)); err != nil {
		return nil, fmt.Errorf("sqlstore: read the names of accounts: %w", err)
	}
	out := make(map[string]string, len(rows))
	for _, row := range rows {
		out[row.ID] = row.Name
	}
	return out, nil
}
