package lti_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"

	"cairn/lti"
	"cairn/lti/ltitest"
)

// TestToken_request checks the request and the assertion as a platform would (Security 4.1).
func TestToken_request(t *testing.T) {
	for name, c := range map[string]struct{ audience, want string }{
		"token endpoint": {"", moodleIssuer + "/mod/lti/token.php"},
		"named audience": {"https://api.brightspace.com/auth/token", "https://api.brightspace.com/auth/token"},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, clk := newOffice(t)
			var form url.Values
			o.token = func(f url.Values) *http.Response {
				form = f
				return readExchange(t, "01-token-all-scopes").answer()
			}
			reg := moodle
			reg.TokenAudience = c.audience
			token, err := services.Tokens.Token(t.Context(), reg, lti.ScopeScore, lti.ScopeLineItem)
			if err != nil || token != "6a55fa94aa97428af27e0d9e7e223b0b" {
				t.Fatalf("%q, %v", token, err)
			}
			if form.Get("grant_type") != "client_credentials" || form.Get("client_assertion_type") != lti.AssertionJWT || form.Get("scope") != lti.ScopeLineItem+" "+lti.ScopeScore {
				t.Errorf("form %v", form)
			}
			checkAssertion(t, form.Get("client_assertion"), c.want, clk.now())
		})
	}
}

func checkAssertion(t *testing.T, assertion, audience string, now time.Time) {
	t.Helper()
	payload, err := jws.Verify([]byte(assertion), jws.WithKey(jwa.RS256, toolKey().Public()))
	if err != nil {
		t.Fatal(err)
	}
	rawHeader, _ := base64.RawURLEncoding.DecodeString(strings.Split(assertion, ".")[0])
	var header, claims map[string]any
	if err := errors.Join(json.Unmarshal(rawHeader, &header), json.Unmarshal(payload, &claims)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"alg": "RS256", "typ": "JWT", "kid": toolKey().ID}, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if id, _ := claims["jti"].(string); len(id) < 20 {
		t.Errorf("jti %v", claims["jti"])
	}
	delete(claims, "jti")
	want := map[string]any{"iss": moodleClient, "sub": moodleClient, "aud": audience, "iat": float64(now.Unix() - 60), "exp": float64(now.Unix() + 240)}
	if diff := cmp.Diff(want, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

// TestToken_is_kept by registration and set of scopes, until a minute before it expires.
func TestToken_is_kept(t *testing.T) {
	o, services, clk := newOffice(t)
	ask := func(reg lti.Registration, want int, scopes ...string) {
		t.Helper()
		if _, err := services.Tokens.Token(t.Context(), reg, scopes...); err != nil || o.tokens != want {
			t.Errorf("%d tokens asked for, want %d; %v", o.tokens, want, err)
		}
	}
	ask(moodle, 1, lti.ScopeScore, lti.ScopeLineItem)
	ask(moodle, 1, lti.ScopeLineItem, lti.ScopeScore)
	ask(moodle, 2, lti.ScopeScore)
	other := moodle
	other.ID = "other"
	ask(other, 3, lti.ScopeScore)
	clk.add(58 * time.Minute)
	ask(moodle, 3, lti.ScopeScore)
	clk.add(time.Minute)
	ask(moodle, 4, lti.ScopeScore)
}

// TestToken_concurrent_askers_share_one_request.
func TestToken_concurrent_askers_share_one_request(t *testing.T) {
	o, services, _ := newOffice(t)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := services.Tokens.Token(t.Context(), moodle, lti.ScopeScore); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if o.tokens != 1 {
		t.Errorf("%d requests", o.tokens)
	}
}

// TestToken_clocks_may_differ: a platform that allows no leeway takes an assertion though its clock is behind or ahead of ours.
func TestToken_clocks_may_differ(t *testing.T) {
	for _, skew := range []time.Duration{-3 * time.Minute, 0, 3 * time.Second, 50 * time.Second} {
		t.Run(skew.String(), func(t *testing.T) {
			s := newSite(t, ltitest.Moodle())
			s.connect(t)
			ours := func() time.Time { return s.clock.now().Add(skew) }
			tokens := lti.NewTokens(s.client, func() lti.KeyPair { return s.ring.Signing }, ours)
			if _, err := tokens.Token(t.Context(), s.reg, lti.ScopeScore); err != nil {
				t.Errorf("our clock %v ahead of the platform's: %v", skew, err)
			}
		})
	}
}

func TestToken_refusals(t *testing.T) {
	ok := func(body string) *http.Response { return respond(http.StatusOK, "application/json", body) }
	for name, c := range map[string]struct {
		answer *http.Response
		status int
		reason string
		is     error
	}{
		"scope unknown":         {readExchange(t, "07-token-unknown-scope").answer(), 400, "invalid_scope", nil},
		"invalid JSON":          {readExchange(t, "17-token-bad-kid").answer(), 400, `error: kid invalid, unable to lookup correct key`, nil},
		"plain words":           {respond(http.StatusBadRequest, "text/plain", "no key for\r\nsam@example.test in abcdefghijklmnopqrstuvwxyz012345: {\"sub\": 4}"), 400, "no key for - in -", nil},
		"a page":                {respond(http.StatusBadRequest, "text/html", "<html>Sam Student"), 400, "Bad Request", nil},
		"empty":                 {respond(http.StatusBadRequest, "", ""), 400, "Bad Request", nil},
		"less than asked for":   {readExchange(t, "06-token-partly-unknown-scope").answer(), 200, lti.ScopeLineItem, lti.ErrScopeRefused},
		"no JSON":               {ok("<html>"), 200, "the answer is not JSON", nil},
		"no token":              {ok(`{"token_type":"Bearer"}`), 200, "the answer holds no token", nil},
		"token with line break": {ok(`{"access_token":"a\r\nX: y"}`), 200, "the answer holds no token", nil},
		"other kind of token":   {ok(`{"access_token":"a","token_type":"mac"}`), 200, "the token is not a bearer token", nil},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t)
			o.token = func(url.Values) *http.Response { return c.answer }
			_, err := services.Tokens.Token(t.Context(), moodle, lti.ScopeScore, lti.ScopeLineItem)
			var failed *lti.ServiceError
			if !errors.As(err, &failed) || failed.Status != c.status || failed.Reason != c.reason || failed.Retryable() {
				t.Fatalf("got %v", err)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "eyJ") {
				t.Errorf("the error holds the assertion: %v", err)
			}
		})
	}
}
