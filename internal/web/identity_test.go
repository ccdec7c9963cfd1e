package web_test

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"time"

	"cairn/internal/learner"
	"cairn/internal/web"
	"cairn/mapping"
)

// identityWorld has 212 people matched by user id, nobody by staff number.
type identityWorld struct {
	*adminWorld
	working bool
	rule    learner.IdentityRule
	saved   []string // author and reason
}

func (i *identityWorld) Identity(_ context.Context, registration string) (web.Identity, error) {
	if registration != "r1" && registration != "r2" {
		return web.Identity{}, web.ErrNotFound
	}
	return web.Identity{ID: registration, Name: "Moodle", Issuer: lms, Rule: i.rule.Normal(), Joined: 2, Modes: []web.IdentityMode{
		{Rule: learner.IdentityRule{Mode: learner.ByUserID}, Matched: 212, Unmatched: 14, Examples: []string{"4•••"}, Others: []string{"9•••"}},
		{Rule: learner.IdentityRule{Mode: learner.ByUsername}, Matched: 6, Unmatched: 220, Examples: []string{"a•••"}},
		{Rule: learner.IdentityRule{Mode: learner.BySourced}},
		{Rule: learner.IdentityRule{Mode: learner.ByMailbox}, Matched: 3, Examples: []string{"a•••@e•••"}},
	}}, i.broken
}

func (i *identityWorld) IdentityEffect(_ context.Context, _ string, rule learner.IdentityRule, _ time.Duration) (web.IdentityEffect, error) {
	if err := rule.Check(); err != nil {
		return web.IdentityEffect{}, err
	}
	e := web.IdentityEffect{Ended: 212, Began: 6, PeopleGained: 6, RecordsGained: 31, PeopleLost: 212, RecordsLost: 4012, Checked: 100, Of: 212}
	if i.working {
		return e, nil
	}
	e.Done, e.Checked = true, 212
	e.Effects = web.Effects{At: now, Checked: 212, People: web.EffectCount{Gain: 8, Lose: 30}, Pairs: web.EffectCount{Gain: 9, Lose: 40}, Same: 174}
	return e, nil
}

func (i *identityWorld) ChangeIdentity(_ context.Context, _ string, rule learner.IdentityRule, ended, began int, author, reason string) error {
	if ended != 212 || began != 6 {
		return mapping.ErrMoved
	}
	i.rule, i.saved = rule, []string{author, reason}
	return i.broken
}

const identityOfR1 = "/admin/registrations/r1/identity"

// pages.md 3.4, D2: the rules with their risk, counts, masked examples, and the effect in both directions.
func TestWhoIsWhoShowsRulesAndTheirEffect(t *testing.T) {
	w := newWorld(t)
	checkSays(t, w.get("operator", identityOfR1).Body.String(), []string{"Who is who", "Moodle", "User id (safest)", "Username", "Staff number", "E-mail",
		"E-mail can be reused. We never join two people by e-mail alone.", "212 matched, 14 not.", "No record carries this kind of identifier.", "a•••@e•••",
		"2 accounts of this learning site are joined with others."}, []string{"Effect</h2>"})
	effect := w.get("operator", identityOfR1+"?mode=username&home=").Body.String()
	checkSays(t, effect, []string{"6 people would get records they do not have now: 31 records.", "212 people would lose records they have now: 4,012 records.",
		"Checked 212 learners", ">Save<"}, nil)
	w.config.Admin.Identities.(*identityWorld).working = true
	checkSays(t, w.get("operator", identityOfR1+"?mode=username&home=").Body.String(), []string{"Checked 100 of 212 records.", "Check again"}, []string{">Save<"})
	checkSays(t, w.get("operator", identityOfR1+"?mode=mailto&home=https://x.example").Body.String(), []string{"E-mail has no home page."}, []string{">Save<"})
}

// Settled question 2: who runs Cairn switches a rule on, with a reason, having seen what is lost.
func TestWhoIsWhoIsSavedWithAuthorAndReason(t *testing.T) {
	w := newWorld(t)
	i := w.config.Admin.Identities.(*identityWorld)
	form := func(more ...string) url.Values {
		f := url.Values{"mode": {"username"}, "home": {""}, "ended": {"212"}, "began": {"6"}, "lose": {"1"}}
		for j := 0; j < len(more); j += 2 {
			f.Set(more[j], more[j+1])
		}
		return f
	}
	for words, f := range map[string]url.Values{
		"Say why":                       form("seen", "1"),
		"Tick that you have seen":       form("reason", "the plugin sends usernames"),
		"Look at the effect again":      form("reason", "x", "seen", "1", "ended", "3"),
		"value=\"the plugin sends\"":    form("reason", "the plugin sends"),
		"Who is who - Cairn</title>":    form(),
		"We never join two people by e": form(),
	} {
		r := w.post(t, "operator", identityOfR1+"?mode=username&home=", identityOfR1, f)
		if r.Code != http.StatusUnprocessableEntity || len(i.saved) > 0 {
			t.Errorf("%q ended with %d", words, r.Code)
		}
		checkSays(t, r.Body.String(), []string{words}, nil)
	}
	done := w.post(t, "operator", identityOfR1+"?mode=username&home=", identityOfR1, form("reason", "the plugin sends usernames", "seen", "1"))
	if done.Code != http.StatusSeeOther || i.rule.Mode != learner.ByUsername || len(i.saved) != 2 || i.saved[0] != "operator" || i.saved[1] != "the plugin sends usernames" {
		t.Errorf("saving ended with %d: %+v %q", done.Code, i.rule, i.saved)
	}
	// An administrator of the LMS sees the effect on their own, and switches nothing.
	checkSays(t, w.get("admin", identityOfR1+"?mode=mailto&home=").Body.String(), []string{"The people who run Cairn can switch this on."}, []string{">Save<"})
}

func identityPictures(*world) []picture {
	return []picture{
		{name: "admin-identity", person: "operator", path: identityOfR1},
		{name: "admin-identity-effect", person: "operator", path: identityOfR1 + "?mode=username&home="},
		{name: "admin-identity-working", person: "operator", path: identityOfR1 + "?mode=username&home=", only: only, prepare: func(w *world) {
			w.config.Admin.Identities.(*identityWorld).working = true
		}},
		{name: "admin-identity-lms", person: "admin", path: identityOfR1 + "?mode=mailto&home=", only: only},
	}
}
