package lrs_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

func TestGetByID_XAPI_00156(t *testing.T) {
	s := serve(t)
	s.post(t, "", statement(1, ""))
	got := s.do(t, call{path: statements + "?statementId=" + strings.ToUpper(id(1)) + "&format=exact&attachments=false"})
	if got.status != 200 || !strings.HasPrefix(got.body, `{"id":"`+id(1)) {
		t.Fatal(got)
	}
	if got.header.Get("Last-Modified") != "Sun, 22 Nov 2026 12:00:00 GMT" || len(got.header.Get("ETag")) != 42 || got.header.Get("Content-Type") != "application/json" {
		t.Error("headers", got.header)
	}
	if through, err := xapi.ParseTimestamp(got.header.Get("X-Experience-API-Consistent-Through")); err != nil || through.Before(start) {
		t.Error("XAPI-00153", through, err)
	}
}

func TestQueryRefusals(t *testing.T) {
	s := serve(t)
	s.post(t, "", statement(1, ""))
	group := url.QueryEscape(`{"objectType":"Group","member":[{"mbox":"mailto:a@b"}]}`)
	for query, want := range map[string]struct {
		status int
		error  string
	}{
		"statementId=" + id(1) + "&voidedStatementId=" + id(1): {400, "parameter_combination"},
		"statementId=" + id(1) + "&limit=1":                    {400, "parameter_combination"},
		"voidedStatementId=" + id(1) + "&verb=a:b":             {400, "parameter_combination"},
		"statementId=1":        {400, "parameter_value"},
		"statementId=" + id(7): {404, "statement_not_found"},
		"agent=ann":            {400, "parameter_value"},
		"agent=" + group:       {400, "parameter_value"},
		"agent=" + url.QueryEscape(`{"mbox":"a@b"}`):              {400, "parameter_value"},
		"agent=" + url.QueryEscape(`{"mbox":"mailto:a@b","x":1}`): {400, "parameter_value"},
		"verb=did":             {400, "parameter_value"},
		"activity=":            {400, "parameter_value"},
		"registration=1":       {400, "parameter_value"},
		"related_agents=TRUE":  {400, "parameter_value"},
		"related_activities=1": {400, "parameter_value"},
		"ascending=yes":        {400, "parameter_value"},
		"since=yesterday":      {400, "parameter_value"},
		"until=2026-01-01":     {400, "parameter_value"},
		"limit=-1":             {400, "parameter_value"},
		"limit=1.5":            {400, "parameter_value"},
		"limit=":               {400, "parameter_value"},
		"Limit=1":              {400, "parameter_unknown"},
		"method=GET":           {400, "parameter_unknown"},
		"format=full":          {400, "parameter_value"},
		"attachments=maybe":    {400, "parameter_value"},
		"cursor=abc":           {400, "cursor_invalid"},
		"cursor=abc&limit=1":   {400, "parameter_combination"},
	} {
		t.Run(query, func(t *testing.T) {
			got := s.refused(t, call{path: statements + "?" + query}, want.status, want.error)
			if got.header.Get("X-Experience-API-Consistent-Through") == "" {
				t.Error("XAPI-00153: regardless of the code")
			}
		})
	}
	if got := s.refused(t, call{path: statements, version: "-"}, 400, "version_header_missing"); got.header.Get("X-Experience-API-Consistent-Through") == "" {
		t.Error("XAPI-00153: regardless of the code")
	}
}

