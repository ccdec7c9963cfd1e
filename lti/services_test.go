package lti_test

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jws"

	"cairn/lti"
)

// exchange is a captured call of a service with its answer.
type exchange struct {
	Request struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
		Body    jsontext.Value    `json:"body"`
	} `json:"request"`
	Response struct {
		Status     int               `json:"status"`
		StatusText string            `json:"statusText"`
		Headers    map[string]string `json:"headers"`
		Body       jsontext.Value    `json:"body"`
	} `json:"response"`
}

func readExchange(t testing.TB, name string) exchange {
	t.Helper()
	var e exchange
	body, err := os.ReadFile(filepath.Join("testdata", "moodle", "services", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// answer gives the captured answer again, byte for byte where it was no JSON.
func (e exchange) answer() *http.Response {
	body := string(e.Response.Body)
	if e.Response.Body.Kind() == '"' {
		var s string
		_ = json.Unmarshal(e.Response.Body, &s)
		body = s
	}
	r := respond(e.Response.Status, "", body)
	r.Status = http.StatusText(e.Response.Status)
	if e.Response.StatusText != "" {
		r.Status = e.Response.StatusText
	}
	for k, v := range e.Response.Headers {
		r.Header.Set(k, v)
	}
	return r
}

// sent is what a service was called with.
type sent struct {
	method, url, authorization, accept, kind, body string
}

// office is a platform's services: a token endpoint, and answers for everything else in turn.
type office struct {
	t       testing.TB
	mu      sync.Mutex
	tokens  int // given out
	token   func(form url.Values) *http.Response
	answers []*http.Response
	calls   []sent
}

func (o *office) RoundTrip(r *http.Request) (*http.Response, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if r.URL.Path == "/mod/lti/token.php" {
		o.tokens++
		form, err := url.ParseQuery(string(body))
		if err != nil {
			o.t.Errorf("token request: %v", err)
		}
		if o.token != nil {
			return o.token(form), nil
		}
		return respond(http.StatusOK, "text/html; charset=utf-8", `{"access_token":"token-`+string(rune('0'+o.tokens))+`","token_type":"Bearer","expires_in":3600,"scope":"`+form.Get("scope")+`"}`), nil
	}
	o.calls = append(o.calls, sent{r.Method, r.URL.String(), r.Header.Get("Authorization"), r.Header.Get("Accept"), r.Header.Get("Content-Type"), string(body)})
	if len(o.answers) == 0 {
		return nil, errors.New("connection refused")
	}
	answer := o.answers[0]
	o.answers = o.answers[1:]
	return answer, nil
}

var toolKey = sync.OnceValue(func() lti.KeyPair {
	key, err := lti.GenerateKey()
	if err != nil {
		panic(err)
	}
	return key
})

var moodle = lti.Registration{ID: "moodle", Issuer: moodleIssuer, ClientID: moodleClient, TokenEndpoint: moodleIssuer + "/mod/lti/token.php"}

const moodleItem = moodleIssuer + "/mod/lti/services.php/2/lineitems/4/lineitem?type_id=1"

func newOffice(t testing.TB, answers ...*http.Response) (*office, *lti.Services, *clock) {
	o, c := &office{t: t, answers: answers}, newClock()
	client := &http.Client{Transport: o}
	return o, &lti.Services{Client: client, Tokens: lti.NewTokens(client, toolKey, c.now), Now: c.now}, c
}

func number(f float64) *float64 { return &f }

// TestScore_is_sent_as_Moodle_takes_it compares with calls that a running Moodle accepted.
func TestScore_is_sent_as_Moodle_takes_it(t *testing.T) {
	for name, score := range map[string]lti.Score{
		"42-score-ok-student1": {Given: number(15), Maximum: 20, Comment: "Capability proven"},
		"67-score-with-submission": {
			Given: number(15), Maximum: 20, Comment: `<b>html</b> & "quotes" æøå`,
			StartedAt: time.Date(2026, 11, 22, 10, 59, 35, 712e6, time.UTC), SubmittedAt: time.Date(2026, 11, 22, 11, 9, 35, 712e6, time.UTC),
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := readExchange(t, name)
			o, services, _ := newOffice(t, e.answer())
			var want map[string]any
			if err := json.Unmarshal(e.Request.Body, &want); err != nil {
				t.Fatal(err)
			}
			at, err := time.Parse(time.RFC3339, want["timestamp"].(string))
			if err != nil {
				t.Fatal(err)
			}
			score.UserID, score.Timestamp, score.ActivityProgress, score.GradingProgress = "4", at, lti.ActivityCompleted, lti.GradingFullyGraded
			if err := services.PostScore(t.Context(), moodle, moodleItem, score); err != nil {
				t.Fatal(err)
			}
			call := o.calls[0]
			if call.method != e.Request.Method || call.url != e.Request.URL || call.kind != e.Request.Headers["content-type"] || call.authorization != "Bearer token-1" {
				t.Errorf("sent %+v", call)
			}
			var got map[string]any
			if err := json.Unmarshal([]byte(call.body), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("body (-captured +ours):\n%s", diff)
			}
		})
	}
}

func fullScore() lti.Score {
	return lti.Score{
		UserID: "4", Given: number(3), Maximum: 8, ActivityProgress: lti.ActivityInProgress, GradingProgress: lti.GradingFullyGraded,
		Timestamp: time.Date(2026, 11, 22, 12, 0, 0, 5e6, time.FixedZone("", 3600)),
	}
}

func TestScore_body(t *testing.T) {
	score := fullScore()
	score.ScoringUserID, score.NotNewSubmission, score.SubmittedAt = "3", true, score.Timestamp
	o, services, _ := newOffice(t, respond(http.StatusNoContent, "", ""))
	if err := services.PostScore(t.Context(), moodle, moodleIssuer+"/li%2F4/?a=1", score); err != nil {
		t.Fatal(err)
	}
	want := `{"userId":"4","scoringUserId":"3","scoreGiven":3,"scoreMaximum":8,"timestamp":"2026-11-22T11:00:00.005Z","activityProgress":"InProgress",` +
		`"gradingProgress":"FullyGraded","submission":{"submittedAt":"2026-11-22T11:00:00.005Z"},"https://canvas.instructure.com/lti/submission":{"new_submission":false}}`
	if diff := cmp.Diff(want, o.calls[0].body); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if o.calls[0].url != moodleIssuer+"/li%2F4/scores?a=1" {
		t.Errorf("sent to %s", o.calls[0].url)
	}
}

func TestScore_that_breaks_a_rule_is_not_sent(t *testing.T) {
	for name, change := range map[string]func(*lti.Score){
		"no person":                 func(s *lti.Score) { s.UserID = "" },
		"no timestamp":              func(s *lti.Score) { s.Timestamp = time.Time{} },
		"unknown activity progress": func(s *lti.Score) { s.ActivityProgress = "completed" },
		"unknown grading progress":  func(s *lti.Score) { s.GradingProgress = "" },
		"value without maximum":     func(s *lti.Score) { s.Maximum = 0 },
		"negative value":            func(s *lti.Score) { s.Given = number(-1) },
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t)
			score := fullScore()
			change(&score)
			if err := services.PostScore(t.Context(), moodle, moodleItem, score); !errors.Is(err, lti.ErrScore) || len(o.calls)+o.tokens != 0 {
				t.Errorf("%v, %d calls", err, len(o.calls))
			}
		})
	}
}

