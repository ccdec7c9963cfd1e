package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"cairn/mapping"
)

// maxIRI is the longest address of an activity that is taken, in bytes.
const maxIRI = 2000

// addActivity takes the address of an activity that was not seen yet, or what several begin with, and leads to its tags. Nothing is
// kept until it is tagged.
func (s *site) addActivity(v *visit) (answer, error) {
	a := CourseActivity{IRI: strings.TrimSpace(v.PostForm.Get("address")), ByHand: true, Prefix: v.PostForm.Get("takes") == "prefix"}
	if takes := v.PostForm.Get("takes"); takes != "" && takes != "one" && takes != "prefix" {
		return answer{}, refuse(http.StatusBadRequest, "form-value", "badform")
	}
	if !isIRI(a.IRI) {
		return s.activityRefused(v, a, v.say("activities.badaddress"))
	}
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return answer{}, err
	}
	if _, known := t.find(a.code()); known {
		return answer{location: v.to("course/tags/activity/" + a.code())}, nil
	}
	q := url.Values{"address": {a.IRI}}
	if a.Prefix {
		q.Set("prefix", "1")
	}
	return answer{location: v.to("course/tags/activity/" + a.code() + "?" + q.Encode())}, nil
}

func (s *site) activityRefused(v *visit, typed CourseActivity, words string) (answer, error) {
	p, body, err := s.activitiesPage(v, activitiesAsked{"all", "name", 1})
	if err != nil {
		return answer{}, err
	}
	body.Address, body.Prefix, body.Error = typed.IRI, typed.Prefix, words
	p.Body, p.Problem, p.Errors = body, true, []fieldError{{words, "address"}}
	return answer{status: http.StatusUnprocessableEntity, page: p}, nil
}

// isIRI says whether text can be the id of an activity: absolute, without blanks, and of an ordinary length.
func isIRI(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= maxIRI && u.Scheme != "" && (u.Host != "" || u.Opaque != "") &&
		!strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == '"' })
}

// alignment is a new tag of the activity. One that an author added by hand, or that Cairn placed, belongs to the course although
// its statements need not name the course; what begins like others does not, for it may lie in every course.
func (a CourseActivity) alignment(id, capability string, kind mapping.SelectorKind, scope mapping.Scope) mapping.Alignment {
	return mapping.Alignment{
		ID: id, Capability: capability, Scope: scope, Selector: mapping.Selector{Kind: kind, IRI: a.IRI}, Placed: (a.ByHand || a.Placed) && kind != mapping.SelectPrefix && kind != mapping.SelectLink,
	}
}

// takes says how many known activities a prefix takes, "" for anything else.
func (s *site) takes(v *visit, a CourseActivity) (string, error) {
	if !a.Prefix {
		return "", nil
	}
	n, err := s.Courses.Under(v.Context(), v.session.Course, a.IRI)
	if err != nil {
		return "", fmt.Errorf("count what a prefix takes: %w", err)
	}
	return v.say("activities.takes", "n", n), nil
}
