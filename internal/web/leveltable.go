package web

import (
	"strconv"

	"cairn/mapping"
)

// levelTable is the domains by level, so that every figure of the shape stands in a table.
type levelTable struct {
	Heads []string
	Rows  []levelRow
}

type levelRow struct {
	Name, Href string
	Lang       string
	Cells      []any // counts with their links, nil where nothing is tracked
}

// levelTableOf counts the rows of the overview by level; nil for a framework without levels.
func levelTableOf(v *visit, r *record) *levelTable {
	var levels []int
	for _, number := range levelOrder(r.cat) {
		for _, n := range r.tracked("") {
			if n.Level == number {
				levels = append(levels, number)
				break
			}
		}
	}
	if len(r.cat.Levels) == 0 || len(levels) == 0 {
		return nil
	}
	t := &levelTable{}
	for _, number := range levels {
		t.Heads = append(t.Heads, v.levelName(r.cat, number))
	}
	for _, n := range r.tops() {
		row := levelRow{Name: nodeName(n), Lang: v.foreign(), Href: r.href(v, "/section/"+n.ID)}
		by := r.byLevel(n.ID)
		for _, number := range levels {
			row.Cells = append(row.Cells, r.levelCell(v, by[number], n, number))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (r *record) levelCell(v *visit, t *tally, n mapping.Node, level int) any {
	if t == nil {
		return nil
	}
	list := []string{"node", n.ID, "level", strconv.Itoa(level)}
	return v.sayHTML("overview.cell", "have", v.num(t.Evidenced, r.href(v, "/list", append(list, "state", "evidenced")...)),
		"of", v.num(t.Tracked, r.href(v, "/list", list...)))
}

// byLevel counts what is tracked at and under a node by level, 0 being those without one.
func (r *record) byLevel(node string) map[int]*tally {
	out := map[int]*tally{}
	for _, n := range r.tracked(node) {
		if out[n.Level] == nil {
			out[n.Level] = &tally{}
		}
		out[n.Level].add(r.of(n.ID).State)
	}
	return out
}
