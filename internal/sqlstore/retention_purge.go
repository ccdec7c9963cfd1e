package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"cairn/internal/pipeline"
	"cairn/xapi"
)

// ErrReplayUnderWay says that a replay folds the log anew: until it has come to its end, nobody knows what is evidence.
var ErrReplayUnderWay = errors.New("sqlstore: a replay is under way; purge when it is done")

// Purged is what a purge took, or would take.
type Purged struct {
	Statements  int64 `json:"statements"`
	Checkpoints int64 `json:"checkpoints"` // of them stay as evidence, voids or times, without what they said
	Held        int64 `json:"held"`        // statements that the rule takes and that still wait for the projection or to be forwarded
}

// purge is a purge under way.
type purge struct {
	s      *Store
	rule   RetentionRule
	issuer string
	upTo   int64
	finish map[int64]bool // terms of activities that are finished by a record of theirs
	loose  map[int64]bool // terms whose links were removed
	Purged
}

// The bounds of one transaction and of what waits to be blanked.
const (
	purgeBatch = 500
	looseMost  = 20_000
)

// breath is how long a purge lets others write between two transactions. SQLite asks for the lock again at most every 100 ms, and does
// not know who waited longest; PostgreSQL does.
const breath = 100 * time.Millisecond

func (p *purge) breathe(ctx context.Context) error {
	if !p.s.d.oneWriter {
		return nil
	}
	return pause(ctx, breath)
}

// Purge takes away what a rule takes, some at a time: others write between. States of learners never change by it: what is evidence
// stays as a checkpoint (settled question 15). Ids stay known. shown is told the position of the log that was reached and where it
// ends; may be nil. ErrReplayUnderWay.
func (s *Store) Purge(ctx context.Context, rule RetentionRule, shown func(at, end int64)) (Purged, error) {
	p, err := s.newPurge(ctx, rule)
	if err == nil {
		err = p.each(ctx, p.remove, shown)
	}
	if err == nil {
		err = p.blank(ctx)
	}
	if err == nil && p.Statements > 0 {
		_, err = s.execOne(ctx, `UPDATE retention_rule SET purged = purged + ?, last_run = ? WHERE name = ?`, p.Statements, micros(s.now()), rule.Name)
	}
	if err != nil {
		return p.Purged, fmt.Errorf("sqlstore: purge statements: %w", err)
	}
	return p.Purged, nil
}

// CountPurge says what Purge would take.
func (s *Store) CountPurge(ctx context.Context, rule RetentionRule) (Purged, error) {
	p, err := s.newPurge(ctx, rule)
	if err == nil {
		err = p.each(ctx, p.count, nil)
	}
	return p.Purged, wrap(err, "count what a purge takes")
}

func (s *Store) newPurge(ctx context.Context, rule RetentionRule) (*purge, error) {
	p := &purge{s: s, rule: rule, finish: map[int64]bool{}, loose: map[int64]bool{}}
	if rule.Registration != "" {
		issuer, err := s.issuerOf(ctx, rule.Registration)
		if err != nil {
			return p, err
		}
		p.issuer = issuer
	}
	var finish []int64
	if err := s.Select(ctx, &finish, `SELECT t.id FROM term t JOIN placed_activity p ON p.records = t.value WHERE t.kind = ?`, int64(xapi.TermActivity)); err != nil {
		return p, err
	}
	for _, id := range finish {
		p.finish[id] = true
	}
	return p, p.bound(ctx)
}

// bound finds up to where the purge may go: what was stored before the time, was folded, and was sent to every record store that is
// not paused. The last position of the log stays, so that it ends with an entry.
func (p *purge) bound(ctx context.Context) error {
	last, err := p.s.lastAt(ctx, p.rule.Before(p.s.now()).Add(-time.Microsecond))
	if err != nil {
		return err
	}
	cursor, err := p.s.Projection().Cursor(ctx)
	if err != nil {
		return err
	}
	if cursor.Pos < cursor.EmitAfter {
		return ErrReplayUnderWay
	}
	var forwarded int64
	if err := p.s.Get(ctx, &forwarded, `SELECT COALESCE(MIN(pos), ?) FROM forward_target WHERE paused = 0`, last); err != nil {
		return err
	}
	head, err := p.s.Head(ctx)
	if err != nil {
		return err
	}
	p.upTo = min(last, cursor.Pos, forwarded, head-1)
	return p.countHeld(ctx, min(last, head-1))
}

// countHeld counts what the rule takes behind upTo.
func (p *purge) countHeld(ctx context.Context, to int64) error {
	for after := p.upTo; after < to; {
		some, through, err := p.next(ctx, after, to)
		if err != nil {
			return err
		}
		p.Held, after = p.Held+int64(len(some)), through
	}
	return nil
}

// each calls f for the positions that the rule takes, some at a time.
func (p *purge) each(ctx context.Context, f func(context.Context, []int64) error, shown func(at, end int64)) error {
	for after := int64(0); after < p.upTo; {
		some, through, err := p.next(ctx, after, p.upTo)
		if err != nil {
			return err
		}
		if len(some) > 0 {
			if err := f(ctx, some); err != nil {
				return err
			}
		}
		if after = through; shown != nil {
			shown(after, p.upTo)
		}
	}
	return nil
}

