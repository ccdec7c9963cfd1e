package ltitest_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"cairn/lti/ltitest"
)

// person is one browser in the pretend LMS.
type person struct {
	testing.TB
	client *http.Client
	base   string
}

func (u *person) do(res *http.Response, err error) (int, string) {
	u.Helper()
	check(u, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	check(u, err)
	return res.StatusCode, string(b)
}

// open reads a page, and fails unless it has all the texts.
func (u *person) open(path string, texts ...string) string {
	u.Helper()
	status, body := u.do(u.client.Get(u.base + path))
	u.has(path, status, body, texts)
	return body
}

// press posts a form.
func (u *person) press(path string, form url.Values, texts ...string) string {
	u.Helper()
	status, body := u.do(u.client.PostForm(u.base+path, form))
	u.has(path, status, body, texts)
	return body
}

func (u *person) has(path string, status int, body string, texts []string) {
	u.Helper()
	if status != http.StatusOK {
		u.Errorf("%s: %d", path, status)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			u.Errorf("%s lacks %q:\n%s", path, text, body)
		}
	}
}

// sampleSite is the demo's site, running.
func sampleSite(t *testing.T) (*ltitest.Platform, ltitest.Sampled, func(sub string) *person) {
	t.Helper()
	p := ltitest.New(ltitest.Config{Now: newClock().Now, Key: platformKey()})
	s := ltitest.Sample(p, ltitest.Tool{LoginURL: "http://127.0.0.1:9/lti/login", TargetLinkURI: "http://127.0.0.1:9/lti/launch"})
	check(t, p.Start())
	t.Cleanup(func() { check(t, p.Close()) })
	return p, s, func(sub string) *person {
		u := &person{t, ltitest.NewBrowser(ltitest.AllCookies), p.Issuer()}
		u.press("/login/index.php", url.Values{"user": {sub}}, "Log out", "AI in clinical practice")
		return u
	}
}

func TestLearnerWorksThroughTheCourse(t *testing.T) {
	p, s, enter := sampleSite(t)
	lena := enter(s.Learner)
	lena.open("/", "Pretend LMS", "Lena Learner", "Aoife Author", "Lou Lead")
	lena.open("/course/view.php?id="+s.Course, "Judging an AI tool", "My capabilities", "To do")
	lena.open("/mod/page/view.php?id=1", "Done", "Mark as not done")
	lena.press("/mod/page/view.php?id=1", url.Values{"action": {"undo"}}, "To do", "Read it again")
	lena.press("/mod/page/view.php?id=1", url.Values{"action": {"view"}}, "Done")
	lena.press("/mod/quiz/view.php?id=2", url.Values{"action": {"attempt"}, "points": {"7.5"}}, "Your best score: 7.5 of 10", "Done")
	lena.press("/mod/assign/view.php?id=3", url.Values{"action": {"submit"}}, "Hand in again")
	if !p.Completed(s.Page, s.Learner) || !p.Completed(s.Quiz, s.Learner) || !p.Completed(s.Assignment, s.Learner) {
		t.Error("not everything is complete")
	}
	aoife := enter(s.Author)
	aoife.open("/mod/assign/view.php?id=3", "Lena Learner", "Grade")
	aoife.press("/mod/assign/view.php?id=3", url.Values{"action": {"grade"}, "user": {s.Learner}, "points": {"80"}}, `value="80"`)
	lena.open("/mod/assign/view.php?id=3", "Your grade: 80 of 100")
	own := lena.open("/grade/report.php?id="+s.Course, "Lena Learner", "7.5", "80")
	if strings.Contains(own, "Omar") {
		t.Error("a learner sees another's grades")
	}
	aoife.open("/grade/report.php?id="+s.Course, "Lena Learner", "Omar Other", "My capabilities (of 100)")
	lena.open("/admin/log.php", "Scored", "Plan a safe introduction Submission", "kept here")
}

