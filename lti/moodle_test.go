package lti_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"cairn/lti"
)

// capture is what a running Moodle 4.5 sent to a tool at moodleTool.
type capture struct {
	Form        map[string]string `json:"form"`
	FormFields  map[string]string `json:"form_fields"`
	AuthRequest struct {
		Endpoint string            `json:"endpoint"`
		Params   map[string]string `json:"params"`
	} `json:"auth_request_sent"`
	IDToken struct {
		Header map[string]any `json:"header"`
		Claims map[string]any `json:"claims"`
	} `json:"id_token"`
}

const (
	moodleIssuer = "http://localhost:8100"
	moodleTool   = "http://127.0.0.1:8200"
	moodleClient = "ckdrbBdFEErGAH0"
	moodleKeyID  = "d6a1ac7ede7fd016cef3"
)

// captures are all that are kept here, each used by one of the tests below.
var captures = struct{ logins, launches, failures, answers, registrations []string }{
	logins: []string{"002-teacher-deeplink-login-initiation.json", "006-student1-resource-login-initiation.json"},
	launches: []string{
		"003-teacher-deeplink-launch-LtiDeepLinkingRequest.json", "007-student1-resource-launch-LtiResourceLinkRequest.json",
		"011-teacher-resource-launch-LtiResourceLinkRequest.json", "013-admin-resource-launch-LtiResourceLinkRequest.json",
		"022-student1-two-lineitems-launch-LtiResourceLinkRequest.json", "048-teacher-dl-multi-launch-LtiDeepLinkingRequest.json",
	},
	failures:      []string{"029-err-drop-responsemode-launch-ERROR.json"},
	registrations: []string{"001-admin-dynreg-dynamic-registration.json", "036-admin-regupdate-noclaims-dynamic-registration.json"},
	answers:       []string{"004-teacher-deeplink-deep-linking-response-sent.json"},
}

// TestMoodle_every_capture_is_used fails when a capture lies about unused.
func TestMoodle_every_capture_is_used(t *testing.T) {
	found, err := filepath.Glob(filepath.Join("testdata", "moodle", "0*.json"))
	if err != nil {
		t.Fatal(err)
	}
	used := slices.Concat(captures.logins, captures.launches, captures.failures, captures.answers, captures.registrations)
	if len(found) != len(used) {
		t.Errorf("%d captures, %d used", len(found), len(used))
	}
}

