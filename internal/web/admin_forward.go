package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"cairn/xapi"
)

// textField is one line to type in.
type textField struct {
	ID, Label, Hint, Value, Error string
	Secret                        bool // not shown while it is typed, and not sent back
}

// forwardState says how a forward stands: its word, the class of the chip, and sentences.
func (l locale) forwardState(f Forward) (word, tone string, says []string) {
	if f.Sent.IsZero() {
		says = append(says, l.say("access.forward.nothingsent"))
	} else {
		says = append(says, l.say("access.forward.sent", "when", l.moment(f.Sent)))
	}
	if f.Waiting > 0 && !f.Waits.IsZero() {
		says = append(says, l.say("access.forward.waiting", "n", f.Waiting, "when", l.moment(f.Waits)))
	}
	if f.Refused > 0 {
		says = append(says, l.say("access.forward.refused", "n", f.Refused))
	}
	switch {
	case !f.Paused.IsZero():
		return l.say("access.forward.paused"), "s-none", append(says, l.say("access.forward.pausedsince", "when", l.dateTime(f.Paused)))
	case f.Problem != "":
		return l.say("diagnosis.needs"), "s-soon", append(says, l.say("access.forward.next", "when", l.moment(f.Next)))
	case f.Refused > 0:
		return l.say("diagnosis.needs"), "s-soon", says
	}
	return l.say("diagnosis.working"), "s-evid", says
}

type newForwardBody struct {
	Post   string
	Fields []textField
	Own    bool
	From   []option
}

// newForward answers the form that makes a forward.
func (s *site) newForward(v *visit) (answer, error) {
	if _, err := v.query(); err != nil {
		return answer{}, err
	}
	return answer{page: s.newForwardPage(v, NewForward{}, &fieldErrors{})}, nil
}

func (s *site) newForwardPage(v *visit, f NewForward, wrong *fieldErrors) *page {
	field := func(id, value string) textField {
		return textField{ID: id, Label: v.say("access.forward." + id), Value: value, Error: wrong.Of(id)}
	}
	b := newForwardBody{Post: v.to("admin/access/forward"), Own: f.Own, Fields: []textField{
		{ID: "name", Label: v.say("access.name"), Value: f.Name, Error: wrong.Of("name")}, field("endpoint", f.Endpoint), field("key", f.Key),
		field("secret", ""), field("verb", f.Verb), field("activity", f.Activity)}}
	b.Fields[1].Hint, b.Fields[3].Secret, b.Fields[3].Hint = v.say("access.forward.endpointhint"), true, v.say("access.forward.secrethint")
	b.Fields[4].Hint, b.Fields[5].Hint = v.say("access.forward.allhint"), v.say("access.forward.allhint")
	b.From = []option{{"start", v.say("access.forward.fromstart"), !f.FromNow}, {"now", v.say("access.forward.fromnow"), f.FromNow}}
	p := s.adminPage(v, "adminforwardnew", v.say("access.forward.new"), "access", crumb{v.say("access.title"), v.to("admin/access")})
	p.Body = b
	return p
}

// addForward keeps a forward; records are sent within seconds.
func (s *site) addForward(v *visit) (answer, error) {
	text := func(name string) string { return strings.TrimSpace(v.PostForm.Get(name)) }
	f := NewForward{Name: text("name"), Endpoint: strings.TrimRight(text("endpoint"), "/"), Key: text("key"), Secret: text("secret"), Verb: text("verb"),
		Activity: text("activity"), Own: text("own") != "", FromNow: text("from") == "now"}
	wrong := v.checkForward(f)
	if len(wrong.list) == 0 {
		id, err := s.Admin.Access.AddForward(v.Context(), f)
		if err == nil {
			return v.done("admin/access/forwards/" + url.PathEscape(id) + "?done=added"), nil
		}
		if !errors.Is(err, ErrTaken) {
			return answer{}, fmt.Errorf("keep a forward: %w", err)
		}
		wrong.add("name", v.say("access.taken"))
	}
	return adminRefused(s.newForwardPage(v, f, wrong), wrong)
}

// The most characters of a secret and of an address of another record store.
const (
	mostSecret  = 4096
	mostAddress = 2000
)

func (v *visit) checkForward(f NewForward) *fieldErrors {
	wrong := &fieldErrors{}
	v.checkName(f.Name, wrong)
	if u, err := url.Parse(f.Endpoint); err != nil || originOf(f.Endpoint) == "" || u.RawQuery != "" || u.Fragment != "" || len(f.Endpoint) > mostAddress {
		wrong.add("endpoint", v.say("access.forward.badendpoint"))
	}
	if f.Key == "" || strings.Contains(f.Key, ":") || len(f.Key) > mostName {
		wrong.add("key", v.say("access.forward.badkey"))
	}
	if f.Secret == "" || len(f.Secret) > mostSecret {
		wrong.add("secret", v.say("access.forward.badsecret"))
	}
	for id, iri := range map[string]string{"verb": f.Verb, "activity": f.Activity} {
		if iri != "" && (!xapi.IsIRI(iri) || len(iri) > mostAddress) {
			wrong.add(id, v.say("access.forward.badiri"))
		}
	}
	return wrong
}

