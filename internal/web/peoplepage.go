package web

import (
	"net/http"
	"strconv"
	"strings"
)

// peoplePage is how many people a page holds (pages.md 5).
const peoplePage = 25

// peopleSort is the heading that a table of people is sorted by.
type peopleSort struct {
	node string // "" is by name
	down bool
}

// text is the sort as addresses have it: a minus is for downwards.
func (o peopleSort) text() string {
	out := o.node
	if out == "" {
		out = "name"
	}
	if o.down {
		return "-" + out
	}
	return out
}

// peopleBody is M1: learners by domain.
type peopleBody struct {
	Summary  string
	List     []string // where the people are known from
	Heads    []sortHead
	Rows     []personRow
	All      string
	Some     []string // how many have some, for each column
	Key      []string
	Shown    string // which part of a long list, "" for the whole
	Previous string
	Next     string
	None     bool
	Part     string
}

// sortHead is a heading that sorts. Sorted is the value of aria-sort, "" for headings that the table is not sorted by.
type sortHead struct{ Name, Href, Sorted, Mark string }

type personRow struct {
	Name, Href string
	Cells      []heatCell
}

// heatCell is one count. Step is the class of its tint.
type heatCell struct {
	Href, Text, About, Expiring string
	Step                        int
	Tracked                     bool
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

// courseList is a page of people: how it is sorted, and which page.
type courseList struct {
	by   peopleSort
	page int
}

// people answers /course/people: who learns in the course, and how far each is in each domain.
func (s *site) people(v *visit) (answer, error) {
	r, err := s.recordOf(v.Context(), v.session, "")
	if err != nil {
		return answer{}, err
	}
	cols, parts := r.columns()
	shown, err := readPeopleList(v, cols)
	if err != nil {
		return answer{}, err
	}
	c, err := s.cohort(v.Context(), v.session)
	if err != nil {
		return answer{}, err
	}
	f, err := s.figures(v.Context(), c, parts)
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "people", v.say("people.title"), "people")
	if err != nil {
		return answer{}, err
	}
	f.sort(c, shown.by)
	b := peopleBody{Summary: v.summaryOf(c, f, cols), List: v.listWords(c), None: len(c.people) == 0, Part: v.partText(r.cat)}
	b.table(v, c, f, cols, shown)
	p.Body = b
	return answer{page: p}, nil
}

// readPeopleList reads the query. A value that is none of the choices is refused.
func readPeopleList(v *visit, cols []column) (courseList, error) {
	out, bad := courseList{page: 1}, refuse(http.StatusBadRequest, "query-value", "nopage")
	q, err := v.query("sort", "page")
	if err != nil {
		return out, err
	}
	if text := q.Get("page"); text != "" {
		if out.page, err = strconv.Atoi(text); err != nil || out.page < 1 || out.page > 1000 {
			return out, bad
		}
	}
	by, down := strings.CutPrefix(q.Get("sort"), "-")
	out.by.down = down
	if by == "name" || q.Get("sort") == "" {
		return out, nil
	}
	for _, c := range cols {
		if c.node.ID == by {
			out.by.node = by
			return out, nil
		}
	}
	return out, bad
}

// summaryOf says in words what the table shows, without a name.
func (l locale) summaryOf(c *cohort, f figures, cols []column) string {
	out := []string{l.say("people.summary", "learners", l.say("people.learners", "n", len(c.people)), "domains", l.say("people.domains", "n", len(cols)))}
	most, least, seen := -1, -1, make([]int, len(cols))
	for i, col := range cols {
		if col.tracked == 0 {
			continue
		}
		seen[i] = f.some(c, col.node.ID)
		if most < 0 || seen[i] > seen[most] {
			most = i
		}
		if least < 0 || seen[i] < seen[least] {
			least = i
		}
	}
	switch {
	case len(c.people) == 0 || most < 0:
		return out[0]
	case seen[most] == 0:
		return out[0] + " " + l.say("people.nothing")
	}
	out = append(out, l.say("people.most", "domain", nodeName(cols[most].node), "n", seen[most]))
	if seen[least] < seen[most] {
		out = append(out, l.say("people.least", "domain", nodeName(cols[least].node), "n", seen[least]))
	}
	return strings.Join(out, " ")
}

// listWords says where the people are known from, and how old that is when it could not be read again.
func (l locale) listWords(c *cohort) []string {
	if c.list == nil {
		return []string{l.say("people.seen")}
	}
	out := []string{l.say("people.opened", "have", len(c.people), "n", c.listed)}
	if c.list.Late {
		out = append(out, l.say("people.late", "time", l.moment(c.list.ReadAt)))
	}
	return out
}

// table fills in the page of the table that is shown.
func (b *peopleBody) table(v *visit, c *cohort, f figures, cols []column, shown courseList) {
	to := func(by peopleSort, page int) string {
		address := "course/people?sort=" + by.text()
		if page > 1 {
			address += "&page=" + strconv.Itoa(page)
		}
		return v.to(address)
	}
	b.Heads = append(b.Heads, headOfSort(v.say("people.learner"), peopleSort{}, shown.by, to))
	for _, col := range cols {
		b.Heads = append(b.Heads, headOfSort(nodeName(col.node), peopleSort{node: col.node.ID, down: true}, shown.by, to))
		b.Some = append(b.Some, v.someWords(f.some(c, col.node.ID), col))
	}
	from := min((shown.page-1)*peoplePage, len(c.people))
	end := min(from+peoplePage, len(c.people))
	for _, p := range c.people[from:end] {
		b.Rows = append(b.Rows, rowOf(v, p, f[p.Learner], cols))
	}
	b.All = v.say("people.all", "n", len(c.people))
	for _, step := range heatSteps {
		b.Key = append(b.Key, v.say("people.key."+step))
	}
	if len(c.people) > peoplePage {
		b.Shown = v.say("people.shown", "from", min(from+1, len(c.people)), "to", end, "n", len(c.people))
	}
	if shown.page > 1 {
		b.Previous = to(shown.by, shown.page-1)
	}
	if end < len(c.people) {
		b.Next = to(shown.by, shown.page+1)
	}
}

func (l locale) someWords(n int, col column) string {
	if col.tracked == 0 {
		return l.say("people.untracked")
	}
	return l.say("people.some", "n", n)
}

// headOfSort makes a heading: it sorts in its own direction first, and the other way round when the table is sorted by it.
func headOfSort(name string, own, now peopleSort, to func(peopleSort, int) string) sortHead {
	if own.node != now.node {
		return sortHead{Name: name, Href: to(own, 1), Mark: "◇"}
	}
	h := sortHead{Name: name, Href: to(peopleSort{own.node, !now.down}, 1), Sorted: "ascending", Mark: "▲"}
	if now.down {
		h.Sorted, h.Mark = "descending", "▼"
	}
	return h
}

func rowOf(v *visit, p courseLearner, have map[string]Figure, cols []column) personRow {
	at := "course/people/" + p.code
	row := personRow{Name: p.name, Href: v.to(at)}
	for _, col := range cols {
		n := have[col.node.ID]
		cell := heatCell{
			Href: v.to(at + "/list?node=" + col.node.ID), Text: v.say("people.cell", "have", n.Evidenced, "of", col.tracked),
			About: v.say("people.cellabout", "learner", p.name, "domain", nodeName(col.node)), Step: heatStep(n.Evidenced, col.tracked), Tracked: col.tracked > 0,
		}
		if n.Expiring > 0 {
			cell.Expiring = v.say("count.expiring", "n", n.Expiring)
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}
