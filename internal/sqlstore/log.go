package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/profile"
)

// recordColumns is what scanRecord reads.
const recordColumns = `pos, id, stored, timestamp, own, verb, actor, object, terms, success, completion, score_milli, duration, refers_to, void, voided_pos`

// record is a statement of the log before its identifiers are read.
type record struct {
	entry               pipeline.Entry
	verb, actor, object int64
	under, around       []int64
	category            []int64
}

// Entries answers up to limit entries after a position, in order. What it answers is complete up to its last entry; positions that
// are missing were erased or purged, and nothing stands for them.
func (s *Store) Entries(ctx context.Context, after int64, limit int) ([]pipeline.Entry, error) {
	upTo, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	if after >= upTo || limit < 1 {
		return nil, nil
	}
	all, err := s.entries(ctx, after, upTo, limit)
	if err != nil {
		return nil, fmt.Errorf("sqlstore: read the log after %d: %w", after, err)
	}
	return all, nil
}

// entries reads statements first: mostly there are enough of them, and they bound what else is looked at.
func (s *Store) entries(ctx context.Context, after, upTo int64, limit int) ([]pipeline.Entry, error) {
	const next = `SELECT ` + recordColumns + ` FROM %s WHERE pos > ? AND pos <= ? ORDER BY pos LIMIT ?`
	statements, err := s.records(ctx, limit, fmt.Sprintf(next, "statement"), after, upTo, limit)
	if err != nil {
		return nil, err
	}
	if len(statements) == limit {
		upTo = statements[limit-1].Pos
	}
	kept, err := s.records(ctx, 0, fmt.Sprintf(next, "checkpoint"), after, upTo, limit)
	if err != nil {
		return nil, err
	}
	if len(kept) == limit {
		upTo = kept[limit-1].Pos
	}
	events, err := s.events(ctx, after, upTo, limit)
	if err != nil || len(events)+len(kept) == 0 {
		return statements, err
	}
	all := inOrder(statements, kept, events)
	return all[:min(limit, len(all))], nil
}

func (s *Store) events(ctx context.Context, after, upTo int64, limit int) ([]pipeline.Entry, error) {
	var rows []struct {
		Pos    int64  `db:"pos"`
		Stored int64  `db:"stored"`
		Kind   string `db:"kind"`
		Body   []byte `db:"body"`
	}
	if err := s.Select(ctx, &rows, `SELECT pos, stored, kind, body FROM event WHERE pos > ? AND pos <= ? ORDER BY pos LIMIT ?`, after, upTo, limit); err != nil {
		return nil, err
	}
	out := make([]pipeline.Entry, len(rows))
	for i, r := range rows {
		out[i] = pipeline.Entry{Pos: r.Pos, Stored: fromMicros(r.Stored), Kind: pipeline.EntryKind(r.Kind), Body: r.Body}
	}
	return out, nil
}

// roomMost bounds what is taken for rows before they are read.
const roomMost = 1_000

// records reads statements of the log, about as many as expected; the query answers recordColumns.
func (s *Store) records(ctx context.Context, expected int, query string, args ...any) ([]pipeline.Entry, error) {
	rows, err := s.DB.Query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err says all
	found := make([]record, 0, min(expected, roomMost))
	ids := make([]int64, 0, 5*cap(found))
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, err
		}
		found = append(found, r)
		ids = append(append(append(ids, r.verb, r.actor, r.object), r.under...), r.around...)
	}
	if err := rows.Err(); err != nil {
		return nil, translate(err)
	}
	values, err := s.terms.read(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]pipeline.Entry, len(found))
	for i, r := range found {
		out[i] = r.finish(values)
	}
	return out, nil
}

func scanRecord(rows *sqlx.Rows) (record, error) {
	var r record
	var stored, timestamp, own, void int64
	var terms string
	var success, completion, score, duration, voidedPos *int64
	var refersTo *string
	e := &r.entry
	err := rows.Scan(&e.Pos, &e.Record.StatementID, &stored, &timestamp, &own, &r.verb, &r.actor, &r.object, &terms, &success, &completion, &score,
		&duration, &refersTo, &void, &voidedPos)
	if err != nil {
		return r, err
	}
	e.Kind, e.Stored, e.Own = pipeline.EntryStatement, fromMicros(stored), own == 1
	e.Record.Pos, e.Record.Time = e.Pos, mapping.EventTime(time.UnixMicro(timestamp).UTC(), e.Stored)
	e.Record.Success, e.Record.Completion = boolean(success), boolean(completion)
	if score != nil {
		e.Record.ScoreMilli = new(int(*score))
	}
	if duration != nil {
		e.Record.Duration = new(time.Duration(*duration))
	}
	if voidState(void) == voidDone && refersTo != nil {
		e.Voids = *refersTo
	}
	if voidedPos != nil {
		e.VoidedPos = *voidedPos
	}
	for _, l := range parseLinks(terms) {
		switch l.role {
		case xapi.RoleParent, xapi.RoleGrouping:
			r.under = append(r.under, l.term)
		case xapi.RoleCategory:
			r.category, r.around = append(r.category, l.term), append(r.around, l.term)
		case xapi.RoleOther:
			r.around = append(r.around, l.term)
		}
	}
	return r, nil
}

// finish puts the identifiers into the entry. Under and Around are in alphabetical order, each once.
func (r record) finish(values map[int64]string) pipeline.Entry {
	e := r.entry
	e.Record.Verb, e.Record.Agent, e.Record.Activity = values[r.verb], values[r.actor], values[r.object]
	e.Record.Under, e.Record.Around = sorted(r.under, values), sorted(r.around, values)
	e.Record.SelfConfirmed = slices.ContainsFunc(r.category, func(id int64) bool { return profile.IsSelfConfirmed(values[id]) })
	return e
}

// sorted is the identifiers in alphabetical order, each once.
func sorted(ids []int64, values map[int64]string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, values[id])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// boolean reads what flag made.
func boolean(n *int64) *bool {
	if n == nil {
		return nil
	}
	return new(*n == 1)
}

// OfActivity calls f for each statement at or before upTo, in order, that the selector takes. Own statements are left out.
func (s *Store) OfActivity(ctx context.Context, sel mapping.Selector, upTo int64, f func(pipeline.Entry) error) error {
	positions, err := s.selected(ctx, sel, upTo)
	if err != nil {
		return fmt.Errorf("sqlstore: find the statements of an activity: %w", err)
	}
	return s.each(ctx, positions, func(e pipeline.Entry) error {
		if e.Own || !sel.Matches(e.Record) { // linked by a reference only, or beyond a boundary
			return nil
		}
		return f(e)
	})
}

// OfAgent calls f for each statement at or before upTo, in order, whose actor is the agent. Own statements are left out.
func (s *Store) OfAgent(ctx context.Context, agent string, upTo int64, f func(pipeline.Entry) error) error {
	positions, err := s.positions(ctx, term{xapi.TermAgent, agent}, []xapi.Role{xapi.RoleActor}, upTo)
	if err != nil {
		return fmt.Errorf("sqlstore: find the statements of an agent: %w", err)
	}
	return s.each(ctx, positions, func(e pipeline.Entry) error {
		if e.Own || e.Record.Agent != agent { // linked by a reference only, or one of several actors
			return nil
		}
		return f(e)
	})
}
