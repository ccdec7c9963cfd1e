package web

import (
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"cairn/mapping"
)

// The shortest and longest note of an endorsement, in characters; reasons of withdrawal are as long.
const (
	leastNote = 10
	mostNote  = 2000
)

// endorseBody is M4: what somebody says to have seen of a learner at work.
type endorseBody struct {
	State        mapping.State
	Chip, Why    string
	Rule         string // what it does to the rule, "" when the rule asks for none
	Post, Cancel string
	Earlier      []earlierEndorsement
	Part         string // of the framework, "" where all is there
	endorsementForm
}

// endorsementForm is what is asked of who endorses: one capability or several.
type endorsementForm struct {
	Note             string
	Day, Month, Year string
	Errors           *fieldErrors
}

// earlierEndorsement is one that was given before. Withdraw is the address of the form that takes it back, "" where it stands no more.
type earlierEndorsement struct {
	Text                              template.HTML // who and when, and what became of it
	ID, Note, Withdraw, Reason, Error string
}

// endorsing is a learner and a capability that somebody who leads the course looks at.
type endorsing struct {
	record     *record
	who        courseLearner
	capability mapping.Node
}

func (s *site) endorsing(v *visit) (*endorsing, error) {
	r, who, err := s.personRecord(v)
	if err != nil {
		return nil, err
	}
	n, ok := r.cat.Capability(v.param("id"))
	if !ok || !r.shows(n) {
		return nil, refuse(http.StatusNotFound, "capability-unknown", "gone")
	}
	if who.Learner == v.session.Learner {
		return nil, refuse(http.StatusForbidden, "own-endorsement", "ownrecord")
	}
	return &endorsing{r, who, n}, nil
}

// endorseForm answers /course/people/{learner}/capability/{id}/endorse.
func (s *site) endorseForm(v *visit) (answer, error) {
	q, err := v.query("given", "withdrawn", "late")
	if err != nil {
		return answer{}, err
	}
	e, err := s.endorsing(v)
	if err != nil {
		return answer{}, err
	}
	p, _, err := s.endorsePage(v, e, &fieldErrors{})
	if err != nil {
		return answer{}, err
	}
	for _, done := range []string{"given", "withdrawn"} {
		if q.Has(done) {
			p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("endorse.done." + done)}, Link: &crumb{e.capability.Title, v.to(e.at())}}
			if q.Has("late") {
				p.Notice.Text = append(p.Notice.Text, v.say("tags.late"))
			}
		}
	}
	return answer{page: p}, nil
}

// at is the page of the capability in the learner's record.
func (e *endorsing) at() string {
	return "course/people/" + e.who.code + "/capability/" + e.capability.ID
}

func (s *site) endorsePage(v *visit, e *endorsing, wrong *fieldErrors) (*page, *endorseBody, error) {
	title := v.say("endorse.title", "capability", e.capability.Title, "learner", e.who.name)
	p, err := s.personPage(v, "endorse", e.who.name, title, append(e.record.crumbs(v, e.capability.Parent), crumb{e.capability.Title, v.to(e.at())})...)
	if err != nil {
		return nil, nil, err
	}
	p.Heading = v.sayHTML("endorse.title", "capability", e.capability.Title, "learner", person(e.who.name))
	state := e.record.of(e.capability.ID)
	b := &endorseBody{State: state.State, Chip: v.chipWords(state), Why: v.to(e.at()), Post: v.to(e.at() + "/endorse"), Cancel: v.to(e.at()), Part: v.partText(e.record.cat), endorsementForm: endorsementForm{Errors: wrong}}
	_, x, err := s.explainOf(v.Context(), v.session, e.who.Learner, e.capability.ID)
	if err != nil {
		return nil, nil, err
	}
	b.Rule = v.endorsementDoes(x)
	if b.Earlier, err = s.earlier(v, e); err != nil {
		return nil, nil, err
	}
	p.Body = b
	return p, b, nil
}

// earlier answers what was said before about the capability, the newest first.
func (s *site) earlier(v *visit, e *endorsing) (out []earlierEndorsement, err error) {
	all, err := s.Tracks.Endorsements(v.Context(), e.who.Learner)
	if err != nil {
		return nil, fmt.Errorf("read endorsements: %w", err)
	}
	var by []string
	for _, one := range all {
		by = append(by, one.By)
	}
	names, err := s.Tracks.AccountNames(v.Context(), by)
	if err != nil {
		return nil, fmt.Errorf("read who endorsed: %w", err)
	}
	for _, one := range all {
		if one.Capability != e.capability.ID {
			continue
		}
		line := earlierEndorsement{ID: one.ID, Note: one.Note, Text: v.sayHTML("endorse.by", "date", v.date(one.At), "who", v.endorser(one.By, names))}
		switch {
		case !one.WithdrawnAt.IsZero():
			line.Text = v.sayHTML("endorse.withdrawn", "endorsement", line.Text, "date", v.date(one.WithdrawnAt), "reason", one.WithdrawnReason)
		case !one.Stands(s.Now()):
			line.Text = v.sayHTML("endorse.ended", "endorsement", line.Text, "date", v.date(one.Until.Add(-time.Second)))
		default:
			line.Withdraw = v.to(e.at() + "/endorse/" + one.ID + "/withdraw")
			if !one.Until.IsZero() {
				line.Text = v.sayHTML("endorse.until", "endorsement", line.Text, "date", v.date(one.Until.Add(-time.Second)))
			}
		}
		out = append([]earlierEndorsement{line}, out...)
	}
	return out, nil
}

