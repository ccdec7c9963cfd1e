package sqlstore

import (
	"context"
	"fmt"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// AsOf answers the case of one learner and capability as it stood on a date (settled question 7), for mapping.Evaluate and
// mapping.Explain: with the alignments, rules, links and endorsements of then, or by those of today. Dates before the log began
// answer an empty case.
func (r Records) AsOf(ctx context.Context, learnerID, capability string, q pipeline.AsOf) (mapping.Case, error) {
	cases, err := r.CasesAsOf(ctx, learnerID, []string{capability}, q)
	return cases[capability], err
}

// CasesAsOf answers what AsOf answers of each, with as many queries as for one.
func (r Records) CasesAsOf(ctx context.Context, learnerID string, capabilities []string, q pipeline.AsOf) (out map[string]mapping.Case, err error) {
	err = r.s.snapshot(ctx, func(db reader) error {
		out, err = r.casesAsOf(ctx, db, learnerID, capabilities, q)
		return err
	})
	return out, err
}

func (r Records) casesAsOf(ctx context.Context, db reader, learnerID string, capabilities []string, q pipeline.AsOf) (map[string]mapping.Case, error) {
	out := make(map[string]mapping.Case, len(capabilities))
	if len(capabilities) == 0 {
		return out, nil
	}
	if err := stand(ctx, db, &q); err != nil {
		return nil, err
	}
	histories, err := r.s.histories(ctx, db, learnerID, capabilities)
	for id, h := range histories {
		out[id] = h.Case(q)
	}
	if err != nil {
		return nil, err
	}
	return out, r.s.addOpen(ctx, db, out)
}

// AllAsOf answers the cases of every capability that a learner has any history in, by capability.
func (r Records) AllAsOf(ctx context.Context, learnerID string, q pipeline.AsOf) (out []mapping.Case, err error) {
	err = r.s.snapshot(ctx, func(db reader) error {
		out = nil
		var capabilities []string
		if err := db.Select(ctx, &capabilities, `SELECT DISTINCT capability FROM evidence WHERE learner = ? ORDER BY capability`, learnerID); err != nil {
			return fmt.Errorf("sqlstore: read what a learner has evidence for: %w", err)
		}
		cases, err := r.casesAsOf(ctx, db, learnerID, capabilities, q)
		for _, id := range capabilities {
			out = append(out, cases[id])
		}
		return err
	})
	return out, err
}

// stand finds the position that a date stands for, or the date of a position.
func stand(ctx context.Context, db reader, q *pipeline.AsOf) error {
	if q.At.IsZero() {
		var stored *int64
		if err := db.Get(ctx, &stored, `SELECT MAX(stored) FROM (SELECT stored FROM statement WHERE pos = ? UNION ALL SELECT stored FROM checkpoint WHERE pos = ?
			UNION ALL SELECT stored FROM event WHERE pos = ?) AS here`, q.Pos, q.Pos, q.Pos); err != nil {
			return fmt.Errorf("sqlstore: read when a position was stored: %w", err)
		}
		if stored != nil {
			q.At = fromMicros(*stored)
		}
		return nil
	}
	if q.Pos != 0 {
		return nil
	}
	at := micros(q.At)
	if err := db.Get(ctx, &q.Pos, `SELECT COALESCE(MAX(pos), 0) FROM (
		SELECT pos FROM (SELECT pos FROM statement WHERE stored <= ? ORDER BY stored DESC, pos DESC LIMIT 1) AS s
		UNION ALL SELECT pos FROM (SELECT pos FROM checkpoint WHERE stored <= ? ORDER BY stored DESC, pos DESC LIMIT 1) AS c
		UNION ALL SELECT pos FROM (SELECT pos FROM event WHERE stored <= ? ORDER BY stored DESC, pos DESC LIMIT 1) AS e) AS last`, at, at, at); err != nil {
		return fmt.Errorf("sqlstore: find the position of a date: %w", err)
	}
	return nil
}

// histories reads all that was ever known of a learner in some capabilities.
func (s *Store) histories(ctx context.Context, db reader, learner string, capabilities []string) (map[string]*pipeline.History, error) {
	out, list := make(map[string]*pipeline.History, len(capabilities)), s.d.list(capabilities)
	for _, id := range capabilities {
		out[id] = &pipeline.History{Pair: pipeline.Pair{Learner: learner, Capability: id}}
	}
	rows, err := historyRows(ctx, db, `WHERE e.learner = ? AND `+s.d.in("e.capability"), learner, list)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		out[row.Capability].Rows = append(out[row.Capability].Rows, row)
	}
	aligned, err := selectAligned(ctx, db, `WHERE `+s.d.in("capability")+` ORDER BY began, id`, list)
	if err != nil {
		return nil, err
	}
	for _, a := range aligned {
		out[a.Capability].Aligned = append(out[a.Capability].Aligned, a)
	}
	endorsed, err := selectHeld(ctx, db, s.d, learner, list)
	if err != nil {
		return nil, err
	}
	for _, e := range endorsed {
		out[e.Capability].Endorsements = append(out[e.Capability].Endorsements, e)
	}
	changes, err := selectTransitions(ctx, db, `WHERE learner = ? AND `+s.d.in("capability")+` ORDER BY capability, ordinal`, learner, list)
	if err != nil {
		return nil, err
	}
	for _, t := range changes {
		out[t.Capability].Transitions = append(out[t.Capability].Transitions, t)
	}
	if err := s.addEarlierHistory(ctx, db, learner, out, capabilities); err != nil {
		return nil, err
	}
	return out, s.ruleSpans(ctx, db, out, list)
}

// ruleSpans reads the rules there were for capabilities, and the defaults of their frameworks, into their histories. list is the
// capabilities as a parameter.
func (s *Store) ruleSpans(ctx context.Context, db reader, into map[string]*pipeline.History, list any) error {
	rows, err := ruleRows(ctx, db, `WHERE capability = '' OR `+s.d.in("capability"), list)
	if err != nil {
		return err
	}
	for _, row := range rows {
		rule, err := row.rule()
		if err != nil {
			return err
		}
		span := pipeline.RuleSpan{Ruled: pipeline.Ruled{ScopedRule: rule, Began: row.Began}, Ended: row.Ended}
		if h := into[rule.Capability]; h != nil {
			h.Rules = append(h.Rules, span)
			continue
		}
		for id, h := range into {
			framework, err := s.frameworkOf(ctx, id)
			if err != nil {
				return err
			}
			if framework == rule.Framework {
				h.Rules = append(h.Rules, span)
			}
		}
	}
	return nil
}
