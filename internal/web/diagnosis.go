package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"cairn/internal/diagnosis"
	"cairn/lti"
)

// Diagnosis is what is known of how a connection to an LMS stands.
type Diagnosis struct {
	Subject   diagnosis.Subject
	Launches  []diagnosis.Launch // newest first, claims masked
	Findings  []diagnosis.Finding
	CheckedAt time.Time // of the findings; zero when nobody has checked since this process began
}

// Diagnoses tells how connections stand.
type Diagnoses interface {
	// Diagnosis answers what is known of a registration, by our id, and calls nobody. ErrNotFound.
	Diagnosis(ctx context.Context, registration string) (Diagnosis, error)
	// Check looks now, in bounded time, and keeps what it finds. ErrNotFound.
	Check(ctx context.Context, registration string) error
}

// The most that the page lists.
const diagnosisRefusals = 20

type diagnosisBody struct {
	Checked      string
	Rows         []checkRow
	Refusals     []refusalRow
	Claims       []string // of the newest launch, masked
	ClaimsOf     string
	Check        string // address of the form
	Registration string // that the form names; "" for the own one
	Issuer       string
	Report       string
}

// checkRow is one part of the connection: whether it works, and if not, what to do and who does it.
type checkRow struct {
	Name   string
	Word   string
	Tone   string   // class of the chip
	Says   []string // sentences
	Do     string
	Who    string
	Copy   string // the exact address or setting that the words speak of
	Detail string // rule and specification
}

type refusalRow struct{ When, Says, Rule string }

// administers says whether roles make a person an administrator, as the platform names them; its test user is none.
func administers(texts []string) bool {
	roles := lti.ParseRoles(texts)
	return roles.Administers() && !roles.TestUser()
}

// administering lets those through who administer the LMS or the course, where the operator lets them see the connection.
func administering(a action) action {
	return func(v *visit) (answer, error) {
		if !v.admin {
			return answer{}, refuse(http.StatusForbidden, "not-administrator", "administrator")
		}
		return a(v)
	}
}

// diagnosis answers /admin/diagnosis, from what is kept: it calls nobody.
func (s *site) diagnosis(v *visit) (answer, error) {
	q, err := v.query("checked", "registration")
	if err != nil {
		return answer{}, err
	}
	registration, err := aboutSite(v, q.Get("registration"))
	if err != nil {
		return answer{}, err
	}
	d, err := s.Diagnoses.Diagnosis(v.Context(), registration)
	if err != nil {
		return answer{}, fmt.Errorf("read how the connection stands: %w", err)
	}
	records, err := s.lastRecord(v)
	if err != nil {
		return answer{}, err
	}
	p := s.adminPage(v, "admindiagnosis", v.say("diagnosis.title"), "diagnosis")
	b := connection{d, v.locale, s.urls.KeySet, s.Version, v.session.Operator}.body(records)
	b.Check, b.Issuer = v.to("admin/diagnosis"), d.Subject.Issuer
	if v.session.Operator {
		b.Registration, p.Crumbs = registration, []crumb{{v.say("admin.sites"), v.to("admin")}}
	}
	if q.Has("checked") {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{b.Checked}}
	}
	p.Body = b
	return answer{page: p}, nil
}

// checkNow looks anew.
func (s *site) checkNow(v *visit) (answer, error) {
	registration, err := aboutSite(v, v.PostForm.Get("registration"))
	if err != nil {
		return answer{}, err
	}
	if err := s.Diagnoses.Check(v.Context(), registration); err != nil {
		return answer{}, fmt.Errorf("check the connection: %w", err)
	}
	return v.done(addressOf("admin/diagnosis", url.Values{"registration": {registration}, "checked": {"1"}})), nil
}

// lastRecord is when something was last recorded about the course, zero when nothing was. Other courses are not asked: that would be a
// walk through all that is known of them.
func (s *site) lastRecord(v *visit) (last time.Time, err error) {
	if v.session.Operator {
		return last, nil
	}
	all, err := s.Courses.Activities(v.Context(), v.session.Course)
	if err != nil {
		return last, fmt.Errorf("read the activities of the course: %w", err)
	}
	for _, a := range all {
		if a.LastSeen.After(last) {
			last = a.LastSeen
		}
	}
	return last, nil
}

func (c connection) body(record time.Time) diagnosisBody {
	b := diagnosisBody{Checked: c.say("diagnosis.unchecked")}
	if !c.CheckedAt.IsZero() {
		b.Checked = c.say("diagnosis.checked", "when", c.dateTime(c.CheckedAt))
	}
	b.Rows = []checkRow{c.launch(), c.keys(), c.grades(), c.roster(), c.clock(), c.own()}
	if !c.nocourse {
		b.Rows = slices.Insert(b.Rows, 3, c.records(record))
	}
	if f, ok := c.found(diagnosis.CheckFrames); ok && f.Result != diagnosis.Good {
		b.Rows = append(b.Rows, c.frames(f))
	}
	b.Refusals, b.ClaimsOf = c.refusals(), c.say("diagnosis.claims")
	if len(c.Launches) > 0 {
		b.Claims = c.Launches[0].Lines()
		b.ClaimsOf = c.say("diagnosis.claimsof", "when", c.dateTime(c.Launches[0].Time))
	}
	b.Report = c.report(b)
	return b
}

// connection makes rows of what was found.
type connection struct {
	Diagnosis
	locale
	keySet   string // address of our own keys
	version  string // of Cairn
	nocourse bool   // asked from no course: records of one are not told
}

func (c connection) found(check string) (diagnosis.Finding, bool) {
	i := slices.IndexFunc(c.Findings, func(f diagnosis.Finding) bool { return f.Check == check })
	if i < 0 {
		return diagnosis.Finding{}, false
	}
	return c.Findings[i], true
}

// newest answers the newest launch that came to a result.
func (c connection) newest(results ...diagnosis.Result) (diagnosis.Launch, bool) {
	i := slices.IndexFunc(c.Launches, func(l diagnosis.Launch) bool { return slices.Contains(results, l.Result) })
	if i < 0 {
		return diagnosis.Launch{}, false
	}
	return c.Launches[i], true
}

// offers says whether the last good launch brought a claim; known is false when there was none.
func (c connection) offers(claim string) (offered, known bool) {
	l, known := c.newest(diagnosis.Accepted)
	return known && l.Has(claim), known
}

func (c connection) refusals() []refusalRow {
	var out []refusalRow
	for _, l := range c.Launches {
		if l.Result == diagnosis.Accepted || len(out) == diagnosisRefusals {
			continue
		}
		out = append(out, refusalRow{When: c.dateTime(l.Time), Says: c.asks(l), Rule: c.ruleOf(l)})
	}
	return out
}

// asks says in words what a launch broke.
func (c connection) asks(l diagnosis.Launch) string {
	if l.Asks == "" {
		return c.say("diagnosis.ourfault")
	}
	return c.say("diagnosis.broken", "rule", l.Asks)
}

func (c connection) ruleOf(l diagnosis.Launch) string {
	if l.Rule == "" {
		return ""
	}
	return c.say("diagnosis.rule", "rule", l.Rule, "section", l.Section)
}

// mends names who mends what a rule asks for.
func (c connection) mends(m lti.Mender) string {
	switch m {
	case lti.Person:
		return c.say("diagnosis.who.person")
	case lti.Course:
		return c.say("diagnosis.who.course")
	case lti.Us:
		return c.say("diagnosis.who.operator")
	}
	return c.say("diagnosis.who.site")
}
