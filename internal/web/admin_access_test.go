package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cairn/internal/web"
)

// adminCallers are all callers, and those whom the administration is for.
var adminCallers = append(append([]caller{}, callers...),
	caller{"administrator of the LMS", "admin", "admin"}, caller{"who runs Cairn", "operator", "operator"},
	caller{"another browser with the operator's address", "operator", "amara"}, caller{"no cookie with the operator's address", "operator", ""})

// TestEveryAdminRouteByCaller states what each kind of caller gets at each address of the administration (quality.md, Security).
func TestEveryAdminRouteByCaller(t *testing.T) {
	// nobody learner other none anon lead other nameless preview expired stolen; administrator operator stolen none
	by := func(admin, operator int) []int {
		return []int{401, 403, 401, 401, 403, 403, 403, 403, 403, 401, 401, admin, operator, 401, 401}
	}
	for _, r := range []struct {
		method, path string
		form         url.Values
		want         []int
	}{
		{"GET", "/admin", nil, by(403, 200)},
		{"GET", "/admin/diagnosis", nil, by(200, 404)},
		{"GET", "/admin/diagnosis?registration=r1", nil, by(200, 200)},
		{"GET", "/admin/diagnosis?registration=r2", nil, by(403, 404)},
		{"POST", "/admin/diagnosis", url.Values{}, by(303, 404)},
		{"POST", "/admin/diagnosis", url.Values{"registration": {"r2"}}, by(403, 303)},
		{"GET", "/admin/registrations/r1/identity", nil, by(200, 200)},
		{"GET", "/admin/registrations/r2/identity", nil, by(403, 200)},
		{"GET", "/admin/registrations/none/identity", nil, by(403, 404)},
		{"POST", "/admin/registrations/r1/identity", url.Values{"ended": {"0"}, "began": {"0"}}, by(403, 422)},
		{"GET", "/admin/access", nil, by(403, 200)},
		{"GET", "/admin/people", nil, by(403, 200)},
		{"POST", "/admin/people", url.Values{}, by(403, 422)},
		{"POST", "/admin/people", url.Values{"by": {lms}, "id": {"4"}}, by(403, 303)},
		{"GET", "/admin/people/learner-amara", nil, by(403, 200)},
		{"GET", "/admin/people/learner-none", nil, by(403, 404)},
		{"GET", "/admin/people/learner-amara/data.jsonl", nil, by(403, 200)},
		{"GET", "/admin/people/learner-none/data.jsonl", nil, by(403, 404)},
		{"GET", "/admin/people/learner-amara/erase", nil, by(403, 200)},
		{"POST", "/admin/people/learner-amara/erase", url.Values{}, by(403, 422)},
		{"POST", "/admin/people/learner-amara/erase", url.Values{"word": {"ERASE"}, "reason": {"asked for"}}, by(403, 303)},
		{"POST", "/admin/people/learner-none/erase", url.Values{"word": {"ERASE"}, "reason": {"asked for"}}, by(403, 404)},
		{"GET", "/admin/frameworks", nil, by(200, 200)},
		{"GET", "/admin/frameworks/import", nil, by(403, 200)},
		{"POST", "/admin/frameworks/import", url.Values{}, by(403, 415)},
		{"GET", "/admin/frameworks/version?id=direct&version=1.0", nil, by(404, 200)},
		{"GET", "/admin/frameworks/version?id=hee&version=2023-02", nil, by(200, 200)},
		{"GET", "/admin/frameworks/version?id=none&version=1.0", nil, by(404, 404)},
		{"POST", "/admin/frameworks/version", url.Values{"id": {"direct"}, "version": {"1.0"}, "do": {"publish"}}, by(403, 303)},
		{"POST", "/admin/frameworks/version", url.Values{"id": {"direct"}, "version": {"1.0"}, "do": {"retire"}}, by(403, 422)},
		{"POST", "/admin/frameworks/version", url.Values{"id": {"direct"}, "version": {"1.0"}, "do": {"retire"}, "reason": {"x"}}, by(403, 409)},
		{"POST", "/admin/frameworks/version", url.Values{"id": {"none"}, "do": {"publish"}}, by(403, 404)},
		{"GET", "/admin/frameworks/mapping?id=direct&version=1.0", nil, by(403, 200)},
		{"GET", "/admin/frameworks/mapping?id=hee&version=2023-02", nil, by(403, 404)},
		{"POST", "/admin/frameworks/mapping", url.Values{"id": {"direct"}, "version": {"1.0"}}, by(403, 303)},
		{"POST", "/admin/frameworks/mapping", url.Values{"id": {"direct"}, "version": {"1.0"}, "item": {"4"}}, by(403, 422)},
		{"POST", "/admin/frameworks/mapping", url.Values{"id": {"direct"}, "version": {"1.0"}, "item": {"1"}}, by(403, 409)},
		{"GET", "/admin/frameworks/effect?id=direct&version=1.0", nil, by(403, 200)},
		{"GET", "/admin/frameworks/effect?id=hee&version=2023-02", nil, by(403, 404)},
		{"POST", "/admin/frameworks/effect", url.Values{"id": {"direct"}, "version": {"1.0"}}, by(403, 409)},
		{"POST", "/admin/frameworks/effect", url.Values{"id": {"none"}, "version": {"1.0"}}, by(403, 404)},
		{"GET", "/admin/access/key", nil, by(403, 200)},
		{"POST", "/admin/access/key", url.Values{}, by(403, 422)},
		{"POST", "/admin/access/key", url.Values{"name": {"X"}, "scope": {"all"}}, by(403, 200)},
		{"GET", "/admin/access/keys/plugin", nil, by(403, 200)},
		{"GET", "/admin/access/keys/none", nil, by(403, 404)},
		{"POST", "/admin/access/keys/plugin/renew", url.Values{"keep": {"day"}}, by(403, 200)},
		{"POST", "/admin/access/keys/plugin/renew", url.Values{"keep": {"ever"}}, by(403, 400)},
		{"POST", "/admin/access/keys/old/renew", url.Values{"keep": {"day"}}, by(403, 404)},
		{"POST", "/admin/access/keys/plugin/end", url.Values{}, by(403, 303)},
		{"POST", "/admin/access/keys/none/end", url.Values{}, by(403, 404)},
		{"GET", "/admin/access/forward", nil, by(403, 200)},
		{"POST", "/admin/access/forward", url.Values{}, by(403, 422)},
		{"GET", "/admin/access/forwards/dept", nil, by(403, 200)},
		{"GET", "/admin/access/forwards/none", nil, by(403, 404)},
		{"POST", "/admin/access/forwards/dept/test", url.Values{}, by(403, 303)},
		{"POST", "/admin/access/forwards/dept/pause", url.Values{}, by(403, 303)},
		{"POST", "/admin/access/forwards/dept/resume", url.Values{}, by(403, 303)},
		{"POST", "/admin/access/forwards/none/test", url.Values{}, by(403, 404)},
		{"POST", "/admin/access/forwards/dept/from", url.Values{}, by(403, 422)},
		{"POST", "/admin/access/forwards/dept/from", url.Values{"day": {"3"}, "month": {"5"}, "year": {"2026"}}, by(403, 303)},
		{"GET", "/admin/access/forwards/dept/refused", nil, by(403, 200)},
		{"GET", "/admin/access/forwards/none/refused", nil, by(403, 404)},
		{"POST", "/admin/access/forwards/dept/again", url.Values{}, by(403, 303)},
		{"POST", "/admin/access/forwards/none/again", url.Values{}, by(403, 404)},
		{"POST", "/admin/access/forwards/dept/dismiss", url.Values{"statement": {"s1"}}, by(403, 303)},
		{"GET", "/admin/access/forwards/dept/remove", nil, by(403, 200)},
		{"GET", "/admin/access/forwards/none/remove", nil, by(403, 404)},
		{"POST", "/admin/access/forwards/dept/remove", url.Values{}, by(403, 303)},
		{"POST", "/admin/access/forwards/none/remove", url.Values{}, by(403, 404)},
	} {
		for i, c := range adminCallers {
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
			})
		}
	}
}

