package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"cairn/mapping"
)

// What a page of the grid holds at most (pages.md 3.2, A2).
const (
	gridRows    = 25
	gridColumns = 12
)

// gridBody is A2: capabilities of a section by activities, each cell a tag.
type gridBody struct {
	Sections []option
	To       string // where the section chooser goes
	One      string // one activity at a time
	gridWay         // the other activities
	Rows     []gridRow
	Heads    []gridHead
	Post     string
	Section  string
	Page     int
	Part     int
	Rest     gridWay // the other capabilities of the section
	Seen     int64
	RowIDs   string
	ColIDs   string
	Waiting  string
	Draft    string
	MayNot   string
	None     bool     // no activity
	All      []option // every activity, for copying
	Many     []option // capabilities of the page
	ManyTo   string
	CopyTo   string
	Copied   string // where tags of a copied course are offered, "" when there are none
	Partly   string // that the framework is not whole, "" when it is
	RowTold  string // what the script says of a row: "Row: 12 ticked."
}

type gridHead struct{ Name, Href string }

type gridRow struct {
	Name  string
	Rule  string // where the rule of the capability is
	Cells []gridCell
}

// gridCell is one box. Label is all that is said of it to those who do not see the table.
type gridCell struct {
	Value, Label, Text     string
	Ticked, Changed, Wider bool
}

// grid is a page of the grid.
type grid struct {
	*record
	draft   *draft
	tags    *courseTags
	last    HistoryEntry
	section mapping.Node
	page    int // of the activities, from 1
	part    int // of the capabilities, from 1
	all     []mapping.Node
	rows    []mapping.Node
	cols    []CourseActivity
}

// tagGrid answers /course/tags.
func (s *site) tagGrid(v *visit) (answer, error) {
	q, err := v.query("section", "page", "part", "kept", "discarded")
	if err != nil {
		return answer{}, err
	}
	g, err := s.grid(v, q)
	if err != nil {
		return answer{}, err
	}
	p, err := s.gridPage(v, g)
	if err != nil {
		return answer{}, err
	}
	switch {
	case q.Has("kept"):
		p.Notice = v.keptNotice(g.draft)
	case q.Has("discarded"):
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("draft.discarded")}}
	}
	return answer{page: p}, nil
}