// endorser names who endorsed, for those who lead the course.
func (v *visit) endorser(account string, names map[string]string) any {
	if account == v.session.Account {
		return v.say("endorse.you")
	}
	return personOr(names[account], v.say("history.someone"))
}

// endorse keeps an endorsement.
func (s *site) endorse(v *visit) (answer, error) {
	e, err := s.endorsing(v)
	if err != nil {
		return answer{}, err
	}
	form, given := s.readEndorsement(v)
	if wrong := form.Errors; len(wrong.list) > 0 {
		p, b, err := s.endorsePage(v, e, wrong)
		if err != nil {
			return answer{}, err
		}
		b.endorsementForm = form
		p.Problem, p.Errors = true, wrong.list
		return answer{status: http.StatusUnprocessableEntity, page: p}, nil
	}
	given.Learner, given.Capability = e.who.Learner, e.capability.ID
	pos, err := s.Tracks.Endorse(v.Context(), given)
	if err != nil {
		return answer{}, fmt.Errorf("keep an endorsement: %w", err)
	}
	return s.endorsed(v, e, "given", pos), nil
}

// readEndorsement reads what was written: the form, with what is wrong in it, and the endorsement without whom it is about.
func (s *site) readEndorsement(v *visit) (endorsementForm, mapping.Endorsement) {
	form := v.PostForm
	b := endorsementForm{Note: strings.TrimSpace(form.Get("note")), Day: form.Get("day"), Month: form.Get("month"), Year: form.Get("year"), Errors: &fieldErrors{}}
	if n := utf8.RuneCountInString(b.Note); n < leastNote || n > mostNote {
		b.Errors.add("note", v.say("endorse.badnote", "least", leastNote, "most", mostNote))
	}
	until, ok := s.endOf(b.Day, b.Month, b.Year)
	if !ok {
		b.Errors.add("day", v.say("endorse.baddate"))
	}
	return b, mapping.Endorsement{By: v.session.Account, Scope: v.session.Course.Scope(), Until: until, Note: b.Note}
}

// endorsementDoes says what an endorsement does to a rule that asks for one, "" for others.
func (l locale) endorsementDoes(x mapping.Explanation) string {
	switch {
	case x.NeedsEndorsement && x.Missing == 0:
		return l.say("endorse.completes")
	case x.NeedsEndorsement:
		return l.say("endorse.needed")
	}
	return ""
}

func (s *site) endorsed(v *visit, e *endorsing, done string, pos int64) answer {
	q := url.Values{done: {"1"}}
	if s.late(v, pos) {
		q.Set("late", "1")
	}
	return v.done(addressOf(e.at()+"/endorse", q))
}

// endOf reads the last day that an endorsement stands: it ends with that day. Three empty fields are no end.
func (s *site) endOf(day, month, year string) (time.Time, bool) {
	day, month, year = strings.TrimSpace(day), strings.TrimSpace(month), strings.TrimSpace(year)
	if day+month+year == "" {
		return time.Time{}, true
	}
	d, err1 := strconv.Atoi(day)
	m, err2 := strconv.Atoi(month)
	y, err3 := strconv.Atoi(year)
	if err := errors.Join(err1, err2, err3); err != nil || y < 2000 || y > 2200 {
		return time.Time{}, false
	}
	last := time.Date(y, time.Month(m), d, 0, 0, 0, 0, s.Zone)
	end := last.AddDate(0, 0, 1)
	return end.UTC(), last.Day() == d && last.Month() == time.Month(m) && end.After(s.Now())
}

// withdraw takes an endorsement of the course back, with a reason.
func (s *site) withdraw(v *visit) (answer, error) {
	e, err := s.endorsing(v)
	if err != nil {
		return answer{}, err
	}
	p, b, err := s.endorsePage(v, e, &fieldErrors{})
	if err != nil {
		return answer{}, err
	}
	id, at := v.param("endorsement"), -1
	for i, one := range b.Earlier {
		if one.ID == id && one.Withdraw != "" {
			at = i
		}
	}
	if at < 0 {
		return answer{}, refuse(http.StatusNotFound, "endorsement-unknown", "gone")
	}
	reason := strings.TrimSpace(v.PostForm.Get("reason"))
	if n := utf8.RuneCountInString(reason); n < leastNote || n > mostNote {
		words := v.say("endorse.badreason", "least", leastNote, "most", mostNote)
		b.Earlier[at].Reason, b.Earlier[at].Error = reason, words
		p.Problem, p.Errors = true, []fieldError{{words, "reason-" + id}}
		return answer{status: http.StatusUnprocessableEntity, page: p}, nil
	}
	pos, err := s.Tracks.WithdrawEndorsement(v.Context(), id, v.session.Account, reason)
	if err != nil {
		return answer{}, fmt.Errorf("withdraw an endorsement: %w", err)
	}
	return s.endorsed(v, e, "withdrawn", pos), nil
}