func TestFilters_XAPI_00164(t *testing.T) {
	s := serve(t)
	const registration = "ec531277-b57b-4c15-8d91-d292c5b2b8f7"
	s.post(t, "", statement(1, ""))
	s.post(t, "", statement(2, `"context":{"registration":"`+strings.ToUpper(registration)+`","instructor":{"mbox":"mailto:eve@example.org"},"contextActivities":{"parent":{"id":"http://example.org/course"}}},`))
	s.post(t, "", strings.ReplaceAll(strings.ReplaceAll(statement(3, ""), "ann@", "bob@"), "/did", "/saw"))
	at := func(n int) string {
		return url.QueryEscape(xapi.FormatTimestamp(start.Add(time.Duration(n) * time.Microsecond)))
	}
	agent := func(a string) string { return "agent=" + url.QueryEscape(a) }
	for query, want := range map[string][]int{
		"":                {3, 2, 1},
		"ascending=true":  {1, 2, 3},
		"ascending=false": {3, 2, 1},
		"limit=0":         {3, 2, 1},
		"limit=2":         {3, 2},
		"limit=9999":      {3, 2, 1},
		agent(`{"mbox":"mailto:ann@EXAMPLE.org"}`):                                                       {2, 1},
		agent(`{"objectType":"Agent","name":"Bob","mbox":"mailto:bob@example.org"}`):                     {3},
		agent(`{"mbox":"mailto:eve@example.org"}`):                                                       {},
		agent(`{"mbox":"mailto:eve@example.org"}`) + "&related_agents=true":                              {2},
		agent(`{"account":{"homePage":"https://cairn.example/","name":"all"}}`) + "&related_agents=true": {3, 2, 1},
		"verb=" + url.QueryEscape("http://example.org/saw"):                                              {3},
		"activity=" + url.QueryEscape("http://example.org/act/2"):                                        {2},
		"activity=" + url.QueryEscape("http://example.org/course"):                                       {},
		"activity=" + url.QueryEscape("http://example.org/course") + "&related_activities=true":          {2},
		"registration=" + registration:                                                                   {2},
		"since=" + at(1):                                                                                 {3, 2},
		"until=" + at(2):                                                                                 {2, 1},
		"since=" + at(1) + "&until=" + at(2):                                                             {2},
		"verb=a:b":                                                                                       {},
	} {
		t.Run(query, func(t *testing.T) {
			expected := []string{}
			for _, n := range want {
				expected = append(expected, id(n))
			}
			r := s.query(t, "all", statements+"?"+query)
			if got := ids(r); !slices.Equal(got, expected) {
				t.Errorf("%v, want %v", got, expected)
			}
			if r.Statements == nil || len(want) == 3 && *r.More != "" {
				t.Error("XAPI-00110, XAPI-00109", r)
			}
		})
	}
}

