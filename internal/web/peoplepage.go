package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// peoplePage is how many people a page holds (pages.md 5).
const peoplePage = 25

// peopleSort is the heading that a table of people is sorted by.
type peopleSort struct {
	column string // id; "" is by name
	down   bool
}

// text is the sort as addresses have it: a minus is for downwards.
func (o peopleSort) text() string {
	out := o.column
	if out == "" {
		out = "name"
	}
	if o.down {
		return "-" + out
	}
	return out
}

// peopleBody is M1: learners by domain, or by the sections of one domain, by name or in totals.
type peopleBody struct {
	Named   string // where each view is; "" for one that is switched off
	Totals  string
	IsNamed bool
	Columns []chooser
	To      string // where the chooser of columns goes
	Sort    string
	CSV     string
	Summary string
	List    []string // where the people are known from
	Table   *peopleTable
	Counts  *totalsTable
	None    string
	Part    string
}

// peopleAsked is what a query asks to see of the people.
type peopleAsked struct {
	totals bool
	domain string // id of the one whose sections are the columns, "" for all domains
	all    bool   // all domains, also where the frame is narrow
	by     peopleSort
	page   int
}

// query is it as addresses have it, without what is at its default.
func (a peopleAsked) query() url.Values {
	q := url.Values{}
	if a.totals {
		q.Set("view", "totals")
	}
	if a.domain != "" {
		q.Set("cols", a.domain)
	} else if a.all {
		q.Set("cols", allColumns)
	}
	if a.by != (peopleSort{}) {
		q.Set("sort", a.by.text())
	}
	return paged(q, a.page)
}

// crowd is the people of a course with what they have in the columns that are asked for.
type crowd struct {
	*record
	*cohort
	peopleAsked
	cols []column
	f    figures
	came int // how many there are now; totals are of those who were there at midnight
}

// people answers /course/people: who learns in the course, and how far each is in each domain.
func (s *site) people(v *visit) (answer, error) {
	c, err := s.crowd(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "people", v.say("people.title"), "people")
	if err != nil {
		return answer{}, err
	}
	p.Body = s.peopleBody(v, c)
	return answer{page: p}, nil
}

func (s *site) peopleBody(v *visit, c *crowd) peopleBody {
	at := func(change func(*peopleAsked), page string) string {
		asked := c.peopleAsked
		asked.page = 1
		change(&asked)
		return v.to(addressOf(page, asked.query()))
	}
	b := peopleBody{
		IsNamed: !c.totals, List: v.listWords(c.cohort), Part: v.partText(c.cat), To: v.to("course/people"),
		Totals: at(func(a *peopleAsked) { a.totals, a.by = true, peopleSort{} }, "course/people"), CSV: at(func(*peopleAsked) {}, "course/people.csv"),
	}
	if !s.TotalsOnly {
		b.Named = at(func(a *peopleAsked) { a.totals = false }, "course/people")
	}
	if c.by != (peopleSort{}) && c.by.column == "" {
		b.Sort = c.by.text() // a sort by a column goes with its columns
	}
	b.Columns = v.choosers(c)
	if len(c.people) == 0 {
		b.None = v.say("people.none")
		if c.came > 0 {
			b.None = v.say("totals.none")
		}
	}
	if c.totals {
		b.Counts = v.totalsOf(c, s.SmallestGroup)
		b.Summary = v.totalsWords(c, s.midnight(), s.SmallestGroup)
		if len(c.people) < s.SmallestGroup {
			b.List = nil // it would tell how few they are
		}
		return b
	}
	b.Summary, b.Table = v.summaryOf(c), v.peopleTable(c)
	return b
}

// crowd reads what the query asks for.
func (s *site) crowd(v *visit) (*crowd, error) {
	q, err := v.query("view", "cols", "sort", "page")
	if err != nil {
		return nil, err
	}
	c := &crowd{}
	if c.record, err = s.recordOf(v.Context(), v.session, ""); err != nil {
		return nil, err
	}
	if err := c.read(v, q, s.TotalsOnly); err != nil {
		return nil, err
	}
	if c.cohort, err = s.cohort(v.Context(), v.session); err != nil {
		return nil, err
	}
	_, parts := v.columns(c.record, c.domain)
	c.came = len(c.people)
	if c.totals {
		c.f, err = s.figuresOn(v.Context(), c.cohort, parts, s.midnight())
		return c, err
	}
	if c.f, err = s.figures(v.Context(), c.cohort, parts); err != nil {
		return nil, err
	}
	c.f.sort(c.cohort, c.by, c.cols)
	return c, nil
}

// read takes the query apart. A value that is none of the choices is refused.
func (c *crowd) read(v *visit, q url.Values, totalsOnly bool) error {
	bad := refuse(http.StatusBadRequest, "query-value", "nopage")
	switch q.Get("view") {
	case "", "named":
		c.totals = totalsOnly
	case "totals":
		c.totals = true
	default:
		return bad
	}
	if c.domain = q.Get("cols"); c.domain == allColumns {
		c.domain, c.all = "", true
	}
	if c.domain != "" && !slices.ContainsFunc(c.domains(), func(id string) bool { return id == c.domain }) {
		return bad
	}
	c.cols, _ = v.columns(c.record, c.domain)
	by, down := strings.CutPrefix(q.Get("sort"), "-")
	if by != "" && by != "name" {
		if c.totals || !slices.ContainsFunc(c.cols, func(col column) bool { return col.id == by }) {
			return bad
		}
		c.by.column = by
	} else if down && by == "" {
		return bad
	}
	c.by.down = down
	var err error
	c.page, err = readPage(q)
	return err
}

// domains answers the ids of the parts that the placement shows.
func (r *record) domains() (out []string) {
	for _, n := range r.tops() {
		out = append(out, n.ID)
	}
	return out
}

// summaryOf says in words what the table shows, without a name.
func (l locale) summaryOf(c *crowd) string {
	out := []string{l.say("people.summary", "learners", l.say("people.learners", "n", len(c.people)), "domains", l.columnsWords(c))}
	most, least, seen := -1, -1, make([]int, len(c.cols))
	for i, col := range c.cols {
		if col.tracked == 0 || col.progress || c.domain != "" && i == 0 {
			continue
		}
		seen[i] = c.f.some(c.cohort, col)
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
	out = append(out, l.say("people.most", "domain", c.cols[most].name, "n", seen[most]))
	if none := len(c.people) - seen[least]; seen[least] < seen[most] {
		out = append(out, l.say("people.least", "domain", c.cols[least].name, "n", none))
	}
	return strings.Join(out, " ")
}

// columnsWords says how many parts of the framework the table has.
func (l locale) columnsWords(c *crowd) string {
	if c.domain == "" && len(c.tops()) > 1 {
		return l.say("people.domains", "n", len(c.cols))
	}
	return l.say("people.sections", "n", len(c.cols)-2)
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