func TestLinkPageEmbedsTheTool(t *testing.T) {
	_, s, enter := sampleSite(t)
	lena := enter(s.Learner)
	lena.open("/mod/lti/view.php?id=5", `<iframe id="tool"`, `src="/mod/lti/launch.php?id=5"`, `"http://127.0.0.1:9"`)
	body := lena.open("/mod/lti/launch.php?id=5", "document.ltiAuthForm.submit()")
	base, err := url.Parse(lena.base)
	check(t, err)
	forms, err := ltitest.Forms([]byte(body), base)
	check(t, err)
	f := forms[0]
	if f.Method != "POST" || f.Action.String() != "http://127.0.0.1:9/lti/login" || f.Fields.Get("iss") != lena.base ||
		f.Fields.Get("login_hint") != s.Learner || !strings.HasPrefix(f.Fields.Get("lti_message_hint"), `{"cmid":5,"launchid":"ltilaunch1_`) {
		t.Errorf("%+v", f)
	}
	lena.open("/mod/lti/return.php?course=2&lti_msg=All+saved", "All saved", `target="_top"`)
}

func TestPagesRefuse(t *testing.T) {
	p, s, enter := sampleSite(t)
	p.AddUser(ltitest.User{Sub: "9", Given: "Nobody"})
	p.AddCourse(ltitest.Course{ID: "7", Title: "Closed"})
	lena := enter(s.Learner)
	for _, test := range []struct {
		path   string
		form   url.Values
		status int
		text   string
	}{
		{"/course/view.php?id=7", nil, 403, "You are not enrolled"},
		{"/course/view.php?id=99", nil, 403, "You are not enrolled"},
		{"/mod/quiz/view.php?id=1", nil, 404, "no such activity"},
		{"/mod/quiz/view.php?id=2", url.Values{"action": {"attempt"}, "points": {"eleven"}}, 400, "not filled in"},
		{"/mod/quiz/view.php?id=2", url.Values{"action": {"attempt"}, "points": {"11"}}, 400, "outside"},
		{"/mod/assign/view.php?id=3", url.Values{"action": {"grade"}, "user": {"4"}, "points": {"1"}}, 400, "only who teaches"},
		{"/login/index.php", url.Values{"user": {"404"}}, 400, "no such person"},
		{"/mod/lti/return.php?course=99", nil, 404, "no such course"},
	} {
		var status int
		var body string
		if test.form == nil {
			status, body = lena.do(lena.client.Get(lena.base + test.path))
		} else {
			status, body = lena.do(lena.client.PostForm(lena.base+test.path, test.form))
		}
		if status != test.status || !strings.Contains(body, test.text) {
			t.Errorf("%s: %d, want %d with %q:\n%s", test.path, status, test.status, test.text, body)
		}
	}
	lena.press("/login/logout.php", nil, "Who are you today?")
	lena.open("/course/view.php?id=2", "Who are you today?")
}

func TestLMSGoesOnWithoutItsLRS(t *testing.T) {
	p, s, enter := sampleSite(t)
	p.SetLRS(ltitest.LRS{Endpoint: "http://127.0.0.1:1/xapi"})
	lena := enter(s.Learner)
	lena.press("/mod/quiz/view.php?id=2", url.Values{"action": {"attempt"}, "points": {"10"}},
		"the LRS did not take the statements", "Your best score: 10")
	lena.open("/admin/log.php", "waiting")
}

func TestTwoPlatformsOnOneHostKeepTheirVisitors(t *testing.T) {
	a, s, enter := sampleSite(t)
	b, _, _ := sampleSite(t)
	lena := enter(s.Learner)
	other := &person{t, lena.client, b.Issuer()}
	other.press("/login/index.php", url.Values{"user": {s.Author}}, "Aoife Author")
	lena.open("/course/view.php?id=2", "Lena Learner")
	if a.Issuer() == b.Issuer() {
		t.Error("two platforms with one issuer")
	}
}
