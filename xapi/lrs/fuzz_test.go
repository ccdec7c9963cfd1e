package lrs_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"

	"github.com/go-json-experiment/json/jsontext"
)

// bare is the handler over a fake, without a server around it.
func bare(t testing.TB) (http.Handler, *fake) {
	t.Helper()
	store := &fake{now: start}
	h, err := lrs.New(lrs.Config{
		Statements: store, Documents: store, Activities: store, Attachments: store, Credentials: store, Now: func() time.Time { return start }, NewID: func() string { return id(1) },
		Authority: func(c lrs.Credential) xapi.Agent { return xapi.AccountAgent("https://cairn.example", c.ID) },
		Key:       make([]byte, 16), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return h, store
}

// send asks the handler with a body.
func send(h http.Handler, method, target, contentType, body string) *httptest.ResponseRecorder {
	path, query, _ := strings.Cut(target, "?")
	r := &http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	r.SetBasicAuth("all", "all-secret")
	r.Header.Set(xapi.VersionHeader, "1.0.3")
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// FuzzBody holds that every body is stored whole or refused by name, in each of the ways to send one, and that what was stored
// can be read in every form.
func FuzzBody(f *testing.F) {
	one := mixed(withAttachments(1, attachment(sha2("abc"), "")), section{content: "abc"})
	f.Add(one.contentType, one.body, false)
	signed := signedWith(1, "a.b.c", octets)
	f.Add(signed.contentType, signed.body, false)
	f.Add("application/json", statement(1, ""), false)
	f.Add("application/json; charset=utf-8", rich, false)
	other := alternate(statements, "PUT", "statementId", id(1), "content", statement(1, ""))
	f.Add(other.contentType, other.body, true)
	f.Fuzz(func(t *testing.T, contentType, body string, alternate bool) {
		h, store := bare(t)
		target := statements
		if alternate {
			target += "?method=PUT"
		}
		w := send(h, http.MethodPost, target, contentType, body)
		switch w.Code {
		case 200, 204:
		case 400, 401, 403, 404, 409, 413, 415:
			if len(store.rows) != 0 {
				t.Errorf("%d, and something was stored", w.Code)
			}
			return
		default:
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		for _, form := range []string{"ids", "exact", "canonical"} {
			if w := send(h, http.MethodGet, statements+"?attachments=true&format="+form, "", ""); w.Code != 200 {
				t.Errorf("%s: %d %s", form, w.Code, w.Body)
			}
		}
	})
}

// FuzzMerge holds that merging any two documents leaves a JSON object or refuses.
func FuzzMerge(f *testing.F) {
	f.Add(`{"a":1}`, `{"b":{"c":[1.50,null]}}`)
	f.Add(`{"a":1,"\u0061b":2}`, `{"ab":"\ud83d\ude00"}`)
	f.Add(`[]`, `{`)
	f.Fuzz(func(t *testing.T, first, second string) {
		h, store := bare(t)
		target := documentResources[0].at("one")
		for _, body := range []string{first, second} {
			w := send(h, http.MethodPost, target, "application/json", body)
			if w.Code != 204 && w.Code != 400 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
		}
		for _, doc := range store.documents {
			if value := jsontext.Value(doc.Content); !value.IsValid() || value.Kind() != '{' {
				t.Errorf("%q and %q become %q", first, second, doc.Content)
			}
		}
	})
}

// FuzzQuery holds that every query of an address is answered, with a page or with a named refusal, and never by the store's
// failure.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{"limit=1&ascending=true", "agent=" + url.QueryEscape(`{"mbox":"mailto:a@b"}`), "cursor=AAAA", "since=2026-01-01T00:00:00Z",
		"statementId=" + id(1), "verb=a:b&related_agents=true", "until=9999-12-31T23:59:59Z", "format=ids", "%zz", "a;b"} {
		f.Add(q)
	}
	h, _ := bare(f)
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
