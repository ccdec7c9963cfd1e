package web

import (
	"fmt"

	"cairn/mapping"
)

// overviewBody is L2: what I have, what is under way, what I lack.
type overviewBody struct {
	Part    string
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
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	r, err := s.record(v.Context(), v.session)
	if err != nil {
		return answer{}, err
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
		Part: v.partText(r.cat), Total: total,
		Have: v.num(total.Evidenced, v.to(r.at+"/list?state=evidenced")),
		Of:   v.num(total.Tracked, v.to(r.at+"/list")),
		Own:  owner(v.session) != "", Nothing: total.NotStarted == total.Tracked, NoTags: !r.anyTag(),
		Levels: levelCounts(v, r), Tracked: v.root() + "help#tracked",
	}
	for _, state := range []mapping.State{mapping.Expiring, mapping.InProgress, mapping.Expired, mapping.Withdrawn, mapping.NotStarted} {
		if n := total.of(state); n > 0 {
			words := link(v.to(r.at+"/list?state="+string(state)), v.say("count."+string(state), "n", n))
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
	row := nodeRow{Name: nodeName(n), Href: v.to(r.at + "/section/" + n.ID), Tally: r.tally(r.tracked(n.ID))}
	row.Text = countText(v, r.at+"/list?node="+n.ID, row.Tally)
	return row
}

// countText says counts in words, each number linked to the list of what it counts. list is the list's address, to which a
// state is added.
func countText(v *visit, list string, t tally) any {
	if t.Tracked == 0 {
		return v.sayHTML("section.untracked")
	}
	have, of := v.num(t.Evidenced, v.to(list+"&state=evidenced")), v.num(t.Tracked, v.to(list))
	if t.InProgress == 0 {
		return v.sayHTML("count.have", "have", have, "of", of)
	}
	return v.sayHTML("count.haveprogress", "have", have, "of", of, "n", v.num(t.InProgress, v.to(list+"&state=in_progress")))
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
			list := fmt.Sprintf("%s/list?level=%d", r.at, number)
			out = append(out, levelCount{v.levelName(r.cat, number), countText(v, list, *t)})
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
