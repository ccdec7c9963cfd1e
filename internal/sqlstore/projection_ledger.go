package sqlstore

import (
	"context"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// evidenceRow is a row of table evidence, with whether its statement was voided.
type evidenceRow struct {
	Alignment, Learner, Capability, Kind string
	StatementPos                         int64 `db:"statement_pos"`
	LinkPos                              int64 `db:"link_pos"`
	Pos                                  int64
	StatementID                          string `db:"statement_id"`
	Agent, Verb, Activity, Under, Around string
	EventTime                            int64 `db:"event_time"`
	Success, Completion                  *bool
	ScoreMilli                           *int `db:"score_milli"`
	Duration                             *int64
	Voided                               bool
	VoidedPos                            int64  `db:"voided_pos"`
	Registration                         string // of the link
	LinkEnded                            int64  `db:"link_ended"`
}

func (r evidenceRow) ledger() (pipeline.LedgerRow, error) {
	rec := mapping.Record{
		Pos: r.StatementPos, StatementID: r.StatementID, Agent: unescapes.Replace(r.Agent), Verb: unescapes.Replace(r.Verb),
		Activity: unescapes.Replace(r.Activity), Time: fromMicros(r.EventTime),
		Success: r.Success, Completion: r.Completion, ScoreMilli: r.ScoreMilli,
		SelfConfirmed: r.Kind == string(mapping.EvidenceSelfConfirmed),
	}
	if r.Duration != nil {
		d := time.Duration(*r.Duration)
		rec.Duration = &d
	}
	for _, list := range []struct {
		text string
		into *[]string
	}{{r.Under, &rec.Under}, {r.Around, &rec.Around}} {
		if list.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(list.text), list.into); err != nil {
			return pipeline.LedgerRow{}, fmt.Errorf("sqlstore: read the evidence of statement %s: %w", r.StatementID, err)
		}
	}
	return pipeline.LedgerRow{
		Pair: pipeline.Pair{Learner: r.Learner, Capability: r.Capability}, LinkPos: r.LinkPos, Pos: r.Pos,
		Evidence: mapping.Evidence{Alignment: r.Alignment, Kind: mapping.EvidenceKind(r.Kind), Record: rec, Voided: r.Voided, Registration: r.Registration},
	}, nil
}

// Ledger is pipeline.Projection: one walk along the index of the pair.
func (p Projection) Ledger(ctx context.Context, pair pipeline.Pair) ([]pipeline.LedgerRow, error) {
	return ledger(ctx, p.s.DB, pair)
}

// evidenceQuery answers evidenceRow; a condition follows.
const evidenceQuery = `SELECT e.alignment, e.learner, e.capability, e.kind, e.statement_pos, e.link_pos, e.pos, e.statement_id, e.agent, e.verb,
		e.activity, e.under, e.around, e.event_time, e.success, e.completion, e.score_milli, e.duration, r.statement_id IS NOT NULL AS voided,
		COALESCE(r.pos, 0) AS voided_pos, l.registration, l.ended AS link_ended
	FROM evidence e JOIN agent_link l ON l.pos = e.link_pos LEFT JOIN evidence_retraction r ON r.statement_id = e.statement_id `

func selectEvidence(ctx context.Context, db reader, where string, args ...any) ([]evidenceRow, error) {
	var rows []evidenceRow
	if err := db.Select(ctx, &rows, evidenceQuery+where, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read the ledger: %w", err)
	}
	return rows, nil
}

func ledger(ctx context.Context, db reader, pair pipeline.Pair) ([]pipeline.LedgerRow, error) {
	rows, err := selectEvidence(ctx, db, `WHERE e.learner = ? AND e.capability = ? AND l.ended = 0 ORDER BY e.pos, e.statement_pos, e.alignment, e.link_pos`,
		pair.Learner, pair.Capability)
	if err != nil {
		return nil, err
	}
	out := make([]pipeline.LedgerRow, len(rows))
	for i, row := range rows {
		if out[i], err = row.ledger(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// historyRows reads rows that a condition takes, also those of links that ended.
func historyRows(ctx context.Context, db reader, where string, args ...any) ([]pipeline.HistoryRow, error) {
	rows, err := selectEvidence(ctx, db, where, args...)
	if err != nil {
		return nil, err
	}
	out := make([]pipeline.HistoryRow, len(rows))
	for i, row := range rows {
		kept, err := row.ledger()
		if err != nil {
			return nil, err
		}
		out[i] = pipeline.HistoryRow{LedgerRow: kept, LinkEnded: row.LinkEnded, VoidedPos: row.VoidedPos}
	}
	return out, nil
}

// LedgerOf is pipeline.Projection.
func (p Projection) LedgerOf(ctx context.Context, statementID, alignment string, linkPos int64) ([]pipeline.Pair, error) {
	column, value := "link_pos", any(linkPos)
	switch {
	case statementID != "":
		column, value = "statement_id", statementID
	case alignment != "":
		column, value = "alignment", alignment
	}
	var pairs []pipeline.Pair
	if err := p.s.Select(ctx, &pairs, `SELECT DISTINCT learner, capability FROM evidence WHERE `+column+` = ? ORDER BY learner, capability`, value); err != nil {
		return nil, fmt.Errorf("sqlstore: read whose the evidence is: %w", err)
	}
	return pairs, nil
}
