package ltitest_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwk"

	"cairn/lti/ltitest"
)

// capture is one captured exchange with a service of Moodle 4.5.
type capture struct {
	name    string
	at      time.Time
	Request struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
		Body    jsontext.Value    `json:"body"`
		Note    string            `json:"note"`
	} `json:"request"`
	Response struct {
		Status  int               `json:"status"`
		Headers map[string]string `json:"headers"`
		Body    jsontext.Value    `json:"body"`
	} `json:"response"`
}

// What the replay does not compare, with the reason:
//   - the reason phrase of the status line: net/http cannot send one of its own. Where it matters it is in the body too,
//     except for refused scores.
//   - access tokens, and launchid and hash within lis_result_sourcedid: made at random.
//   - the text of HTML error pages: a page of Moodle's theme.
//   - Date, Server, Connection, Transfer-Encoding and the caching headers of HTML pages: of the web server, not of LTI.
var (
	randomSourcedID = regexp.MustCompile(`"launchid":\d+\},"hash":"[0-9a-f]+"`)
	comparedHeaders = []string{"Content-Type", "Link"}
)

// before are the changes that people made in the captured Moodle by hand between two captures.
var before = map[string]func(*replay){
	"02-z-err-expired-token": func(r *replay) { r.p.ExpireToken(r.tokens["fb017dc81fed79493a1b7c31824214e2"]) },
	"02-p-nrps-noprivacy":    func(r *replay) { r.share(false) },
	"01-token-c-all":         func(r *replay) { r.share(true) },
	"01-token-n-nrps":        func(r *replay) { r.enrol("6", false) },
	// "one hides e-mail" is a user's setting that Moodle does not apply to rosters, and neither does the platform.
	"03-n-nrps-suspended-enrolment": func(r *replay) { r.enrol("6", true) },
	"04-n-nrps-rlid-group-restricted": func(r *replay) {
		link := r.p.Links("2")[0]
		link.VisibleTo, link.LineItem = []string{"3", "4"}, nil
		r.p.AddLink(link)
	},
	"01-token-t-all": func(r *replay) { r.enrol("6", false) },
}

// assertions are the client assertions that the notes of the captures do not describe fully.
var assertions = map[string]struct {
	kid  string
	over map[string]any
}{
	"17-token-bad-kid":           {kid: "nope"},
	"18-token-no-jti":            {over: map[string]any{"jti": nil}},
	"19-token-replay-1":          {over: map[string]any{"jti": "the same"}},
	"20-token-replay-2-same-jti": {over: map[string]any{"jti": "the same"}},
}

type replay struct {
	p      *ltitest.Platform
	clock  *clock
	keys   jwk.Set
	tokens map[string]string // captured access token to ours
}

func (r *replay) share(names bool) {
	c, _ := r.p.Connection("1")
	r.p.AddTool(ltitest.Tool{ID: "1", ClientID: c.ClientID, NoNames: !names, NoEmail: !names, Keys: r.keys})
}

func (r *replay) enrol(user string, suspended bool) {
	r.p.Enrol(ltitest.Member{Course: "2", User: user, Roles: []string{"Learner"}, Suspended: suspended})
}

func TestMoodleCapturesReplay(t *testing.T) {
	captures := readCaptures(t)
	if len(captures) != 140 {
		t.Fatalf("%d captures, want 140", len(captures))
	}
	c := newClock()
	p, _ := labPlatform(t, ltitest.Moodle(), c)
	r := &replay{p: p, clock: c, keys: toolKeys(t), tokens: map[string]string{}}
	for _, capture := range captures {
		t.Run(capture.name, func(t *testing.T) { r.run(t, capture) })
	}
}

