package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"cairn/mapping"
)

// sectionBody is L3: the capabilities of one node by level, then the sections under it.
type sectionBody struct {
	Summary any
	For     *rolesBar
	Filter  *sectionFilter
	Part    string
	Levels  []levelGroup
	Under   []nodeRow
	Kept    []capabilityRow // replaced, with something in the record
	Rate    string          // address of the pages to rate the section, "" for somebody else's record
	None    bool            // nothing is tracked here
	Empty   bool            // nothing here fits the filter
}

type levelGroup struct {
	Name string
	Rows []capabilityRow
}

// capabilityRow is a capability with its status and the shortest word about why.
type capabilityRow struct {
	ID         string
	Name, Href string
	Lang       string // of the name, where it is not the page's
	State      mapping.State
	Chip       string
	Hint       string
	Rating     string // what the learner says of themselves, "" for nothing
	Implied    bool   // by a higher level, which the chip names
	For        string // "for every role", where only some are shown
	Endorse    string // where somebody else endorses it, "" where nobody may
}

// section answers /me/section/{id}.
func (s *site) section(v *visit) (answer, error) {
	q, err := v.query("role", "rated", "state")
	if err != nil {
		return answer{}, err
	}
	r, err := s.record(v)
	if err != nil {
		return answer{}, err
	}
	n, ok := r.cat.Node(v.param("id"))
	if !ok || n.Kind != mapping.NodeSection || !r.shows(n) {
		return answer{}, refuse(http.StatusNotFound, "section-unknown", "gone")
	}
	p, err := s.learnerPage(v, "section", nodeName(n), r.crumbs(v, n.Parent)...)
	if err != nil {
		return answer{}, err
	}
	p.Foreign = v.foreign()
	if q.Has("rated") {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("rate.kept")}}
	}
	p.Body, err = s.sectionOf(v, r, n, q.Get("state"))
	return answer{page: p}, err
}

