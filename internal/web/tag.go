package web

import (
	"net/http"
	"net/url"
	"slices"

	"cairn/mapping"
)

// tagBody is A2, one activity at a time: what it counts towards, by section.
type tagBody struct {
	Address  string // IRI of the activity
	Takes    string // how many activities it takes, for what several begin with
	ByHand   bool   // it was typed, and is kept only once it is tagged
	Post     string // where the form goes
	Choose   string // where the section chooser goes
	Now      []string
	Wider    []string
	Sections []option
	Section  string
	Groups   []tagGroup
	Kind     mapping.SelectorKind
	Reason   string
	Version  string
	MayNot   string // why saving is off
	Error    string
}

type tagGroup struct {
	Name  string
	Boxes []tagBox
}

type tagBox struct {
	ID, Name, Hint string
	Ticked, Long   bool // Long ones take a line of their own
}

// tagging is one activity on its way to or from the form.
type tagging struct {
	locale
	tags     *courseTags
	cat      *mapping.Catalog
	activity CourseActivity
	section  mapping.Node
	takes    string // how many activities a prefix takes, "" for anything else
}

// tagActivity answers /course/tags/activity/{code}.
func (s *site) tagActivity(v *visit) (answer, error) {
	q, err := v.query("section", "address", "prefix")
	if err != nil {
		return answer{}, err
	}
	g, err := s.tagging(v, q)
	if err != nil {
		return answer{}, err
	}
	p, err := s.tagPage(v, g)
	if err != nil {
		return answer{}, err
	}
	p.Body = g.body(v, g.ticked(), g.activity.kind(), "")
	return answer{page: p}, nil
}

// tagging finds the activity of the code among those of the course, or the one whose typed address has that code.
func (s *site) tagging(v *visit, q url.Values) (*tagging, error) {
	address, section := q.Get("address"), q.Get("section")
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return nil, err
	}
	g := &tagging{locale: v.locale, tags: t, cat: s.catalog(v.session)}
	found := false
	if g.activity, found = t.find(v.param("code")); !found {
		g.activity = CourseActivity{IRI: address, ByHand: true, Prefix: q.Get("prefix") == "1"}
		if !isIRI(address) || g.activity.code() != v.param("code") {
			return nil, refuse(http.StatusNotFound, "activity-unknown", "gone")
		}
	}
	if g.takes, err = s.takes(v, g.activity); err != nil {
		return nil, err
	}
	if section == "" {
		section = g.firstSection()
	}
	n, ok := g.cat.Node(section)
	if !ok || n.Kind != mapping.NodeSection {
		return nil, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	g.section = n
	return g, nil
}

// firstSection is the domain of the activity's first tag, else the first domain.
func (g *tagging) firstSection() string {
	for _, a := range g.tags.own(g.activity.key()) {
		if d, ok := g.cat.DomainOf(a.Capability); ok {
			return d.ID
		}
	}
	if domains := g.cat.Domains(); len(domains) > 0 {
		return domains[0].ID
	}
	return ""
}

// ticked is the capabilities that the course tags the activity with.
func (g *tagging) ticked() map[string]bool {
	out := map[string]bool{}
	for _, a := range g.tags.own(g.activity.key()) {
		out[a.Capability] = true
	}
	return out
}

func (s *site) tagPage(v *visit, g *tagging) (*page, error) {
	return s.leadPage(v, "tag", v.say("tag.title", "activity", named(g.activity)), "activities",
		crumb{v.say("activities.title"), v.to("course/activities")})
}

func (g *tagging) body(v *visit, ticked map[string]bool, kind mapping.SelectorKind, reason string) tagBody {
	self := "course/tags/activity/" + g.activity.code()
	b := tagBody{
		Address: g.activity.IRI, Takes: g.takes, ByHand: g.activity.ByHand, Post: v.to(self), Choose: v.to(self), Section: g.section.ID,
		Kind: kind, Reason: reason, Version: g.tags.version(g.activity.key()), MayNot: v.mayNotSave(v.session),
		Now: g.names(g.tags.own(g.activity.key())), Wider: g.names(g.tags.wider(g.activity.key())),
	}
	in, _ := g.cat.DomainOf(g.section.ID)
	for _, d := range g.cat.Domains() {
		b.Sections = append(b.Sections, option{d.ID, nodeName(d), d.ID == in.ID})
	}
	b.Groups = g.groups(g.section, ticked)
	return b
}

// groups lists the capabilities under a section, each with the section it hangs on.
func (g *tagging) groups(section mapping.Node, ticked map[string]bool) []tagGroup {
	group := tagGroup{Name: nodeName(section)}
	var under []tagGroup
	for _, n := range g.cat.Children(section.ID) {
		if n.Kind == mapping.NodeSection {
			under = append(under, g.groups(n, ticked)...)
			continue
		}
		group.Boxes = append(group.Boxes, g.box(n, ticked[n.ID]))
	}
	if len(group.Boxes) == 0 {
		return under
	}
	return append([]tagGroup{group}, under...)
}

// box leaves out what the legend above says already.
func (g *tagging) box(n mapping.Node, ticked bool) tagBox {
	b := tagBox{ID: n.ID, Name: n.Title, Hint: g.criterion(n.ID), Ticked: ticked, Long: true}
	switch {
	case n.Wording == mapping.WordingStructure && n.Level > 0:
		b.Name, b.Long = g.levelName(g.cat, n.Level), false
	case n.Level > 0:
		b.Name = g.say("tag.box", "capability", n.Title, "level", g.levelName(g.cat, n.Level))
	}
	return b
}

// criterion says what a tag asks for beyond the usual rule.
func (g *tagging) criterion(capability string) string {
	for _, a := range g.tags.own(g.activity.key()) {
		if a.Capability == capability && a.Criterion.MinMilli != nil {
			return g.say("rule.score", "score", g.milli(*a.Criterion.MinMilli))
		}
	}
	return ""
}

// names answers the capabilities of tags in the framework's order; those of another framework are left out.
func (g *tagging) names(tags []mapping.Alignment) []string {
	var out []string
	for _, n := range g.cat.Tracked("") {
		if slices.ContainsFunc(tags, func(a mapping.Alignment) bool { return a.Capability == n.ID }) {
			out = append(out, n.Title)
		}
	}
	return out
}

// mayNotSave says why a session that leads the course cannot save, "" when it can.
func (l locale) mayNotSave(session *Session) string {
	switch {
	case session.Account == "":
		return l.say("saving.nameless")
	case !session.Recorded:
		return l.say("saving.preview")
	}
	return ""
}
