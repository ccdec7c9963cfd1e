package web

import (
	"net/http"
	"slices"

	"cairn/mapping"
)

// sectionBody is L3: the capabilities of one node by level, then the sections under it.
type sectionBody struct {
	Summary any
	For     *rolesBar
	Part    string
	Levels  []levelGroup
	Under   []nodeRow
}

type levelGroup struct {
	Name string
	Rows []capabilityRow
}

// capabilityRow is a capability with its status and the shortest word about why.
type capabilityRow struct {
	Name, Href string
	Lang       string // of the name, where it is not the page's
	State      mapping.State
	Chip       string
	Hint       string
	For        string // "for every role", where only some are shown
}

// section answers /me/section/{id}.
func (s *site) section(v *visit) (answer, error) {
	if _, err := v.query("role"); err != nil {
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
	p.Body, err = s.sectionOf(v, r, n)
	return answer{page: p}, err
}

func (s *site) sectionOf(v *visit, r *record, n mapping.Node) (body sectionBody, err error) {
	body = sectionBody{Summary: r.countText(v, r.tally(r.tracked(n.ID)), "node", n.ID), For: r.rolesBar(v, "/section/"+n.ID), Part: v.partText(r.cat)}
	if body.Levels, err = s.levelGroups(v, r, n.ID); err != nil {
		return body, err
	}
	for _, child := range r.cat.Sections(n.ID) {
		body.Under = append(body.Under, r.row(v, child))
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

// levelGroups lists the capabilities that hang on a node itself, by level.
func (s *site) levelGroups(v *visit, r *record, node string) ([]levelGroup, error) {
	byLevel, order := map[int][]mapping.Node{}, []int{}
	for _, n := range r.cat.Capabilities(node) {
		if !r.fits(n) {
			continue
		}
		if byLevel[n.Level] == nil {
			order = append(order, n.Level)
		}
		byLevel[n.Level] = append(byLevel[n.Level], n)
	}
	slices.SortFunc(order, compareLevels)
	told, err := s.toldOf(v, r, node)
	if err != nil {
		return nil, err
	}
	var out []levelGroup
	for _, level := range order {
		g := levelGroup{Name: v.levelName(r.cat, level)}
		for _, n := range byLevel[level] {
			row := s.capabilityRow(v, r, n, r.shortCapability(n))
			if x, ok := told[n.ID]; ok {
				row.Hint = v.fromHint(x)
			}
			g.Rows = append(g.Rows, row)
		}
		out = append(out, g)
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
	row := capabilityRow{Name: name, Href: r.href(v, "/capability/"+n.ID), State: state.State, Chip: v.chipWords(state), Hint: r.missing(state)}
	if name == n.Title {
		row.Lang = v.foreign()
	}
	if len(r.roles) > 0 && len(n.Archetypes) == 0 {
		row.For = v.say("capability.everyrole")
	}
	return row
}

// missing says in a few words what a state lacks, "" when nothing.
func (r *record) missing(p mapping.Progress) string {
	switch {
	case p.State == mapping.NotStarted && !r.tagged[p.Capability]:
		return r.say("hint.noactivity")
	case p.State == mapping.NotStarted || p.Have >= p.Need:
		return ""
	}
	return r.say("hint.missing", "n", p.Need-p.Have)
}

// toldOf explains what has evidence of a node's own capabilities, on the learner's own pages.
func (s *site) toldOf(v *visit, r *record, node string) (map[string]mapping.Explanation, error) {
	var of []string
	for _, n := range r.cat.Capabilities(node) {
		if state := r.of(n.ID).State; r.name == "" && (state == mapping.Evidenced || state == mapping.Expiring) {
			of = append(of, n.ID)
		}
	}
	return s.explainAll(v.Context(), v.session, owner(v.session), of)
}

// fromHint names the activity that completed the rule.
func (l locale) fromHint(x mapping.Explanation) string {
	if len(x.Counted) == 0 {
		return ""
	}
	from := x.Counted[0]
	for _, f := range x.Counted {
		if f.Statement == x.Decisive {
			from = f
		}
	}
	return l.say("hint.from", "activity", activityName(from.Activity))
}