type forwardBody struct {
	forwardRow
	Endpoint, Key, Takes string
	Tested               string
	Tests                []ForwardTest
	Test, Pause, Resume  string // addresses of forms; "" where they are of no use
	TryNow               bool   // going on is trying before its time
	CatchUp              string
	Refused, Remove      string // addresses; Refused is "" where nothing was refused
	Date                 [3]string
	Error                string
}

func (s *site) findForward(v *visit) (Forward, error) {
	all, err := s.Admin.Access.Forwards(v.Context())
	if err != nil {
		return Forward{}, fmt.Errorf("list the forwards: %w", err)
	}
	i := slices.IndexFunc(all, func(f Forward) bool { return f.ID == v.param("id") })
	if i < 0 {
		return Forward{}, ErrNotFound
	}
	return all[i], nil
}

// What a notice of a forward's page may say was done.
var forwardDone = []string{"added", "tested", "paused", "resumed", "catchup"}

// forward answers the page of one forward.
func (s *site) forward(v *visit) (answer, error) {
	q, err := v.query("done")
	if err != nil {
		return answer{}, err
	}
	p, err := s.forwardPage(v, [3]string{}, "")
	if err != nil {
		return answer{}, err
	}
	if done := q.Get("done"); slices.Contains(forwardDone, done) {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("access.forward.done." + done)}}
	}
	return answer{page: p}, nil
}

func (s *site) forwardPage(v *visit, date [3]string, wrong string) (*page, error) {
	f, err := s.findForward(v)
	if err != nil {
		return nil, err
	}
	at := "admin/access/forwards/" + url.PathEscape(f.ID)
	b := forwardBody{Endpoint: f.Endpoint, Key: f.Key, Takes: v.forwardTakes(f), Tests: f.Tests, Test: v.to(at + "/test"),
		CatchUp: v.to(at + "/from"), Remove: v.to(at + "/remove"), Date: date, Error: wrong, TryNow: f.Paused.IsZero()}
	b.Word, b.Tone, b.Says = v.forwardState(f)
	b.Problem = f.Problem
	if !f.Tested.IsZero() {
		b.Tested = v.say("access.forward.tested", "when", v.moment(f.Tested))
	}
	if f.Refused > 0 {
		b.Refused = v.to(at + "/refused")
	}
	if f.Paused.IsZero() {
		b.Pause = v.to(at + "/pause")
	}
	if !f.Paused.IsZero() || f.Problem != "" {
		b.Resume = v.to(at + "/resume")
	}
	p := s.adminPage(v, "adminforward", f.Name, "access", crumb{v.say("access.title"), v.to("admin/access")})
	p.Body = b
	return p, nil
}

// forwardTakes says which records are sent on.
func (l locale) forwardTakes(f Forward) string {
	var says []string
	if f.Own {
		says = append(says, l.say("access.forward.takesown"))
	}
	if f.Verb != "" {
		says = append(says, l.say("access.forward.takesverb", "iri", f.Verb))
	}
	if f.Activity != "" {
		says = append(says, l.say("access.forward.takesactivity", "iri", f.Activity))
	}
	if len(says) == 0 {
		return l.say("access.forward.takesall")
	}
	return strings.Join(says, " ")
}

// forwardDo answers a form of a forward's page that has no field.
func (s *site) forwardDo(done string, do func(v *visit, id string) error) action {
	return func(v *visit) (answer, error) {
		f, err := s.findForward(v)
		if err != nil {
			return answer{}, err
		}
		if err := do(v, f.ID); err != nil {
			return answer{}, fmt.Errorf("change a forward: %w", err)
		}
		return v.done("admin/access/forwards/" + url.PathEscape(f.ID) + "?done=" + done), nil
	}
}

func (s *site) testForward(v *visit, id string) error {
	return s.Admin.Access.TestForward(v.Context(), id)
}

func (s *site) pauseForward(v *visit, id string) error {
	return s.Admin.Access.PauseForward(v.Context(), id, true)
}

func (s *site) resumeForward(v *visit, id string) error {
	return s.Admin.Access.PauseForward(v.Context(), id, false)
}

// catchUp sends again from a day on.
func (s *site) catchUp(v *visit) (answer, error) {
	typed := [3]string{v.PostForm.Get("day"), v.PostForm.Get("month"), v.PostForm.Get("year")}
	day, ok := readDay(typed, s.Zone)
	if !ok || day.After(s.Now()) {
		words := v.say("access.forward.baddate")
		p, err := s.forwardPage(v, typed, words)
		if err != nil {
			return answer{}, err
		}
		p.Problem, p.Errors = true, []fieldError{{words, "day"}}
		return answer{status: http.StatusUnprocessableEntity, page: p}, nil
	}
	return s.forwardDo("catchup", func(v *visit, id string) error { return s.Admin.Access.CatchUp(v.Context(), id, day) })(v)
}
