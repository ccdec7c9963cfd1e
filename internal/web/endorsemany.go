package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"cairn/mapping"
)

// endorsable is a list of capabilities that somebody who leads the course may tick, to endorse several at once.
type endorsable struct {
	To   string
	Rows []capabilityRow
}

// endorsable makes rows of a learner's record such a list; nil where nothing can be ticked: of the reader's own record, and where
// nothing can be saved.
func (v *visit) endorsable(r *record, who courseLearner, rows []capabilityRow) *endorsable {
	if len(rows) == 0 || who.Learner == v.session.Learner || v.mayNotSave(v.session) != "" {
		return nil
	}
	e := &endorsable{To: v.to(r.at + "/endorse"), Rows: slices.Clone(rows)}
	for i, row := range e.Rows {
		e.Rows[i].Endorse = v.to(r.at + "/capability/" + row.ID + "/endorse")
	}
	return e
}

// endorseManyBody is M4 for several capabilities: one note for all of them.
type endorseManyBody struct {
	Count        string
	Rows         []capabilityRow
	Post, Cancel string
	Part         string // of the framework, "" where all is there
	endorsementForm
}

// endorsingMany reads whom and what somebody wants to endorse. Nothing ticked is answered by ok.
func (s *site) endorsingMany(v *visit, ticked []string) (r *record, who courseLearner, nodes []mapping.Node, err error) {
	if r, who, err = s.personRecord(v); err != nil {
		return r, who, nil, err
	}
	if who.Learner == v.session.Learner {
		return r, who, nil, refuse(http.StatusForbidden, "own-endorsement", "ownrecord")
	}
	if len(ticked) > listPage {
		return r, who, nil, refuse(http.StatusBadRequest, "form-value", "badform")
	}
	for _, id := range ticked {
		n, ok := r.cat.Capability(id)
		if !ok || !r.shows(n) {
			return r, who, nil, refuse(http.StatusNotFound, "capability-unknown", "gone")
		}
		if !slices.ContainsFunc(nodes, func(o mapping.Node) bool { return o.ID == n.ID }) {
			nodes = append(nodes, n)
		}
	}
	return r, who, nodes, nil
}

// endorseManyForm answers /course/people/{learner}/endorse?c=: the form for what was ticked.
func (s *site) endorseManyForm(v *visit) (answer, error) {
	q, err := v.query("c")
	if err != nil {
		return answer{}, err
	}
	r, who, nodes, err := s.endorsingMany(v, q["c"])
	if err != nil {
		return answer{}, err
	}
	if len(nodes) == 0 {
		return s.nothingTicked(v)
	}
	p, err := s.endorseManyPage(v, r, who, nodes, endorsementForm{Errors: &fieldErrors{}})
	return answer{page: p}, err
}

// nothingTicked is the learner's page again, which says what to do.
func (s *site) nothingTicked(v *visit) (answer, error) {
	p, err := s.personOverview(v)
	if err != nil {
		return answer{}, err
	}
	p.Problem, p.Errors = true, []fieldError{{v.say("endorse.tickone"), "c"}}
	if b, ok := p.Body.(personBody); ok && b.Ticks != nil {
		p.Errors[0].Href = "t-" + b.Ticks.Rows[0].ID
	}
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

func (s *site) endorseManyPage(v *visit, r *record, who courseLearner, nodes []mapping.Node, form endorsementForm) (*page, error) {
	p, err := s.personPage(v, "endorsemany", who.name, v.say("endorse.severaltitle", "learner", who.name), r.crumbs(v, "")...)
	if err != nil {
		return nil, err
	}
	p.Heading = v.sayHTML("endorse.severaltitle", "learner", person(who.name))
	b := endorseManyBody{Count: v.say("list.count", "n", len(nodes)), Post: v.to(r.at + "/endorse"), Cancel: v.to(r.at), Part: v.partText(r.cat), endorsementForm: form}
	told, err := s.explainAll(v.Context(), v.session, who.Learner, ids(nodes))
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		row := s.capabilityRow(v, r, n, n.Title)
		row.Hint = v.endorsementDoes(told[n.ID])
		b.Rows = append(b.Rows, row)
	}
	p.Body = b
	return p, nil
}

// endorseMany keeps an endorsement of each.
func (s *site) endorseMany(v *visit) (answer, error) {
	r, who, nodes, err := s.endorsingMany(v, v.PostForm["c"])
	if err != nil {
		return answer{}, err
	}
	if len(nodes) == 0 {
		return s.nothingTicked(v)
	}
	form, given := s.readEndorsement(v)
	if wrong := form.Errors.list; len(wrong) > 0 {
		p, err := s.endorseManyPage(v, r, who, nodes, form)
		if err != nil {
			return answer{}, err
		}
		p.Problem, p.Errors = true, wrong
		return answer{status: http.StatusUnprocessableEntity, page: p}, nil
	}
	var pos int64
	for _, n := range nodes {
		given.Learner, given.Capability = who.Learner, n.ID
		if pos, err = s.Tracks.Endorse(v.Context(), given); err != nil {
			return answer{}, fmt.Errorf("keep one of several endorsements: %w", err)
		}
	}
	q := url.Values{"given": {strconv.Itoa(len(nodes))}}
	if s.late(v, pos) {
		q.Set("late", "1")
	}
	return v.done(addressOf(r.at, q)), nil
}
