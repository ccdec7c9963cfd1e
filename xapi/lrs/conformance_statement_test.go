package lrs_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"

	"github.com/google/go-cmp/cmp"
)

func TestStatements_XAPI_00139_00141_00143_00144_00147_00159_everyMethod(t *testing.T) {
	s := serve(t)
	for _, step := range []struct {
		call   call
		status int
		body   string
	}{
		{call{method: "PUT", path: statements + "?statementId=" + id(1), body: statement(1, "")}, 204, ""},
		{call{method: "PUT", path: statements + "?statementId=" + id(2), body: strings.Replace(statement(2, ""), `"id":"`+id(2)+`",`, "", 1)}, 204, ""},
		{call{method: "PUT", path: statements, body: statement(3, "")}, 400, ""},
		{call{method: "POST", path: statements, body: statement(3, "")}, 200, `["` + id(3) + `"]`},
		{call{method: "POST", path: statements, body: "[" + statement(5, "") + "," + statement(4, "") + "]"}, 200, `["` + id(5) + `","` + id(4) + `"]`},
		{call{method: "POST", path: statements, body: "[]"}, 200, "[]"},
		{call{path: statements}, 200, ""},
	} {
		got := s.do(t, step.call)
		if got.status != step.status || step.body != "" && got.body != step.body {
			t.Errorf("%s %s: %v", step.call.method, step.call.path, got)
		}
	}
	if got := ids(s.query(t, "", statements)); !slices.Equal(got, []string{id(4), id(5), id(3), id(2), id(1)}) {
		t.Error("newest first, in the order sent:", got)
	}
}

// TestStatements_XAPI_00002_00015_00096_00097_00099_00122_00332_givenBack says what comes back of what was sent.
func TestStatements_XAPI_00002_00015_00096_00097_00099_00122_00332_givenBack(t *testing.T) {
	s := serve(t)
	sent := `"result":{"score":{"raw":0.1234567890123456789,"scaled":1e-7},"response":"日本 \u00e9 é 😀"},"context":{"contextActivities":{"parent":{"id":"a:p"},"category":[{"id":"a:c"}]}},` +
		`"timestamp":"2026-01-02T03:04:05.678901+02:00","stored":"2001-01-01T00:00:00Z","version":"1.0.1","authority":` + annJSON + `,`
	s.post(t, "", "["+statement(1, sent)+","+statement(2, "")+"]")
	got := s.do(t, call{path: statements + "?statementId=" + id(1)}).body
	for _, want := range []string{`"raw":0.1234567890123456789`, `"scaled":1e-7`, `日本`, `😀`, `"parent":[{"id":"a:p"}]`, `"category":[{"id":"a:c"}]`,
		`"timestamp":"2026-01-02T01:04:05.678901Z"`, `"stored":"2026-11-22T12:00:00.000001Z"`, `"version":"1.0.1"`, `"authority":{"name":"ALL"`} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %s in %s", want, got)
		}
	}
	for version, want := range map[string]string{"1.0.3": `"version":"1.0.0"`, "2.0.0": `"version":"2.0.0"`} {
		s := serve(t)
		s.do(t, call{method: "POST", path: statements, body: statement(2, ""), version: version})
		if got := s.do(t, call{path: statements + "?statementId=" + id(2)}).body; !strings.Contains(got, want) || !strings.Contains(got, `"timestamp":"2026-11-22T12:00:00.000001Z"`) {
			t.Errorf("%s: %s", version, got)
		}
	}
}

