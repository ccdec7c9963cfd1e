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
	Where    string // which of how many activities it is, "" for one that is not of the course yet
	Back     string
	Next     string
	Now      []string
	Wider    []string
	Sections []option
	Section  string
	Groups   []tagGroup
	Kind     mapping.SelectorKind
	Seen     int64
	Waiting  string // changes that are not applied yet
	Draft    string // where their effect is shown
	Partly   string // that the framework is not whole, "" when it is
	MayNot   string // why saving is off
}

type tagGroup struct {
	Name  string
	Boxes []tagBox
}

type tagBox struct {
	ID, Name, Hint        string
	Rule                  string // where what the tag asks for is changed, "" for a box without a tag
	Ticked, Long, Changed bool   // Long ones take a line of their own
}

// tagging is one activity on its way to or from the form.
type tagging struct {
	locale
	to       func(path string) string
	draft    *draft          // nil for an activity that is not placed yet
	chosen   map[string]bool // what is ticked then
	tags     *courseTags
	last     HistoryEntry
	cat      *mapping.Catalog
	activity CourseActivity
	section  mapping.Node
	takes    string // how many activities a prefix takes, "" for anything else
}

// tagActivity answers /course/tags/activity/{code}.
func (s *site) tagActivity(v *visit) (answer, error) {
	q, err := v.query("section", "address", "prefix", "kept")
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
	if q.Has("kept") {
		p.Notice = v.keptNotice(g.draft)
	}
	p.Body = g.body(v)
	return answer{page: p}, nil
}

// keptNotice says that ticks were put into the draft.
func (v *visit) keptNotice(d *draft) *notice {
	n := &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("draft.kept")}}
	if line := d.line(v); line != "" {
		n.Text, n.Link = append(n.Text, line), &crumb{v.say("draft.see"), v.to("course/draft")}
	}
	return n
}

// tagging finds the activity of the code among those of the course, or the one whose typed address has that code.
func (s *site) tagging(v *visit, q url.Values) (*tagging, error) {
	g := &tagging{locale: v.locale, cat: s.catalog(v.session), to: v.to}
	var err error
	if g.last, err = s.lastChange(v); err != nil {
		return nil, err
	}
	if g.tags, err = s.courseTags(v.Context(), v.session.Course); err != nil {
		return nil, err
	}
	if g.draft, err = s.draftOf(v.Context(), v.session, g.tags); err != nil {
		return nil, err
	}
	found, address, section := false, q.Get("address"), q.Get("section")
	if g.activity, found = g.tags.find(v.param("code")); !found {
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

func (s *site) tagPage(v *visit, g *tagging) (*page, error) {
	return s.leadPage(v, "tag", v.say("tag.title", "activity", named(g.activity)), "tags",
		crumb{v.say("grid.crumb"), v.to(addressOf("course/tags", url.Values{"section": {g.section.ID}}))})
}

func (g *tagging) body(v *visit) tagBody {
	self := "course/tags/activity/" + g.activity.code()
	b := tagBody{
		Address: g.activity.IRI, Takes: g.takes, ByHand: g.activity.ByHand, Post: v.to(self), Choose: v.to(self), Section: g.section.ID,
		Kind: g.activity.kind(), Seen: g.last.Pos, MayNot: v.mayNotSave(v.session), Waiting: g.draft.line(v), Draft: v.to("course/draft"), Partly: v.partText(g.cat),
		Now: g.names(g.tags.own(g.activity.key())), Wider: g.names(g.tags.wider(g.activity.key())),
	}
	in, _ := g.cat.DomainOf(g.section.ID)
	for _, d := range g.cat.Domains() {
		b.Sections = append(b.Sections, option{d.ID, nodeName(d), d.ID == in.ID})
	}
	g.neighbours(v, &b)
	b.Groups = g.groups(g.section)
	return b
}

// neighbours says which of the activities it is, and where the ones beside it are.
func (g *tagging) neighbours(v *visit, b *tagBody) {
	i := slices.IndexFunc(g.tags.activities, func(a CourseActivity) bool { return a.key() == g.activity.key() })
	if i < 0 {
		return
	}
	to := func(i int) string {
		return v.to(addressOf("course/tags/activity/"+g.tags.activities[i].code(), url.Values{"section": {g.section.ID}}))
	}
	b.Where = v.say("tag.where", "i", i+1, "n", len(g.tags.activities))
	if i > 0 {
		b.Back = to(i - 1)
	}
	if i+1 < len(g.tags.activities) {
		b.Next = to(i + 1)
	}
}

// groups lists the capabilities under a section, each with the section it hangs on.
func (g *tagging) groups(section mapping.Node) []tagGroup {
	group := tagGroup{Name: nodeName(section)}
	var under []tagGroup
	for _, n := range g.cat.Children(section.ID) {
		if n.Kind == mapping.NodeSection {
			under = append(under, g.groups(n)...)
			continue
		}
		group.Boxes = append(group.Boxes, g.box(n))
	}
	if len(group.Boxes) == 0 {
		return under
	}
	return append([]tagGroup{group}, under...)
}

// box leaves out what the legend above says already.
func (g *tagging) box(n mapping.Node) tagBox {
	b := tagBox{ID: n.ID, Name: n.Title, Ticked: g.chosen[n.ID], Long: true}
	switch {
	case n.Wording == mapping.WordingStructure && n.Level > 0:
		b.Name, b.Long = g.levelName(g.cat, n.Level), false
	case n.Level > 0:
		b.Name = g.say("tag.box", "capability", n.Title, "level", g.levelName(g.cat, n.Level))
	}
	if g.draft == nil {
		return b
	}
	has := g.draft.of(g.activity.key(), n.ID)
	b.Ticked, b.Changed = len(has) > 0, g.draft.changed(g.activity.key(), n.ID)
	if b.Ticked {
		b.Hint, b.Rule = g.criterionWords(has[0].Criterion), g.to("course/tags/"+n.ID+"."+g.activity.code()+"/rule")
	}
	return b
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