// next answers the next positions, not beyond to, and how far it looked. What still waits to void another stays.
func (p *purge) next(ctx context.Context, after, to int64) (some []int64, through int64, err error) {
	var b queryText
	b.add(`SELECT s.pos, COALESCE(o.value, '') AS value, o.whole FROM statement s LEFT JOIN term o ON o.id = s.object WHERE s.pos > ? AND s.pos <= ? AND s.void NOT IN (?, ?)`,
		after, to, int64(voidWaits), int64(voidWaitsAny))
	if p.rule.Verb != "" {
		b.add(` AND s.verb IN (SELECT id FROM term WHERE kind = ? AND value = ?)`, int64(xapi.TermVerb), first(storedValue(p.rule.Verb)))
	}
	if p.rule.Activity != "" {
		from, to := prefixRange(p.rule.Activity)
		b.add(` AND s.object IN (SELECT id FROM term WHERE kind = ? AND value >= ? AND value < ?)`, int64(xapi.TermActivity), from, to)
	}
	if p.issuer != "" {
		account := strings.TrimSuffix(accountKey(p.issuer, "x"), "x")
		b.add(` AND s.actor IN (SELECT id FROM term WHERE kind = ? AND value >= ? AND value < ?)`, int64(xapi.TermAgent), account, strings.TrimSuffix(account, "|")+"}")
	}
	b.add(` ORDER BY s.pos LIMIT ?`, purgeBatch)
	var rows []struct {
		Pos   int64
		Value string
		Whole *string
	}
	if err := p.s.Select(ctx, &rows, b.text.String(), b.args...); err != nil {
		return nil, after, err
	}
	through = to
	if len(rows) == purgeBatch {
		through = rows[len(rows)-1].Pos
	}
	sel := pipeline.Selection{Activity: p.rule.Activity}
	for _, r := range rows {
		if p.rule.Activity == "" || sel.TakesActivity(givenValue(r.Value, r.Whole)) {
			some = append(some, r.Pos)
		}
	}
	return some, through, nil
}

func first[A, B any](a A, _ B) A { return a }

// stays says that what the fold sees of a statement stays: it is evidence, or finishes a placed activity.
func (p *purge) stays(r leavingRow) bool { return r.evidence || p.finish[r.Object] }

func (p *purge) count(ctx context.Context, positions []int64) error {
	return p.s.snapshot(ctx, func(r reader) error {
		rows, err := r.(*Tx).leaving(ctx, positions, p.rule.Before(p.s.now()), nil)
		p.tally(rows)
		return err
	})
}

func (p *purge) tally(rows []leavingRow) {
	p.Statements += int64(len(rows))
	for _, r := range rows {
		if p.stays(r) || r.voids() || r.ticks {
			p.Checkpoints++
		}
	}
}

// remove takes away the statements at the positions, in one transaction.
func (p *purge) remove(ctx context.Context, positions []int64) error {
	var rows []leavingRow
	var terms map[int64]bool
	err := p.s.write(ctx, func(tx *Tx) error {
		folded, emitted, err := tx.beginRemoval(ctx)
		if err != nil {
			return err
		}
		if folded < emitted {
			return ErrReplayUnderWay
		}
		if rows, err = tx.leaving(ctx, positions, p.rule.Before(p.s.now()), nil); err != nil {
			return err
		}
		r := removal{tx: tx, rows: rows, terms: map[int64]bool{}, record: p.stays, void: func(leavingRow) bool { return true },
			show: func(int64) bool { return true }, id: func(r leavingRow) string { return r.ID }}
		terms = r.terms
		if !tx.db.departed.Load().gone { // from now on, ids are asked for
			if err := tx.newGeneration(ctx); err != nil {
				return err
			}
		}
		return r.run(ctx)
	})
	if err != nil {
		return err
	}
	if err := p.breathe(ctx); err != nil {
		return err
	}
	p.tally(rows)
	maps.Copy(p.loose, terms)
	if !p.s.departed.Load().gone {
		if err := p.s.refresh(ctx); err != nil {
			return err
		}
	}
	if len(p.loose) < looseMost {
		return nil
	}
	return p.blank(ctx)
}

// blank takes people and xAPI registrations out of the store that no statement names any more. Activities stay: pages list them.
func (p *purge) blank(ctx context.Context) error {
	ids := slices.Sorted(maps.Keys(p.loose))
	for some := range slices.Chunk(ids, looseMost) {
		err := p.s.write(ctx, func(tx *Tx) error {
			if _, _, err := tx.beginRemoval(ctx); err != nil {
				return err
			}
			loose := map[int64]bool{}
			for _, id := range some {
				loose[id] = true
			}
			if err := tx.dropIdleCheckpoints(ctx); err != nil {
				return err
			}
			return tx.blankTerms(ctx, loose, xapi.TermAgent, xapi.TermRegistration)
		})
		if err != nil {
			return err
		}
	}
	clear(p.loose)
	return p.s.refresh(ctx)
}