func TestMore_XAPI_00108_walksAnAgentsStatementsOnce(t *testing.T) {
	for _, order := range []string{"", "&ascending=true"} {
		s := serve(t, func(c *lrs.Config) { c.MaxPage = 3 })
		want := []string{}
		for n := 1; n <= 20; n++ {
			text := statement(n, "")
			if n%2 == 0 {
				text = strings.ReplaceAll(text, "ann@", "bob@")
			} else {
				want = append(want, id(n))
			}
			s.post(t, "", text)
		}
		if order == "" {
			slices.Reverse(want)
		}
		var got []string
		path := statements + "?limit=2&agent=" + url.QueryEscape(`{"mbox":"mailto:ann@example.org"}`) + order
		for pages := 0; path != ""; pages++ {
			if pages > 20 {
				t.Fatal("the walk does not end")
			}
			r := s.query(t, "read", path)
			got, path = append(got, ids(r)...), *r.More
			if path != "" && !strings.HasPrefix(path, statements+"?") {
				t.Fatal("more is a path on this server", path)
			}
			s.post(t, "", statement(100+pages, "")) // arrives during the walk: not part of it
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

func TestCursorIsBoundToItsKeyAndRights(t *testing.T) {
	s := serve(t)
	for n := 1; n <= 3; n++ {
		s.post(t, "all", statement(n, ""))
	}
	more := *s.query(t, "all", statements+"?limit=1").More
	token := strings.TrimPrefix(more, statements+"?cursor=")
	for i := range len(token) {
		changed := token[:i] + string("AB"[b2i(token[i] == 'A')]) + token[i+1:]
		if got := s.do(t, call{path: statements + "?cursor=" + changed}); got.status == 200 && changed != token {
			t.Errorf("changed at %d: %v", i, got)
		}
	}
	if r := s.query(t, "mine", more); len(r.Statements) != 0 {
		t.Error("a link gives nobody more than their own rights", ids(r))
	}
	other := serve(t, func(c *lrs.Config) { c.Key = []byte("another key of 16 bytes") })
	other.refused(t, call{path: more}, 400, "cursor_invalid")
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestScopes(t *testing.T) {
	s := serve(t)
	s.post(t, "mine", statement(1, ""))
	s.post(t, "write", statement(2, ""))
	for key, want := range map[string]string{"all": "200 200 2", "read": "200 200 2", "aread": "200 200 2", "mine": "200 404 1", "write": "403 403 -", "none": "403 403 -"} {
		one := s.do(t, call{path: statements + "?statementId=" + id(1), key: key})
		two := s.do(t, call{path: statements + "?statementId=" + id(2), key: key})
		seen := "-"
		if one.status == 200 {
			seen = fmt.Sprint(len(s.query(t, key, statements).Statements))
		} else if !strings.Contains(one.body, "statements/read/mine") {
			t.Error("the scope that is needed is named", one.body)
		}
		if got := fmt.Sprintf("%d %d %s", one.status, two.status, seen); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
	for _, key := range []string{"read", "aread", "none"} {
		got := s.refused(t, call{method: "POST", path: statements, body: statement(3, ""), key: key}, 403, "scope_missing")
		if !strings.Contains(got.body, "statements/write") {
			t.Error(got.body)
		}
	}
}

// counting counts the writes to a connection.
type counting struct {
	*httptest.ResponseRecorder
	writes int
}

func (c *counting) Write(b []byte) (int, error) {
	c.writes++
	return c.ResponseRecorder.Write(b)
}

func TestAPageOfStatementsIsWrittenAtOnce(t *testing.T) {
	s := serve(t)
	for n := range 50 {
		s.post(t, "", statement(n, ""))
	}
	for _, asked := range []string{"limit=50", "format=ids", "statementId=" + id(1)} {
		r := httptest.NewRequest(http.MethodGet, statements+"?"+asked, nil)
		r.SetBasicAuth("all", "all-secret")
		r.Header.Set(xapi.VersionHeader, "1.0.3")
		w := &counting{ResponseRecorder: httptest.NewRecorder()}
		if s.handler.ServeHTTP(w, r); w.Code != http.StatusOK || w.writes != 1 {
			t.Errorf("%s: status %d, %d writes, want one", asked, w.Code, w.writes)
		}
		if announced := w.Header().Get("Content-Length"); announced != strconv.Itoa(w.Body.Len()) {
			t.Errorf("%s: %s octets announced, %d written", asked, announced, w.Body.Len())
		}
	}
}

// busy is a store in which somebody stores a statement whenever it was asked how far it can be read.
type busy struct {
	*fake
	store func()
}

func (b busy) Through(ctx context.Context) (lrs.Reach, error) {
	defer b.store()
	return b.fake.Through(ctx)
}

func TestConsistentThrough_XAPI_00153_isHowFarAQueryGoes(t *testing.T) {
	var s *server
	n := 1
	s = serve(t, func(c *lrs.Config) {
		c.Statements = busy{c.Statements.(*fake), func() { n++; s.post(t, "", statement(n, "")) }}
	})
	s.post(t, "", statement(n, ""))
	for _, order := range []string{"?ascending=true", ""} {
		want := n
		if r := s.query(t, "", statements+order); len(r.Statements) != want || len(s.fake.rows) != want+1 {
			t.Errorf("%q: %d statements of %d, want the %d that the header promised", order, len(r.Statements), len(s.fake.rows), want)
		}
	}
}
