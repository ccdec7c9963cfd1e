package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"cairn/internal/learner"
	"cairn/mapping"
)

// identityPath is the address of D2 for a registration.
func identityPath(registration string) string {
	return "admin/registrations/" + url.PathEscape(registration) + "/identity"
}

func (s *site) identityRoutes(get, post mounter) {
	get("/admin/registrations/{id}/identity", reader, administering(s.identity))
	post("/admin/registrations/{id}/identity", reader, administering(s.saveIdentity))
}

// identityBody is D2: which records belong to whom.
type identityBody struct {
	Name, Issuer string
	Rules        []identityRow
	Home         textField
	To           string // where the forms go
	Joined       string
	Effect       *identityEffectBody // of the rule that was ticked; nil before
}

// identityRow is one rule there could be.
type identityRow struct {
	Mode, Name, Risk, Counts string
	Ticked                   bool
	Examples, Others         []string
}

// identityEffectBody is what another rule would do, in both directions.
type identityEffectBody struct {
	Working, Again string
	Gained, Lost   string
	effectTable
	Save         bool
	MayNot       string
	Mode, Home   string
	Ended, Began int
	Reason       textField
	Unseen       string
}

// identity answers the page.
func (s *site) identity(v *visit) (answer, error) {
	q, err := v.query("mode", "home", "saved")
	if err != nil {
		return answer{}, err
	}
	p, _, err := s.identityPage(v, q, &fieldErrors{})
	if err != nil {
		return answer{}, err
	}
	if q.Has("saved") {
		p.Notice = &notice{Kind: "done", Heading: v.say("notice.done"), Text: []string{v.say("identity.saved")}}
	}
	return answer{page: p}, nil
}

func (s *site) identityPage(v *visit, q url.Values, wrong *fieldErrors) (*page, *identityBody, error) {
	id, err := aboutSite(v, v.param("id"))
	if err != nil {
		return nil, nil, err
	}
	i, err := s.Admin.Identities.Identity(v.Context(), id)
	if err != nil {
		return nil, nil, fmt.Errorf("read how records are matched: %w", err)
	}
	p := s.adminPage(v, "adminidentity", v.say("identity.title"), "identity")
	if v.session.Operator {
		p.Crumbs = []crumb{{v.say("admin.sites"), v.to("admin")}}
	}
	rule := i.Rule
	if q.Has("mode") {
		rule = learner.IdentityRule{Mode: learner.IdentityMode(q.Get("mode")), HomePage: strings.TrimSpace(q.Get("home"))}
	}
	b := &identityBody{Name: i.Name, Issuer: i.Issuer, To: v.to(identityPath(id)), Home: textField{ID: "home", Label: v.say("identity.home"),
		Hint: v.say("identity.homehint", "issuer", i.Issuer), Value: rule.HomePage, Error: wrong.Of("home")}}
	if i.Joined > 0 {
		b.Joined = v.say("identity.joined", "n", i.Joined)
	}
	for _, m := range i.Modes {
		b.Rules = append(b.Rules, v.identityRow(m, rule.Mode))
	}
	p.Body = b
	if !q.Has("mode") || rule == i.Rule {
		return p, b, nil
	}
	b.Effect, err = s.identityEffect(v, id, rule, wrong)
	if errors.Is(err, learner.ErrIdentityMode) || errors.Is(err, learner.ErrMailboxHomePage) {
		words := v.say("identity.badmode")
		if errors.Is(err, learner.ErrMailboxHomePage) {
			words = v.say("identity.mailhome")
		}
		b.Home.Error = words
		p.Problem, p.Errors = true, []fieldError{{words, "home"}}
		return p, b, nil
	}
	return p, b, err
}

