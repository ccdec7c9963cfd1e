package web

import (
	"html/template"
	"strconv"
)

// peopleTable is the people of a page in rows, with what they have in columns.
type peopleTable struct {
	Heads []sortHead
	Rows  []personRow
	All   string
	Some  []someCell // how many have some, for each column
	Key   []string
	Slice slice
}

// sortHead is a heading that sorts. Sorted is the value of aria-sort, "" for headings that the table is not sorted by.
// Only is the class of a column that is not shown in every width.
type sortHead struct{ Name, Href, Sorted, Mark, Lang, Only string }

// someCell is how many people have something in a column.
type someCell struct{ Text, Only string }

type personRow struct {
	Name, Href string
	Cells      []heatCell
}

// heatCell is one count. Tint is the class of its step, "" for counts that have none.
type heatCell struct {
	Href, Text, Expiring, Tint, Only string
	About                            template.HTML // whom and what it counts
	Tracked                          bool
}

// heatSteps name the tints, from 0 to 5.
var heatSteps = []string{"none", "little", "quarter", "half", "most", "all"}

// heatStep is the tint of a count, in integers: 0 none, 5 all, between them by quarters (pages.md 4.1).
func heatStep(n, of int) int {
	switch {
	case n <= 0 || of <= 0:
		return 0
	case n >= of:
		return 5
	}
	return 1 + min(3, 4*n/of)
}

// peopleTable makes the page of the table that is asked for.
func (v *visit) peopleTable(c *crowd) *peopleTable {
	to := func(by peopleSort, page int) string {
		asked := c.peopleAsked
		asked.by, asked.page = by, page
		return v.to(addressOf("course/people", asked.query()))
	}
	b := &peopleTable{Heads: []sortHead{headOfSort(v.say("people.learner"), peopleSort{}, c.by, to)}, All: v.say("people.all", "n", len(c.people))}
	cols := v.shownColumns(c)
	for _, col := range cols {
		head := headOfSort(col.name, peopleSort{column: col.id, down: true}, c.by, to)
		if head.Lang = v.foreign(); col.progress {
			head.Lang = ""
		}
		if head.Only = col.only; col.only == onlyNarrow { // it is sorted by among the columns of its domain
			asked := c.peopleAsked
			asked.domain, asked.by, asked.page = col.node, peopleSort{inProgress, true}, 1
			head.Href = v.to(addressOf("course/people", asked.query()))
		}
		b.Heads = append(b.Heads, head)
		b.Some = append(b.Some, someCell{v.someWords(c.f.some(c.cohort, col), col), col.only})
	}
	b.Slice = v.sliceOf(len(c.people), c.page, peoplePage, func(page int) string { return to(c.by, page) })
	for _, p := range c.people[b.Slice.from:b.Slice.to] {
		b.Rows = append(b.Rows, v.personRow(p, c.f[p.Learner], cols))
	}
	for _, step := range heatSteps {
		b.Key = append(b.Key, v.say("people.key."+step))
	}
	return b
}

func (l locale) someWords(n int, col column) string {
	switch {
	case col.tracked == 0:
		return l.say("people.untracked")
	case col.progress:
		return l.say("people.some.progress", "n", n)
	}
	return l.say("people.some.evidence", "n", n)
}

// headOfSort makes a heading: it sorts in its own direction first, and the other way round when the table is sorted by it.
func headOfSort(name string, own, now peopleSort, to func(peopleSort, int) string) sortHead {
	if own.column != now.column {
		return sortHead{Name: name, Href: to(own, 1), Mark: "◇"}
	}
	h := sortHead{Name: name, Href: to(peopleSort{own.column, !now.down}, 1), Sorted: "ascending", Mark: "▲"}
	if now.down {
		h.Sorted, h.Mark = "descending", "▼"
	}
	return h
}

func (v *visit) personRow(p courseLearner, have map[string]Figure, cols []column) personRow {
	at := "course/people/" + p.code
	row := personRow{Name: p.name, Href: v.to(at)}
	for _, col := range cols {
		list := v.to(at + "/list?node=" + col.node)
		if col.progress {
			row.Cells = append(row.Cells, heatCell{Href: v.to(at + "/list?node=" + col.node + "&state=in_progress"), Text: strconv.Itoa(col.count(have)),
				About: v.sayHTML("people.cellprogress", "learner", person(p.name)), Tracked: col.tracked > 0, Only: col.only})
			continue
		}
		n := col.of(have)
		cell := heatCell{
			Href: list, Text: v.say("people.cell", "have", n.Evidenced, "of", col.tracked), About: v.sayHTML("people.cellabout", "learner", person(p.name), "domain", col.name),
			Tint: "h" + strconv.Itoa(heatStep(n.Evidenced, col.tracked)), Tracked: col.tracked > 0, Only: col.only,
		}
		if n.Expiring > 0 {
			cell.Expiring = v.say("count.expiring", "n", n.Expiring)
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}
