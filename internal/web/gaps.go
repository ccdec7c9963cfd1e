package web

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"cairn/mapping"
)

// gap is the main reason why people lack evidence in a capability: the first of these that fits (pages.md 3.3, M3).
type gap string

// The gaps, in the order they are looked for.
const (
	gapActivity gap = "activity" // nothing is tagged with it
	gapTaken    gap = "taken"    // fewer than half of the people have started (half: Settings.GapShare)
	gapExpired  gap = "expired"  // of those who had it, half or more have it no longer for its time is over
	gapNone     gap = "none"     // at least half have evidence
	gapEvidence gap = "evidence" // taken, not evidenced
)

// gapsShown is the order of the columns.
var gapsShown = []gap{gapActivity, gapTaken, gapEvidence, gapExpired, gapNone}

// gapOf says where a capability stands among the people of a group; share is the percent from which it is most of them.
func gapOf(tagged bool, n Standing, group, share int) gap {
	most := func(part, whole int) bool { return 100*part >= share*whole }
	started := n.InProgress + n.Evidenced + n.Expired + n.Withdrawn
	had := n.Evidenced + n.Expired + n.Withdrawn
	switch {
	case !tagged:
		return gapActivity
	case !most(started, group) || started == 0:
		return gapTaken
	case n.Expired > 0 && most(n.Expired, had):
		return gapExpired
	case most(n.Evidenced, group):
		return gapNone
	}
	return gapEvidence
}

// gapsBody is M3: where content is missing, and where people are.
type gapsBody struct {
	Part   string
	Sorted string // how capabilities are sorted into columns
	Narrow narrowBar
	Group  string
	On     string // when they were counted, "" for now
	Heads  []string
	Rows   []gapRow
	Few    string // why counts are hidden, "" when they are not
	NoTags bool
}

type gapRow struct {
	Name, Href string // Href is "" for a part that has no parts
	Lang       string // of the name, where it is not the page's
	Of         string
	Bar        template.HTML
	Cells      []gapCell
}

type gapCell struct {
	Head   string
	Number counted
	Hidden bool
}

// gaps is the capabilities of a course with where its people stand in them.
type gaps struct {
	*record
	narrowing
	group int
	few   bool      // too few people to say where they stand
	least int       // the smallest group that is told of, where nobody may be seen one by one; 0: leads see people anyway
	on    time.Time // when people were counted, where nobody may be seen one by one: one day's step shows no one; zero: now
	of    map[string]gap
	n     map[string]Standing
}

// readGaps reads the query and what it asks about.
func (s *site) readGaps(v *visit, more ...string) (*gaps, url.Values, error) {
	q, err := v.query(append([]string{"role", "level", "node"}, more...)...)
	if err != nil {
		return nil, nil, err
	}
	g := &gaps{of: map[string]gap{}}
	if g.record, err = s.recordOf(v.Context(), v.session, ""); err != nil {
		return nil, nil, err
	}
	if g.narrowing, err = g.readNarrowing(q); err != nil {
		return nil, nil, err
	}
	c, err := s.cohort(v.Context(), v.session)
	if err != nil {
		return nil, nil, err
	}
	if s.TotalsOnly {
		g.least, g.on = s.SmallestGroup, s.midnight()
		c.leaveSince(g.on)
	}
	g.group, g.few = len(c.people), len(c.people) < s.SmallestGroup
	if g.n, err = s.standings(v.Context(), c, g.on); err != nil {
		return nil, nil, err
	}
	for _, n := range g.narrowing.of(g.record) {
		g.of[n.ID] = gapOf(g.tagged[n.ID], g.n[n.ID], g.group, s.GapShare)
	}
	return g, q, nil
}

// standings counts where the people of a cohort stand, or stood at a time.
func (s *site) standings(ctx context.Context, c *cohort, at time.Time) (n map[string]Standing, err error) {
	if at.IsZero() {
		n, err = s.People.Standings(ctx, c.learners())
	} else {
		n, err = s.People.StandingsOn(ctx, c.learners(), at)
	}
	if err != nil {
		return nil, fmt.Errorf("count where the people of the course stand: %w", err)
	}
	return n, nil
}

// gaps answers /course/gaps.
func (s *site) gaps(v *visit) (answer, error) {
	g, _, err := s.readGaps(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "gaps", v.say("gaps.title"), "gaps")
	if err != nil {
		return answer{}, err
	}
	b := gapsBody{Part: v.partText(g.cat), Narrow: g.bar(v, g.record, "course/gaps", url.Values{}), NoTags: !g.anyTag()}
	b.Group, b.On = v.say("gaps.group", "n", g.group), g.countedOn(v)
	b.Sorted = v.say("gaps.sorted")
	if s.GapShare != defaultGapShare {
		b.Sorted = v.say("gaps.sortedat", "n", s.GapShare)
	}
	if g.few {
		b.Group, b.Few = v.say("totals.few", "n", s.SmallestGroup), v.say("totals.why", "n", s.SmallestGroup)
	}
	for _, shown := range gapsShown {
		b.Heads = append(b.Heads, v.say("gaps.is."+string(shown)))
	}
	for _, n := range g.parts() {
		if row := g.row(v, n); row.Cells != nil {
			b.Rows = append(b.Rows, row)
		}
	}
	p.Body = b
	return answer{page: p}, nil
}

// countedOn says when people were counted, "" for now.
func (g *gaps) countedOn(v *visit) string {
	if g.on.IsZero() {
		return ""
	}
	return v.say("totals.on", "date", v.date(g.on))
}

