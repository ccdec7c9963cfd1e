package web_test

import (
	"html"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"cairn/lti"
)

var storageText = regexp.MustCompile(`data-storage="([^"]+)"`)

// storageAsk is what the script of a page reads.
type storageAsk struct {
	Frame, Origin string
	Message       lti.StorageMessage
	Go            string
}

func askOf(t *testing.T, page string) storageAsk {
	t.Helper()
	m := storageText.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page asks no storage:\n%s", page)
	}
	var ask storageAsk
	if err := json.Unmarshal([]byte(html.UnescapeString(m[1])), &ask, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatal(err)
	}
	return ask
}

// initiateWith is an initiation from a frame whose cookie did not come back, with what the platform offers.
func (w *world) initiateWith(target string) *httptest.ResponseRecorder {
	form := url.Values{"lti_storage_target": {target}}
	for name, values := range initiation {
		form[name] = values
	}
	return w.call("POST", "/lti/login?cairn_check=1", "", form, "Sec-Fetch-Dest", "iframe", "Sec-Fetch-Site", "cross-site")
}

// TestLoginWithPlatformStorage is the second rung: a secret is put into the platform's storage, and the login is bound to it. The
// button of the third rung is on the page as well.
func TestLoginWithPlatformStorage(t *testing.T) {
	for _, target := range []string{"_parent", "post_message_forwarding"} {
		w := newWorld(t)
		got := w.initiateWith(target)
		ask := askOf(t, got.Body.String())
		if got.Code != 200 || ask.Frame != target || ask.Origin != lms || ask.Message.Subject != lti.SubjectPutData {
			t.Fatalf("%s: %d, %+v", target, got.Code, ask)
		}
		to, err := url.Parse(ask.Go)
		if err != nil || to.Host != "lms.example" {
			t.Fatalf("%s: goes on to %s", target, ask.Go)
		}
		if l := w.logins[to.Query().Get("state")]; l.Browser != hash(ask.Message.Value) || l.Browser == "" {
			t.Errorf("%s: the login is not bound to the secret", target)
		}
		for _, want := range []string{`target="_blank"`, `action="login?cairn_window=1"`, "data-working hidden"} {
			if !strings.Contains(got.Body.String(), want) {
				t.Errorf("%s: the page lacks %s", target, want)
			}
		}
		if strings.Contains(w.log.String(), ask.Message.Value) {
			t.Error("the log holds the secret")
		}
	}
	for _, target := range []string{"", "_top", "a frame", "<script>"} {
		w := newWorld(t)
		if page := w.initiateWith(target).Body.String(); strings.Contains(page, "data-storage") || !strings.Contains(page, `target="_blank"`) || len(w.logins) > 0 {
			t.Errorf("%q is taken for a storage", target)
		}
	}
}

// TestLaunchWithPlatformStorage asks for the secret when no cookie came, and takes it from our own page only: another site that
// knows the secret of its own login must not end it in somebody else's browser.
func TestLaunchWithPlatformStorage(t *testing.T) {
	secret := fixed("secret of the login")
	unbound := &lti.Refusal{Rule: "launch.state_browser", Err: lti.ErrStateBrowser, For: lti.Person, Registration: "r1"}
	post := func(w *world, person, secret string, headers ...string) *httptest.ResponseRecorder {
		form := url.Values{"id_token": {"x.y.z"}, "state": {"the state"}}
		if secret != "" {
			form.Set("cairn_secret", secret)
		}
		return w.call("POST", "/lti/launch", person, form, headers...)
	}
	prepare := func() *world {
		w := newWorld(t)
		reg := w.regs["r1"]
		reg.StorageOrigin = lms
		w.regs["r1"], w.refused = reg, unbound
		return w
	}
	w := prepare()
	got := post(w, "", "", "Sec-Fetch-Site", "cross-site")
	ask := askOf(t, got.Body.String())
	if want := lti.GetSecret("the state"); ask.Message != want || ask.Origin != lms || ask.Frame != "" || got.Code != 400 {
		t.Errorf("asks %+v with status %d", ask, got.Code)
	}
	for _, want := range []string{`name="id_token" value="x.y.z"`, `name="state" value="the state"`, `name="cairn_secret" value=""`, "Allow cookies"} {
		if !strings.Contains(got.Body.String(), want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if policy := got.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'self' https://lms.example") || strings.Contains(policy, "other.example") {
		t.Errorf("policy %q", policy)
	}
	checkMarkup(t, got.Body.String())

	w.refused, w.launch = nil, learnerLaunch()
	got = post(w, "", secret, "Sec-Fetch-Site", "same-origin")
	if got.Code != 303 || w.browser != hash(secret) || w.entries[0].Session.Browser != "" {
		t.Errorf("with the secret: %d, bound to %q, the session to %q", got.Code, w.browser, w.entries[0].Session.Browser)
	}
	for name, site := range map[string]string{"another site": "cross-site", "a neighbour": "same-site", "untold": ""} {
		w := prepare()
		if got := post(w, "", secret, "Sec-Fetch-Site", site); w.browser != "" || got.Code != 400 || strings.Contains(got.Body.String(), "data-storage") {
			t.Errorf("%s: %d, bound to %q", name, got.Code, w.browser)
		}
	}
	w = prepare()
	if page := post(w, "sam", "", "Sec-Fetch-Site", "cross-site").Body.String(); strings.Contains(page, "data-storage") {
		t.Error("a browser with a cookie is asked")
	}
	w = prepare()
	w.refused = &lti.Refusal{Rule: "launch.signature", Err: lti.ErrSignature, For: lti.Site, Registration: "r1"}
	if page := post(w, "", "", "Sec-Fetch-Site", "cross-site").Body.String(); strings.Contains(page, "data-storage") {
		t.Error("another refusal is asked about")
	}
}