// filtered has one statement for each filter to find, and others beside it.
func filtered(t *testing.T) *server {
	s := serve(t)
	at := func(n int, actor, verb, object, context string) string {
		return fmt.Sprintf(`{"id":%q,"actor":%s,"verb":{"id":%q},"object":%s,"context":{%s}}`, id(n), actor, verb, object, context)
	}
	bob, cat := `{"mbox":"mailto:bob@example.org"}`, `{"account":{"homePage":"http://lms.example","name":"cat"}}`
	group := `{"objectType":"Group","mbox":"mailto:team@example.org","member":[` + cat + `]}`
	for _, body := range []string{
		at(1, annJSON, "a:v", `{"id":"a:x"}`, ""),
		at(2, bob, "a:w", `{"id":"a:y"}`, `"instructor":`+annJSON+`,"contextActivities":{"grouping":[{"id":"a:x"}]}`),
		at(3, group, "a:v", `{"objectType":"Agent","mbox":"mailto:ann@example.org"}`, `"registration":"`+id(99)+`"`),
		at(4, bob, "a:v", `{"objectType":"SubStatement","actor":`+annJSON+`,"verb":{"id":"a:u"},"object":{"id":"a:x"}}`, `"team":`+group),
	} {
		s.post(t, "", body)
	}
	return s
}

