package lti_test

import (
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
	more    func(*http.Request) *http.Response // once the answers are used up; nil: nobody is there any more
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
	if len(o.answers) == 0 && o.more != nil {
		return o.more(r), nil
	}
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
		"canvas rate limit": {limited, 403, true, false, 0, "403 Forbidden (Rate Limit Exceeded)"},
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
