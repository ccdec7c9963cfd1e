package web

import (
	"slices"
	"strconv"

	"cairn/mapping"
)

// overviewBody is L2: what I have, what is under way, what I lack.
type overviewBody struct {
	Part    string
	For     *rolesBar
	Total   tally
	Have    counted
	Of      counted
	States  []stateCount
	Own     bool   // there is a learner whose evidence this is
	Nothing bool   // nothing has counted yet
	Tracked string // where it says what is tracked
	NoTags  bool
	Rows    []nodeRow
	Levels  []levelCount
}

// stateCount is one number of the overview, linked to its list.
type stateCount struct {
	State mapping.State
	Text  any
}

// nodeRow is a domain or section with its counts.
type nodeRow struct {
	Name, Href string
	Tally      tally
	Text       any
}

type levelCount struct {
	Name string
	Text any
}

// overview answers /me.
func (s *site) overview(v *visit) (answer, error) {
	if _, err := v.query("role"); err != nil {
		return answer{}, err
	}
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	if r.first(v.session) {
		return answer{location: v.to("me/start")}, nil
	}
	p, err := s.learnerPage(v, "overview", v.say("overview.title"))
	if err != nil {
		return answer{}, err
	}
	p.Body = overviewOf(v, r)
	return answer{page: p}, nil
}

func overviewOf(v *visit, r *record) overviewBody {
	total := r.tally(r.tracked(""))
	b := overviewBody{
		Part: v.partText(r.cat), For: r.rolesBar(v, ""), Total: total,
		Have: v.num(total.Evidenced, r.href(v, "/list", "state", "evidenced")),
		Of:   v.num(total.Tracked, r.href(v, "/list")),
		Own:  owner(v.session) != "", Nothing: total.NotStarted == total.Tracked, NoTags: !r.anyTag(),
		Levels: levelCounts(v, r), Tracked: v.root() + "help#tracked",
	}
	for _, state := range []mapping.State{mapping.Expiring, mapping.InProgress, mapping.Expired, mapping.Withdrawn, mapping.NotStarted} {
		if n := total.of(state); n > 0 {
			words := link(r.href(v, "/list", "state", string(state)), v.say("count."+string(state), "n", n))
			b.States = append(b.States, stateCount{state, words})
		}
	}
	for _, n := range r.tops() {
		b.Rows = append(b.Rows, r.row(v, n))
	}
	return b
}

// tops answers the rows of the overview: the domains, or the one part the placement shows.
func (r *record) tops() []mapping.Node {
	if n, ok := r.cat.Node(r.node); ok {
		return []mapping.Node{n}
	}
	return r.cat.Domains()
}

// row counts what lies under a section.
func (r *record) row(v *visit, n mapping.Node) nodeRow {
	row := nodeRow{Name: nodeName(n), Href: r.href(v, "/section/"+n.ID), Tally: r.tally(r.tracked(n.ID))}
	row.Text = r.countText(v, row.Tally, "node", n.ID)
	return row
}

// countText says counts in words, each number linked to the list of what it counts. pairs are the query of that list, to which a
// state is added.
func (r *record) countText(v *visit, t tally, pairs ...string) any {
	if t.Tracked == 0 {
		return v.sayHTML("section.untracked")
	}
	list := func(more ...string) string { return r.href(v, "/list", slices.Concat(pairs, more)...) }
	have, of := v.num(t.Evidenced, list("state", "evidenced")), v.num(t.Tracked, list())
	if t.InProgress == 0 {
		return v.sayHTML("count.have", "have", have, "of", of)
	}
	return v.sayHTML("count.haveprogress", "have", have, "of", of, "n", v.num(t.InProgress, list("state", "in_progress")))
}

// levelCounts counts by level, those without one last. A framework without levels has no such part.
func levelCounts(v *visit, r *record) []levelCount {
	if len(r.cat.Levels) == 0 {
		return nil
	}
	byLevel := map[int]*tally{}
	for _, n := range r.tracked("") {
		if byLevel[n.Level] == nil {
			byLevel[n.Level] = &tally{}
		}
		byLevel[n.Level].add(r.of(n.ID).State)
	}
	var out []levelCount
	for _, number := range levelOrder(r.cat) {
		if t := byLevel[number]; t != nil {
			out = append(out, levelCount{v.levelName(r.cat, number), r.countText(v, *t, "level", strconv.Itoa(number))})
		}
	}
	return out
}

// levelOrder is the framework's levels, and 0 for "not given" at the end.
func levelOrder(cat *mapping.Catalog) []int {
	var out []int
	for _, l := range cat.Levels {
		out = append(out, l.Number)
	}
	return append(out, 0)
}