// Who runs Cairn has no launch: pages of courses and learners are not theirs, and a form without its token changes nothing.
func TestOperatorReachesNoPageOfACourse(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/me", "/me/record", "/me/list", "/course/people", "/course/activities", "/activity/word", "/pick/1"} {
		if got := w.get("operator", path); got.Code != 403 || !strings.Contains(got.Body.String(), "This page belongs to a course") {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	for _, path := range []string{"/help", "/display", "/privacy", "/accessibility"} {
		if got := w.get("operator", path); got.Code != 200 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := w.call("POST", "/s/"+token("operator")+"/admin/diagnosis", "operator", url.Values{"registration": {"r1"}}); got.Code != 403 || len(w.looked) != 0 {
		t.Errorf("a form without its token is answered %d", got.Code)
	}
}

func enter(w *world, code string, headers ...string) *http.Response {
	return w.call("POST", "/admin/enter", "", url.Values{"code": {code}}, headers...).Result()
}

// The link works once, in the browser that used it; opening it spends nothing.
func TestOperatorsLinkWorksOnce(t *testing.T) {
	w := newWorld(t)
	for range 2 { // a mail program looks first
		if got := w.call("GET", "/admin/enter?code=right", "", nil); got.Code != 200 || !strings.Contains(got.Body.String(), `value="right"`) || len(w.admin.codes) != 1 {
			t.Fatalf("opening it: %d, left %v", got.Code, w.admin.codes)
		}
	}
	if got := enter(w, "right", "Sec-Fetch-Site", "cross-site"); got.StatusCode != 403 || len(w.admin.codes) != 1 {
		t.Errorf("posted from another site: %d", got.StatusCode)
	}
	if got := enter(w, "wrong"); got.StatusCode != 403 {
		t.Errorf("a code that was never made: %d", got.StatusCode)
	}
	first := enter(w, "right")
	to := first.Header.Get("Location")
	if first.StatusCode != 303 || !strings.HasPrefix(to, "../s/") || !strings.HasSuffix(to, "/admin#c") || len(first.Cookies()) != 1 {
		t.Fatalf("%d to %s with %v", first.StatusCode, to, first.Cookies())
	}
	if again := enter(w, "right"); again.StatusCode != 403 {
		t.Errorf("the second time: %d", again.StatusCode)
	}
	secret := strings.TrimSuffix(strings.TrimPrefix(to, "../s/"), "/admin#c")
	session := w.sessions[hash(secret)]
	if !session.Operator || session.Browser != hash(first.Cookies()[0].Value) || session.ExpiresAt.Sub(now) > 2*60*60*1e9 || session.Learner != "" || session.Registration != "" {
		t.Errorf("the session is %+v", session)
	}
	if log := w.log.String(); strings.Contains(log, "right") || strings.Contains(log, secret) || !strings.Contains(log, "entered the administration") {
		t.Errorf("the log: %s", log)
	}
}

func TestLearningSitesAreListed(t *testing.T) {
	w := newWorld(t)
	page := w.get("operator", "/admin").Body.String()
	for _, want := range []string{lms, "https://third.example", "Switched off.", "Not opened in the last 30 days.", "Last opened 22 November 2026, 2:31pm.", "admin/diagnosis?registration=r1", "Cairn, for the people who run it"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	w.admin.sites = []web.LearningSite{}
	if page := w.get("operator", "/admin").Body.String(); !strings.Contains(page, "No learning site is registered.") {
		t.Error("nothing is said of nothing")
	}
	page = w.get("operator", "/admin/diagnosis?registration=r1").Body.String()
	if strings.Contains(page, "Nothing has been recorded about this course") || !strings.Contains(page, `name="registration" value="r1"`) {
		t.Errorf("the connection is shown as from a course:\n%s", page)
	}
}
