package lrs_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"
)

// FuzzQuery holds that every query of an address is answered, with a page or with a named refusal, and never by the store's
// failure.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{"limit=1&ascending=true", "agent=" + url.QueryEscape(`{"mbox":"mailto:a@b"}`), "cursor=AAAA", "since=2026-01-01T00:00:00Z",
		"statementId=" + id(1), "verb=a:b&related_agents=true", "until=9999-12-31T23:59:59Z", "format=ids", "%zz", "a;b"} {
		f.Add(q)
	}
	store := &fake{now: start}
	h, err := lrs.New(lrs.Config{
		Statements: store, Documents: store, Activities: store, Attachments: store, Credentials: store, Now: func() time.Time { return start }, NewID: func() string { return id(1) },
		Authority: func(c lrs.Credential) xapi.Agent { return xapi.AccountAgent("https://cairn.example", c.ID) },
		MoreKey:   make([]byte, 16), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: statements, RawQuery: query}, Header: http.Header{}}
		r.SetBasicAuth("all", "all-secret")
		r.Header.Set(xapi.VersionHeader, "2.0")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		switch w.Code {
		case 200, 400, 404:
		default:
			t.Errorf("%q: %d %s", query, w.Code, w.Body)
		}
	})
}
