package sqlstore

import (
	"context"
	"fmt"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
)

// Relinking answers which links of people to the agents of their statements another identity rule of a registration would end and
// begin, and changes nothing: for pipeline.Previewer.Links. Nothing when it is the rule that holds.
func (s *Store) Relinking(ctx context.Context, registration string, rule learner.IdentityRule) (out pipeline.Relinking, err error) {
	rule = rule.Normal()
	if err := rule.Check(); err != nil {
		return out, err
	}
	err = s.snapshot(ctx, func(db reader) error {
		var rows []claimRow
		if err := db.Select(ctx, &rows, claimColumns, registration); err != nil {
			return fmt.Errorf("sqlstore: read what accounts proved: %w", err)
		}
		links, err := selectLinks(ctx, db, `WHERE ended = 0 AND registration = ? ORDER BY pos`, registration)
		if err != nil {
			return err
		}
		aliases, err := s.aliases(ctx, db, registration, rows)
		if err != nil {
			return err
		}
		out = relinking(registration, append(derive(registration, rule, rows), aliases...), rows, links)
		return nil
	})
	return out, err
}

func relinking(registration string, want []linkRow, rows []claimRow, links []pipeline.ActiveLink) (out pipeline.Relinking) {
	have, active, of := make([]linkRow, len(links)), map[linkRow]pipeline.ActiveLink{}, map[string]claimRow{}
	for i, l := range links {
		have[i] = linkRow{l.Account, l.Agent}
		active[have[i]] = l
	}
	for _, r := range rows {
		of[r.Account] = r
	}
	gone, made := linkChanges(want, have)
	for _, l := range gone {
		out.Gone = append(out.Gone, active[l])
	}
	for _, l := range made {
		who := of[l.Account]
		out.Made = append(out.Made, learner.Link{Learner: who.Learner, Account: l.Account, Registration: registration, Issuer: who.Issuer,
			Subject: who.Subject, Agent: l.Agent})
	}
	return out
}