// TestServiceError_says_what_may_be_done of refusals, most of them captured.
func TestServiceError_says_what_may_be_done(t *testing.T) {
	limited := respond(http.StatusForbidden, "application/json", `403 Forbidden (Rate Limit Exceeded)`)
	busy := respond(http.StatusTooManyRequests, "", "")
	busy.Header.Set("Retry-After", "120")
	dated := respond(http.StatusServiceUnavailable, "", "")
	dated.Header.Set("Retry-After", newClock().now().Add(90*time.Second).Format(http.TimeFormat))
	for name, c := range map[string]struct {
		answer    *http.Response
		status    int
		retryable bool
		conflict  bool
		after     time.Duration
		reason    string
	}{
		"older timestamp":   {readExchange(t, "48-score-older-timestamp").answer(), 409, false, true, 0, "Refusing score with an earlier timestamp for item 4 and user 4"},
		"same second":       {readExchange(t, "03-t-score-same-second-ms900").answer(), 409, false, true, 0, "Refusing score with an earlier timestamp for item 4 and user 6"},
		"not to be graded":  {readExchange(t, "57-score-teacher-user").answer(), 400, false, false, 0, "Incorrect score received"},
		"line item gone":    {readExchange(t, "76-err-nonexistent-lineitem").answer(), 404, false, false, 0, "Not Found: Grade item 9999 doesn't exist"},
		"canvas rate limit": {limited, 403, true, false, 0, "Forbidden"},
		"too many":          {busy, 429, true, false, 2 * time.Minute, "Too Many Requests"},
		"unavailable":       {dated, 503, true, false, 90 * time.Second, "Service Unavailable"},
		"forbidden":         {respond(http.StatusForbidden, "", ""), 403, false, false, 0, "Forbidden"},
		"broken":            {respond(http.StatusInternalServerError, "text/html", "<html>"), 500, true, false, 0, "Internal Server Error"},
		"unreachable":       {nil, 0, true, false, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t)
			if c.answer != nil {
				o.answers = []*http.Response{c.answer}
			}
			err := services.PostScore(t.Context(), moodle, moodleItem, fullScore())
			var failed *lti.ServiceError
			if !errors.As(err, &failed) {
				t.Fatalf("got %v", err)
			}
			if failed.Status != c.status || failed.Retryable() != c.retryable || failed.Conflict() != c.conflict || failed.RetryAfter != c.after || failed.Reason != c.reason {
				t.Errorf("got %+v retryable %v", failed, failed.Retryable())
			}
			if strings.Contains(err.Error(), "token-1") || strings.Contains(err.Error(), "userId") {
				t.Errorf("the error tells too much: %v", err)
			}
		})
	}
}

