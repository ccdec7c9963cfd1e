package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"cairn/internal/pipeline"
)

// Holding is how much is kept about a person, by kind, and who else has copies.
type Holding struct {
	Counts map[string]int64 `json:"counts"` // tables by name; "statements" about them, "named" that only name them
	Copies Copies           `json:"copies"`
}

// Copies is who else may have what is kept here: it is not erased there by erasing it here.
type Copies struct {
	Forwarded []string `json:"forwarded"` // record stores that statements were sent to: name and endpoint
	Pulled    []string `json:"pulled"`    // record stores that statements were taken from
	Platforms []string `json:"platforms"` // LMSs of the person's accounts, which have the scores
}

// Holding counts what is kept about a person.
func (s *Store) Holding(ctx context.Context, p Person) (h Holding, err error) {
	h.Counts = map[string]int64{}
	err = s.snapshot(ctx, func(r reader) error {
		for _, of := range personTables {
			var n int64
			if err := r.Get(ctx, &n, `SELECT COUNT(*) FROM `+of.table+` WHERE `+s.d.in(of.column), s.d.list(p.keys(of.by))); err != nil {
				return fmt.Errorf("sqlstore: count %s: %w", of.table, err)
			}
			h.Counts[of.table] = max(h.Counts[of.table], n)
		}
		for _, a := range p.Accounts {
			rows, err := rostersOf(ctx, r, a)
			if err != nil {
				return err
			}
			for _, row := range rows {
				if _, entry, err := row.member(a.Subject); err == nil && entry != nil {
					h.Counts["roster"]++
				}
			}
		}
		positions, err := p.positions(ctx, r)
		if err != nil {
			return err
		}
		if err := s.countStatements(ctx, r, p, positions, h.Counts); err != nil {
			return err
		}
		h.Copies, err = s.copies(ctx, r, p, positions)
		return err
	})
	return h, err
}

func (s *Store) countStatements(ctx context.Context, r reader, p Person, positions []int64, counts map[string]int64) error {
	e := erasing{Person: p}
	for some := range slices.Chunk(positions, eachAtOnce) {
		var rows []struct {
			Pos   int64
			Terms string
		}
		if err := r.Select(ctx, &rows, `SELECT pos, terms FROM statement WHERE `+s.d.inInts("pos"), s.d.list(some)); err != nil {
			return fmt.Errorf("sqlstore: count the statements of a person: %w", err)
		}
		for _, row := range rows {
			switch e.stands(parseLinks(row.Terms)) {
			case standsInMiddle:
				counts["statements"]++
			case standsAround:
				counts["named"]++
			}
		}
		var data int64
		if err := r.Get(ctx, &data, `SELECT COUNT(*) FROM statement_attachment WHERE `+s.d.inInts("pos"), s.d.list(some)); err != nil {
			return fmt.Errorf("sqlstore: count the attachments of a person: %w", err)
		}
		counts["attachments"] += data
	}
	return nil
}

func (s *Store) copies(ctx context.Context, r reader, p Person, positions []int64) (c Copies, err error) {
	c = Copies{Forwarded: []string{}, Pulled: []string{}, Platforms: []string{}}
	if len(positions) > 0 {
		if err := r.Select(ctx, &c.Forwarded, `SELECT name || ' (' || endpoint || ')' FROM forward_target WHERE sent > 0 AND pos >= ? ORDER BY name`, positions[0]); err != nil {
			return c, fmt.Errorf("sqlstore: find who was sent statements: %w", err)
		}
	}
	var by []string
	for some := range slices.Chunk(positions, eachAtOnce) {
		var these []string
		if err := r.Select(ctx, &these, `SELECT DISTINCT credential FROM statement WHERE `+s.d.inInts("pos"), s.d.list(some)); err != nil {
			return c, fmt.Errorf("sqlstore: find who sent statements: %w", err)
		}
		by = append(by, these...)
	}
	var sources []struct{ Name, Endpoint string }
	if err := r.Select(ctx, &sources, `SELECT name, endpoint FROM source ORDER BY name`); err != nil {
		return c, fmt.Errorf("sqlstore: find who sent statements: %w", err)
	}
	for _, source := range sources {
		if slices.Contains(by, pipeline.SourceCredential(source.Endpoint)) {
			c.Pulled = append(c.Pulled, source.Name+" ("+source.Endpoint+")")
		}
	}
	for _, a := range p.Accounts {
		if at := a.Issuer; !slices.Contains(c.Platforms, at) {
			c.Platforms = append(c.Platforms, at)
		}
	}
	return c, nil
}
