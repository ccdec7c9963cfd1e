package ltitest_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"cairn/lti/ltitest"
)

const (
	scopeItem   = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
	scopeScore  = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
	scopeResult = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
	scopeRoster = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
	everything  = scopeItem + " " + scopeScore + " " + scopeResult + " " + scopeRoster

	typeItem    = "application/vnd.ims.lis.v2.lineitem+json"
	typeItems   = "application/vnd.ims.lis.v2.lineitemcontainer+json"
	typeScore   = "application/vnd.ims.lis.v1.score+json"
	typeResults = "application/vnd.ims.lis.v2.resultcontainer+json"
	typeMembers = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
)

// desk is a platform with a tool's access token in hand.
type desk struct {
	testing.TB
	p     *ltitest.Platform
	clock *clock
	token string
	agent string // User-Agent of the calls
}

func newDesk(t testing.TB, profile ltitest.Profile, scopes string) *desk {
	t.Helper()
	c := newClock()
	p, _ := labPlatform(t, profile, c)
	d := &desk{TB: t, p: p, clock: c}
	w := d.askToken(assertion(t, c.Now(), toolKeyID, nil), scopes)
	var granted struct {
		Token string `json:"access_token"`
	}
	check(t, json.Unmarshal(w.Body.Bytes(), &granted))
	d.token = granted.Token
	return d
}

func (d *desk) askToken(assertion, scopes string) *httptest.ResponseRecorder {
	form := url.Values{
		"grant_type": {"client_credentials"}, "scope": {scopes}, "client_assertion": {assertion},
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
	}
	r := httptest.NewRequest(http.MethodPost, labIssuer+"/mod/lti/token.php", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	d.p.ServeHTTP(w, r)
	return w
}

// call asks a service; media is the Accept header of a GET and the Content-Type of anything else.
func (d *desk) call(method, path, media, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, labIssuer+"/mod/lti/services.php"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+d.token)
	r.Header.Set("User-Agent", d.agent)
	if method == http.MethodGet {
		r.Header.Set("Accept", media)
	} else {
		r.Header.Set("Content-Type", media)
	}
	w := httptest.NewRecorder()
	d.p.ServeHTTP(w, r)
	return w
}

func (d *desk) expect(want int, method, path, media, body string) *httptest.ResponseRecorder {
	d.Helper()
	w := d.call(method, path, media, body)
	if w.Code != want {
		d.Errorf("%s %s %s: %d, want %d: %s", method, path, body, w.Code, want, w.Body)
	}
	return w
}

func TestTokenEndpointOfStrictProfileRefuses(t *testing.T) {
	d := newDesk(t, ltitest.Strict(), everything)
	now := d.clock.Now()
	once := assertion(t, now, toolKeyID, nil)
	w := d.askToken(once, scopeScore)
	if kind := w.Header().Get("Content-Type"); w.Code != http.StatusOK || kind != "application/json; charset=utf-8" {
		t.Fatalf("%d %s %s", w.Code, kind, w.Body)
	}
	tests := []struct{ name, assertion, scope, want string }{
		{"assertion twice", once, scopeScore, "invalid_client"},
		{"audience", assertion(t, now, toolKeyID, map[string]any{"aud": "https://evil.example"}), scopeScore, "invalid_client"},
		{"issuer", assertion(t, now, toolKeyID, map[string]any{"iss": "https://tool.example"}), scopeScore, "invalid_client"},
		{"no jti", assertion(t, now, toolKeyID, map[string]any{"jti": nil}), scopeScore, "invalid_client"},
		{"no end", assertion(t, now, toolKeyID, map[string]any{"exp": nil}), scopeScore, "invalid_client"},
		{"expired", assertion(t, now.Add(-time.Hour), toolKeyID, nil), scopeScore, "Expired token"},
		{"key", assertion(t, now, "nope", nil), scopeScore, `\"kid\" invalid, unable to lookup correct key`},
		{"scope", assertion(t, now, toolKeyID, nil), "https://example.test/x", "invalid_scope"},
		{"signature", tamper(assertion(t, now, toolKeyID, nil)), scopeScore, "Signature verification failed"},
		{"shape", "a.b", scopeScore, "invalid_request"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := d.askToken(test.assertion, test.scope)
			if w.Code != http.StatusBadRequest || w.Body.String() != "{\n  \"error\" : \""+test.want+"\"\n}" {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
}

// tamper changes the last byte of a signature.
func tamper(token string) string {
	i := strings.LastIndex(token, ".")
	last := "A"
	if token[i+1] == 'A' {
		last = "B"
	}
	return token[:i+1] + last + token[i+2:]
}

func TestTokenEndpointFetchesTheToolsKeySet(t *testing.T) {
	set := toolKeys(t)
	fetched := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fetched++
		b, _ := json.Marshal(set)
		w.Write(b)
	}))
	defer server.Close()
	d := newDesk(t, ltitest.Moodle(), everything)
	d.p.AddTool(ltitest.Tool{ID: "1", ClientID: labClient, KeySetURL: server.URL})
	for _, test := range []struct {
		kid           string
		code, fetched int
	}{{toolKeyID, 200, 1}, {toolKeyID, 200, 1}, {"other", 400, 2}} {
		if w := d.askToken(assertion(t, d.clock.Now(), test.kid, nil), everything); w.Code != test.code || fetched != test.fetched {
			t.Errorf("kid %s: %d after %d fetches, want %d after %d", test.kid, w.Code, fetched, test.code, test.fetched)
		}
	}
}