func TestStatements_XAPI_00164_00166_00173_to_00181_filters(t *testing.T) {
	s := filtered(t)
	at := func(n int) string { return url.QueryEscape(xapi.FormatTimestamp(s.rows[n-1].Stored.Stored)) }
	ann := "agent=" + url.QueryEscape(annJSON)
	for query, want := range map[string][]int{
		ann:                           {3, 1}, // XAPI-00181
		ann + "&related_agents=false": {3, 1},
		ann + "&related_agents=true":  {4, 3, 2, 1}, // XAPI-00176
		"agent=" + url.QueryEscape(`{"objectType":"Group","mbox":"mailto:team@EXAMPLE.org"}`):                             {3},
		"agent=" + url.QueryEscape(`{"account":{"homePage":"http://lms.example","name":"cat"}}`) + "&related_agents=true": {4, 3},
		"verb=a:v":                             {4, 3, 1}, // XAPI-00180
		"verb=a:u":                             nil,
		"activity=a:x":                         {1},       // XAPI-00179
		"activity=a:x&related_activities=true": {4, 2, 1}, // XAPI-00177
		"registration=" + strings.ToUpper(id(99)): {3}, // XAPI-00178
		"since=" + at(2):                     {4, 3}, // XAPI-00175
		"until=" + at(2):                     {2, 1}, // XAPI-00174
		"since=" + at(1) + "&until=" + at(3): {3, 2},
		"ascending=true":                     {1, 2, 3, 4}, // XAPI-00166
		"limit=1":                            {4},          // XAPI-00173
		"limit=2&ascending=true":             {1, 2},
		"limit=0":                            {4, 3, 2, 1},
		"verb=a:v&" + ann:                    {3, 1},
		"verb=a:nothing":                     nil, // XAPI-00149
	} {
		var expected []string
		for _, n := range want {
			expected = append(expected, id(n))
		}
		if diff := cmp.Diff(expected, ids(s.query(t, "", statements+"?"+query))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// TestStatements_XAPI_00108_to_00114_00154_everyPage walks pages of one filter: a known gap of the public suite.
func TestStatements_XAPI_00108_to_00114_00154_everyPage(t *testing.T) {
	s := serve(t, func(c *lrs.Config) { c.MaxPage = 3 })
	var want []string
	for n := range 10 {
		actor := annJSON
		if n%3 == 2 {
			actor = member
		}
		one := s.post(t, "", about(actor, `{"id":"a:x"}`))
		if actor == annJSON {
			want = append(want, one...)
		}
	}
	slices.Reverse(want)
	for _, limit := range []int{1, 2, 3, 100} {
		var walked, meanwhile []string
		for path := fmt.Sprintf("%s?agent=%s&limit=%d", statements, url.QueryEscape(annJSON), limit); path != ""; {
			page := s.query(t, "", path)
			if len(page.Statements) > min(limit, 3) {
				t.Error("a page holds", len(page.Statements))
			}
			walked, path = append(walked, ids(page)...), *page.More
			meanwhile = append(s.post(t, "", about(annJSON, `{"id":"a:x"}`)), meanwhile...)
		}
		if diff := cmp.Diff(want, walked); diff != "" {
			t.Errorf("limit %d, not what the first page saw (-want +got):\n%s", limit, diff)
		}
		want = append(meanwhile, want...)
	}
}

func TestStatements_XAPI_00018_00150_00151_00152_00157_00158_00162_00163_voided(t *testing.T) {
	s := serve(t)
	s.post(t, "", statement(1, ""))
	s.post(t, "", void(2, 1))
	ref := strings.Replace(about(annJSON, `{"objectType":"StatementRef","id":"`+id(1)+`"}`), "{", `{"id":"`+id(3)+`",`, 1)
	s.post(t, "", ref)
	if got := ids(s.query(t, "", statements)); !slices.Equal(got, []string{id(3), id(2)}) {
		t.Error("in a query", got)
	}
	s.refused(t, call{path: statements + "?statementId=" + id(1)}, 404, "statement_not_found")
	if got := s.do(t, call{path: statements + "?voidedStatementId=" + id(1)}); got.status != 200 || !strings.Contains(got.body, id(1)) {
		t.Error(got)
	}
	for _, more := range []string{"&limit=1", "&verb=a:v", "&voidedStatementId=" + id(1)} {
		s.refused(t, call{path: statements + "?statementId=" + id(1) + more}, 400, "parameter_combination")
	}
}

func TestStatements_XAPI_00153_00160_00165_headers(t *testing.T) {
	s := serve(t)
	s.post(t, "", statement(1, ""))
	for path, status := range map[string]int{statements: 200, statements + "?statementId=" + id(1): 200, statements + "?statementId=" + id(9): 404, statements + "?other=1": 400} {
		got := s.do(t, call{path: path})
		through, err := time.Parse(time.RFC3339Nano, got.header.Get("X-Experience-API-Consistent-Through"))
		if got.status != status || err != nil || through.IsZero() || got.header.Get("Content-Type") != "application/json" || got.header.Get("Date") == "" {
			t.Errorf("%s: %v, %v", path, got, err)
		}
	}
}

func TestStatements_XAPI_00012_parameters(t *testing.T) {
	s := serve(t)
	for _, query := range []string{"statementId=1", "voidedStatementId=1", "agent=ann", "agent=" + url.QueryEscape(`{"mbox":"ann"}`), "verb=did", "activity=x", "registration=1",
		"since=now", "until=2026-01-01T00:00:00-00:00", "limit=-1", "limit=x", "format=all", "attachments=1", "ascending=1", "related_agents=x", "related_activities=x"} {
		if got := s.do(t, call{path: statements + "?" + query}); got.status != 400 {
			t.Errorf("%s: %v", query, got)
		}
	}
}

// TestStatements_XAPI_00140_00142_immutable: a statement sent again is the same when what the store sets is all that differs.
func TestStatements_XAPI_00140_00142_immutable(t *testing.T) {
	s := serve(t)
	s.post(t, "", statement(1, ""))
	asRead := s.do(t, call{path: statements + "?statementId=" + id(1)}).body
	s.post(t, "", asRead)
	s.refused(t, call{method: "POST", path: statements, body: strings.Replace(asRead, `"timestamp":"2026-11-22T12:00:00.000001Z"`, `"timestamp":"2026-11-22T12:00:00.000002Z"`, 1)}, 409, "statement_conflict")
	for name, more := range map[string]string{"display": `"verb":{"id":"http://example.org/did","display":{"en":"did"}},`} {
		body := strings.Replace(statement(1, ""), `"verb":{"id":"http://example.org/did"},`, more, 1)
		if got := s.do(t, call{method: "POST", path: statements, body: body}); got.status != 200 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := s.do(t, call{path: statements + "?statementId=" + id(1)}).body; got != asRead {
		t.Errorf("it is now %s", got)
	}
}
