package web

import (
	"slices"
	"strconv"

	"cairn/mapping"
)

// effectTable is what a change does to people in numbers: the totals, and each capability that it touches (pages.md 3.2, A4).
type effectTable struct {
	Checked string
	Totals  []stateCount
	Same    string
	None    bool     // nobody's evidence changes
	Heads   []string // of the numbers of a row
	Rows    []effectRow
	Named   bool   // who is behind the numbers can be seen
	Hidden  string // why counts are hidden, "" when they are not
	Lose    string // what has to be seen before it is applied, "" when nobody loses
}

// effectRow is a capability with how many people have evidence now and then.
type effectRow struct {
	Name  string
	Cells []totalsCell
	Who   string
}

// hiding says whether counts that would tell of single people are hidden, and how few are few (pages.md 4.1).
type hiding struct {
	on       bool
	smallest int
}

func (s *site) hiding(on bool) hiding { return hiding{on, s.SmallestGroup} }

// hides says whether a line of counts of so many people may not be shown.
func (h hiding) hides(people int, counts ...int) bool {
	return h.on && slices.Contains(mapping.Hide(people, counts, nil, h.smallest), true)
}

// effectTable puts effects in words and numbers. Capabilities stand in their order.
func (v *visit) effectTable(cat *mapping.Catalog, e Effects, h hiding) effectTable {
	t := effectTable{Checked: v.say("draft.checked", "n", e.Checked, "time", v.moment(e.At)), None: e.Pairs == (EffectCount{})}
	hidden := h.hides(e.Checked, e.People.Gain, e.People.Lose, e.People.Expire, e.Same)
	if !hidden {
		t.Totals = v.effectTotals(e.People)
		t.Same = v.say("draft.same", "n", e.Same)
	}
	if e.People.Lose > 0 {
		t.Lose = v.say("draft.seen", "n", e.People.Lose)
		if hidden {
			t.Lose = v.say("draft.seensome")
		}
	}
	for _, head := range []string{"now", "then", "gain", "lose", "expire"} {
		t.Heads = append(t.Heads, v.say("draft."+head))
	}
	for _, c := range e.Capabilities {
		row := effectRow{Name: v.capabilityTitle(cat, c.Capability)}
		counts := []int{c.Now, c.Then, c.Gain, c.Lose, c.Expire}
		hide := h.hides(e.Checked, counts...)
		for _, n := range counts {
			cell := totalsCell{Text: strconv.Itoa(n)}
			if hide {
				cell, hidden = totalsCell{v.say("totals.hidden"), true}, true
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	if hidden {
		t.Hidden = v.say("totals.why", "n", h.smallest)
	}
	return t
}

func (v *visit) effectTotals(people EffectCount) (out []stateCount) {
	for _, c := range []struct {
		state mapping.State
		key   string
		n     int
	}{{mapping.Evidenced, "gain", people.Gain}, {mapping.Withdrawn, "lose", people.Lose}, {mapping.Expiring, "expire", people.Expire}} {
		out = append(out, stateCount{c.state, v.say("draft.people."+c.key, "n", c.n)})
	}
	return out
}