// TestServices_new_token_after_401, once and no more.
func TestServices_new_token_after_401(t *testing.T) {
	refused := func() *http.Response { return readExchange(t, "72-err-garbage-token").answer() }
	o, services, _ := newOffice(t, refused(), respond(http.StatusOK, "", ""))
	if err := services.PostScore(t.Context(), moodle, moodleItem, fullScore()); err != nil {
		t.Fatal(err)
	}
	if o.tokens != 2 || o.calls[0].authorization != "Bearer token-1" || o.calls[1].authorization != "Bearer token-2" || o.calls[1].body != o.calls[0].body {
		t.Errorf("%d tokens, calls %+v", o.tokens, o.calls)
	}
	o, services, _ = newOffice(t, refused(), refused())
	err := services.PostScore(t.Context(), moodle, moodleItem, fullScore())
	var failed *lti.ServiceError
	if !errors.As(err, &failed) || failed.Status != http.StatusUnauthorized || failed.Retryable() || len(o.calls) != 2 {
		t.Errorf("%v after %d calls", err, len(o.calls))
	}
}

// TestServices_token_goes_to_the_platform_only: the address of a line item comes from a launch, which an attacker may have a hand in.
func TestServices_token_goes_to_the_platform_only(t *testing.T) {
	for address, want := range map[string]bool{
		moodleItem:                             true,
		"https://files.example/li/4":           true, // named by the operator
		"https://evil.example/li/4":            false,
		"http://localhost:8101/li/4":           false,
		"https://localhost:8100/li/4":          false,
		"http://localhost:8100@evil.example/x": false,
		"http://localhost.evil.example:8100/x": false,
		"javascript:alert(1)":                  false,
		"":                                     false,
		"//localhost:8100/li/4":                false,
	} {
		t.Run(address, func(t *testing.T) {
			o, services, _ := newOffice(t, respond(http.StatusOK, "", ""))
			reg := moodle
			reg.ServiceOrigins = []string{"https://files.example"}
			err := services.PostScore(t.Context(), reg, address, fullScore())
			if want != (err == nil) || !want && (!errors.Is(err, lti.ErrForeignService) || len(o.calls)+o.tokens != 0) {
				t.Errorf("%v; %d calls, %d tokens", err, len(o.calls), o.tokens)
			}
		})
	}
}

