package lrs_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"

	"github.com/go-json-experiment/json"
)

var start = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// server is the handler over a fake, behind a real HTTP server.
type server struct {
	*fake
	handler http.Handler
	url     string
	logs    *bytes.Buffer
}

func serve(t testing.TB, change ...func(*lrs.Config)) *server {
	t.Helper()
	f, logs, n := &fake{now: start}, new(bytes.Buffer), 0
	c := lrs.Config{
		Statements: f, Documents: f, Activities: f, Attachments: f, Credentials: f,
		Now: func() time.Time { return start },
		NewID: func() string {
			f.mu.Lock()
			defer f.mu.Unlock()
			n++
			return fmt.Sprintf("0a0b0c0d-0000-4000-9000-%012d", n)
		},
		Authority: func(c lrs.Credential) xapi.Agent {
			return xapi.Agent{Name: c.Name, Account: &xapi.Account{HomePage: "https://cairn.example", Name: c.ID}}
		},
		Key: []byte("0123456789abcdef"),
		Log: slog.New(slog.NewTextHandler(logs, nil)),
	}
	for _, f := range change {
		f(&c)
	}
	h, err := lrs.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return &server{f, h, s.URL, logs}
}

// call is a request; zero values are what most requests have.
type call struct {
	method, path, body string
	key                string // "all" by default, "-" for none
	token              string // sent instead of the key
	version            string // 1.0.3 by default, "-" for none
	contentType        string // application/json by default
	header             map[string]string
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (s *server) do(t testing.TB, c call) answer {
	t.Helper()
	if c.method == "" {
		c.method = http.MethodGet
	}
	req, err := http.NewRequest(c.method, s.url+c.path, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	if c.key == "" {
		c.key = "all"
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	} else if c.key != "-" {
		req.SetBasicAuth(c.key, c.key+"-secret")
	}
	set := func(name, value, usual string) {
		if value == "" {
			value = usual
		}
		if value != "-" {
			req.Header.Set(name, value)
		}
	}
	set(xapi.VersionHeader, c.version, "1.0.3")
	if c.body != "" {
		set("Content-Type", c.contentType, "application/json")
	}
	for name, value := range c.header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

// refused checks a refusal: status, name, and the form that every one has.
func (s *server) refused(t testing.TB, c call, status int, name string) answer {
	t.Helper()
	got := s.do(t, c)
	var e struct {
		Error     string `json:"error"`
		Message   string `json:"message"`
		RequestID string `json:"request_id"`
	}
	if c.method != http.MethodHead {
		if err := json.Unmarshal([]byte(got.body), &e); err != nil {
			t.Fatalf("%v: %s", err, got.body)
		}
		if e.Error != name || e.Message == "" || e.RequestID == "" || e.RequestID != got.header.Get("X-Request-Id") {
			t.Errorf("answered %s, want %s", got.body, name)
		}
	}
	if got.status != status {
		t.Errorf("status %d, want %d: %s", got.status, status, got.body)
	}
	if got.header.Get(xapi.VersionHeader) == "" || got.header.Get("Date") == "" {
		t.Errorf("a header is missing: %v", got.header)
	}
	if logs := s.logs.String(); !strings.Contains(logs, name) || strings.Contains(logs, "-secret") {
		t.Errorf("the log is\n%s", logs)
	}
	return got
}

// post stores statements and answers their ids.
func (s *server) post(t testing.TB, key, body string) []string {
	t.Helper()
	got := s.do(t, call{method: "POST", path: "/xapi/statements", body: body, key: key})
	var ids []string
	if err := json.Unmarshal([]byte(got.body), &ids); err != nil || got.status != 200 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	return ids
}

// result is a StatementResult.
type result struct {
	Statements []xapi.Statement `json:"statements"`
	More       *string          `json:"more"`
}

func (s *server) query(t testing.TB, key, path string) result {
	t.Helper()
	got := s.do(t, call{path: path, key: key})
	var r result
	if err := json.Unmarshal([]byte(got.body), &r); err != nil || got.status != 200 || r.More == nil {
		t.Fatalf("%d %v %s", got.status, err, got.body)
	}
	return r
}

func ids(r result) []string {
	var all []string
	for _, s := range r.Statements {
		all = append(all, s.ID)
	}
	return all
}

func id(n int) string { return fmt.Sprintf("0a0b0c0d-0000-4000-8000-%012d", n) }

// statement is a small valid one.
func statement(n int, more string) string {
	return fmt.Sprintf(`{"id":%q,%s"actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":"http://example.org/did"},"object":{"id":"http://example.org/act/%d"}}`, id(n), more, n)
}

func void(n, target int) string {
	return fmt.Sprintf(`{"id":%q,"actor":{"mbox":"mailto:ann@example.org"},"verb":{"id":%q},"object":{"objectType":"StatementRef","id":%q}}`, id(n), xapi.VerbVoided, id(target))
}
