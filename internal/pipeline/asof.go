package pipeline

import (
	"slices"
	"time"

	"cairn/mapping"
)

// Clock says by which time of an event a date asks (settled question 7). Both are kept.
type Clock string

// The clocks.
const (
	ClockRecorded Clock = "recorded" // what did we know: as the log stood then
	ClockEvent    Clock = "event"    // what had happened: by event time, with all that is known today
)

// AsOf asks for the past.
type AsOf struct {
	At    time.Time // the date
	Clock Clock     // "" is ClockRecorded
	// Pos is the log position the date stands for: the last one stored by then. Where it is given and At is not, At is its stored time.
	Pos int64
	// RulesOfToday judges what was known, or had happened, by the alignments and rules of today in place of those of then.
	RulesOfToday bool
}

// RuleSpan is a rule with the position at which another took its place; 0: none did.
type RuleSpan struct {
	Ruled
	Ended int64
}

// HistoryRow is a row of the ledger with what became of it.
type HistoryRow struct {
	LedgerRow
	LinkEnded int64 // position at which its link ended; 0: it is active
	VoidedPos int64 // position of the first void of its statement; 0: none
}

// History is all that was ever known of one learner and one capability, in any order. Nothing in it is ever taken away, but by
// erasure.
type History struct {
	Pair
	Rows         []HistoryRow
	Aligned      []Aligned
	Rules        []RuleSpan // of the capability, and the defaults of its framework
	Endorsements []EndorsementRow
	Transitions  []mapping.Transition
	Earlier      []string // items that it replaced: rows and alignments of these may be among the others
}

// Case is the case as it stood, or as it would have stood by the rules of today.
func (h History) Case(q AsOf) mapping.Case {
	b := Basis{Pos: q.known(), Pair: h.Pair, At: q.At, Rows: h.rows(q), Endorsements: h.endorsements(q), Earlier: h.Earlier, WasEvidenced: slices.ContainsFunc(h.Transitions, q.evidenced)}
	for _, a := range h.Aligned {
		if stood, ok := q.aligned(a); ok {
			b.Aligned = append(b.Aligned, stood)
		}
	}
	for _, r := range h.Rules {
		if q.inForce(r) {
			b.Rules = append(b.Rules, r.ScopedRule)
		}
	}
	return b.Case()
}

// by says whether what happened at a time, at a position of the log, counts.
func (q AsOf) by(at time.Time, pos int64) bool {
	if q.Clock == ClockEvent {
		return !at.After(q.At)
	}
	return pos <= q.Pos
}

// known is the position up to which all is known: by event time nothing is left out that came later.
func (q AsOf) known() int64 {
	if q.Clock == ClockEvent {
		return 0
	}
	return q.Pos
}

// past says whether a position had been reached; 0 never is.
func (q AsOf) past(pos int64) bool { return pos != 0 && (pos <= q.Pos || q.Clock == ClockEvent) }

// aligned answers an alignment as it stood, false when it had not begun.
func (q AsOf) aligned(a Aligned) (Aligned, bool) {
	if q.RulesOfToday {
		return a, true
	}
	if a.Ended > q.Pos {
		a.Ended = 0
	}
	return a, a.Began <= q.Pos
}

func (q AsOf) inForce(r RuleSpan) bool {
	if q.RulesOfToday {
		return r.Ended == 0
	}
	return r.Began <= q.Pos && (r.Ended == 0 || r.Ended > q.Pos)
}

// held says whether an endorsement was the learner's: accounts are joined and parted.
func (q AsOf) held(r EndorsementRow) bool {
	if q.Clock == ClockEvent {
		return r.HeldUntil == 0
	}
	return r.HeldFrom <= q.Pos && (r.HeldUntil == 0 || r.HeldUntil > q.Pos)
}

// evidenced says that a transition had made the capability evidenced.
func (q AsOf) evidenced(t mapping.Transition) bool {
	return t.To == mapping.Evidenced && q.by(t.At, t.Pos)
}

// rows answers the rows that were known or had happened, of links that stood. By the alignments of then a row counts from where it
// was recorded: an alignment that came later had made none.
func (h History) rows(q AsOf) []LedgerRow {
	began := map[string]int64{}
	for _, a := range h.Aligned {
		began[a.ID] = a.Began
	}
	var out []LedgerRow
	for _, r := range h.Rows {
		known := r.LinkPos <= q.Pos && (r.LinkEnded == 0 || r.LinkEnded > q.Pos)
		if q.Clock == ClockEvent {
			known = r.LinkEnded == 0
		}
		if !known || !q.by(r.Evidence.Record.Time, r.Evidence.Record.Pos) || !q.RulesOfToday && began[r.Evidence.Alignment] > q.Pos {
			continue
		}
		row := r.LedgerRow
		row.Evidence.Voided = q.past(r.VoidedPos)
		out = append(out, row)
	}
	return out
}

// endorsements answers those that had been given, withdrawn only where that had come to pass.
func (h History) endorsements(q AsOf) []mapping.Endorsement {
	var out []mapping.Endorsement
	for _, r := range h.Endorsements {
		if !q.by(r.At, r.Pos) || !q.held(r) {
			continue
		}
		e := r.Endorsement
		if r.WithdrawnPos == 0 || !q.by(r.WithdrawnAt, r.WithdrawnPos) {
			e.WithdrawnAt, e.WithdrawnBy, e.WithdrawnReason = time.Time{}, "", ""
		}
		out = append(out, e)
	}
	return out
}