func (v *visit) identityRow(m IdentityMode, ticked learner.IdentityMode) identityRow {
	row := identityRow{Mode: string(m.Rule.Mode), Ticked: m.Rule.Mode == ticked, Examples: m.Examples, Others: m.Others}
	switch m.Rule.Mode {
	case learner.ByUserID:
		row.Name, row.Risk = v.say("identity.userid"), v.say("identity.userid.risk")
	case learner.ByUsername:
		row.Name, row.Risk = v.say("identity.username"), v.say("identity.username.risk")
	case learner.BySourced:
		row.Name, row.Risk = v.say("identity.sourced"), v.say("identity.sourced.risk")
	case learner.ByMailbox:
		row.Name, row.Risk = v.say("identity.mail"), v.say("identity.mail.risk")
	}
	row.Counts = v.say("identity.none")
	if m.Matched+m.Unmatched > 0 {
		row.Counts = v.say("identity.counts", "matched", v.number(m.Matched), "not", v.number(m.Unmatched))
	}
	return row
}

// identityEffect says what a rule would do, or how far that is worked out.
func (s *site) identityEffect(v *visit, id string, rule learner.IdentityRule, wrong *fieldErrors) (*identityEffectBody, error) {
	e, err := s.Admin.Identities.IdentityEffect(v.Context(), id, rule, previewWait)
	if err == nil {
		err = e.Err
	}
	if err != nil {
		return nil, fmt.Errorf("work out what an identity rule does: %w", err)
	}
	b := &identityEffectBody{Mode: string(rule.Mode), Home: rule.HomePage, Ended: e.Ended, Began: e.Began, Save: v.session.Operator,
		Gained: v.say("identity.gained", "people", v.number(e.PeopleGained), "records", v.number(e.RecordsGained)),
		Lost:   v.say("identity.lost", "people", v.number(e.PeopleLost), "records", v.number(e.RecordsLost)),
		Reason: textField{ID: "reason", Label: v.say("tag.reason"), Error: wrong.Of("reason")}, Unseen: wrong.Of("seen")}
	if !b.Save {
		b.MayNot = v.say("identity.maynot")
	}
	if !e.Done {
		b.Working = v.say("state.working", "checked", e.Checked, "of", e.Of)
		b.Again = v.to(addressOf(identityPath(id), url.Values{"mode": {string(rule.Mode)}, "home": {rule.HomePage}}))
		return b, nil
	}
	b.effectTable = v.effectTable(s.Frameworks.Default(), e.Effects, s.hiding(true))
	return b, nil
}

// saveIdentity changes the rule, for who runs Cairn (settled question 2): it reaches into records of all courses.
func (s *site) saveIdentity(v *visit) (answer, error) {
	id, err := aboutSite(v, v.param("id"))
	if err != nil {
		return answer{}, err
	}
	if !v.session.Operator {
		return answer{}, refuse(http.StatusForbidden, "not-operator", "operator")
	}
	form, wrong := v.PostForm, &fieldErrors{}
	rule := learner.IdentityRule{Mode: learner.IdentityMode(form.Get("mode")), HomePage: strings.TrimSpace(form.Get("home"))}
	reason := strings.TrimSpace(form.Get("reason"))
	if reason == "" || len([]rune(reason)) > mostNote {
		wrong.add("reason", v.say("identity.noreason"))
	}
	ended, err1 := strconv.Atoi(form.Get("ended"))
	began, err2 := strconv.Atoi(form.Get("began"))
	if errors.Join(err1, err2) != nil {
		return answer{}, refuse(http.StatusBadRequest, "form-value", "badform")
	}
	if form.Has("lose") && form.Get("seen") != "1" {
		wrong.add("seen", v.say("identity.unseen"))
	}
	if len(wrong.list) == 0 {
		err := s.Admin.Identities.ChangeIdentity(v.Context(), id, rule, ended, began, operator, reason)
		switch {
		case err == nil:
			s.Log.Info("an identity rule was changed", "request", v.id, "registration", id, "mode", string(rule.Mode))
			return v.done(identityPath(id) + "?saved=1"), nil
		case errors.Is(err, mapping.ErrMoved):
			wrong.add("reason", v.say("identity.moved"))
		default:
			return answer{}, fmt.Errorf("change an identity rule: %w", err)
		}
	}
	p, b, err := s.identityPage(v, form, wrong)
	if err != nil {
		return answer{}, err
	}
	if b.Effect != nil {
		b.Effect.Reason.Value = reason
	}
	return adminRefused(p, wrong)
}
