package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
)

// listText is a list of texts as it is stored: JSON, or nothing for none.
func listText(list []string) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("sqlstore: write a list: %w", err)
	}
	return string(b), nil
}

func (t *Tx) commitEvidence(ctx context.Context, b pipeline.Batch) error {
	rows := make([][]any, len(b.Evidence))
	for i, e := range b.Evidence {
		r := e.Evidence.Record
		under, err := listText(r.Under)
		if err != nil {
			return err
		}
		around, err := listText(r.Around)
		if err != nil {
			return err
		}
		var duration *int64
		if r.Duration != nil {
			n := int64(*r.Duration)
			duration = &n
		}
		rows[i] = []any{
			e.Evidence.Alignment, e.Learner, r.Pos, e.LinkPos, e.Capability, string(e.Evidence.Kind), e.Pos, r.StatementID, escapes.Replace(r.Agent),
			escapes.Replace(r.Verb), escapes.Replace(r.Activity), under, around, micros(r.Time), r.Success, r.Completion, r.ScoreMilli, duration,
		}
	}
	// A row is the same whenever it is written, so one that is there already says nothing new.
	if err := t.insertRows(ctx, `INSERT INTO evidence (alignment, learner, statement_pos, link_pos, capability, kind, pos, statement_id, agent, verb,
		activity, under, around, event_time, success, completion, score_milli, duration)`,
		` ON CONFLICT (alignment, learner, statement_pos, link_pos) DO NOTHING`, rows); err != nil {
		return err
	}
	voided := make([][]any, len(b.Voided))
	for i, v := range b.Voided {
		voided[i] = []any{v.StatementID, v.Pos}
	}
	return t.insertRows(ctx, `INSERT INTO evidence_retraction (statement_id, pos)`, ` ON CONFLICT (statement_id) DO NOTHING`, voided)
}

func (t *Tx) commitProgress(ctx context.Context, b pipeline.Batch) error {
	due := map[pipeline.Pair]time.Time{}
	for _, d := range b.Due {
		due[d.Pair] = d.At
	}
	rows := make([][]any, len(b.Progress))
	for i, p := range b.Progress {
		rows[i] = []any{
			p.Learner, p.Capability, string(p.State), p.Have, p.Need, p.Percent, micros(p.Since), p.Pos, p.Ordinal, p.Cycle, p.WasEvidenced, orNull(p.Expires),
			orNull(due[pipeline.Pair{Learner: p.Learner, Capability: p.Capability}]),
		}
	}
	return t.insertRows(ctx, `INSERT INTO progress (`+progressColumns+`, due_at)`,
		` ON CONFLICT (learner, capability) DO UPDATE SET state = excluded.state, have = excluded.have, need = excluded.need,
			percent = excluded.percent, since = excluded.since, pos = excluded.pos, ordinal = excluded.ordinal, cycle = excluded.cycle,
			was_evidenced = excluded.was_evidenced, expires_at = excluded.expires_at, due_at = excluded.due_at`, rows)
}

func (t *Tx) commitTransitions(ctx context.Context, b pipeline.Batch) error {
	rows := make([][]any, len(b.Transitions))
	for i, m := range b.Transitions {
		statements, err := listText(m.Statements)
		if err != nil {
			return err
		}
		rows[i] = []any{
			m.Learner, m.Capability, m.Ordinal, m.Pos, string(m.From), string(m.To), m.FromPercent, m.Percent, m.Have, m.Need,
			string(m.Cause), m.CauseID, micros(m.At), statements,
		}
	}
	return t.insertRows(ctx, `INSERT INTO transition (`+transitionColumns+`)`, "", rows)
}

const transitionColumns = `learner, capability, ordinal, pos, from_state, to_state, from_percent, percent, have, need, cause, cause_id, at, statements`
