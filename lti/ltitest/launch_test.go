package ltitest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"

	"cairn/lti/ltitest"
)

func TestAuthorizationRefuses(t *testing.T) {
	set := func(name, v string) func(url.Values) { return func(q url.Values) { q.Set(name, v) } }
	del := func(name string) func(url.Values) { return func(q url.Values) { q.Del(name) } }
	tests := []struct {
		name                    string
		change                  func(url.Values)
		visitor, code, describe string
	}{
		{name: "response_mode missing, as captured (029)", change: del("response_mode"), code: "invalid_request",
			describe: "Invalid response_mode"},
		{name: "response_mode", change: set("response_mode", "query"), code: "invalid_request", describe: "Invalid response_mode"},
		{name: "scope", change: set("scope", "openid email"), code: "invalid_scope"},
		{name: "response_type", change: set("response_type", "code"), code: "unsupported_response_type"},
		{name: "nonce missing", change: del("nonce"), code: "invalid_request", describe: "Missing nonce"},
		{name: "login_hint of another", change: set("login_hint", "5"), code: "access_denied"},
		{name: "browser of another", change: func(url.Values) {}, visitor: "5", code: "access_denied"},
		{name: "hint unknown", change: set("lti_message_hint", `{"launchid":"x"}`), code: "invalid_request",
			describe: "Unknown or used launch id in LTI hint"},
		{name: "hint is no JSON", change: set("lti_message_hint", `x`), code: "invalid_request", describe: "No launch id in LTI hint"},
		{name: "prompt", change: set("prompt", "login"), code: "invalid_request", describe: "Invalid prompt"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p, _ := labPlatform(t, ltitest.Moodle(), newClock())
			init, err := p.Initiate("4", "1")
			check(t, err)
			q := authRequest(init)
			test.change(q)
			answer, err := p.Authorize(q, test.visitor)
			check(t, err)
			f := answer.Form
			if answer.URL != labTool+"/launch" || f.Get("error") != test.code || f.Get("error_description") != test.describe ||
				f.Get("state") != "st-1" || f.Has("id_token") {
				t.Errorf("%s %v", answer.URL, f)
			}
		})
	}
}

func TestAuthorizationPostsNothingToStrangers(t *testing.T) {
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	for _, change := range []url.Values{
		{"client_id": {"other"}}, {"redirect_uri": {"https://evil.example/launch"}},
		{"redirect_uri": {labTool + "/launch/"}}, {"redirect_uri": {""}},
	} {
		init, err := p.Initiate("4", "1")
		check(t, err)
		q := authRequest(init)
		for name, v := range change {
			q[name] = v
		}
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, labIssuer+"/mod/lti/auth.php?"+q.Encode(), nil))
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "<form") && strings.Contains(w.Body.String(), "ltiAuthForm") {
			t.Errorf("%v: %d %s", change, w.Code, w.Body)
		}
	}
}

func TestHintsAreGoodOnce(t *testing.T) {
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	init, err := p.Initiate("4", "1")
	check(t, err)
	for i, want := range []string{"", "invalid_request"} {
		answer, err := p.Authorize(authRequest(init), "")
		check(t, err)
		if got := answer.Form.Get("error"); got != want {
			t.Errorf("time %d: error %q, want %q", i+1, got, want)
		}
	}
}

func TestLaunchesThatCannotBegin(t *testing.T) {
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	_, unknown := p.Initiate("99", "1")
	_, link := p.Initiate("4", "99")
	_, outside := p.Initiate("6", "1")
	_, tool := p.InitiateDeepLinking("3", "2", "99")
	_, course := p.InitiateDeepLinking("3", "99", "1")
	for _, test := range []struct{ got, want error }{
		{unknown, ltitest.ErrUnknownUser}, {link, ltitest.ErrUnknownLink}, {outside, ltitest.ErrNotEnrolled},
		{tool, ltitest.ErrUnknownTool}, {course, ltitest.ErrUnknownCourse},
	} {
		if !errors.Is(test.got, test.want) {
			t.Errorf("%v, want %v", test.got, test.want)
		}
	}
}

