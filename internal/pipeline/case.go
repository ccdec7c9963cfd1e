package pipeline

import (
	"cmp"
	"slices"
	"time"

	"cairn/mapping"
)

// Basis is what a state rests on: the rows of one learner and one capability whose links are active, every alignment of the
// capability (also those that ended), its rules and the defaults of its framework, the endorsements, and the date asked for. All
// in any order.
type Basis struct {
	Pair
	Rows         []LedgerRow
	Aligned      []Aligned
	Rules        []mapping.ScopedRule
	Endorsements []mapping.Endorsement
	At           time.Time
	WasEvidenced bool // the state was evidenced before
	// Earlier are the items that the capability replaced (mapping.Case.Earlier): rows and alignments of these may be among the others.
	Earlier []string
	Pos     int64 // of the log, up to which it is known (mapping.Case.Pos)
}

// Case puts the basis in order. A statement that two links of the same learner brought stands once.
func (b Basis) Case() mapping.Case {
	c := mapping.Case{
		Capability: b.Capability, Rules: b.Rules, Ended: map[string]bool{}, Endorsements: b.Endorsements, At: b.At, WasEvidenced: b.WasEvidenced, Earlier: b.Earlier, Pos: b.Pos,
	}
	order := make([]int, len(b.Rows)) // rows are large: their places are put in order
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, k int) int { return b.Rows[i].compare(&b.Rows[k]) })
	used := map[string]bool{}
	c.Evidence = make([]mapping.Evidence, 0, len(order))
	for n, i := range order {
		if n > 0 && b.Rows[order[n-1]].same(&b.Rows[i]) {
			continue
		}
		used[b.Rows[i].Evidence.Alignment] = true
		c.Evidence = append(c.Evidence, b.Rows[i].Evidence)
	}
	for _, a := range b.Aligned {
		if a.Ended != 0 && !used[a.ID] {
			continue
		}
		c.Alignments = append(c.Alignments, a.Alignment)
		if a.Ended != 0 {
			c.Ended[a.ID] = true
		}
	}
	slices.SortFunc(c.Alignments, func(a, b mapping.Alignment) int { return cmp.Compare(a.ID, b.ID) })
	return c
}

// compare orders rows by alignment, then by place in the log, then by the link that brought them.
func (r *LedgerRow) compare(o *LedgerRow) int {
	return cmp.Or(cmp.Compare(r.Evidence.Alignment, o.Evidence.Alignment), cmp.Compare(r.Evidence.Record.Pos, o.Evidence.Record.Pos), cmp.Compare(r.LinkPos, o.LinkPos))
}

// same says whether both are of one statement by one alignment.
func (r *LedgerRow) same(o *LedgerRow) bool {
	return r.Evidence.Alignment == o.Evidence.Alignment && r.Evidence.Record.Pos == o.Evidence.Record.Pos
}

// Tried answers what the alignments of a case take of a statement of a registration's test person: evidence that counts for nothing
// (mapping.ReasonTestUser).
func Tried(tags *mapping.Index, registration string, e Entry) (out []mapping.Evidence) {
	for _, a := range tags.Candidates(e.Record) {
		ev, made := mapping.EvidenceOf(a, e.Record)
		if made && ev.Kind != mapping.EvidenceTakenBack && a.Accepts(e.Record, registration) {
			ev.Registration, ev.Test = registration, true
			out = append(out, ev)
		}
	}
	return out
}
