package lti_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// The numbers of folders in testdata/logins.
const (
	validLogins   = 12
	invalidLogins = 30
)

// loginCase is a folder of testdata/logins: an initiation and what becomes of it.
type loginCase struct {
	Why     string            `json:"why"`
	Want    string            `json:"want"`    // invalid: the rule
	Method  string            `json:"method"`  // default POST
	Params  map[string]string `json:"params"`  // set on top of a good initiation
	Without []string          `json:"without"` // left out of it
	Twice   string            `json:"twice"`   // a parameter given a second time
	Body    string            `json:"body"`    // sent in place of the form
	Type    string            `json:"type"`    // content type in place of the form's
	Setup   string            `json:"setup"`   // "one_client", "disabled"; default: two clients of the issuer
	Client  string            `json:"client"`  // valid: the client id that the request must name
}

func TestLogins_fixtures(t *testing.T) {
	run, wanted := map[string]int{}, map[string]bool{}
	for _, kind := range []string{"valid", "invalid"} {
		for _, name := range folders(t, filepath.Join("testdata", "logins", kind)) {
			c := readCase[loginCase](t, filepath.Join("testdata", "logins", kind, name))
			run[kind]++
			wanted[c.Want] = true
			t.Run(kind+"/"+name, func(t *testing.T) { runLogin(t, kind, c) })
		}
	}
	if run["valid"] != validLogins || run["invalid"] != invalidLogins {
		t.Errorf("ran %d valid and %d invalid logins, want %d and %d", run["valid"], run["invalid"], validLogins, invalidLogins)
	}
	for _, r := range lti.Rules() {
		if strings.HasPrefix(r.Name, "login.") && !wanted[r.Name] {
			t.Errorf("no fixture breaks %s", r.Name)
		}
	}
}

func runLogin(t *testing.T, kind string, c loginCase) {
	b := newBench(t)
	switch c.Setup {
	case "one_client":
		b.regs.all = b.regs.all[:1]
	case "disabled":
		b.regs.all[0].Disabled = true
	}
	params := c.params()
	auth, err := b.login(t.Context(), c, params)
	if kind == "valid" {
		if err != nil {
			t.Fatalf("refused: %v", err)
		}
		checkBegun(t, b, c, params, auth)
		return
	}
	checkRefused(t, nil, err, c.Want)
	if len(b.logins.all) != 0 {
		t.Error("a login was kept")
	}
}

func (c loginCase) params() url.Values {
	params := url.Values{
		"iss": {issuer}, "login_hint": {"4"}, "target_link_uri": {target}, "client_id": {clientID},
		"lti_message_hint": {`{"cmid":7,"launchid":"a b+c&d=é"}`}, "lti_deployment_id": {"1"},
	}
	for name, value := range c.Params {
		params.Set(name, fill(value, map[string]string{"tool": toolBase, "issuer": issuer}).(string))
	}
	for _, name := range c.Without {
		params.Del(name)
	}
	if c.Twice != "" {
		params.Add(c.Twice, params.Get(c.Twice))
	}
	return params
}

// login sends an initiation through ReadLogin and BeginLogin, as a handler does.
func (b *bench) login(ctx context.Context, c loginCase, params url.Values) (lti.AuthRequest, error) {
	method, kind, body := http.MethodPost, "application/x-www-form-urlencoded", params.Encode()
	if c.Method != "" {
		method = c.Method
	}
	address := b.tool.URLs.Login
	if method == http.MethodGet {
		address, body = address+"?"+body, ""
	}
	if c.Type != "" {
		kind = c.Type
	}
	if c.Body != "" {
		body = fill(c.Body, nil).(string)
	}
	r := httptest.NewRequest(method, address, strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	req, err := lti.ReadLogin(r)
	if err != nil {
		return lti.AuthRequest{}, err
	}
	return b.tool.BeginLogin(ctx, req, browser)
}

// checkBegun compares the request and the login that was kept with what was asked.
func checkBegun(t *testing.T, b *bench, c loginCase, params url.Values, auth lti.AuthRequest) {
	t.Helper()
	sent, err := url.Parse(auth.URL())
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"scope": {"openid"}, "response_type": {"id_token"}, "response_mode": {"form_post"}, "prompt": {"none"},
		"client_id": {c.Client}, "redirect_uri": {b.tool.URLs.Launch}, "login_hint": params["login_hint"],
		"state": {auth.State}, "nonce": {auth.Params.Get("nonce")},
	}
	if hint, ok := params["lti_message_hint"]; ok {
		want["lti_message_hint"] = hint
	}
	if diff := cmp.Diff(want, sent.Query()); diff != "" {
		t.Errorf("authentication request (-want +got):\n%s", diff)
	}
	login, err := b.logins.Login(t.Context(), auth.State)
	if err != nil {
		t.Fatal(err)
	}
	wantLogin := lti.Login{
		State: auth.State, Nonce: auth.Params.Get("nonce"), Registration: auth.Registration.ID, Browser: browser,
		TargetLinkURI: params.Get("target_link_uri"), MessageHint: keptHint(params.Get("lti_message_hint")), CreatedAt: b.clock.now(), ExpiresAt: b.clock.now().Add(lti.LoginLifetime),
	}
	if diff := cmp.Diff(wantLogin, login); diff != "" {
		t.Errorf("login kept (-want +got):\n%s", diff)
	}
}

