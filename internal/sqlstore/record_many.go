package sqlstore

import (
	"context"
	"fmt"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/web"
	"cairn/mapping"
)

// Cases is web.Records: what Case answers of each, with as many queries as for one.
func (r Records) Cases(ctx context.Context, learnerID string, capabilities []string) (map[string]mapping.Case, error) {
	out := make(map[string]mapping.Case, len(capabilities))
	if len(capabilities) == 0 {
		return out, nil
	}
	err := r.s.snapshot(ctx, func(db reader) error {
		bases, rules, err := r.bases(ctx, db, learnerID, capabilities)
		if err != nil {
			return err
		}
		if err := r.s.addEarlier(ctx, db, learnerID, bases, capabilities); err != nil {
			return err
		}
		at, err := cursor(ctx, db)
		if err != nil {
			return err
		}
		for _, id := range capabilities {
			b := bases[id]
			b.Pos = at.Pos
			for _, rule := range rules {
				if rule.Capability == id || rule.Capability == "" {
					b.Rules = append(b.Rules, rule)
				}
			}
			if b.Rules, err = r.s.ownAndDefault(ctx, b.Rules, id); err != nil {
				return err
			}
			out[id] = b.Case()
		}
		return r.s.addOpen(ctx, db, out)
	})
	return out, err
}

// bases reads what the states of several capabilities rest on, but for the rules, which it answers for all of them.
func (r Records) bases(ctx context.Context, db reader, learnerID string, capabilities []string) (map[string]*pipeline.Basis, []mapping.ScopedRule, error) {
	out, d, list := make(map[string]*pipeline.Basis, len(capabilities)), r.s.d, r.s.d.list(capabilities)
	for _, id := range capabilities {
		out[id] = &pipeline.Basis{Pair: pipeline.Pair{Learner: learnerID, Capability: id}, At: r.s.now()}
	}
	var was []string
	if err := db.Select(ctx, &was, `SELECT capability FROM progress WHERE learner = ? AND was_evidenced AND `+d.in("capability"), learnerID, list); err != nil {
		return nil, nil, fmt.Errorf("sqlstore: read progress: %w", err)
	}
	for _, id := range was {
		out[id].WasEvidenced = true
	}
	rows, err := selectEvidence(ctx, db, `WHERE e.learner = ? AND `+d.in("e.capability")+` AND l.ended = 0 ORDER BY e.pos, e.statement_pos, e.alignment, e.link_pos`, learnerID, list)
	if err != nil {
		return nil, nil, err
	}
	for _, row := range rows {
		one, err := row.ledger()
		if err != nil {
			return nil, nil, err
		}
		out[one.Capability].Rows = append(out[one.Capability].Rows, one)
	}
	aligned, err := selectAligned(ctx, db, `WHERE `+d.in("capability")+` AND (ended = 0 OR id IN (SELECT alignment FROM evidence WHERE learner = ?)) ORDER BY began, id`, list, learnerID)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range aligned {
		out[a.Capability].Aligned = append(out[a.Capability].Aligned, a)
	}
	endorsed, err := selectEndorsements(ctx, db, `WHERE learner = ? AND `+d.in("capability")+` ORDER BY pos`, learnerID, list)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range pipeline.EndorsementsOf(endorsed) {
		out[e.Capability].Endorsements = append(out[e.Capability].Endorsements, e)
	}
	rules, err := selectRules(ctx, db, `WHERE ended = 0 AND (capability = '' OR `+d.in("capability")+`)`, list)
	return out, rules, err
}

// Changes is web.Records: the newest first, by the position of the log where each became known.
func (r Records) Changes(ctx context.Context, learnerID string, capabilities []string, since time.Time, offset, limit int) (out []web.Change, total int, err error) {
	err = r.s.snapshot(ctx, func(db reader) error {
		q := pipeline.AsOf{At: since}
		if !since.IsZero() {
			if err := stand(ctx, db, &q); err != nil {
				return err
			}
		}
		of, args := `FROM transition WHERE learner = ? AND pos > ? AND `+r.s.d.in("capability"), []any{learnerID, q.Pos, r.s.d.list(capabilities)}
		if err := db.Get(ctx, &total, `SELECT COUNT(*) `+of, args...); err != nil {
			return fmt.Errorf("sqlstore: count the changes of a learner: %w", err)
		}
		var rows []struct {
			transitionRow
			Stored int64
		}
		if err := db.Select(ctx, &rows, `SELECT t.*, COALESCE(s.stored, c.stored, e.stored, t.at) AS stored FROM (SELECT `+transitionColumns+` `+of+`
			ORDER BY pos DESC, capability, ordinal DESC LIMIT ? OFFSET ?) t LEFT JOIN statement s ON s.pos = t.pos LEFT JOIN checkpoint c ON c.pos = t.pos
			LEFT JOIN event e ON e.pos = t.pos
			ORDER BY t.pos DESC, t.capability, t.ordinal DESC`, append(args, limit, offset)...); err != nil {
			return fmt.Errorf("sqlstore: read the changes of a learner: %w", err)
		}
		for _, row := range rows {
			t, err := row.transition()
			if err != nil {
				return err
			}
			out = append(out, web.Change{Transition: t, Known: fromMicros(row.Stored)})
		}
		return nil
	})
	return out, total, err
}
