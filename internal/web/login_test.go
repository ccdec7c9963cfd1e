package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

var initiation = url.Values{
	"iss": {lms}, "login_hint": {"4"}, "target_link_uri": {base + "/lti/launch?x=1"}, "client_id": {"client"},
	"lti_message_hint": {`{"cmid":7,"launchid":"l1"}`}, "lti_deployment_id": {"1"},
}

func (w *world) initiate(method, extra, browser string, headers ...string) *httptest.ResponseRecorder {
	if method == "POST" {
		return w.call("POST", "/lti/login"+extra, browser, initiation, headers...)
	}
	return w.call("GET", "/lti/login?"+initiation.Encode()+strings.Replace(extra, "?", "&", 1), browser, nil, headers...)
}

// TestCookieLadder is settled question 20: what a login answers by where the browser is and what it holds.
func TestCookieLadder(t *testing.T) {
	const platform, again, window = "platform", "again", "window"
	tests := map[string]struct {
		extra, browser, dest string
		want                 string
	}{
		"frame, cookie known":                {"", "amara", "iframe", platform},
		"frame, first time":                  {"", "", "iframe", again},
		"frame, cookie came back":            {"?cairn_check=1", "amara", "iframe", platform},
		"frame, cookie did not come back":    {"?cairn_check=1", "", "iframe", window},
		"top level, no cookie":               {"", "", "document", platform},
		"top level, cookie":                  {"", "amara", "document", platform},
		"window of the button":               {"?cairn_window=1", "", "document", platform},
		"untold, no cookie":                  {"", "", "", again},
		"untold, cookie did not come back":   {"?cairn_check=1", "", "", window},
		"untold, window of the button":       {"?cairn_window=1", "", "", platform},
		"frame that claims to be the window": {"?cairn_window=1", "", "iframe", again},
	}
	for name, tt := range tests {
		for _, method := range []string{"GET", "POST"} {
			t.Run(method+" "+name, func(t *testing.T) {
				w := newWorld(t)
				got := w.initiate(method, tt.extra, tt.browser, "Sec-Fetch-Dest", tt.dest, "Sec-Fetch-Site", "cross-site")
				switch tt.want {
				case platform:
					checkPlatform(t, w, got, tt.browser)
				case again:
					checkAgain(t, w, got, method)
				case window:
					checkWindow(t, w, got)
				}
				for _, secret := range []string{"cmid", "login_hint=4", "login_hint"} {
					if strings.Contains(w.log.String(), secret) {
						t.Errorf("the log tells about the person: %s", w.log.String())
					}
				}
			})
		}
	}
}

func checkPlatform(t *testing.T, w *world, got *httptest.ResponseRecorder, browser string) {
	t.Helper()
	to, err := url.Parse(got.Header().Get("Location"))
	if err != nil || got.Code != 303 || to.Host != "lms.example" || to.Query().Get("lti_message_hint") != initiation.Get("lti_message_hint") {
		t.Fatalf("status %d to %s", got.Code, got.Header().Get("Location"))
	}
	value := browserOf(browser)
	if browser == "" {
		value = newCookie(t, got)
	} else if len(got.Result().Cookies()) > 0 {
		t.Error("a browser that is known was given another cookie")
	}
	if l := w.logins[to.Query().Get("state")]; l.Browser != hash(value) {
		t.Error("the login is not bound to the browser's cookie")
	}
}

// newCookie checks the attributes that a browser in a frame needs, and answers the value.
func newCookie(t *testing.T, got *httptest.ResponseRecorder) string {
	t.Helper()
	line := got.Header().Get("Set-Cookie")
	for _, want := range []string{"__Host-cairn=", "Path=/", "HttpOnly", "Secure", "SameSite=None", "Partitioned"} {
		if !strings.Contains(line, want) {
			t.Errorf("Set-Cookie %q lacks %s", line, want)
		}
	}
	if strings.Contains(line, "Domain") {
		t.Errorf("Set-Cookie %q names a domain", line)
	}
	return got.Result().Cookies()[0].Value
}

func checkAgain(t *testing.T, w *world, got *httptest.ResponseRecorder, method string) {
	t.Helper()
	newCookie(t, got)
	to, err := url.Parse(got.Header().Get("Location"))
	if err != nil || got.Code != 307 || to.Path != "login" || to.Host != "" || to.Query().Get("cairn_check") != "1" {
		t.Fatalf("status %d to %s", got.Code, got.Header().Get("Location"))
	}
	if method == "POST" && to.Query().Has("login_hint") {
		t.Error("the hint about the person moved into the address")
	}
	if method == "GET" && to.Query().Get("lti_message_hint") != initiation.Get("lti_message_hint") {
		t.Error("a parameter was lost")
	}
	if len(w.logins) > 0 {
		t.Error("a login was spent on the way")
	}
}

func checkWindow(t *testing.T, w *world, got *httptest.ResponseRecorder) {
	t.Helper()
	page := got.Body.String()
	if got.Code != 200 || len(w.logins) > 0 {
		t.Fatalf("status %d, logins %d", got.Code, len(w.logins))
	}
	for _, want := range []string{`method="post"`, `target="_blank"`, `action="login?cairn_window=1"`, `name="login_hint" value="4"`,
		`name="lti_message_hint" value="{&#34;cmid&#34;:7,&#34;launchid&#34;:&#34;l1&#34;}"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s:\n%s", want, page)
		}
	}
	policy := got.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, "frame-ancestors 'self' https://lms.example") || strings.Contains(policy, "other.example") {
		t.Errorf("policy %q", policy)
	}
}

func TestLoginRefused(t *testing.T) {
	tests := map[string]struct{ change, value, rule string }{
		"unknown issuer": {"iss", "https://unknown.example", "login.registration_unknown"},
		"foreign target": {"target_link_uri", "https://evil.example/", "login.target"},
		"script target":  {"target_link_uri", "javascript:alert(1)", "login.target"},
		"no hint":        {"login_hint", "", "login.hint_missing"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			form := url.Values{}
			for k, v := range initiation {
				form[k] = v
			}
			form.Set(tt.change, tt.value)
			got := w.call("POST", "/lti/login", "", form)
			if got.Code != 400 || !strings.Contains(got.Body.String(), tt.rule) || len(got.Result().Cookies()) > 0 {
				t.Errorf("status %d:\n%s", got.Code, got.Body)
			}
			if n := strings.Count(w.log.String(), "page refused"); n != 1 {
				t.Errorf("%d log lines, want 1", n)
			}
		})
	}
}

func TestKeySetMayBeKept(t *testing.T) {
	got := newWorld(t).call("GET", "/lti/keys", "", nil)
	if got.Code != 200 || got.Body.String() != `{"keys":[]}` || got.Header().Get("Content-Type") != "application/json" ||
		got.Header().Get("Cache-Control") != "public, max-age=3600" {
		t.Errorf("status %d, %v: %s", got.Code, got.Header(), got.Body)
	}
}
