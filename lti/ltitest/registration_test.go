package ltitest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"cairn/lti/ltitest"
)

// registration is a captured dynamic registration.
type registration struct {
	Configuration struct {
		Body map[string]any `json:"body"`
	} `json:"openid_configuration"`
	Request struct {
		URL  string         `json:"url"`
		Body jsontext.Value `json:"body"`
	} `json:"registration_request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    map[string]any    `json:"body"`
	} `json:"registration_response"`
	Replayed struct {
		Status int `json:"status"`
	} `json:"replayed_token_response"`
}

// TestRegistrationAsCaptured posts the captured requests: a new registration, then an update, whose token is good again.
func TestRegistrationAsCaptured(t *testing.T) {
	p := ltitest.New(ltitest.Config{Now: newClock().Now, Issuer: labIssuer, Key: platformKey()})
	for i, name := range []string{"001-admin-dynreg-dynamic-registration.json", "036-admin-regupdate-noclaims-dynamic-registration.json"} {
		var c registration
		fixture(t, name, &c)
		address := p.RegistrationURL(labTool + "/register?a=b")
		if i == 1 {
			var err error
			address, err = p.UpdateURL("1", labTool+"/register?a=b")
			check(t, err)
		}
		start, err := url.Parse(address)
		check(t, err)
		if start.Query().Get("a") != "b" || !strings.HasPrefix(address, labTool+"/register?") {
			t.Errorf("sent to %s", address)
		}
		checkConfiguration(t, p, start.Query().Get("openid_configuration"), c.Configuration.Body)
		if w := register(p, c, ""); w.Code != http.StatusUnauthorized || w.Body.String() != "missing_registration_token" || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("without a token: %d %s", w.Code, w.Body)
		}
		token := start.Query().Get("registration_token")
		w := register(p, c, token)
		var got map[string]any
		check(t, json.Unmarshal(w.Body.Bytes(), &got))
		if i == 0 && got["client_id"] != p.Tools()[0].ClientID || w.Code != c.Response.Status || w.Header().Get("Content-Type") != c.Response.Headers["content-type"] {
			t.Errorf("%d %v", w.Code, got)
		}
		c.Response.Body["client_id"] = p.Tools()[0].ClientID
		if diff := cmp.Diff(sorted(c.Response.Body), sorted(got)); diff != "" {
			t.Errorf("%s (-captured +ours):\n%s", name, diff)
		}
		if w := register(p, c, token); w.Code != c.Replayed.Status {
			t.Errorf("the token again: %d, captured %d", w.Code, c.Replayed.Status)
		}
	}
	tool := p.Tools()[0]
	if len(p.Tools()) != 1 || !tool.Pending || !tool.NoNames || !tool.DeepLinking || tool.LoginURL != labTool+"/login" {
		t.Errorf("%+v", tool)
	}
}

// sorted puts lists of words in order, wherever they are: scopes and claims stand in another order in the capture.
func sorted(v any) any {
	switch x := v.(type) {
	case string:
		words := strings.Fields(x)
		slices.Sort(words)
		return strings.Join(words, " ")
	case []any:
		for i := range x {
			x[i] = sorted(x[i])
		}
		slices.SortFunc(x, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	case map[string]any:
		for name := range x {
			x[name] = sorted(x[name])
		}
	}
	return v
}

func register(p *ltitest.Platform, c registration, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, c.Request.URL, strings.NewReader(string(c.Request.Body)))
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w
}

// checkConfiguration compares all but the variables, of which this platform fills in fewer.
func checkConfiguration(t *testing.T, p *ltitest.Platform, address string, want map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, nil))
	var got map[string]any
	check(t, json.Unmarshal(w.Body.Bytes(), &got))
	for _, c := range []map[string]any{got, want} {
		delete(c["https://purl.imsglobal.org/spec/lti-platform-configuration"].(map[string]any), "variables")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configuration (-captured +ours):\n%s", diff)
	}
}

// TestRegistrationOfStrictProfile refuses what lacks a required member.
func TestRegistrationOfStrictProfile(t *testing.T) {
	var c registration
	fixture(t, "001-admin-dynreg-dynamic-registration.json", &c)
	for _, name := range []string{
		"application_type", "response_types", "grant_types", "initiate_login_uri", "redirect_uris", "client_name", "jwks_uri",
		"token_endpoint_auth_method", "https://purl.imsglobal.org/spec/lti-tool-configuration",
	} {
		p := ltitest.New(ltitest.Config{Profile: ltitest.Strict(), Now: newClock().Now, Issuer: labIssuer, Key: platformKey()})
		start, err := url.Parse(p.RegistrationURL(labTool))
		check(t, err)
		body := map[string]any{}
		check(t, json.Unmarshal(c.Request.Body, &body))
		delete(body, name)
		lacking := c
		lacking.Request.Body, err = json.Marshal(body)
		check(t, err)
		w := register(p, lacking, start.Query().Get("registration_token"))
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "invalid_client_metadata") || len(p.Tools()) != 0 {
			t.Errorf("without %s: %d %s", name, w.Code, w.Body)
		}
		if w := register(p, c, start.Query().Get("registration_token")); w.Code != http.StatusCreated {
			t.Errorf("after a mistake: %d %s", w.Code, w.Body)
		}
	}
}
