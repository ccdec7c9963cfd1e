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
}

// Case puts the basis in order. A statement that two links of the same learner brought stands once.
func (b Basis) Case() mapping.Case {
	c := mapping.Case{
		Capability: b.Capability, Rules: b.Rules, Ended: map[string]bool{}, Endorsements: b.Endorsements, At: b.At, WasEvidenced: b.WasEvidenced,
	}
	sorted := slices.Clone(b.Rows)
	slices.SortFunc(sorted, func(a, b LedgerRow) int {
		return cmp.Or(cmp.Compare(a.Evidence.Alignment, b.Evidence.Alignment),
			cmp.Compare(a.Evidence.Record.Pos, b.Evidence.Record.Pos), cmp.Compare(a.LinkPos, b.LinkPos))
	})
	used := map[string]bool{}
	for i, r := range sorted {
		if i > 0 && sorted[i-1].Evidence.Alignment == r.Evidence.Alignment && sorted[i-1].Evidence.Record.Pos == r.Evidence.Record.Pos {
			continue
		}
		used[r.Evidence.Alignment] = true
		c.Evidence = append(c.Evidence, r.Evidence)
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