// tool is a small LTI tool with a cookie test: enough to see the platform from the other side.
type tool struct {
	p        *ltitest.Platform
	base     string
	client   string
	posts    int
	launched map[string]any
	frames   []string // Sec-Fetch-Dest of each request
}

func (o *tool) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.frames = append(o.frames, r.Header.Get("Sec-Fetch-Dest"))
	_, err := r.Cookie("seen")
	switch {
	case r.URL.Path == "/login" && err == nil || r.URL.Path == "/login" && r.Header.Get("Sec-Fetch-Dest") == "document":
		q := url.Values{"scope": {"openid"}, "response_type": {"id_token"}, "response_mode": {"form_post"}, "prompt": {"none"},
			"client_id": {o.client}, "redirect_uri": {o.base + "/launch"}, "state": {"s"}, "nonce": {"n"}}
		for _, name := range []string{"login_hint", "lti_message_hint"} {
			q.Set(name, r.FormValue(name))
		}
		http.Redirect(w, r, o.p.Issuer()+"/mod/lti/auth.php?"+q.Encode(), http.StatusFound)
	case r.URL.Path == "/login" && r.FormValue("tested") == "":
		http.SetCookie(w, &http.Cookie{
			Name: "seen", Value: "1", Path: "/", Secure: true, Partitioned: true, SameSite: http.SameSiteNoneMode,
		})
		check(nil, r.ParseForm())
		r.Form.Set("tested", "1")
		http.Redirect(w, r, "/login?"+r.Form.Encode(), http.StatusSeeOther)
	case r.URL.Path == "/login":
		fmt.Fprintf(w, `<!DOCTYPE html><script>if (1 < 2 && 3) {}</script><form action="/login" method="post" target="_blank">`)
		for _, name := range []string{"login_hint", "lti_message_hint"} {
			fmt.Fprintf(w, `<input type=hidden name=%s value="%s">`, name, strings.ReplaceAll(r.FormValue(name), `"`, "&quot;"))
		}
		io.WriteString(w, `<button>Open</button></form>`)
	case r.URL.Path == "/launch":
		o.posts++
		set, err := jwk.Fetch(r.Context(), o.p.Issuer()+"/mod/lti/certs.php")
		check(nil, err)
		payload, err := jws.Verify([]byte(r.FormValue("id_token")), jws.WithKeySet(set, jws.WithInferAlgorithmFromKey(true)))
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		o.launched = nil
		check(nil, json.Unmarshal(payload, &o.launched))
		http.Redirect(w, r, "/s/1", http.StatusSeeOther)
	default:
		io.WriteString(w, "welcome")
	}
}

// started is a running platform with the tool placed in it, on two sites.
func started(t *testing.T, profile ltitest.Profile) (*ltitest.Platform, *tool) {
	t.Helper()
	p := ltitest.New(ltitest.Config{Profile: profile, Now: newClock().Now, Key: platformKey()})
	o := &tool{p: p}
	server := httptest.NewServer(o)
	t.Cleanup(server.Close)
	o.base = server.URL
	o.client = ltitest.Lab(p, ltitest.Tool{
		LoginURL: server.URL + "/login", TargetLinkURI: server.URL + "/launch", RedirectURIs: []string{server.URL + "/launch"},
	}).ClientID
	check(t, p.Start())
	t.Cleanup(func() { check(t, p.Close()) })
	if err := p.Start(); !errors.Is(err, ltitest.ErrStarted) {
		t.Errorf("second start: %v", err)
	}
	return p, o
}

func TestLaunchWalksTheWholeFlow(t *testing.T) {
	get := ltitest.Strict()
	get.InitiateByGET = true
	for _, test := range []struct {
		name    string
		profile ltitest.Profile
		policy  ltitest.CookiePolicy
		window  bool
	}{
		{"all cookies", ltitest.Moodle(), ltitest.AllCookies, false},
		{"third-party cookies blocked", ltitest.Moodle(), ltitest.PartitionedOnly, false},
		{"no cookies", ltitest.Moodle(), ltitest.NoCookies, true},
		{"initiated by GET", get, ltitest.AllCookies, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p, o := started(t, test.profile)
			client := ltitest.NewBrowser(test.policy)
			ready, err := p.PrepareLaunch(context.Background(), client, "4", "1")
			check(t, err)
			res, err := ready.Post(context.Background())
			check(t, err)
			body, err := ltitest.ReadBody(res)
			check(t, err)
			if string(body) != "welcome" || res.StatusCode != http.StatusOK || o.launched["sub"] != "4" || o.launched["nonce"] != "n" {
				t.Errorf("%d %s %v", res.StatusCode, body, o.launched)
			}
			if ready.NewWindow != test.window || o.frames[0] != "iframe" {
				t.Errorf("window %v, frames %v", ready.NewWindow, o.frames)
			}
			if auth := p.Requests("auth"); len(auth) != 1 || auth[0].Status != http.StatusOK {
				t.Errorf("%+v", auth)
			}
		})
	}
}

