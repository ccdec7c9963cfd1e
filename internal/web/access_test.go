package web_test

import (
	"net/url"
	"strings"
	"testing"
)

// caller is a kind of person at an address: whose session the address names, and whose browser asks.
type caller struct{ name, session, browser string }

var callers = []caller{
	{"nobody", "made up", ""},
	{"learner", "amara", "amara"},
	{"other learner with the learner's address", "amara", "ben"},
	{"no cookie with the learner's address", "amara", ""},
	{"anonymous learner", "anonymous", "anonymous"},
	{"lead", "tove", "tove"},
	{"lead of another course", "other", "other"},
	{"lead not told by name", "nameless", "nameless"},
	{"lead in preview", "preview", "preview"},
	{"expired lead", "late", "late"},
	{"other lead with the lead's address", "tove", "other"},
}

// TestEveryRouteByCaller states what each kind of caller gets at each address (quality.md, Security).
func TestEveryRouteByCaller(t *testing.T) {
	w := newWorld(t)
	quiz := "/course/tags/activity/" + fixed(module("quiz", 2))[:16]
	tagRule := "/course/tags/" + w.capability("5.2.1-L1") + "." + codeOf(module("quiz", 2)) + "/rule"
	naming := "/course/activities/" + fixed(module("scorm", 7))[:16] + "/name"
	change := "/course/history/" + w.changes[0].Changeset.ID + "/undo"
	tags := url.Values{"section": {w.capability6()}, "kind": {"under"}, "seen": {"4"}}
	//                                       nobody learner other none anon lead other nameless preview expired stolen
	pages := []int{401, 200, 401, 401, 200, 200, 200, 200, 200, 401, 401}
	admins := []int{401, 403, 401, 401, 403, 403, 403, 403, 403, 401, 401} // nobody here is one: see TestDiagnosisIsForAdministrators
	leads := []int{401, 403, 401, 401, 403, 200, 200, 200, 200, 401, 401}
	watch := []int{401, 403, 401, 401, 403, 200, 200, 403, 403, 401, 401}
	authors := []int{401, 403, 401, 401, 403, 422, 422, 403, 403, 401, 401}
	about := []int{401, 403, 401, 401, 403, 200, 404, 403, 403, 401, 401} // someone of course 2
	routes := []struct {
		method, path string
		form         url.Values
		want         []int
	}{
		{"GET", "/me", nil, pages},
		{"GET", "/me/list?state=evidenced", nil, pages},
		{"GET", "/me/section/" + w.capability6(), nil, pages},
		{"GET", "/me/capability/" + w.capability("6.1-L2"), nil, pages},
		{"GET", "/me/record", nil, pages},
		{"GET", "/me/record?at=2026-05-02", nil, pages},
		{"GET", "/me/record.csv", nil, pages},
		{"GET", "/me/record/differences?at=2026-05-02", nil, pages},
		{"POST", "/window", url.Values{"page": {"me/record"}, "code": {"made.1.up"}}, []int{401, 403, 403, 403, 403, 403, 403, 403, 403, 401, 403}}, // the code decides, not the cookie
		{"GET", "/me/next", nil, pages},
		{"GET", "/me/capability/" + w.capability("6.1-L2") + "?at=2026-05-04&rules=today", nil, pages},
		{"GET", w.six1() + "/2", nil, pages},
		{"GET", w.six1() + "/done", nil, pages},
		{"POST", w.six1() + "/2", w.rateForm("6.1-L2", "on_own", "", "next"), []int{401, 303, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"POST", w.six1() + "/2", w.rateForm("6.1-L2", "", "", "next"), []int{401, 422, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"GET", "/me/accounts", nil, pages},
		{"POST", "/me/accounts/code", url.Values{}, []int{401, 200, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"POST", "/me/accounts/try", url.Values{"code": {"wrong"}}, []int{401, 422, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"POST", "/me/accounts/join", url.Values{"code": {"wrong"}}, []int{401, 422, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"POST", "/me/accounts/part", url.Values{"account": {"made up"}}, []int{401, 404, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"GET", "/me/changes", nil, pages},
		{"GET", "/me/changes?since=2026-05-02", nil, pages},
		{"GET", "/me/start", nil, pages},
		{"POST", "/me/start", url.Values{"role": {"U"}}, []int{401, 303, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"POST", "/me/start", url.Values{"role": {"king"}}, []int{401, 400, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"GET", "/help", nil, pages},
		{"GET", "/accessibility", nil, pages},
		{"GET", "/privacy", nil, pages},
		{"GET", "/display", nil, pages},
		{"POST", "/display", url.Values{"theme": {"pink"}}, []int{401, 422, 401, 401, 422, 422, 422, 422, 422, 401, 401}},
		{"GET", "/activity/word", nil, []int{401, 200, 401, 401, 200, 200, 404, 200, 200, 401, 401}},
		{"POST", "/activity/word/open", url.Values{}, []int{401, 303, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"POST", "/activity/word/finish", url.Values{}, []int{401, 422, 401, 401, 403, 403, 403, 403, 403, 401, 401}},
		{"GET", "/pick/1", nil, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}},
		{"GET", "/pick/2", nil, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}},
		{"GET", "/pick/3", nil, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}},
		{"POST", "/pick/2", url.Values{}, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}},
		{"POST", "/pick/3", url.Values{}, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}},
		{"POST", "/pick/cancel", url.Values{}, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}},
		{"GET", "/admin/diagnosis", nil, admins},
		{"POST", "/admin/diagnosis", url.Values{}, admins},
		{"GET", "/course/people", nil, watch},
		{"GET", "/course/people?sort=-name", nil, watch},
		{"GET", "/course/people?view=totals", nil, watch},
		{"GET", "/course/people.csv", nil, watch},
		{"GET", person("amara"), nil, about},
		{"GET", person("amara") + "/list", nil, about},
		{"GET", person("amara") + "/section/" + w.capability6(), nil, about},
		{"GET", person("amara") + "/record.csv", nil, about},
		{"GET", person("amara") + "/endorse?c=" + w.capability("6.1-L2"), nil, about},
		{"POST", person("amara") + "/endorse", url.Values{"c": {w.capability("6.1-L2")}}, []int{401, 403, 401, 401, 403, 422, 404, 403, 403, 401, 401}},
		{"GET", person("amara") + "/changes", nil, about},
		{"GET", person("amara") + "/changes?since=2026-05-02", nil, about},
		{"GET", person("amara") + "/capability/" + w.capability("6.1-L2") + "?at=2026-05-04", nil, about},
		{"GET", person("amara") + "/capability/" + w.capability("6.1-L2"), nil, about},
		{"GET", person("tove"), nil, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}},                               // no learner
		{"GET", "/course/people/" + codeIn(course9, "amara"), nil, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}}, // of another course
		{"POST", person("amara"), url.Values{}, []int{405, 405, 405, 405, 405, 405, 405, 405, 405, 405, 405}},
		{"GET", "/course/gaps", nil, watch},
		{"GET", "/course/expiring", nil, watch},
		{"GET", "/course/expiring.csv", nil, watch},
		{"GET", person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse", nil, about},
		{"POST", person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse", url.Values{}, []int{401, 403, 401, 401, 403, 422, 404, 403, 403, 401, 401}},
		{"POST", person("amara") + "/capability/" + w.capability("6.1-L2") + "/endorse/e9/withdraw", url.Values{"reason": {"long enough for it"}}, []int{401, 403, 401, 401, 403, 404, 404, 403, 403, 401, 401}},
		{"GET", "/course/gaps/list?gap=activity", nil, watch},
		{"GET", "/course/coverage", nil, leads},
		{"GET", "/course/coverage?by=activity", nil, leads},
		{"GET", "/course/coverage.csv", nil, leads},
		{"GET", "/course/coverage/list?has=none", nil, leads},
		{"GET", "/course/activities", nil, leads},
		{"GET", "/course/activities?show=nameless&sort=learners", nil, leads},
		{"GET", naming, nil, []int{401, 403, 401, 401, 403, 200, 404, 200, 200, 401, 401}},
		{"GET", strings.TrimSuffix(naming, "name") + "learners", nil, []int{401, 403, 401, 401, 403, 200, 404, 403, 403, 401, 401}},
		{"POST", naming, url.Values{"name": {strings.Repeat("x", 201)}}, []int{401, 403, 401, 401, 403, 422, 404, 403, 403, 401, 401}},
		{"POST", naming, url.Values{"name": {"Quiz"}}, []int{401, 403, 401, 401, 403, 303, 404, 403, 403, 401, 401}},
		{"GET", "/course/history", nil, leads},
		{"GET", "/course/review", nil, []int{401, 403, 401, 401, 403, 404, 404, 404, 404, 401, 401}},
		{"GET", "/course/review/list?state=evidenced", nil, []int{401, 403, 401, 401, 403, 404, 404, 404, 404, 401, 401}},
		{"GET", "/course/review/capability/" + w.capability("6.1-L2"), nil, []int{401, 403, 401, 401, 403, 404, 404, 404, 404, 401, 401}},
		{"POST", "/course/copy", url.Values{}, []int{401, 403, 401, 401, 403, 303, 303, 403, 403, 401, 401}},
		{"GET", quiz, nil, []int{401, 403, 401, 401, 403, 200, 404, 200, 200, 401, 401}},
		{"POST", "/course/activities", url.Values{"address": {""}}, []int{401, 403, 401, 401, 403, 422, 422, 403, 403, 401, 401}},
		{"POST", quiz, tags, []int{401, 403, 401, 401, 403, 409, 404, 403, 403, 401, 401}},
		{"GET", "/course/tags", nil, leads},
		{"GET", "/course/tags.csv", nil, leads},
		{"GET", "/course/activities/import", nil, leads},
		{"POST", "/course/activities/import", url.Values{}, []int{401, 403, 401, 401, 403, 415, 415, 403, 403, 401, 401}}, // not a form with a file
		{"GET", "/course/capability/" + w.capability("6.1-L2") + "/rule", nil, leads},
		{"GET", tagRule, nil, []int{401, 403, 401, 401, 403, 200, 404, 200, 200, 401, 401}},
		{"POST", "/course/capability/" + w.capability("6.1-L2") + "/rule", url.Values{}, authors},
		{"POST", tagRule, url.Values{}, []int{401, 403, 401, 401, 403, 422, 404, 403, 403, 401, 401}},
		{"POST", "/course/tags", url.Values{"seen": {"5"}}, []int{401, 403, 401, 401, 403, 303, 409, 403, 403, 401, 401}}, // nothing is saved in the other course
		{"POST", "/course/tags/many", url.Values{"seen": {"5"}}, authors},
		{"POST", "/course/tags/copy", url.Values{"seen": {"5"}}, []int{401, 403, 401, 401, 403, 400, 400, 403, 403, 401, 401}},
		{"GET", "/course/draft", nil, []int{401, 403, 401, 401, 403, 200, 200, 403, 403, 401, 401}},
		{"GET", "/course/draft/who?capability=" + w.capability("6.1-L2"), nil, []int{401, 403, 401, 401, 403, 303, 303, 403, 403, 401, 401}},
		{"POST", "/course/draft", url.Values{"after": {"5"}, "losepairs": {"0"}, "losepeople": {"0"}}, authors},
		{"POST", "/course/draft/discard", url.Values{}, []int{401, 403, 401, 401, 403, 303, 303, 403, 403, 401, 401}},
		{"POST", change, url.Values{}, []int{401, 403, 401, 401, 403, 303, 404, 403, 403, 401, 401}},
		{"POST", "/me", url.Values{}, []int{405, 405, 405, 405, 405, 405, 405, 405, 405, 405, 405}},
		{"GET", "/nothing", nil, []int{404, 404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
	}
	for _, r := range routes {
		for i, c := range callers {
			t.Run(r.method+" "+r.path+" by "+c.name, func(t *testing.T) {
				w := newWorld(t)
				form := r.form
				if form != nil {
					form = url.Values{"form": {macOf(token(c.session))}}
					for k, v := range r.form {
						form[k] = v
					}
				}
				got := w.call(r.method, "/s/"+token(c.session)+r.path, c.browser, form)
				if got.Code != r.want[i] {
					t.Errorf("status %d, want %d\n%s", got.Code, r.want[i], got.Body)
				}
				checkAnswer(t, w, c, got.Body.String())
				if got.Code != 303 && (len(w.changes) != 1 || len(w.acts) != 0 || len(w.ratings) != 0) {
					t.Error("a refused caller changed something")
				}
			})
		}
	}
}

// checkAnswer holds what is true of every answer: no token leaks into page or log, and a refusal says nothing of the session.
func checkAnswer(t *testing.T, w *world, c caller, body string) {
	t.Helper()
	if strings.Contains(body, token(c.session)) {
		t.Error("the page holds the session's token")
	}
	if log := w.log.String(); strings.Contains(log, token(c.session)) || strings.Contains(log, browserOf(c.session)) {
		t.Errorf("the log holds a secret: %s", log)
	}
	if c.browser != c.session && strings.Contains(body, "Digital safety") {
		t.Error("a stranger reads the title of the course")
	}
}