// TestBeginLogin_needs_a_browser: a login that anybody could end is never begun.
func TestBeginLogin_needs_a_browser(t *testing.T) {
	b := newBench(t)
	_, err := b.tool.BeginLogin(t.Context(), lti.LoginRequest{Issuer: issuer, ClientID: clientID, LoginHint: "4", TargetLinkURI: target}, "")
	if !errors.Is(err, lti.ErrNoBrowser) || len(b.logins.all) != 0 {
		t.Errorf("got %v with %d logins kept", err, len(b.logins.all))
	}
}

// TestCheckLogin_changes_nothing, so that a page may come before the login begins.
func TestCheckLogin_changes_nothing(t *testing.T) {
	b := newBench(t)
	reg, err := b.tool.CheckLogin(t.Context(), lti.LoginRequest{Issuer: issuer, ClientID: clientID, LoginHint: "4", TargetLinkURI: target})
	if err != nil || reg.ID != "reg-1" || len(b.logins.all) != 0 {
		t.Errorf("got %q, %v, %d logins", reg.ID, err, len(b.logins.all))
	}
}

// TestAuthRequest_keeps_the_endpoints_own_query, as some platforms carry a tenant in it.
func TestAuthRequest_keeps_the_endpoints_own_query(t *testing.T) {
	b := newBench(t)
	b.regs.all[0].AuthorizationEndpoint = issuer + "/auth?tenant=7&scope=evil"
	sent, err := url.Parse(b.begin(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	if q := sent.Query(); q.Get("tenant") != "7" || q.Get("scope") != "openid" || len(q["scope"]) != 1 {
		t.Errorf("query %v", q)
	}
}

func TestURLs_ours(t *testing.T) {
	for base, targets := range map[string]map[string]bool{
		"https://tool.example": {
			"https://tool.example": true, "https://tool.example/": true, "https://TOOL.example:443/a/b?x=//evil": true, "https://tool.example/a/": true,
			"http://tool.example/": false, "https://tool.example:8443/": false, "https://tool.example.evil/": false, "//tool.example/": false,
			"https://tool.example@evil.example/": false, "https://user@tool.example/": false, "javascript:alert(1)": false, "/launch": false, "": false,
			"https://tool.example\\@evil.example/": false, "https://tool.example/a\nb": false, "https:/tool.example/": false, "https://tool.example/#x": false,
			"https://evil.example/https://tool.example/": false, "ftp://tool.example/": false,
		},
		"https://host.example/cairn/": {
			"https://host.example/cairn": true, "https://host.example/cairn/launch?x=1": true, "https://host.example/": false, "https://host.example/cairns": false,
			"https://host.example/cairn/../admin": false, "https://host.example/cairn/%2e%2e/admin": false, "https://host.example/cairn//x": false,
		},
	} {
		urls, err := lti.NewURLs(base)
		if err != nil {
			t.Fatal(err)
		}
		for target, want := range targets {
			if got := urls.Ours(target); got != want {
				t.Errorf("under %s, Ours(%q) = %v", base, target, got)
			}
		}
	}
	for _, base := range []string{"", "tool.example", "ftp://tool.example", "https://", "https://tool.example?x=1", "https://u@tool.example", "https://tool.example#x"} {
		if _, err := lti.NewURLs(base); !errors.Is(err, lti.ErrBaseURL) {
			t.Errorf("NewURLs(%q) = %v", base, err)
		}
	}
}

// keptHint is the hint that a login keeps: a long one is only echoed.
func keptHint(hint string) string {
	if len(hint) > lti.MaxKeptHint {
		return ""
	}
	return hint
}
