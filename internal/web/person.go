package web

import (
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
	Changes string // address of what changed
}

// person answers /course/people/{learner}: the learner's overview, to be read only.
func (s *site) person(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	r, p, err := s.personRecord(v)
	if err != nil {
		return answer{}, err
	}
	out, err := s.personPage(v, "person", p.name, crumb{v.say("people.title"), v.to("course/people")})
	if err != nil {
		return answer{}, err
	}
	out.Body = personBody{overviewOf(v, r), v.to(r.at + "/changes")}
	return answer{page: out}, nil
}

// personPage begins a page about somebody else. No name stands in the title of its window.
func (s *site) personPage(v *visit, file, title string, crumbs ...crumb) (*page, error) {
	p, err := s.leadPage(v, file, title, "people", crumbs...)
	if err == nil {
		p.Window = v.say("review.window")
	}
	return p, err
}

// personList answers /course/people/{learner}/list: the capabilities that a number counts.
func (s *site) personList(v *visit) (answer, error) {
	r, _, err := s.personRecord(v)
	if err != nil {
		return answer{}, err
	}
	f, err := r.filter(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.personPage(v, "list", v.say("list.title"), r.crumbs(v, "")...)
	if err != nil {
		return answer{}, err
	}
	p.Body, err = s.listOf(v, r, f)
	return answer{page: p}, err
}

// personSection answers /course/people/{learner}/section/{id}.
func (s *site) personSection(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
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
	p, err := s.personPage(v, "section", nodeName(n), r.crumbs(v, n.Parent)...)
	if err != nil {
		return answer{}, err
	}
	p.Body, err = s.sectionOf(v, r, n)
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
	p, err := s.personPage(v, "capability", n.Title, r.crumbs(v, n.Parent)...)
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
	p, err := s.personPage(v, "changes", v.say("changes.title"), r.crumbs(v, "")...)
	if err != nil {
		return answer{}, err
	}
	return s.changesPage(v, r, p)
}
