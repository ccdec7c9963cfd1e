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
	Next    *doNext
	Since   *sinceLine
	Rows    []nodeRow
	Levels  []levelCount
	Table   *levelTable
	Radar   *radarBody
	Need    *radarBody        // what the learner said to need; nil when nothing was said
	Said    *calibrationTable // nil when the learner rated nothing
}

// stateCount is one number of the overview, linked to its list.
type stateCount struct {
	State mapping.State
	Text  any
}

// nodeRow is a domain or section with its counts.
type nodeRow struct {
	Code       string
	Name, Href string
	Lang       string // of the name, where it is not the page's
	Tally      tally
	Text       any
	Hint       string
}

type levelCount struct{ Text any }

// overview answers /me.
func (s *site) overview(v *visit) (answer, error) {
	q, err := v.query("role", "level", "state")
	if err != nil {
		return answer{}, err
	}
	if q.Has("level") || q.Has("state") {
		return answer{location: v.to(addressOf("me/list", q))}, nil // the overview counts; one level or state is a list
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
	b := overviewOf(v, r)
	if p.Body, err = s.ownOverview(v, r, b); err != nil {
		return answer{}, err
	}
	return answer{page: p}, nil
}

// ownOverview adds what only the learner's own page has: one next step, what changed, what came from elsewhere, and the shape.
func (s *site) ownOverview(v *visit, r *record, b overviewBody) (overviewBody, error) {
	if err := s.readRatings(v, r); err != nil {
		return b, err
	}
	all, err := s.explainAll(v.Context(), v.session, owner(v.session), r.begun())
	if err != nil {
		return b, err
	}
	if b.Next, err = s.doNext(v, r, all); err != nil {
		return b, err
	}
	if b.Own {
		if b.Since, err = s.since(v, r); err != nil {
			return b, err
		}
	}
	for i, n := range r.tops() {
		if n := r.fromElsewhere(v.session, n, all); n > 0 {
			b.Rows[i].Hint = v.say("overview.elsewhere", "n", n)
		}
	}
	b.Said = r.calibrationOf(v)
	b.Table, b.Radar, b.Need = levelTableOf(v, r), radarOf(v.locale, b.Rows), needRadarOf(v.locale, r, b.Rows, r.tops())
	return b, nil
}

// fromElsewhere counts the capabilities under a node whose evidence came by another course.
func (r *record) fromElsewhere(session *Session, node mapping.Node, all map[string]mapping.Explanation) (n int) {
	for _, c := range r.tracked(node.ID) {
		x, ok := all[c.ID]
		if state := r.of(c.ID).State; !ok || state != mapping.Evidenced && state != mapping.Expiring {
			continue
		}
		if x.Scope.Kind == mapping.ScopeCourse && !x.Scope.Same(session.Course.Scope()) {
			n++
		}
	}
	return n
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
	row := nodeRow{Code: n.Code, Name: nodeName(n), Lang: v.foreign(), Href: r.href(v, "/section/"+n.ID), Tally: r.tally(r.tracked(n.ID))}
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
	byLevel := r.byLevel("")
	var out []levelCount
	for _, number := range levelOrder(r.cat) {
		if t := byLevel[number]; t != nil {
			out = append(out, levelCount{r.levelText(v, *t, number)})
		}
	}
	return out
}

// levelText is the counts of a level in few words.
func (r *record) levelText(v *visit, t tally, number int) any {
	level := strconv.Itoa(number)
	return v.sayHTML("overview.atlevel", "level", v.levelName(r.cat, number), "have", v.num(t.Evidenced, r.href(v, "/list", "level", level, "state", "evidenced")),
		"of", v.num(t.Tracked, r.href(v, "/list", "level", level)))
}

// levelOrder is the framework's levels, and 0 for "not given" at the end.
func levelOrder(cat *mapping.Catalog) []int {
	var out []int
	for _, l := range cat.Levels {
		out = append(out, l.Number)
	}
	return append(out, 0)
}
