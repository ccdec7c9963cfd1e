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
func (r Records) AsOf(ctx context.Context, learnerID, capability string, q pipeline.AsOf) (c mapping.Case, err error) {
	err = r.s.snapshot(ctx, func(db reader) error {
		if err := stand(ctx, db, &q); err != nil {
			return err
		}
		h, err := r.s.history(ctx, db, pipeline.Pair{Learner: learnerID, Capability: capability})
		c = h.Case(q)
		return err
	})
	return c, err
}

// AllAsOf answers the cases of every capability that a learner has any history in, by capability.
func (r Records) AllAsOf(ctx context.Context, learnerID string, q pipeline.AsOf) (out []mapping.Case, err error) {
	err = r.s.snapshot(ctx, func(db reader) error {
		out = nil
		if err := stand(ctx, db, &q); err != nil {
			return err
		}
		var capabilities []string
		if err := db.Select(ctx, &capabilities, `SELECT DISTINCT capability FROM evidence WHERE learner = ? ORDER BY capability`, learnerID); err != nil {
			return fmt.Errorf("sqlstore: read what a learner has evidence for: %w", err)
		}
		for _, capability := range capabilities {
			h, err := r.s.history(ctx, db, pipeline.Pair{Learner: learnerID, Capability: capability})
			if err != nil {
				return err
			}
			out = append(out, h.Case(q))
		}
		return nil
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

// history reads all that was ever known of a pair.
func (s *Store) history(ctx context.Context, db reader, pair pipeline.Pair) (h pipeline.History, err error) {
	h.Pair = pair
	if h.Rows, err = historyRows(ctx, db, pair); err != nil {
		return h, err
	}
	if h.Aligned, err = selectAligned(ctx, db, `WHERE capability = ? ORDER BY began, id`, pair.Capability); err != nil {
		return h, err
	}
	if h.Rules, err = s.ruleSpans(ctx, db, pair.Capability); err != nil {
		return h, err
	}
	if h.Endorsements, err = selectEndorsements(ctx, db, `WHERE learner = ? AND capability = ? ORDER BY ordinal`, pair.Learner, pair.Capability); err != nil {
		return h, err
	}
	h.Transitions, err = transitions(ctx, db, pair)
	return h, err
}

// ruleSpans reads the rules there were for a capability, and the defaults of its framework.
func (s *Store) ruleSpans(ctx context.Context, db reader, capability string) ([]pipeline.RuleSpan, error) {
	framework, err := s.frameworkOf(ctx, capability)
	if err != nil {
		return nil, err
	}
	rows, err := ruleRows(ctx, db, `WHERE capability = ? OR (capability = '' AND framework = ?)`, capability, framework)
	if err != nil {
		return nil, err
	}
	out := make([]pipeline.RuleSpan, len(rows))
	for i, row := range rows {
		rule, err := row.rule()
		if err != nil {
			return nil, err
		}
		out[i] = pipeline.RuleSpan{Ruled: pipeline.Ruled{ScopedRule: rule, Began: row.Began}, Ended: row.Ended}
	}
	return out, nil
}
