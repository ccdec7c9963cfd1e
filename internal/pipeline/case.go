package pipeline

import (
	"cmp"
	"slices"

	"cairn/mapping"
)

// BuildCase puts together what a state rests on: the rows of one learner and one capability whose links are active, every
// alignment of the capability (also those that ended), its rules, and the progress so far. A statement that two links of the
// same learner brought stands once. Rows and alignments may come in any order.
func BuildCase(pair Pair, rows []LedgerRow, aligned []Aligned, rules []mapping.ScopedRule, now mapping.Progress) mapping.Case {
	c := mapping.Case{Capability: pair.Capability, Rules: rules, Ended: map[string]bool{}, WasEvidenced: now.WasEvidenced}
	sorted := slices.Clone(rows)
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
	for _, a := range aligned {
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
