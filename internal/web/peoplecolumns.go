package web

import (
	"cmp"
	"slices"
)

// allColumns stands in addresses for every domain, also where the frame is narrow: there, one domain comes first (pages.md 3.3, M1).
const allColumns = "all"

// The classes of what is shown in one width alone.
const (
	onlyWide   = "onlywide"
	onlyNarrow = "onlynarrow"
)

// chooser asks which columns to show. There is one for each width where the widths begin with different ones.
type chooser struct {
	ID, Only string
	Options  []option
}

// choosers of the columns; none where there is nothing to choose. Totals have one domain in each row, in any width.
func (v *visit) choosers(c *crowd) []chooser {
	tops := c.tops()
	if len(tops) < 2 {
		return nil
	}
	wide := chooser{ID: "cols", Only: onlyWide, Options: []option{{"", v.say("people.bydomain"), c.domain == ""}}}
	narrow := chooser{ID: "cols-narrow", Only: onlyNarrow, Options: []option{{allColumns, v.say("people.alldomains"), c.all}}}
	for _, n := range tops {
		wide.Options = append(wide.Options, option{n.ID, nodeName(n), c.domain == n.ID})
		narrow.Options = append(narrow.Options, option{n.ID, nodeName(n), c.domain == n.ID || c.byWidth() && n.ID == c.first().id})
	}
	if c.totals {
		wide.Only = ""
		return []chooser{wide}
	}
	return []chooser{wide, narrow}
}

// byWidth says whether it was left to the width what to show.
func (c *crowd) byWidth() bool { return !c.totals && !c.all && c.domain == "" && len(c.tops()) > 1 }

// first is the column that a narrow frame shows: the one that the table is sorted by, else the one in which most people have something.
func (c *crowd) first() column {
	if i := slices.IndexFunc(c.cols, func(col column) bool { return col.id == c.by.column }); i >= 0 {
		return c.cols[i]
	}
	return slices.MaxFunc(c.cols, func(a, b column) int { return cmp.Compare(c.f.some(c.cohort, a), c.f.some(c.cohort, b)) })
}

// shownColumns are the columns of the table. Where the width decides, a narrow frame has one domain with what is under way in it.
func (v *visit) shownColumns(c *crowd) []column {
	if !c.byWidth() {
		return c.cols
	}
	first, out := c.first(), make([]column, 0, len(c.cols)+1)
	for _, col := range c.cols {
		if col.id != first.id {
			col.only = onlyWide
		}
		out = append(out, col)
		if col.id == first.id {
			col.id, col.name, col.progress, col.only = inProgress, v.say("people.inprogress"), true, onlyNarrow
			out = append(out, col)
		}
	}
	return out
}