// grid reads what a page of the grid is about.
func (s *site) grid(v *visit, q url.Values) (*grid, error) {
	g := &grid{}
	var err error
	if g.last, err = s.lastChange(v); err != nil {
		return nil, err
	}
	if g.record, err = s.recordOf(v.Context(), v.session, ""); err != nil {
		return nil, err
	}
	if g.tags, err = s.courseTags(v.Context(), v.session.Course); err != nil {
		return nil, err
	}
	if g.draft, err = s.draftOf(v.Context(), v.session, g.tags); err != nil {
		return nil, err
	}
	if g.page, err = readPage(q); err != nil {
		return nil, err
	}
	if g.part, err = readPage(url.Values{"page": {q.Get("part")}}); err != nil {
		return nil, err
	}
	id := q.Get("section")
	if id == "" {
		id = g.firstSection()
	}
	section, ok := g.cat.Node(id)
	if !ok || section.Kind != mapping.NodeSection || !g.shows(section) {
		return nil, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	g.section, g.all = section, g.gridNodes(section)
	g.rows, g.cols = part(g.all, g.part, gridRows), part(g.tags.activities, g.page, gridColumns)
	return g, nil
}

// firstSection is that of the course's first tag, else the first that holds capabilities.
func (g *grid) firstSection() string {
	sections := bySection(g.record, g.tracked(""))
	for _, s := range sections {
		if slices.ContainsFunc(s.nodes, func(n mapping.Node) bool { return g.tagged[n.ID] }) {
			return s.section.ID
		}
	}
	if len(sections) > 0 {
		return sections[0].section.ID
	}
	return ""
}

// gridNodes is everything under a section where a page holds it, else what hangs on the section itself, and goes over several pages.
func (g *grid) gridNodes(section mapping.Node) []mapping.Node {
	all := g.tracked(section.ID)
	if len(all) <= gridRows {
		return all
	}
	own := slices.DeleteFunc(slices.Clone(all), func(n mapping.Node) bool { return n.Parent != section.ID })
	if len(own) == 0 {
		return all
	}
	return own
}

func (s *site) gridPage(v *visit, g *grid) (*page, error) {
	p, err := s.leadPage(v, "grid", v.say("grid.title", "section", nodeName(g.section)), "tags")
	if err != nil {
		return nil, err
	}
	b := g.body(v)
	from, err := s.copyable(v.Context(), v.session, g.tags)
	if err != nil {
		return nil, err
	}
	if len(from) > 0 && b.MayNot == "" {
		b.Copied = v.to("course/activities")
	}
	p.Body = b
	return p, nil
}

func (g *grid) body(v *visit) gridBody {
	b := gridBody{
		To: v.to("course/tags"), Post: v.to("course/tags"), Section: g.section.ID, Page: g.page, Part: g.part, Seen: g.last.Pos, Waiting: g.draft.line(v), Draft: v.to("course/draft"),
		MayNot: v.mayNotSave(v.session), None: len(g.tags.activities) == 0, ManyTo: v.to("course/tags/many"), CopyTo: v.to("course/tags/copy"), RowTold: v.say("grid.row"), Partly: v.partText(g.cat),
	}
	for _, group := range bySection(g.record, g.tracked("")) {
		b.Sections = append(b.Sections, option{group.section.ID, nodeName(group.section), group.section.ID == g.section.ID})
	}
	for _, a := range g.tags.activities {
		b.All = append(b.All, option{a.code(), named(a), false})
	}
	g.fillWays(v, &b)
	var rows, cols []string
	for _, a := range g.cols {
		href := v.to(addressOf("course/tags/activity/"+a.code(), url.Values{"section": {g.section.ID}}))
		if b.One == "" {
			b.One = href
		}
		b.Heads, cols = append(b.Heads, gridHead{named(a), href}), append(cols, a.code())
	}
	for _, n := range g.rows {
		row := gridRow{Name: g.shortCapability(n), Rule: v.to("course/capability/" + n.ID + "/rule")}
		for _, a := range g.cols {
			row.Cells = append(row.Cells, g.cell(v, a, n))
		}
		b.Rows, rows = append(b.Rows, row), append(rows, n.ID)
		b.Many = append(b.Many, option{n.ID, n.Title, false})
	}
	b.RowIDs, b.ColIDs = strings.Join(rows, " "), strings.Join(cols, " ")
	return b
}

// cell is the box of an activity and a capability. A tag that others set for more than this course is shown and stays.
func (g *grid) cell(v *visit, a CourseActivity, n mapping.Node) gridCell {
	c := gridCell{Value: n.ID + "." + a.code(), Changed: g.draft.changed(a.key(), n.ID)}
	has := g.draft.of(a.key(), n.ID)
	c.Ticked = len(has) > 0
	label := []string{v.say("grid.label", "activity", named(a), "capability", n.Title)}
	if c.Ticked {
		words := v.criterionWords(has[0].Criterion)
		label = append(label, words)
		if !usual(has[0].Criterion) {
			c.Text = words
		}
	}
	if wider := g.tags.wider(a.key()); !c.Ticked && slices.ContainsFunc(wider, func(w mapping.Alignment) bool { return w.Capability == n.ID }) {
		c.Wider, c.Text = true, v.say("grid.wider")
		label = append(label, c.Text)
	}
	if c.Changed {
		label = append(label, v.say("draft.changed"))
	}
	c.Label = strings.Join(label, ", ")
	return c
}

// read answers the boxes that the author changed. A form says which boxes it had and how they were.
func (g *grid) read(form url.Values) (ticks map[[2]string]bool, seen int64, err error) {
	bad := refuse(http.StatusBadRequest, "form-value", "badform")
	if seen, err = strconv.ParseInt(form.Get("seen"), 10, 64); err != nil {
		return nil, 0, bad
	}
	shown := map[[2]string]bool{}
	for _, row := range strings.Fields(form.Get("rows")) {
		for _, col := range strings.Fields(form.Get("cols")) {
			shown[[2]string{row, col}] = true
		}
	}
	if len(shown) > gridRows*gridColumns {
		return nil, 0, bad
	}
	boxes := map[string]map[[2]string]bool{"tag": {}, "was": {}}
	for name, set := range boxes {
		for _, value := range form[name] {
			row, col, _ := strings.Cut(value, ".")
			if !shown[[2]string{row, col}] {
				return nil, 0, bad
			}
			set[[2]string{row, col}] = true
		}
	}
	ticks = map[[2]string]bool{}
	for cell := range shown {
		if boxes["tag"][cell] != boxes["was"][cell] {
			ticks[cell] = boxes["tag"][cell]
		}
	}
	return ticks, seen, nil
}