func TestLaunchCanBeSentAgainAndBent(t *testing.T) {
	p, o := started(t, ltitest.Moodle())
	ctx := context.Background()
	ready, err := p.PrepareLaunch(ctx, nil, "4", "1")
	check(t, err)
	for range 2 {
		res, err := ready.Send(ctx)
		check(t, err)
		if res.Body.Close(); res.StatusCode != http.StatusSeeOther {
			t.Error(res.StatusCode)
		}
	}
	if o.posts != 2 {
		t.Errorf("%d posts, want 2", o.posts)
	}
	other := newKey()
	res, err := p.Launch(ctx, nil, "4", "1", func(k *ltitest.Token) { k.Key, k.Algorithm = other, jwa.RS256 })
	check(t, err)
	if res.Body.Close(); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("forged token: %d", res.StatusCode)
	}
}

func TestLaunchSaysWhereTheToolStopped(t *testing.T) {
	p, o := started(t, ltitest.Moodle())
	p.AddTool(ltitest.Tool{ID: "1", ClientID: o.client, LoginURL: o.base + "/nowhere", RedirectURIs: []string{o.base + "/launch"}})
	_, err := p.Launch(context.Background(), nil, "4", "1")
	var stopped *ltitest.LaunchError
	if !errors.Is(err, ltitest.ErrNoAuthorization) || !errors.As(err, &stopped) || string(stopped.Body) != "welcome" {
		t.Errorf("%v", err)
	}
}

func TestFormsAreReadAsABrowserSendsThem(t *testing.T) {
	base := &url.URL{Scheme: "http", Host: "localhost", Path: "/a/b"}
	forms, err := ltitest.Forms([]byte(`<!DOCTYPE html><html><head><style>a > b {}</style></head><body>
		<form action="c?d=1&amp;e=2"><input name=t value="x &amp; y"><input type=checkbox name=off value=1>
		<input type=checkbox name=on checked><input type=radio name=r value=1><input type=radio name=r value=2 checked>
		<input name=gone disabled><button name=go value=now>Go</button><input type=submit></form><input name=outside>
		<form method=post></form><a href="/w" target="_blank">w</a></body>`), base)
	check(t, err)
	if len(forms) != 3 {
		t.Fatalf("%d forms, want 3", len(forms))
	}
	f := forms[0]
	if f.Action.String() != "http://localhost/a/c?d=1&e=2" || f.Method != "GET" || f.Fields.Encode() != "on=on&r=2&t=x+%26+y" ||
		f.Buttons.Encode() != "go=now" {
		t.Errorf("%+v", f)
	}
	if f := forms[1]; f.Method != "POST" || f.Action.String() != base.String() {
		t.Errorf("%+v", f)
	}
	if f := forms[2]; f.Target != "_blank" || f.Action.Path != "/w" {
		t.Errorf("%+v", f)
	}
}

func FuzzForms(f *testing.F) {
	f.Add(`<form action="/a?b=c" method=post><input name=x value="1&amp;2"><button name=y>go</button></form><a target=_blank href=/b>b</a>`)
	f.Add(`<form><form></form><input name=a></p></form`)
	base := &url.URL{Scheme: "http", Host: "localhost"}
	f.Fuzz(func(t *testing.T, page string) {
		forms, err := ltitest.Forms([]byte(page), base)
		for _, form := range forms {
			if err == nil && (form.Action == nil || form.Fields == nil) {
				t.Errorf("%+v", form)
			}
		}
	})
}
