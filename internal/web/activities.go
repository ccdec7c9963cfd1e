package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cairn/mapping"
)

// maxIRI is the longest address of an activity that is taken, in bytes.
const maxIRI = 2000

// activitiesBody is A1: what there is to tag.
type activitiesBody struct {
	Count    string
	Without  any
	OnlyBare bool // shows those without a tag only
	Rows     []activityRow
	None     bool // nothing was seen in the course yet
	NoTags   bool
	Copy     string // what can be copied from the course that this one was made from
	CopyTo   string // where the form that copies goes
	Address  string // as typed, when it was refused
	Error    string
}

type activityRow struct {
	Name, Address, From string
	Tags                counted
	Href, Action        string
}

// activities answers /course/activities.
func (s *site) activities(v *visit) (answer, error) {
	q, err := v.query("show", "added", "removed", "of", "late")
	if err != nil {
		return answer{}, err
	}
	if show := q.Get("show"); show != "" && show != "untagged" {
		return answer{}, refuse(http.StatusBadRequest, "query-value", "nopage")
	}
	p, body, err := s.activitiesPage(v, q.Get("show") == "untagged")
	if err != nil {
		return answer{}, err
	}
	if q.Has("added") {
		p.Notice = savedNotice(v, q)
	}
	p.Body = body
	return answer{page: p}, nil
}

func (s *site) activitiesPage(v *visit, onlyBare bool) (*page, activitiesBody, error) {
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return nil, activitiesBody{}, err
	}
	p, err := s.leadPage(v, "activities", v.say("activities.title"), "activities")
	if err != nil {
		return nil, activitiesBody{}, err
	}
	b := activitiesOf(v, t, onlyBare)
	from, err := s.copyable(v.Context(), v.session, t)
	if err != nil {
		return nil, b, err
	}
	if len(from) > 0 && v.mayNotSave(v.session) == "" {
		b.Copy, b.CopyTo = v.say("copy.offer", "n", len(from)), v.to("course/copy")
	}
	return p, b, nil
}

func activitiesOf(v *visit, t *courseTags, onlyBare bool) activitiesBody {
	b := activitiesBody{OnlyBare: onlyBare, None: len(t.activities) == 0, NoTags: len(t.aligned) == 0}
	bare := 0
	for _, a := range t.activities {
		n := t.count(a.IRI)
		if n == 0 {
			bare++
		} else if onlyBare {
			continue
		}
		to := v.to("course/tags/activity/" + codeOf(a.IRI))
		from := v.say("activities.records")
		switch {
		case a.Placed:
			from = v.say("activities.placed")
		case a.ByHand:
			from = v.say("activities.byhand")
		}
		b.Rows = append(b.Rows, activityRow{
			Name: named(a), Address: a.IRI, From: from, Tags: v.num(n, to), Href: to, Action: v.say("activities.tag", "activity", named(a)),
		})
	}
	b.Count = v.say("activities.count", "n", len(t.activities))
	b.Without = v.sayHTML("activities.without", "n", v.num(bare, v.to("course/activities?show=untagged")))
	return b
}

// savedNotice says what was saved. The numbers come from the redirect after saving and are no more than numbers.
func savedNotice(v *visit, q url.Values) *notice {
	number := func(name string) int {
		n, err := strconv.Atoi(q.Get(name))
		if err != nil || n < 0 || n > 9999 {
			return 0
		}
		return n
	}
	added, removed := number("added"), number("removed")
	if added+removed == 0 {
		return &notice{Kind: "important", Heading: v.say("notice.important"), Text: []string{v.say("tags.unchanged")}}
	}
	var parts []string
	if added > 0 {
		parts = append(parts, v.say("tags.added", "n", added))
	}
	if removed > 0 {
		parts = append(parts, v.say("tags.removed", "n", removed))
	}
	follows := v.say("tags.counted")
	if added == 0 {
		follows = v.say("tags.uncounted")
	}
	n := &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{strings.Join(parts, " "), follows}}
	if q.Has("late") {
		n.Text[1] = v.say("tags.late")
	}
	if code := q.Get("of"); isCode(code) {
		n.Link = &crumb{v.say("tags.again"), v.to("course/tags/activity/" + code)}
	}
	return n
}

// isCode says whether text can be what codeOf answers.
func isCode(text string) bool {
	return len(text) == 16 && strings.Trim(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// addActivity takes the address of an activity that was not seen yet, and leads to its tags. Nothing is kept until it is tagged.
func (s *site) addActivity(v *visit) (answer, error) {
	iri := strings.TrimSpace(v.PostForm.Get("address"))
	if !isIRI(iri) {
		return s.activityRefused(v, iri, v.say("activities.badaddress"))
	}
	t, err := s.courseTags(v.Context(), v.session.Course)
	if err != nil {
		return answer{}, err
	}
	code := codeOf(iri)
	if _, known := t.find(code); known {
		return answer{location: v.to("course/tags/activity/" + code)}, nil
	}
	return answer{location: v.to("course/tags/activity/" + code + "?" + url.Values{"address": {iri}}.Encode())}, nil
}

func (s *site) activityRefused(v *visit, typed, words string) (answer, error) {
	p, body, err := s.activitiesPage(v, false)
	if err != nil {
		return answer{}, err
	}
	body.Address, body.Error = typed, words
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
// its statements need not name the course.
func (a CourseActivity) alignment(id, capability string, kind mapping.SelectorKind, scope mapping.Scope) mapping.Alignment {
	return mapping.Alignment{
		ID: id, Capability: capability, Scope: scope, Selector: mapping.Selector{Kind: kind, IRI: a.IRI}, Placed: a.ByHand || a.Placed,
	}
}