func TestAccessTokensExpire(t *testing.T) {
	d := newDesk(t, ltitest.Moodle(), everything)
	d.expect(200, "GET", "/2/lineitems?type_id=1", typeItems, "")
	d.clock.set(d.clock.Now().Add(time.Hour))
	d.expect(401, "GET", "/2/lineitems?type_id=1", typeItems, "")
	d = newDesk(t, ltitest.Moodle(), everything)
	d.p.ExpireTokens()
	d.expect(401, "GET", "/2/lineitems?type_id=1", typeItems, "")
}

func TestLineItemsOfStrictProfile(t *testing.T) {
	d := newDesk(t, ltitest.Strict(), everything)
	for _, test := range []struct {
		want                      int
		method, path, media, body string
	}{
		{200, "GET", "/2/lineitems", "*/*", ""},
		{200, "GET", "/2/lineitems", "application/json;q=0.5, " + typeItems, ""},
		{406, "GET", "/2/lineitems", "text/html", ""},
		{406, "GET", "/2/lineitems", typeItems + ";q=0", ""},
		{415, "POST", "/2/lineitems", "application/json", `{"label":"x","scoreMaximum":1}`},
		{201, "POST", "/2/lineitems", typeItem + "; charset=utf-8",
			`{"label":"x","scoreMaximum":1,"startDateTime":"2026-01-01T00:00:00Z","gradesReleased":true}`},
		{400, "POST", "/2/lineitems", typeItem, `{"label":"x","scoreMaximum":0}`},
		{400, "POST", "/2/lineitems", typeItem, `{"label":" ","scoreMaximum":1}`},
		{400, "POST", "/2/lineitems", typeItem, `[]`},
		{400, "GET", "/2/lineitems?limit=x", typeItems, ""},
		{404, "GET", "/9/lineitems", typeItems, ""},
		{403, "GET", "/1/lineitems", typeItems, ""},           // a course without the tool
		{401, "GET", "/2/lineitems?type_id=2", typeItems, ""}, // of another tool
		{405, "PUT", "/2/lineitems", typeItem, `{}`},
		{400, "GET", "/2/nothing", typeItems, ""},
	} {
		d.expect(test.want, test.method, test.path, test.media, test.body)
	}
	w := d.expect(200, "GET", "/2/lineitems/5/lineitem", typeItem, "")
	if !strings.Contains(w.Body.String(), `"gradesReleased":true`) || !strings.Contains(w.Body.String(), `"startDateTime"`) {
		t.Errorf("dates and release are forgotten: %s", w.Body)
	}
	d = newDesk(t, ltitest.Strict(), scopeScore)
	d.expect(403, "GET", "/2/lineitems", typeItems, "")
}

// scoreJSON is one score as tools send it.
func scoreJSON(user, given, maximum, activity, grading, at string) string {
	return `{"userId":"` + user + `","scoreGiven":` + given + `,"scoreMaximum":` + maximum + `,"activityProgress":"` +
		activity + `","gradingProgress":"` + grading + `","timestamp":"` + at + `"}`
}

func TestScoresOfStrictProfile(t *testing.T) {
	const path, good = "/2/lineitems/4/lineitem/scores", "2026-11-22T12:00:00Z"
	d := newDesk(t, ltitest.Strict(), everything)
	d.expect(200, "POST", path, typeScore, scoreJSON("4", "10", "20", "Completed", "FullyGraded", "2026-11-22T11:00:00.100Z"))
	d.expect(409, "POST", path, typeScore, scoreJSON("4", "11", "20", "Completed", "FullyGraded", "2026-11-22T11:00:00.100Z"))
	d.expect(200, "POST", path, typeScore, scoreJSON("4", "25", "20", "Completed", "Pending", "2026-11-22T11:00:00.900Z"))
	if g, ok := d.p.Grade(4, "4"); !ok || g.Score != 25 {
		t.Errorf("extra credit, not fully graded: %+v %v", g, ok)
	}
	for _, bad := range []string{
		scoreJSON("4", "-1", "20", "Completed", "FullyGraded", good),
		scoreJSON("4", "1", "0", "Completed", "FullyGraded", good),
		scoreJSON("4", `"1"`, "20", "Completed", "FullyGraded", good),
		scoreJSON("4", "1", "20", "Foo", "FullyGraded", good),
		scoreJSON("4", "1", "20", "Completed", "Bar", good),
		scoreJSON("4", "1", "20", "Completed", "FullyGraded", "2026-11-22T12:00:00"),
		strings.Replace(scoreJSON("4", "1", "20", "Completed", "FullyGraded", good), `"userId":"4"`, `"userId":4`, 1),
		`{`,
	} {
		d.expect(400, "POST", path, typeScore, bad)
	}
	d.expect(200, "POST", path, typeScore, scoreJSON("5", "1", "20", "Completed", "FullyGraded", good))
	w := d.expect(200, "GET", "/2/lineitems/4/lineitem/results?limit=1", typeResults, "")
	if link := w.Header().Get("Link"); !strings.Contains(link, `/results?limit=1&from=1>; rel="next"`) {
		t.Error(link)
	}
}

