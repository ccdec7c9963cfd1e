package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cairn/mapping"
)

// totalsTable is how many people of a course have how much in each part of the framework: no person, and no small group.
type totalsTable struct {
	Heads  []string
	Rows   []totalsRow
	Hidden string // what the word means, "" when nothing is hidden
}

type totalsRow struct {
	Name  string
	Lang  string // of the name, where it is not the page's
	Cells []totalsCell
}

// totalsCell is a number of people, or the word for one that is hidden.
type totalsCell struct {
	Text   string
	Hidden bool
}

// shares are how much of a part somebody may have: everybody has one of them, so a row adds up to the group.
var shares = []string{"none", "little", "half", "all"}

// shareOf is the place among shares.
func shareOf(n, of int) int {
	switch {
	case n <= 0:
		return 0
	case n >= of:
		return 3
	case 2*n >= of:
		return 2
	}
	return 1
}

// midnight is when today began: totals are those of then, so that one day's step shows no one (pages.md 4.1).
func (s *site) midnight() time.Time {
	y, m, d := s.Now().In(s.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.Zone)
}

// figuresOn is what the people had at a time. Those who came since are taken out of the cohort.
func (s *site) figuresOn(ctx context.Context, c *cohort, parts map[string]string, at time.Time) (figures, error) {
	c.leaveSince(at)
	f, err := s.People.FiguresOn(ctx, c.learners(), parts, at)
	if err != nil {
		return nil, fmt.Errorf("count what the people of the course had: %w", err)
	}
	return f, nil
}

// leaveSince takes out of a cohort who came after a time.
func (c *cohort) leaveSince(at time.Time) {
	c.people = slices.DeleteFunc(c.people, func(p courseLearner) bool { return p.since.After(at) })
}

// totalsOf counts people by how much they have. One rule says what is hidden: mapping.Hide.
func (l locale) totalsOf(c *crowd, smallest int) *totalsTable {
	t := &totalsTable{Heads: []string{l.say("totals.part")}}
	for _, share := range shares {
		t.Heads = append(t.Heads, l.say("totals.share."+share))
	}
	hides := false
	for _, col := range c.cols {
		if col.progress {
			continue
		}
		row := totalsRow{Name: col.name, Lang: l.foreign()}
		if col.tracked == 0 {
			row.Cells = slices.Repeat([]totalsCell{{Text: l.say("people.untracked")}}, len(shares))
			t.Rows = append(t.Rows, row)
			continue
		}
		counts := make([]int, len(shares))
		for _, p := range c.people {
			counts[shareOf(col.count(c.f[p.Learner]), col.tracked)]++
		}
		hidden := mapping.Hide(len(c.people), counts, [][]int{{0, 1, 2, 3}}, smallest)
		for i, n := range counts {
			cell := totalsCell{Text: l.number(n), Hidden: hidden[i]}
			if cell.Hidden {
				cell.Text, hides = l.say("totals.hidden"), true
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	if hides {
		t.Hidden = l.say("totals.why", "n", smallest)
	}
	return t
}

// totalsWords says how many people the totals are about, and when they were counted.
func (l locale) totalsWords(c *crowd, at time.Time, smallest int) string {
	group := l.say("people.learners", "n", len(c.people))
	if n := len(c.people); n > 0 && n < smallest {
		group = l.say("totals.few", "n", smallest)
	}
	return strings.Join([]string{l.say("people.summary", "learners", group, "domains", l.columnsWords(c)), l.say("totals.on", "date", l.date(at))}, " ")
}
