package web

import "strconv"

// peopleCSV answers /course/people.csv: everybody, sorted as the page is, or the totals of the page.
func (s *site) peopleCSV(v *visit) (answer, error) {
	c, err := s.crowd(v)
	if err != nil {
		return answer{}, err
	}
	if c.totals {
		return csvFile("totals", v.totalsOf(c, s.SmallestGroup).rows())
	}
	head := []string{v.say("people.learner")}
	for _, col := range c.cols {
		head = append(head, col.name)
		if !col.progress {
			head = append(head, v.say("csv.tracked"), v.say("csv.expiring"))
		}
	}
	rows := [][]string{head}
	for _, p := range c.people {
		row := []string{p.name}
		for _, col := range c.cols {
			n := col.of(c.f[p.Learner])
			row = append(row, strconv.Itoa(col.count(c.f[p.Learner])))
			if !col.progress {
				row = append(row, strconv.Itoa(col.tracked), strconv.Itoa(n.Expiring))
			}
		}
		rows = append(rows, row)
	}
	return csvFile("people", rows)
}

// rows is the table as a file has it: what is hidden on the page is hidden there.
func (t *totalsTable) rows() [][]string {
	out := [][]string{t.Heads}
	for _, r := range t.Rows {
		row := []string{r.Name}
		for _, cell := range r.Cells {
			row = append(row, cell.Text)
		}
		out = append(out, row)
	}
	return out
}