func TestRosterOfStrictProfile(t *testing.T) {
	d := newDesk(t, ltitest.Strict(), everything)
	w := d.expect(200, "GET", "/CourseSection/2/bindings/1/memberships?role=Instructor", typeMembers, "")
	if !strings.Contains(w.Body.String(), `"roles":["`+ltitest.RoleInstructor+`"]`) {
		t.Error(w.Body)
	}
}

// TestScoreCompletesThePlacedLink is the order of the captured scores of user 5: only a grade completes, and only its loss
// takes the completion back.
func TestScoreCompletesThePlacedLink(t *testing.T) {
	d := newDesk(t, ltitest.Moodle(), everything)
	for i, step := range []struct {
		body string
		done bool
		sent int
	}{
		{`"activityProgress":"Completed","gradingProgress":"NotReady"`, false, 0},
		{`"activityProgress":"Completed","gradingProgress":"FullyGraded"`, false, 0},
		{`"activityProgress":"Started","gradingProgress":"FullyGraded","scoreGiven":0,"scoreMaximum":20`, true, 1},
		{`"activityProgress":"InProgress","gradingProgress":"NotReady"`, false, 2},
		{`"activityProgress":"Completed","gradingProgress":"FullyGraded","scoreGiven":18,"scoreMaximum":20`, true, 3},
	} {
		at := d.clock.Now().Add(time.Duration(i) * time.Second).Format(time.RFC3339)
		d.expect(200, "POST", "/2/lineitems/4/lineitem/scores?type_id=1", typeScore, `{"userId":"5","timestamp":"`+at+`",`+step.body+`}`)
		if done := d.p.Completed(7, "5"); done != step.done || len(d.p.Sent()) != step.sent {
			t.Errorf("step %d: complete %v with %d statements, want %v with %d", i, done, len(d.p.Sent()), step.done, step.sent)
		}
	}
	grades := d.p.Grades(4)
	if len(grades) != 1 || grades[0].Score != 18 || !grades[0].Given {
		t.Errorf("%+v", grades)
	}
	requests := d.p.Requests("scores")
	if last := requests[len(requests)-1]; len(requests) != 5 || last.Status != 200 || last.ClientID != labClient ||
		!strings.Contains(last.Body, `"scoreGiven":18`) {
		t.Errorf("%+v", requests)
	}
	r, err := d.p.Await(context.Background(), func(r ltitest.Request) bool { return strings.Contains(r.Body, `"scoreGiven":18`) })
	if err != nil || r.Endpoint != "scores" {
		t.Errorf("%+v %v", r, err)
	}
	if tokens := d.p.Requests("token"); len(tokens) != 1 || strings.Contains(tokens[0].Body, "eyJ") {
		t.Errorf("%+v", tokens)
	}
}

func TestDiscoveryAndKeySet(t *testing.T) {
	p, _ := labPlatform(t, ltitest.Moodle(), newClock())
	get := func(path string) (map[string]any, http.Header) {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(http.MethodGet, labIssuer+path, nil))
		var out map[string]any
		check(t, json.Unmarshal(w.Body.Bytes(), &out))
		return out, w.Header()
	}
	c, err := p.Connection("1")
	check(t, err)
	config, _ := get("/mod/lti/openid-configuration.php")
	for name, want := range map[string]any{
		"issuer": c.Issuer, "jwks_uri": c.KeySetURL, "token_endpoint": c.TokenEndpoint, "authorization_endpoint": c.AuthorizationEndpoint,
	} {
		if config[name] != want {
			t.Errorf("%s: %v, want %v", name, config[name], want)
		}
	}
	set, header := get("/mod/lti/certs.php")
	key := set["keys"].([]any)[0].(map[string]any)
	if key["kid"] != p.KeyID() || key["alg"] != "RS256" || key["use"] != "sig" || key["d"] != nil {
		t.Errorf("%v", key)
	}
	if header.Get("Cache-Control") == "" {
		t.Error("the key set says nothing of how long to keep it")
	}
}