// parts answers what has a row: the domains, or one part and what lies right under it.
func (g *gaps) parts() []mapping.Node {
	if n, ok := g.cat.Node(g.node()); ok {
		return append([]mapping.Node{n}, g.cat.Sections(n.ID)...)
	}
	return g.tops()
}

// node is the part that is looked at: chosen, or the placement's; "" for the whole.
func (g *gaps) node() string {
	if g.narrowing.node != "" {
		return g.narrowing.node
	}
	return g.record.node
}

// row counts the capabilities under a part by their gap.
func (g *gaps) row(v *visit, part mapping.Node) gapRow {
	counts, of := map[gap]int{}, 0
	for _, n := range g.narrowing.of(g.record) {
		if g.cat.Contains(part.ID, n.ID) {
			counts[g.of[n.ID]]++
			of++
		}
	}
	row := gapRow{Name: nodeName(part), Lang: v.foreign(), Of: v.say("list.count", "n", of)}
	if of == 0 {
		return row
	}
	here := g.narrowing
	here.node = part.ID
	if g.node() != part.ID && len(g.cat.Sections(part.ID)) > 0 {
		row.Href = v.to(addressOf("course/gaps", here.values()))
	}
	for _, shown := range gapsShown {
		q := here.values()
		q.Set("gap", string(shown))
		cell := gapCell{Head: v.say("gaps.is." + string(shown)), Number: v.num(counts[shown], v.to(addressOf("course/gaps/list", q)))}
		cell.Hidden = g.few && shown != gapActivity
		row.Cells = append(row.Cells, cell)
	}
	if !g.few {
		row.Bar = gapBar(counts, of)
	}
	return row
}

// gapBar draws the gaps of a part side by side, told apart by height and by where they are open, as decoration beside the numbers.
func gapBar(counts map[gap]int, of int) template.HTML {
	var b strings.Builder
	b.WriteString(`<svg class="bar" aria-hidden="true" viewBox="0 0 220 12" preserveAspectRatio="none">`)
	x := 0
	for _, shown := range gapsShown {
		w := width(counts[shown], of)
		switch shown {
		case gapActivity:
			for at := x; at < x+w; at += 4 {
				rect(&b, "b-gap", at, 0, min(2, x+w-at), 12)
			}
		case gapTaken:
			rect(&b, "b-gap", x, 9, w, 3)
		case gapEvidence:
			rect(&b, "b-gap", x, 0, w, 3)
			rect(&b, "b-gap", x, 9, w, 3)
		case gapExpired:
			for at := x; at < x+w; at += 8 {
				rect(&b, "b-gap", at, 4, min(5, x+w-at), 4)
			}
		default:
			rect(&b, "b-evid", x, 0, w, 12)
		}
		x += w
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// gapsListBody is what a number of the gaps leads to: its capabilities, how many people have them, and what to do.
type gapsListBody struct {
	Count string
	On    string // when people were counted, "" for now
	Rows  []gapCapability
	Part  string
	Slice slice
}

type gapCapability struct{ Name, Lang, Hint, Action, Href string }

// gapsList answers /course/gaps/list.
func (s *site) gapsList(v *visit) (answer, error) {
	g, q, err := s.readGaps(v, "gap", "page")
	if err != nil {
		return answer{}, err
	}
	page, err := readPage(q)
	if err != nil {
		return answer{}, err
	}
	asked := gap(q.Get("gap"))
	if !v.has("gaps.is."+string(asked)) || g.few && asked != gapActivity {
		return answer{}, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	p, err := s.leadPage(v, "gapslist", v.say("gaps.is."+string(asked)), "gaps", crumb{v.say("gaps.title"), v.to(addressOf("course/gaps", g.values()))})
	if err != nil {
		return answer{}, err
	}
	var nodes []mapping.Node
	for _, n := range g.narrowing.of(g.record) {
		if g.of[n.ID] == asked {
			nodes = append(nodes, n)
		}
	}
	q.Del("page")
	b := gapsListBody{Count: v.say("list.count", "n", len(nodes)), On: g.countedOn(v), Part: v.partText(g.cat)}
	b.Slice = v.sliceOf(len(nodes), page, listPage, func(page int) string { return v.to(addressOf("course/gaps/list", paged(q, page))) })
	for _, n := range nodes[b.Slice.from:b.Slice.to] {
		b.Rows = append(b.Rows, g.listed(v, n))
	}
	p.Body = b
	return answer{page: p}, nil
}

// listed is a capability with how many people have it, and the fitting thing to do.
func (g *gaps) listed(v *visit, n mapping.Node) gapCapability {
	out := gapCapability{Name: n.Title, Lang: v.foreign(), Action: v.say("gaps.rule"), Href: v.to("course/capability/" + n.ID + "/rule")}
	if !g.few {
		out.Hint = g.countsWords(v, g.n[n.ID])
	}
	if g.of[n.ID] == gapActivity {
		out.Action, out.Href = v.say("coverage.tag"), tagsOf(v, n.Parent)
	}
	return out
}

// countsWords says how many people have evidence and how many are under way. Where no single person may be seen, small numbers are hidden.
func (g *gaps) countsWords(v *visit, n Standing) string {
	counts := []int{n.Evidenced, n.InProgress, g.group - n.Evidenced - n.InProgress}
	hidden := make([]bool, len(counts))
	if g.least > 0 {
		hidden = mapping.Hide(g.group, counts, [][]int{{0, 1, 2}}, g.least)
	}
	shown := func(i int) any {
		if hidden[i] {
			return v.say("totals.hidden")
		}
		return counts[i]
	}
	words := v.say("gaps.counts", "have", shown(0), "of", g.group, "n", shown(1))
	if hidden[0] || hidden[1] {
		words += ". " + v.say("totals.why", "n", g.least)
	}
	return words
}
