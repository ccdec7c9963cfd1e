package pipeline_test

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
	"cairn/xapi"
	"cairn/xapi/profile"
)

// memory is a log and a projection in memory, for tests that ask what the fold does and not how it is kept.
type memory struct {
	entries []pipeline.Entry
	emitted []xapi.Prepared

	cursor      pipeline.Cursor
	alignments  []pipeline.Aligned
	rules       []mapping.ScopedRule
	links       []pipeline.ActiveLink
	ledger      []pipeline.LedgerRow
	voided      []pipeline.Voided
	progress    map[pipeline.Pair]mapping.Progress
	transitions []mapping.Transition
	scored      []string
	due         map[pipeline.Pair]time.Time
	unlinked    map[int64]int64     // where links ended, by where they began
	spans       []pipeline.RuleSpan // rules with their history
	rated       []pipeline.RatingRow
	endorsed    []pipeline.EndorsementRow
	owners      map[string]string
	moved       []pipeline.Moved
	failIn      int          // the commit that fails with errAway, counted down
	lost        bool         // the lease is somebody else's
	fail        error        // answered by the next Commit
	reads       atomic.Int64 // calls of Ledger
	now         time.Time    // of the next entry
}

// errAway says that the database was away for a moment.
var errAway = errors.New("the database is away")

func newMemory(entries ...pipeline.Entry) *memory {
	return &memory{entries: entries, progress: map[pipeline.Pair]mapping.Progress{}, unlinked: map[int64]int64{}, owners: map[string]string{}, due: map[pipeline.Pair]time.Time{}, now: epoch.Add(time.Second)}
}

func (m *memory) Entries(_ context.Context, after int64, limit int) ([]pipeline.Entry, error) {
	rest := m.entries[min(int(after), len(m.entries)):]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}

func (m *memory) Head(context.Context) (int64, error) { return int64(len(m.entries)), nil }

func (m *memory) OfActivity(_ context.Context, s mapping.Selector, upTo int64, f func(pipeline.Entry) error) error {
	return m.each(upTo, func(e pipeline.Entry) bool { return s.Matches(e.Record) }, f)
}

func (m *memory) OfAgent(_ context.Context, agent string, upTo int64, f func(pipeline.Entry) error) error {
	return m.each(upTo, func(e pipeline.Entry) bool { return e.Record.Agent == agent }, f)
}

