package sqlstore

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"cairn/internal/web"
	"cairn/mapping"
)

// addOpen tells cases on which days those of their activities can be done that Cairn placed. An activity that a record from elsewhere
// finishes can be done without what was placed.
func (s *Store) addOpen(ctx context.Context, db reader, cases map[string]mapping.Case) error {
	aligned := map[string]bool{}
	for _, c := range cases {
		for _, a := range c.Alignments {
			aligned[a.Selector.IRI] = true
		}
	}
	if len(aligned) == 0 {
		return nil
	}
	var rows []placedRow
	if err := db.Select(ctx, &rows, `SELECT `+placedColumns+` FROM placed_activity WHERE (opens > 0 OR closes > 0) AND completion <> ? AND `+s.d.in("iri"),
		string(web.CompleteByRecord), s.d.list(slices.Sorted(maps.Keys(aligned)))); err != nil {
		return fmt.Errorf("sqlstore: read when placed activities are open: %w", err)
	}
	if len(rows) == 0 {
		return nil
	}
	open := make(map[string]mapping.Dates, len(rows))
	for _, r := range rows {
		open[r.IRI] = mapping.Dates{From: fromMicros(r.Opens), Until: fromMicros(r.Closes)}
	}
	for id, c := range cases {
		c.Open = open
		cases[id] = c
	}
	return nil
}