// readCaptures answers all captures in the order in which they were taken.
func readCaptures(t *testing.T) []capture {
	t.Helper()
	files, err := filepath.Glob("testdata/moodle/services/*.json")
	check(t, err)
	var out []capture
	for _, f := range files {
		var c capture
		fixture(t, filepath.Join("services", filepath.Base(f)), &c)
		c.name = strings.TrimSuffix(filepath.Base(f), ".json")
		c.at, err = http.ParseTime(c.Response.Headers["date"])
		check(t, err)
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b capture) int {
		if order := a.at.Compare(b.at); order != 0 {
			return order
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}

func (r *replay) run(t *testing.T, c capture) {
	r.clock.set(c.at)
	if change := before[c.name]; change != nil {
		change(r)
	}
	body, sent := r.body(t, c)
	req := httptest.NewRequest(c.Request.Method, c.Request.URL, strings.NewReader(body))
	req.Header.Set("Accept", "*/*") // the capturing client sent it when nothing else was asked for
	for name, v := range c.Request.Headers {
		req.Header.Set(name, v)
	}
	if captured, ok := strings.CutPrefix(req.Header.Get("Authorization"), "Bearer "); ok {
		if ours, ok := r.tokens[captured]; ok {
			req.Header.Set("Authorization", "Bearer "+ours)
		}
	}
	if !sent {
		req.Header.Del("Content-Type")
	}
	w := httptest.NewRecorder()
	r.p.ServeHTTP(w, req)
	r.compare(t, c, w)
}

// body is the request's body; tokens are asked for with an assertion of our own.
func (r *replay) body(t *testing.T, c capture) (string, bool) {
	if c.Request.Body == nil {
		return "", c.Request.Headers["content-type"] != ""
	}
	var text string
	if c.Request.Body.Kind() != '"' {
		return string(c.Request.Body), true
	}
	check(t, json.Unmarshal(c.Request.Body, &text))
	special := assertions[c.name]
	over := special.over
	if note, ok := strings.CutPrefix(c.Request.Note, "assertion claims override "); ok && special.kid == "" && over == nil {
		check(t, json.Unmarshal([]byte(note), &over))
	}
	kid := special.kid
	if kid == "" {
		kid = toolKeyID
	}
	return strings.Replace(text, "<JWT>", url.QueryEscape(assertion(t, c.at, kid, over)), 1), true
}

func (r *replay) compare(t *testing.T, c capture, w *httptest.ResponseRecorder) {
	if w.Code != c.Response.Status {
		t.Fatalf("status %d, want %d: %s", w.Code, c.Response.Status, w.Body)
	}
	for _, name := range comparedHeaders {
		want := latin1(c.Response.Headers[strings.ToLower(name)])
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if strings.HasPrefix(string(c.Response.Body), `"<!DOCTYPE`) {
		return
	}
	got, want := r.normal(t, c, w.Body.Bytes()), value(t, c.Response.Body)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("body (-captured +ours):\n%s", diff)
	}
}

// normal reads our body as the capture wrote it down: as JSON where it is JSON, else as text; and takes the captured token
// for ours.
func (r *replay) normal(t *testing.T, c capture, body []byte) any {
	if !jsontext.Value(body).IsValid() {
		return string(body)
	}
	got := value(t, body)
	if granted, ok := got.(map[string]any); ok && granted["access_token"] != nil {
		captured := value(t, c.Response.Body).(map[string]any)["access_token"]
		r.tokens[captured.(string)] = granted["access_token"].(string)
		granted["access_token"] = captured
	}
	return got
}

func value(t *testing.T, body []byte) any {
	t.Helper()
	var v any
	check(t, json.Unmarshal(body, &v))
	return withoutRandom(v)
}

// withoutRandom blanks the random parts of result ids, wherever they are.
func withoutRandom(v any) any {
	switch x := v.(type) {
	case string:
		return randomSourcedID.ReplaceAllString(x, `"launchid":0},"hash":""`)
	case []any:
		for i := range x {
			x[i] = withoutRandom(x[i])
		}
	case map[string]any:
		for name := range x {
			x[name] = withoutRandom(x[name])
		}
	}
	return v
}

// latin1 undoes the reading of UTF-8 header bytes as Latin-1 that the capturing client did.
func latin1(s string) string {
	var b []byte
	for _, r := range s {
		if r > 255 {
			return s
		}
		b = append(b, byte(r))
	}
	return string(b)
}