func TestLineItem_and_results_as_captured(t *testing.T) {
	e := readExchange(t, "28-lineitem-get")
	o, services, _ := newOffice(t, e.answer(), readExchange(t, "43-results-after").answer())
	item, err := services.LineItem(t.Context(), moodle, moodleItem)
	want := lti.LineItem{ID: moodleItem, Label: "Capability: Plan a project", ScoreMaximum: 20, ResourceID: "cap-0001", Tag: "capability", ResourceLinkID: "1"}
	if diff := cmp.Diff(want, item); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if o.calls[0].accept != e.Request.Headers["accept"] || o.calls[0].method != http.MethodGet {
		t.Errorf("asked for %+v", o.calls[0])
	}
	results, err := services.Results(t.Context(), moodle, moodleItem, "4")
	if err != nil || len(results) != 1 || *results[0].ResultScore != 15 || results[0].UserID != "4" {
		t.Errorf("%+v, %v", results, err)
	}
	call, _ := url.Parse(o.calls[1].url)
	if !strings.HasSuffix(call.Path, "/lineitem/results") || call.Query().Get("user_id") != "4" || call.Query().Has("limit") || o.calls[1].accept != lti.MediaResults {
		t.Errorf("asked for %+v", o.calls[1])
	}
}

// TestLineItems_pages follows Moodle's malformed Link header to the last page.
func TestLineItems_pages(t *testing.T) {
	last := respond(http.StatusOK, lti.MediaLineItems, `[]`)
	o, services, _ := newOffice(t, readExchange(t, "39-lineitems-get-paged").answer(), readExchange(t, "40-lineitems-get-paged-2").answer(), last)
	items, err := services.LineItems(t.Context(), moodle, moodleIssuer+"/mod/lti/services.php/2/lineitems?type_id=1", lti.LineItemFilter{Limit: 1, ResourceLinkID: "1"})
	if err != nil || len(items) != 2 {
		t.Fatalf("%+v, %v", items, err)
	}
	want := []string{"type_id=1&resource_link_id=1&limit=1", "type_id=1&limit=1&from=1", "type_id=1&limit=1&from=2"}
	for i, query := range want {
		asked, _ := url.Parse(o.calls[i].url)
		expected, _ := url.ParseQuery(query)
		if diff := cmp.Diff(expected, asked.Query()); diff != "" {
			t.Errorf("page %d (-want +got):\n%s", i, diff)
		}
	}
}

// TestLineItems_next_page_elsewhere_is_not_followed: the token stays with the platform, and a list that goes in circles ends.
func TestLineItems_next_page_elsewhere_is_not_followed(t *testing.T) {
	page := func(link string) *http.Response {
		r := respond(http.StatusOK, lti.MediaLineItems, `[{"id":"x","label":"x","scoreMaximum":1}]`)
		r.Header.Set("Link", link)
		return r
	}
	list := moodleIssuer + "/items"
	for name, c := range map[string]struct {
		pages []*http.Response
		calls int
		fails bool
	}{
		"other origin":    {[]*http.Response{page(`<https://evil.example/items>; rel="next"`)}, 1, false},
		"user in link":    {[]*http.Response{page(`<http://x@localhost:8100/items>; rel=next`)}, 1, false},
		"relative":        {[]*http.Response{page(`</items?p=2>; rel="last next"`), page(`</items?p=1>; rel="prev"`)}, 2, false},
		"circle":          {[]*http.Response{page(`<` + list + `?p=2>; rel="next"`), page(`<` + list + `>; rel="next"`)}, 2, true},
		"param is no rel": {[]*http.Response{page(`</items?p=2>; title="next"`)}, 1, false},
		"broken":          {[]*http.Response{page(`<<<; rel=next`)}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			o, services, _ := newOffice(t, c.pages...)
			_, err := services.LineItems(t.Context(), moodle, list, lti.LineItemFilter{})
			if len(o.calls) != c.calls || (err != nil) != c.fails {
				t.Errorf("%d calls, %v", len(o.calls), err)
			}
		})
	}
}

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
	want := map[string]any{"iss": moodleClient, "sub": moodleClient, "aud": audience, "iat": float64(now.Unix()), "exp": float64(now.Unix() + 300)}
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

func TestToken_refusals(t *testing.T) {
	ok := func(body string) *http.Response { return respond(http.StatusOK, "application/json", body) }
	for name, c := range map[string]struct {
		answer *http.Response
		status int
		reason string
		is     error
	}{
		"scope unknown":         {readExchange(t, "07-token-unknown-scope").answer(), 400, "invalid_scope", nil},
		"invalid JSON":          {readExchange(t, "17-token-bad-kid").answer(), 400, "Bad Request", nil},
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
