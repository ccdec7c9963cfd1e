package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
)

// activityPeopleBody is who of the course has a record of an activity: the list behind a number of A1.
type activityPeopleBody struct {
	Address string
	Count   string
	Rows    []crumb
	Slice   slice
	Others  string // those who are not people of the course now
}

// activityPeople answers /course/activities/{code}/learners.
func (s *site) activityPeople(v *visit) (answer, error) {
	q, err := v.query("page")
	if err != nil {
		return answer{}, err
	}
	page, err := readPage(q)
	if err != nil {
		return answer{}, err
	}
	if s.TotalsOnly {
		return answer{}, refuse(http.StatusForbidden, "named-off", "totalsonly")
	}
	_, a, err := s.activityNamed(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.leadPage(v, "activitypeople", v.say("activities.people", "activity", named(a)), "activities", crumb{v.say("activities.title"), v.to("course/activities")})
	if err != nil {
		return answer{}, err
	}
	p.Body, err = s.peopleOf(v, a, page)
	return answer{page: p}, err
}

// peopleOf lists those of the course as it is now.
func (s *site) peopleOf(v *visit, a CourseActivity, page int) (b activityPeopleBody, err error) {
	ids, err := s.Courses.LearnersOf(v.Context(), v.session.Course, a.IRI)
	if err != nil {
		return b, fmt.Errorf("read who has a record of an activity: %w", err)
	}
	c, err := s.cohort(v.Context(), v.session)
	if err != nil {
		return b, err
	}
	did := slices.DeleteFunc(slices.Clone(c.people), func(p courseLearner) bool { return !slices.Contains(ids, p.Learner) })
	if left := len(ids) - len(did); left > 0 {
		b.Others = v.say("who.others", "n", left)
	}
	at := "course/activities/" + a.code() + "/learners"
	b.Address, b.Count = a.IRI, v.say("activities.peoplecount", "n", len(did))
	b.Slice = v.sliceOf(len(did), page, peoplePage, func(page int) string { return v.to(addressOf(at, paged(url.Values{}, page))) })
	for _, p := range did[b.Slice.from:b.Slice.to] {
		b.Rows = append(b.Rows, crumb{p.name, v.to("course/people/" + p.code)})
	}
	return b, nil
}