func readCapture(t *testing.T, name string) capture {
	t.Helper()
	var c capture
	body, err := os.ReadFile(filepath.Join("testdata", "moodle", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatal(err)
	}
	return c
}

// newMoodleBench is a tool at the captures' address, registered as it was in that Moodle.
func newMoodleBench(t *testing.T) *bench {
	b := newBench(t)
	b.keys = strings.Replace(keySetOf(t, "platform"), keyName, moodleKeyID, 1)
	b.regs.all = []lti.Registration{{
		ID: "moodle", Issuer: moodleIssuer, ClientID: moodleClient, AuthorizationEndpoint: moodleIssuer + "/mod/lti/auth.php",
		TokenEndpoint: moodleIssuer + "/mod/lti/token.php", KeySetURL: moodleIssuer + "/mod/lti/certs.php", Deployments: []string{"1"},
	}}
	b.tool.URLs, _ = lti.NewURLs(moodleTool)
	return b
}

// TestMoodle_login_initiations are answered by the authentication request that Moodle accepted.
func TestMoodle_login_initiations(t *testing.T) {
	for _, name := range captures.logins {
		t.Run(name, func(t *testing.T) {
			b, c := newMoodleBench(t), readCapture(t, name)
			form := url.Values{}
			for k, v := range c.Form {
				form.Set(k, v)
			}
			r := httptest.NewRequest(http.MethodPost, "/lti/login", strings.NewReader(form.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req, err := lti.ReadLogin(r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(form, req.Values()); diff != "" {
				t.Errorf("the initiation changed on its way (-sent +kept):\n%s", diff)
			}
			auth, err := b.tool.BeginLogin(t.Context(), req, browser)
			if err != nil {
				t.Fatal(err)
			}
			checkAuthRequest(t, auth, c)
		})
	}
}

// checkAuthRequest compares with what was sent then; state, nonce and our own address differ.
func checkAuthRequest(t *testing.T, auth lti.AuthRequest, c capture) {
	t.Helper()
	sent, err := url.Parse(auth.URL())
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for k, v := range sent.Query() {
		got[k] = v[0]
	}
	if len(got["state"]) != 43 || len(got["nonce"]) != 43 || got["state"] == got["nonce"] {
		t.Errorf("state %q and nonce %q are not two values of 256 bits", got["state"], got["nonce"])
	}
	for _, own := range []string{"state", "nonce"} {
		got[own] = c.AuthRequest.Params[own]
	}
	want := c.AuthRequest.Params
	want["redirect_uri"] = moodleTool + "/lti/launch"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the authentication request differs (-captured +ours):\n%s", diff)
	}
	sent.RawQuery = ""
	if sent.String() != c.AuthRequest.Endpoint {
		t.Errorf("sent to %s, not %s", sent, c.AuthRequest.Endpoint)
	}
}

// replay runs a captured launch with the allowed rewrites only: nonce, times and signature. Issuer, audience, deployment and target
// stay as they were, since the tool is set up to match.
func replay(t *testing.T, name string) (*lti.Launch, error) {
	t.Helper()
	b, c := newMoodleBench(t), readCapture(t, name)
	claims := c.IDToken.Claims
	auth, err := b.tool.BeginLogin(t.Context(), lti.LoginRequest{
		Issuer: moodleIssuer, LoginHint: "4", TargetLinkURI: claims[lti.ClaimTargetLinkURI].(string), ClientID: moodleClient,
	}, browser)
	if err != nil {
		t.Fatal(err)
	}
	claims["nonce"] = auth.Params.Get("nonce")
	claims["iat"], claims["exp"] = b.clock.now().Unix(), b.clock.now().Unix()+60
	token := seal(t, "", encode(t, c.IDToken.Header), encode(t, claims))
	return post(t, b.tool, http.MethodPost, "", url.Values{"id_token": {token}, "state": {auth.State}}, browser)
}

// TestMoodle_launches are accepted, and say who came from where.
func TestMoodle_launches(t *testing.T) {
	type said struct {
		Subject, Name, Username, SourcedID, Course, Link, LineItem, Family string
		Lead, Learner, DeepLinking                                         bool
	}
	student := said{Subject: "4", Name: "Sam Student", Username: "student1", SourcedID: "SIS-0001", Course: "2", Link: "1", Family: "moodle", Learner: true}
	teacher := said{Subject: "3", Name: "Tove Teacher", Username: "teacher1", Course: "2", Link: "1", Family: "moodle", Lead: true}
	const item = moodleIssuer + "/mod/lti/services.php/2/lineitems/4/lineitem?type_id=1"
	with := func(s said, change func(*said)) said { change(&s); return s }
	want := map[string]said{
		captures.launches[0]: with(teacher, func(s *said) { s.Link, s.DeepLinking = "", true }),
		captures.launches[1]: with(student, func(s *said) { s.LineItem = item }),
		captures.launches[2]: with(teacher, func(s *said) { s.LineItem = item }),
		captures.launches[3]: {Subject: "2", Name: "Admin User", Username: "admin", Course: "2", Link: "1", LineItem: item, Family: "moodle", Lead: true},
		captures.launches[4]: student, // a second line item was bound: lineitem is gone
		captures.launches[5]: with(teacher, func(s *said) { s.Link, s.DeepLinking = "", true }),
	}
	for _, name := range captures.launches {
		t.Run(name, func(t *testing.T) {
			l, err := replay(t, name)
			if err != nil {
				t.Fatal(err)
			}
			got := said{
				Subject: l.Subject, Name: l.Name, Username: l.Ext["user_username"], SourcedID: l.LIS.PersonSourcedID, Course: l.Context.ID,
				Link: l.ResourceLink.ID, LineItem: l.Endpoint.LineItem, Family: l.Platform.Family, Lead: l.Lead(), Learner: l.IsLearner(),
				DeepLinking: l.DeepLinking != nil,
			}
			if diff := cmp.Diff(want[name], got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			checkMoodleCommon(t, l)
		})
	}
}

// checkMoodleCommon checks what all captured launches share.
func checkMoodleCommon(t *testing.T, l *lti.Launch) {
	t.Helper()
	if l.Endpoint.LineItems != moodleIssuer+"/mod/lti/services.php/2/lineitems?type_id=1" || !l.Endpoint.Can(lti.ScopeScore) {
		t.Errorf("grade services: %+v", l.Endpoint)
	}
	for name, value := range l.Custom {
		if strings.HasPrefix(value, "$") {
			t.Errorf("custom %s was not filled in and is not absent: %s", name, value)
		}
	}
	if l.Custom["static_param"] != "hello=world" || l.Locale() != "en" {
		t.Errorf("custom %v, locale %q", l.Custom, l.Locale())
	}
}

// TestMoodle_error_response is a refusal that tells the platform's own word.
func TestMoodle_error_response(t *testing.T) {
	for _, name := range captures.failures {
		form := url.Values{}
		for k, v := range readCapture(t, name).FormFields {
			form.Set(k, v)
		}
		launch, err := post(t, newMoodleBench(t).tool, http.MethodPost, "", form, browser)
		checkRefused(t, launch, err, "launch.platform_error")
		var refusal *lti.Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Detail, "Invalid response_mode") || refusal.For != lti.Us {
			t.Errorf("%+v", refusal)
		}
	}
}

// TestMoodle_key_set is read as Moodle publishes it.
func TestMoodle_key_set(t *testing.T) {
	body, err := os.ReadFile(filepath.Join("testdata", "moodle", "jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	b := newMoodleBench(t)
	b.keys = string(bytes.TrimSpace(body))
	key, err := b.tool.KeySets.Key(t.Context(), b.regs.all[0], moodleKeyID)
	if err != nil || key.N.BitLen() != 2048 {
		t.Errorf("key %v: %v", key, err)
	}
}