// sectionOf lists what hangs on a node, of one state or, with "", of all.
func (s *site) sectionOf(v *visit, r *record, n mapping.Node, state string) (body sectionBody, err error) {
	only := mapping.State(state)
	if only != "" && !knownState(only) {
		return body, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	body = sectionBody{Summary: r.sectionText(v, n), For: r.rolesBar(v, "/section/"+n.ID), Part: v.partText(r.cat)}
	if body.Levels, err = s.levelGroups(v, r, n.ID, only); err != nil {
		return body, err
	}
	if body.Empty = len(body.Levels) == 0 && only != ""; body.Empty || len(body.Levels) > 0 {
		body.Filter = r.sectionFilter(v, n.ID, only)
	}
	for _, child := range r.cat.Sections(n.ID) {
		body.Under = append(body.Under, r.row(v, child))
	}
	if r.name != "" {
		return body, nil
	}
	for _, k := range s.replaced(r) {
		if k.Parent == n.ID {
			row := s.capabilityRow(v, r, k.Node, k.Title)
			row.Hint = v.say("replaced.kept")
			body.Kept = append(body.Kept, row)
		}
	}
	if all := r.tracked(n.ID); len(all) > 0 {
		body.Rate = r.rateHref(v, all[0], n.ID)
	} else {
		body.None = true
	}
	return body, nil
}

// crumbs is the way down to a node: the overview, then its sections.
func (r *record) crumbs(v *visit, node string) []crumb {
	out := []crumb{{v.say("overview.title"), r.href(v, "")}}
	if r.name != "" {
		out = []crumb{{v.say("people.title"), v.to("course/people")}, {r.name, v.to(r.at)}}
	}
	for _, n := range r.cat.Path(node) {
		if r.shows(n) {
			out = append(out, crumb{nodeName(n), r.href(v, "/section/"+n.ID)})
		}
	}
	return out
}

// levelGroups lists the capabilities that hang on a node itself, by level: of one state or, with "", of all.
func (s *site) levelGroups(v *visit, r *record, node string, only mapping.State) ([]levelGroup, error) {
	var all []mapping.Node
	for _, n := range r.cat.Capabilities(node) {
		if r.fits(n) && (only == "" || inList(only, r.of(n.ID).State)) {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b mapping.Node) int { return compareLevels(a.Level, b.Level) })
	said, err := s.rowWords(v, r, all)
	if err != nil {
		return nil, err
	}
	var out []levelGroup
	for i, n := range all {
		if i == 0 || n.Level != all[i-1].Level {
			out = append(out, levelGroup{Name: v.levelName(r.cat, n.Level)})
		}
		g := &out[len(out)-1]
		g.Rows = append(g.Rows, said.on(s.capabilityRow(v, r, n, r.shortCapability(n))))
	}
	return out, nil
}

// compareLevels puts lower levels first and 0, "not given", last.
func compareLevels(a, b int) int {
	if (a == 0) != (b == 0) {
		return b - a
	}
	return a - b
}

func (s *site) capabilityRow(v *visit, r *record, n mapping.Node, name string) capabilityRow {
	state := r.of(n.ID)
	row := capabilityRow{ID: n.ID, Name: name, Href: r.href(v, "/capability/"+n.ID), State: state.State, Chip: v.chipWords(state), Hint: r.missing(state)}
	if name == n.Title {
		row.Lang = v.foreign()
	}
	if level := r.implied[n.ID]; level > 0 {
		row.State, row.Chip, row.Implied = mapping.Evidenced, v.say("chip.implied", "level", level), true
	}
	if len(r.roles) > 0 && len(n.Archetypes) == 0 {
		row.For = v.say("capability.everyrole")
	}
	return row
}

// missing says that nothing is tagged with what has not begun, "" for all else.
func (r *record) missing(p mapping.Progress) string {
	if p.State == mapping.NotStarted && !r.tagged[p.Capability] {
		return r.say("hint.noactivity")
	}
	return ""
}

// rowWords is what rows say below their names, by capability.
type rowWords struct{ hints, ratings map[string]string }

// rowWords finds out what completed each row, or what it lacks, and how the learner rates themselves. Of somebody else's record only what
// is lacking is said: what completed it may be of another course.
func (s *site) rowWords(v *visit, r *record, rows []mapping.Node) (rowWords, error) {
	said := rowWords{map[string]string{}, map[string]string{}}
	var begun []string
	for _, n := range rows {
		if r.of(n.ID).State != mapping.NotStarted {
			begun = append(begun, n.ID)
		}
	}
	told, err := s.explainAll(v.Context(), v.session, r.learner, begun)
	if err != nil {
		return said, err
	}
	for id, x := range told {
		if said.hints[id] = v.shortNeed(x); r.name == "" {
			said.hints[id] = v.fromHint(x, v.session.Course)
		}
	}
	if err := s.readRatings(v, r); err != nil {
		return said, err
	}
	for id, m := range r.ratings {
		said.ratings[id] = strings.TrimSpace(v.ratingWords(m) + " " + v.apartWords(m, r.of(id).State))
	}
	return said, nil
}

// on adds to a row what is said of it.
func (w rowWords) on(row capabilityRow) capabilityRow {
	row.Hint, row.Rating = cmp.Or(w.hints[row.ID], row.Hint), w.ratings[row.ID]
	return row
}

// fromHint names the activity that completed the rule, and whether that was in another course, or says what is lacking.
func (l locale) fromHint(x mapping.Explanation, here Course) string {
	if x.State != mapping.Evidenced && x.State != mapping.Expiring || len(x.Counted) == 0 {
		return l.shortNeed(x)
	}
	name := activityName(x.Counted[0].Activity)
	for _, f := range slices.Concat(x.Counted, x.NotCounted) { // what completed it may have been done again since
		if f.Statement == x.Decisive {
			name = activityName(f.Activity)
			break
		}
	}
	if x.Scope.Kind == mapping.ScopeCourse && !x.Scope.Same(here.Scope()) {
		return l.say("hint.fromelsewhere", "activity", name)
	}
	return l.say("hint.from", "activity", name)
}
