package lrs_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/xapi/lrs"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

const tokenEndpoint = "/xapi/oauth/token"

// issued is an answer of the token endpoint.
type issued struct {
	Token  string `json:"access_token"`
	Type   string `json:"token_type"`
	Life   int    `json:"expires_in"`
	Scopes string `json:"scope"`
}

// ask is a request for a token; pairs are the form's parameters beside grant_type.
func ask(key string, pairs ...string) call {
	form := url.Values{"grant_type": {"client_credentials"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return call{method: "POST", path: tokenEndpoint, key: key, body: form.Encode(), contentType: "application/x-www-form-urlencoded", version: "-"}
}

// token gets one that has the scope, or all of the credential's when it is empty.
func (s *server) token(t testing.TB, key, scope string) issued {
	t.Helper()
	got := s.do(t, ask(key, "scope", scope))
	var is issued
	if err := json.Unmarshal([]byte(got.body), &is); err != nil || got.status != 200 || is.Token == "" || is.Type != "Bearer" {
		t.Fatal(got)
	}
	return is
}

// clock is one that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

func (c *clock) move(by time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.now = c.now.Add(by) }

func TestToken_RFC6749_4_4_isGivenByBasicAndByForm(t *testing.T) {
	s := serve(t)
	for name, c := range map[string]call{
		"by Basic":                ask("mine"),
		"by form":                 ask("-", "client_id", "mine", "client_secret", "mine-secret"),
		"key in both":             ask("mine", "client_id", "mine"),
		"empty scope, others too": ask("mine", "scope", "", "audience", "anything"),
		"slash at the end":        func() call { c := ask("mine"); c.path += "/"; return c }(),
	} {
		got := s.do(t, c)
		var is issued
		if err := json.Unmarshal([]byte(got.body), &is); err != nil || got.status != 200 || is.Type != "Bearer" || is.Life != 3600 || is.Scopes != "statements/write statements/read/mine" {
			t.Errorf("%s: %v", name, got)
		}
		if got.header.Get("Cache-Control") != "no-store" || got.header.Get("Pragma") != "no-cache" || got.header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %v", name, got.header)
		}
		if got := s.do(t, call{path: statements, token: is.Token}); got.status != 200 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestToken_RFC6749_5_2_refusals(t *testing.T) {
	with := func(c call, change func(*call)) call { change(&c); return c }
	for name, c := range map[string]struct {
		call   call
		status int
		error  string
	}{
		"wrong secret":                  {ask("-", "client_id", "mine", "client_secret", "x"), 401, "invalid_client"},
		"unknown key by Basic":          {ask("nobody"), 401, "invalid_client"},
		"nothing":                       {ask("-"), 401, "invalid_client"},
		"a key alone":                   {ask("-", "client_id", "mine"), 401, "invalid_client"},
		"a secret alone":                {ask("-", "client_secret", "mine-secret"), 401, "invalid_client"},
		"a token for a token":           {with(ask("-"), func(c *call) { c.token = "abc" }), 401, "invalid_client"},
		"an escape that is none":        {with(ask("-"), func(c *call) { c.header = map[string]string{"Authorization": "Basic JTphYmM="} }), 401, "invalid_client"},
		"Basic and form":                {ask("mine", "client_id", "mine", "client_secret", "mine-secret"), 400, "invalid_request"},
		"two keys":                      {ask("mine", "client_id", "write"), 400, "invalid_request"},
		"no grant type":                 {ask("mine", "grant_type", ""), 400, "invalid_request"},
		"another grant type":            {ask("mine", "grant_type", "password"), 400, "unsupported_grant_type"},
		"a scope it has not":            {ask("mine", "scope", "statements/write statements/read"), 400, "invalid_scope"},
		"a scope that nobody has":       {ask("all", "scope", "everything"), 400, "invalid_scope"},
		"two blanks in the scope":       {ask("all", "scope", "state  profile"), 400, "invalid_scope"},
		"a parameter twice":             {with(ask("mine"), func(c *call) { c.body += "&scope=state&scope=profile" }), 400, "invalid_request"},
		"in the address":                {with(ask("mine"), func(c *call) { c.path += "?client_id=mine" }), 400, "invalid_request"},
		"as JSON":                       {with(ask("mine"), func(c *call) { c.contentType = "application/json" }), 400, "invalid_request"},
		"no form":                       {with(ask("mine"), func(c *call) { c.body = "%zz" }), 400, "invalid_request"},
		"too long":                      {ask("mine", "x", strings.Repeat("x", 17<<10)), 400, "invalid_request"},
		"by GET, as nothing is to read": {with(ask("mine"), func(c *call) { c.method, c.body = "GET", "" }), 405, "method_not_allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			got := serve(t).refused(t, c.call, c.status, c.error)
			if (c.status == 401) != strings.HasPrefix(got.header.Get("WWW-Authenticate"), "Basic ") || got.header.Get("Cache-Control") != "no-store" {
				t.Error(got.header)
			}
			if c.status != 405 && !strings.Contains(got.body, `"error_description":"`) {
				t.Error(got.body)
			}
		})
	}
}

func TestBearer_RFC6750_3_1_refusals(t *testing.T) {
	at := &clock{now: start}
	s := serve(t, func(c *lrs.Config) { c.Now = at.Now })
	good := s.token(t, "read", "").Token
	asked := func(token, path, name string, status int, wants string) {
		t.Helper()
		got := s.refused(t, call{path: path, token: token}, status, name)
		if challenge := got.header.Values("WWW-Authenticate"); len(challenge) != 1 || !strings.HasPrefix(challenge[0], `Bearer realm="xAPI", `+wants) {
			t.Errorf("the challenge is %q", challenge)
		}
		if !strings.Contains(got.header.Get("Access-Control-Expose-Headers"), "WWW-Authenticate") {
			t.Error("content in a browser cannot read the challenge", got.header)
		}
	}
	for name, token := range map[string]string{"cut": good[:len(good)-4], "changed": good[:60] + "A" + good[61:], "no base64": "*", "short": "abc", "long": strings.Repeat("A", 5000)} {
		t.Run(name, func(t *testing.T) { asked(token, statements, "token_invalid", 401, `error="invalid_token"`) })
	}
	asked(good, documentResources[0].at("one"), "scope_missing", 403, `error="insufficient_scope", scope="state"`)
	if got := s.do(t, call{path: statements, header: map[string]string{"Authorization": "bearer  " + good}}); got.status != 200 {
		t.Error("the scheme has no case", got)
	}
	s.refused(t, call{path: statements + "?access_token=" + good, key: "-"}, 401, "credential_missing")
	if got := s.refused(t, call{path: statements, key: "-"}, 401, "credential_missing"); len(got.header.Values("WWW-Authenticate")) != 2 {
		t.Error("both ways in are told", got.header)
	}
	at.move(time.Hour - time.Second)
	if got := s.do(t, call{path: statements, token: good}); got.status != 200 {
		t.Error(got)
	}
	at.move(time.Second)
	asked(good, statements, "token_expired", 401, `error="invalid_token"`)
	other := serve(t, func(c *lrs.Config) { c.Key = []byte("another key of 16 bytes") })
	if got := s.do(t, call{path: statements, token: other.token(t, "read", "").Token}); got.status != 401 {
		t.Error("a token of another server", got)
	}
	if strings.Contains(s.logs.String(), good[:20]) {
		t.Error("the log holds the token")
	}
}

func TestToken_endsWithItsSecret(t *testing.T) {
	at := &clock{now: start}
	s := serve(t, func(c *lrs.Config) { c.Now, c.TokenLife = at.Now, 10*time.Minute })
	first := s.token(t, "all", "")
	if first.Life != 600 {
		t.Error(first)
	}
	s.rotate()
	s.refused(t, call{path: statements, token: first.Token}, 401, "token_revoked")
	s.fake.until = start.Add(time.Minute) // the old secret holds so much longer
	second := s.token(t, "all", "")
	if second.Life != 60 {
		t.Error("it outlives the secret it was asked for with", second)
	}
	at.move(time.Minute)
	s.refused(t, call{path: statements, token: second.Token}, 401, "token_expired")
}

func TestToken_hasNoMoreScopesThanItsCredential(t *testing.T) {
	s := serve(t)
	wide := s.token(t, "all", "statements/write statements/read state")
	s.held = []lrs.Scope{lrs.ScopeRead}
	s.refused(t, call{method: "POST", path: statements, body: statement(1, ""), token: wide.Token}, 403, "scope_missing")
	if got := s.do(t, call{path: statements, token: wide.Token}); got.status != 200 {
		t.Error(got)
	}
}

func TestToken_isTheSameCredential(t *testing.T) {
	s := limited(t, lrs.Limits{HomePage: "https://lms.example", PerMinute: 6})
	token := s.token(t, "limited", "").Token // a request, too
	s.refused(t, call{method: "POST", path: statements, body: about(annJSON, `{"id":"a:x"}`), token: token}, 403, "credential_limited")
	s.post(t, "limited", about(member, `{"id":"a:x"}`))
	got := s.do(t, call{path: statements, token: token})
	if !strings.Contains(got.body, `"name":"LIMITED"`) || !strings.Contains(got.body, member[:20]) {
		t.Error("it does not see what its credential stored", got)
	}
	if got := s.do(t, call{method: "POST", path: statements, body: about(member, `{"id":"a:y"}`), token: token}); got.status != 200 || s.rows[1].by != "limited" {
		t.Error(got, s.rows)
	}
	s.do(t, call{path: statements, key: "limited"})
	s.refused(t, call{path: statements, token: token}, 429, "rate_limited")
	s.refused(t, call{path: statements, key: "limited"}, 429, "rate_limited")
	s.refused(t, ask("limited"), 429, "rate_limited")
}

func TestToken_requestsForTokensAreLimited(t *testing.T) {
	s := serve(t)
	for range 60 {
		s.token(t, "all", "")
	}
	if got := s.refused(t, ask("all"), 429, "rate_limited"); got.header.Get("Retry-After") != "1" {
		t.Error(got)
	}
	s.refused(t, ask("-", "client_id", "all", "client_secret", "guessed"), 401, "invalid_client")
	if got := s.do(t, call{path: statements}); got.status != 200 {
		t.Error("other requests wait as well", got)
	}
	s.token(t, "read", "")
}

func TestMetadata_RFC8414(t *testing.T) {
	w := httptest.NewRecorder()
	lrs.Metadata("https://cairn.example/", "/xapi").ServeHTTP(w, httptest.NewRequest(http.MethodGet, lrs.MetadataPath, nil))
	var got map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
		t.Fatal(w.Code, err, w.Body)
	}
	want := map[string]any{
		"issuer": "https://cairn.example", "token_endpoint": "https://cairn.example" + tokenEndpoint, "grant_types_supported": []any{"client_credentials"},
		"token_endpoint_auth_methods_supported": []any{"client_secret_basic", "client_secret_post"}, "response_types_supported": []any{},
		"scopes_supported": []any{"statements/write", "statements/read/mine", "statements/read", "define", "state", "profile",
			"capabilities/read", "alignments/read", "alignments/write", "learners/read", "learners/names", "all/read", "all"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// FuzzToken holds that nothing but what was made here is taken for a token, and that every request for one is answered by name.
func FuzzToken(f *testing.F) {
	f.Add("abc", "grant_type=client_credentials")
	f.Add("AAAA", "grant_type=client_credentials&scope=all+state&client_id=all")
	f.Add("", "grant_type=%zz")
	h, _ := bare(f)
	f.Fuzz(func(t *testing.T, token, form string) {
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: statements}, Header: http.Header{"Authorization": {"Bearer " + token}, "X-Experience-Api-Version": {"2.0.0"}}}
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != 401 {
			t.Errorf("%q: %d %s", token, w.Code, w.Body)
		}
		switch w := send(h, http.MethodPost, tokenEndpoint, "application/x-www-form-urlencoded", form); w.Code {
		case 200, 400, 401, 429:
		default:
			t.Errorf("%q: %d %s", form, w.Code, w.Body)
		}
	})
}
