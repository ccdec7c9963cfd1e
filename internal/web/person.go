package web

import (
	"fmt"
	"net/http"

	"cairn/mapping"
)

// personRecord finds the learner that the address names, if they are in the session's course at this moment, and reads their record.
func (s *site) personRecord(v *visit) (*record, courseLearner, error) {
	if s.TotalsOnly {
		return nil, courseLearner{}, refuse(http.StatusForbidden, "named-off", "totalsonly")
	}
	c, err := s.cohort(v.Context(), v.session)
	if err != nil {
		return nil, courseLearner{}, err
	}
	code := v.param("learner")
	p, ok := c.find(code)
	switch {
	case c.left[code]:
		return nil, p, refuse(http.StatusNotFound, "learner-left", "gonefrom")
	case !ok:
		return nil, p, refuse(http.StatusNotFound, "learner-unknown", "gone")
	}
	r, err := s.recordOf(v.Context(), v.session, p.Learner)
	if err != nil {
		return nil, p, err
	}
	r.at, r.name = "course/people/"+p.code, p.name
	return r, p, nil
}

// personBody is M2: the learner's overview, with what leads further.
type personBody struct {
	overviewBody
	Count   any
	Changes string // address of what changed
	CSV     string
	Begun   []capabilityRow
	Ticks   *endorsable // the same, to be endorsed; nil where nobody may
	More    string      // address of all, where there are more than are listed
	Ratings []sharedRating
}

// sharedRating is what a learner says of themselves and shares with those who lead the course.
type sharedRating struct{ Name, Href, Lang, Rating string }

// person answers /course/people/{learner}: the learner's overview, to be read only.
func (s *site) person(v *visit) (answer, error) {
	q, err := v.query("given", "late")
	if err != nil {
		return answer{}, err
	}
	p, err := s.personOverview(v)
	if err != nil {
		return answer{}, err
	}
	if n := smallNumber(q.Get("given")); n > 0 {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("endorse.done.several", "n", n)}}
		if q.Has("late") {
			p.Notice.Text = append(p.Notice.Text, v.say("tags.late"))
		}
	}
	return answer{page: p}, nil
}

// personOverview is the page of a learner, without what was just done.
func (s *site) personOverview(v *visit) (*page, error) {
	r, who, err := s.personRecord(v)
	if err != nil {
		return nil, err
	}
	p, err := s.personPage(v, "person", who.name, who.name, crumb{v.say("people.title"), v.to("course/people")})
	if err != nil {
		return nil, err
	}
	b := personBody{overviewBody: overviewOf(v, r), Count: r.countText(v, r.tally(r.tracked(""))), Changes: v.to(r.at + "/changes"), CSV: v.to(r.at + "/record.csv")}
	var begun []mapping.Node
	for _, n := range r.tracked("") {
		if r.of(n.ID).State != mapping.NotStarted {
			begun = append(begun, n)
		}
	}
	if len(begun) > listPage {
		begun, b.More = begun[:listPage], v.to(r.at+"/list")
	}
	said, err := s.rowWords(v, r, begun)
	if err != nil {
		return nil, err
	}
	for _, n := range begun {
		b.Begun = append(b.Begun, said.on(s.capabilityRow(v, r, n, n.Title)))
	}
	b.Ticks = v.endorsable(r, who, b.Begun)
	b.Ratings, err = s.sharedRatings(v, r)
	p.Body = b
	return p, err
}

// sharedRatings answers what a learner says of themselves, as far as it is shared.
func (s *site) sharedRatings(v *visit, r *record) (out []sharedRating, err error) {
	all, err := s.Tracks.Ratings(v.Context(), r.learner)
	if err != nil {
		return nil, fmt.Errorf("read the ratings of a learner: %w", err)
	}
	for _, m := range all {
		if n, ok := r.cat.Capability(m.Capability); ok && m.Shared && r.shows(n) {
			out = append(out, sharedRating{n.Title, v.to(r.at + "/capability/" + n.ID), v.foreign(), v.ratingWords(m)})
		}
	}
	return out, nil
}

// personPage begins a page about somebody else, who has a name. No name stands in the title of its window.
func (s *site) personPage(v *visit, file, name, title string, crumbs ...crumb) (*page, error) {
	p, err := s.leadPage(v, file, title, "people", crumbs...)
	if err == nil {
		p.Person = name
		p.Window = v.say("review.window")
		p.Foot[1] = v.say("foot.person")
	}
	return p, err
}

// personList answers /course/people/{learner}/list: the capabilities that a number counts.
func (s *site) personList(v *visit) (answer, error) {
	r, who, err := s.personRecord(v)
	if err != nil {
		return answer{}, err
	}
	f, err := r.filter(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.personPage(v, "list", r.name, v.say("list.title"), r.crumbs(v, "")...)
	if err != nil {
		return answer{}, err
	}
	b, err := s.listOf(v, r, f)
	b.Ticks = v.endorsable(r, who, b.Rows)
	p.Body = b
	return answer{page: p}, err
}

// personSection answers /course/people/{learner}/section/{id}.
func (s *site) personSection(v *visit) (answer, error) {
	q, err := v.query("state")
	if err != nil {
		return answer{}, err
	}
	r, _, err := s.personRecord(v)
	if err != nil {
		return answer{}, err
	}
	n, ok := r.cat.Node(v.param("id"))
	if !ok || n.Kind != mapping.NodeSection || !r.shows(n) {
		return answer{}, refuse(http.StatusNotFound, "section-unknown", "gone")
	}
	p, err := s.personPage(v, "section", r.name, nodeName(n), r.crumbs(v, n.Parent)...)
	if err != nil {
		return answer{}, err
	}
	p.Foreign = v.foreign()
	p.Body, err = s.sectionOf(v, r, n, q.Get("state"))
	return answer{page: p}, err
}

// personCapability answers /course/people/{learner}/capability/{id}: why the learner's state is what it is. What comes from other
// courses has neither title nor score here.
func (s *site) personCapability(v *visit) (answer, error) {
	r, who, err := s.personRecord(v)
	if err != nil {
		return answer{}, err
	}
	n, ok := r.cat.Capability(v.param("id"))
	if !ok || !r.shows(n) {
		return answer{}, refuse(http.StatusNotFound, "capability-unknown", "gone")
	}
	p, err := s.personPage(v, "capability", r.name, n.Title, r.crumbs(v, n.Parent)...)
	if err != nil {
		return answer{}, err
	}
	out, err := s.capabilityPage(v, r, n, p)
	if body, filled := p.Body.(capabilityBody); filled && who.Learner != v.session.Learner {
		body.Endorse = v.to(r.at + "/capability/" + n.ID + "/endorse")
		p.Body = body
	}
	return out, err
}

// personChanges answers /course/people/{learner}/changes: what changed for the learner.
func (s *site) personChanges(v *visit) (answer, error) {
	r, _, err := s.personRecord(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.personPage(v, "changes", r.name, v.say("changes.title"), r.crumbs(v, "")...)
	if err != nil {
		return answer{}, err
	}
	return s.changesPage(v, r, p)
}