func (m *memory) each(upTo int64, take func(pipeline.Entry) bool, f func(pipeline.Entry) error) error {
	for _, e := range m.entries {
		if e.Pos > upTo || e.Kind != pipeline.EntryStatement || e.Own || e.Voids != "" || !take(e) {
			continue
		}
		if err := f(e); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Cursor(context.Context) (pipeline.Cursor, error) { return m.cursor, nil }
func (m *memory) Alignments(context.Context) ([]pipeline.Aligned, error) {
	return slices.Clone(m.alignments), nil
}
func (m *memory) Rules(context.Context) ([]mapping.ScopedRule, error) {
	return slices.Clone(m.rules), nil
}
func (m *memory) Links(context.Context) ([]pipeline.ActiveLink, error) {
	return slices.Clone(m.links), nil
}
func (m *memory) Lease(context.Context, string, time.Time, time.Time) error { return nil }

func (m *memory) Ledger(_ context.Context, p pipeline.Pair) ([]pipeline.LedgerRow, error) {
	m.reads.Add(1)
	var out []pipeline.LedgerRow
	for _, r := range m.ledger {
		if r.Pair != p || !m.active(r.LinkPos) {
			continue
		}
		r.Evidence.Voided = slices.ContainsFunc(m.voided, func(v pipeline.Voided) bool { return v.StatementID == r.Evidence.Record.StatementID })
		out = append(out, r)
	}
	return out, nil
}

func (m *memory) active(linkPos int64) bool {
	return slices.ContainsFunc(m.links, func(l pipeline.ActiveLink) bool { return l.Pos == linkPos })
}

func (m *memory) LedgerOf(_ context.Context, statement, alignment string, linkPos int64) ([]pipeline.Pair, error) {
	var out []pipeline.Pair
	for _, r := range m.ledger {
		if r.Evidence.Record.StatementID == statement || r.Evidence.Alignment == alignment || r.LinkPos == linkPos {
			out = append(out, r.Pair)
		}
	}
	return out, nil
}

func (m *memory) Progress(_ context.Context, p pipeline.Pair) (mapping.Progress, error) {
	return m.progress[p], nil
}

func (m *memory) Due(_ context.Context, upTo time.Time) ([]pipeline.Due, error) {
	var out []pipeline.Due
	for pair, at := range m.due {
		if !at.After(upTo) {
			out = append(out, pipeline.Due{Pair: pair, At: at})
		}
	}
	return out, nil
}

func (m *memory) NextDue(_ context.Context, after time.Time) (next time.Time, err error) {
	for _, at := range m.due {
		if at.After(after) && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, nil
}

func (m *memory) Rated(_ context.Context, p pipeline.Pair) (n int, err error) {
	for _, r := range m.rated {
		if r.About == p.Learner && r.Capability == p.Capability {
			n++
		}
	}
	return n, nil
}

func (m *memory) Endorsements(_ context.Context, p pipeline.Pair) (out []pipeline.EndorsementRow, err error) {
	for _, r := range m.endorsed {
		if r.Learner == p.Learner && r.Capability == p.Capability {
			out = append(out, r)
		}
	}
	return out, nil
}

// Person knows the accounts whose id is a number.
func (m *memory) Person(_ context.Context, account, learnerID string) (profile.Account, error) {
	if id := account + learnerID; strings.HasPrefix(id, "account-") || strings.HasPrefix(id, "learner-") {
		return profile.Account{HomePage: "http://lms.test", Name: id[len("account-"):]}, nil
	}
	return profile.Account{}, nil
}

func (m *memory) Tick(context.Context, string) error {
	if m.lost {
		return pipeline.ErrLeaseLost
	}
	m.append(pipeline.Entry{Kind: pipeline.EntryClock, Body: []byte(`{}`)})
	return nil
}

func (m *memory) Reset(context.Context) error {
	fresh := newMemory(m.entries...)
	m.cursor = pipeline.Cursor{EmitAfter: max(m.cursor.EmitAfter, m.cursor.Pos)}
	m.alignments, m.rules, m.links, m.ledger, m.voided, m.transitions, m.spans, m.rated, m.endorsed, m.moved = nil, nil, nil, nil, nil, nil, nil, nil, nil, nil
	m.progress, m.due, m.unlinked, m.owners = fresh.progress, fresh.due, fresh.unlinked, fresh.owners
	return nil
}

func (m *memory) Commit(_ context.Context, b pipeline.Batch) error {
	if err := m.fail; err != nil {
		m.fail = nil
		return err
	}
	if m.failIn--; m.failIn == 0 {
		return errAway
	}
	if b.From != m.cursor.Pos {
		return pipeline.ErrLeaseLost
	}
	m.alignments = append(m.alignments, b.Began...)
	for _, e := range b.Ended {
		i := slices.IndexFunc(m.alignments, func(a pipeline.Aligned) bool { return a.ID == e.Alignment })
		m.alignments[i].Ended = e.Pos
	}
	for _, r := range b.Rules {
		m.rules = append(slices.DeleteFunc(m.rules, r.Replaces), r.ScopedRule)
		m.setRule(r)
	}
	m.rated = append(m.rated, b.Rated...)
	m.endorsed = append(m.endorsed, b.Endorsed...)
	for _, w := range b.Withdrawn {
		i := slices.IndexFunc(m.endorsed, func(r pipeline.EndorsementRow) bool { return r.ID == w.ID })
		m.endorsed[i] = w
	}
	m.move(b.Moved)
	m.links = append(m.links, b.Linked...)
	for _, u := range b.Unlinked {
		m.unlinked[u.LinkPos] = u.Pos
		m.links = slices.DeleteFunc(m.links, func(l pipeline.ActiveLink) bool { return l.Pos == u.LinkPos })
	}
	for _, r := range b.Evidence { // a row is the same whenever it is written
		if !slices.ContainsFunc(m.ledger, func(o pipeline.LedgerRow) bool {
			return o.Pair == r.Pair && o.LinkPos == r.LinkPos && o.Evidence.Alignment == r.Evidence.Alignment && o.Evidence.Record.Pos == r.Evidence.Record.Pos
		}) {
			m.ledger = append(m.ledger, r)
		}
	}
	for _, v := range b.Voided {
		if !slices.Contains(m.voided, v) {
			m.voided = append(m.voided, v)
		}
	}
	for _, p := range b.Progress {
		pair := pipeline.Pair{Learner: p.Learner, Capability: p.Capability}
		m.progress[pair] = p
		delete(m.due, pair)
	}
	for _, d := range b.Due {
		m.due[d.Pair] = d.At
	}
	m.transitions = append(m.transitions, b.Transitions...)
	m.scored = append(m.scored, b.Scored...)
	m.emit(b.Emit)
	m.cursor.Pos = b.To
	return nil
}

func (m *memory) move(moved []pipeline.Moved) {
	for _, v := range moved {
		if !slices.ContainsFunc(m.moved, func(o pipeline.Moved) bool { return o.Pos == v.Pos }) {
			m.moved = append(m.moved, v)
		}
		for _, home := range v.Homes {
			m.owners[home] = v.Into
		}
		for i, r := range m.rated {
			if slices.Contains(v.Homes, r.About) {
				m.rated[i].Learner = v.Into
			}
		}
		for i, r := range m.endorsed {
			if slices.Contains(v.Homes, r.About) {
				m.endorsed[i].Learner = v.Into
			}
		}
	}
}

// held is an endorsement for each time that it was the learner's.
func (m *memory) held(r pipeline.EndorsementRow, learner string) (out []pipeline.EndorsementRow) {
	r.Learner = r.About
	for _, v := range m.moved {
		if !slices.Contains(v.Homes, r.About) {
			continue
		}
		r.HeldUntil = v.Pos
		if r.Learner == learner {
			out = append(out, r)
		}
		r.Learner, r.HeldFrom, r.HeldUntil = v.Into, v.Pos, 0
	}
	if r.Learner == learner {
		out = append(out, r)
	}
	return out
}

func (m *memory) Owners(context.Context) (map[string]string, error) { return maps.Clone(m.owners), nil }

func (m *memory) PairsOf(_ context.Context, learner string) (out []pipeline.Pair, err error) {
	has := map[pipeline.Pair]bool{}
	for _, r := range m.ledger {
		has[r.Pair] = true
	}
	for p := range m.progress {
		has[p] = true
	}
	for _, r := range m.endorsed {
		has[pipeline.Pair{Learner: r.Learner, Capability: r.Capability}] = true
	}
	for p := range has {
		if p.Learner == learner {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b pipeline.Pair) int { return cmp.Compare(a.Capability, b.Capability) })
	return out, nil
}

// setRule ends the rule whose place one takes, and begins it.
func (m *memory) setRule(r pipeline.Ruled) {
	m.spans = slices.DeleteFunc(m.spans, func(o pipeline.RuleSpan) bool { return o.Began == r.Began && r.Replaces(o.ScopedRule) })
	for i := range m.spans {
		if m.spans[i].Ended == 0 && r.Replaces(m.spans[i].ScopedRule) {
			m.spans[i].Ended = r.Began
		}
	}
	m.spans = append(m.spans, pipeline.RuleSpan{Ruled: r})
}

// history is all that was ever known of a pair.
func (m *memory) history(p pipeline.Pair) pipeline.History {
	h := pipeline.History{Pair: p}
	for _, r := range m.ledger {
		if r.Pair != p {
			continue
		}
		row := pipeline.HistoryRow{LedgerRow: r, LinkEnded: m.unlinked[r.LinkPos]}
		for _, v := range m.voided {
			if v.StatementID == r.Evidence.Record.StatementID && row.VoidedPos == 0 {
				row.VoidedPos = v.Pos
			}
		}
		h.Rows = append(h.Rows, row)
	}
	for _, a := range m.alignments {
		if a.Capability == p.Capability {
			h.Aligned = append(h.Aligned, a)
		}
	}
	for _, r := range m.spans {
		if r.Capability == p.Capability || r.Capability == "" {
			h.Rules = append(h.Rules, r)
		}
	}
	for _, r := range m.endorsed {
		if r.Capability == p.Capability {
			h.Endorsements = append(h.Endorsements, m.held(r, p.Learner)...)
		}
	}
	for _, t := range m.transitions {
		if t.Learner == p.Learner && t.Capability == p.Capability {
			h.Transitions = append(h.Transitions, t)
		}
	}
	return h
}

// emit appends our own statements to the log, as a store does.
func (m *memory) emit(own []xapi.Prepared) {
	for _, p := range own {
		m.emitted = append(m.emitted, p)
		m.append(pipeline.Entry{Kind: pipeline.EntryStatement, Own: true, Record: mapping.Record{StatementID: p.ID}})
	}
}

func (m *memory) append(e pipeline.Entry) {
	e.Pos = int64(len(m.entries)) + 1
	e.Stored, m.now = m.now, m.now.Add(time.Second)
	if e.Kind == pipeline.EntryStatement {
		e.Record.Pos = e.Pos
		m.settleVoids(&e)
	}
	m.entries = append(m.entries, e)
}

// settleVoids sets VoidedPos in both orders of arrival.
func (m *memory) settleVoids(e *pipeline.Entry) {
	for i := range m.entries {
		other := &m.entries[i]
		if e.Voids != "" && other.Record.StatementID == e.Voids && other.VoidedPos == 0 && other.Voids == "" {
			other.VoidedPos = e.Pos
		}
		if other.Voids != "" && other.Voids == e.Record.StatementID && e.VoidedPos == 0 && e.Voids == "" {
			e.VoidedPos = other.Pos
		}
	}
}

// sortedLedger is the ledger in an order that does not depend on how it was written.
func (m *memory) sortedLedger() []pipeline.LedgerRow {
	out := slices.Clone(m.ledger)
	slices.SortStableFunc(out, func(a, b pipeline.LedgerRow) int {
		return cmp.Or(cmp.Compare(a.Pos, b.Pos), strings.Compare(a.Learner, b.Learner),
			strings.Compare(a.Evidence.Alignment, b.Evidence.Alignment), cmp.Compare(a.Evidence.Record.Pos, b.Evidence.Record.Pos),
			cmp.Compare(a.LinkPos, b.LinkPos))
	})
	for i := range out {
		out[i].Evidence.Voided = false // kept as retraction rows, compared on their own
	}
	return out
}

var epoch = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)
