package web

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// maxName is the longest name of an activity, in characters.
const maxName = 200

// nameBody is the form in which a course names an activity, for its pages only.
type nameBody struct {
	Address, Name, Error, Post, MayNot string
}

// nameActivity answers /course/activities/{code}/name.
func (s *site) nameActivity(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	t, a, err := s.activityNamed(v)
	if err != nil {
		return answer{}, err
	}
	p, err := s.namePage(v, a, nameBody{Name: t.called[a.IRI]})
	return answer{page: p}, err
}

// activityNamed finds the activity of the address's code.
func (s *site) activityNamed(v *visit) (*courseTags, CourseActivity, error) {
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return nil, CourseActivity{}, err
	}
	a, ok := t.find(v.param("code"))
	if !ok {
		return nil, a, refuse(http.StatusNotFound, "activity-unknown", "gone")
	}
	return t, a, nil
}

func (s *site) namePage(v *visit, a CourseActivity, b nameBody) (*page, error) {
	p, err := s.leadPage(v, "name", v.say("name.title", "activity", named(a)), "activities", crumb{v.say("activities.title"), v.to("course/activities")})
	if err != nil {
		return nil, err
	}
	b.Address, b.Post, b.MayNot = a.IRI, v.to("course/activities/"+a.code()+"/name"), v.mayNotSave(v.session)
	p.Body = b
	return p, nil
}

// renameActivity keeps the name. An empty one gives back the name that the records tell.
func (s *site) renameActivity(v *visit) (answer, error) {
	_, a, err := s.activityNamed(v)
	if err != nil {
		return answer{}, err
	}
	name := strings.Join(strings.Fields(v.PostForm.Get("name")), " ")
	if utf8.RuneCountInString(name) > maxName {
		words := v.say("name.long", "n", maxName)
		p, err := s.namePage(v, a, nameBody{Name: name, Error: words})
		if err != nil {
			return answer{}, err
		}
		p.Problem, p.Errors = true, []fieldError{{words, "name"}}
		return answer{status: http.StatusUnprocessableEntity, page: p}, nil
	}
	if err := s.Courses.Rename(v.Context(), v.session.Course, a.IRI, name, v.session.Account, s.Now().UTC()); err != nil {
		return answer{}, fmt.Errorf("name an activity: %w", err)
	}
	return v.done("course/activities?named=1"), nil
}
