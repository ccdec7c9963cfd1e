package lrs_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"cairn/xapi"
	"cairn/xapi/lrs"

	"github.com/go-json-experiment/json"
)

// nowhere takes statements and forgets them: what is left is the handler's own work.
type nowhere struct{ *fake }

func (nowhere) Add(context.Context, lrs.Credential, []xapi.Prepared) error { return nil }

// BenchmarkPost measures a request from its bytes to the answer, without network and store.
func BenchmarkPost(b *testing.B) {
	f := &fake{now: start}
	h, err := lrs.New(lrs.Config{
		Statements: nowhere{f}, Documents: f, Activities: f, Attachments: f, Credentials: f, Now: func() time.Time { return start }, NewID: func() string { return id(1) },
		Authority: func(c lrs.Credential) xapi.Agent { return xapi.AccountAgent("https://cairn.example", c.ID) },
		Key:       make([]byte, 16), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	raw, err := os.ReadFile("../testdata/moodle/xapi-core-course_completed--completed--course.json")
	if err != nil {
		b.Fatal(err)
	}
	one := string(raw)
	many := make([]string, 50)
	for i := range many {
		many[i] = strings.Replace(one, "{", `{"id":"`+id(i)+`",`, 1)
	}
	for name, body := range map[string]string{"single": one, "batch of 50": "[" + strings.Join(many, ",") + "]"} {
		b.Run(name, func(b *testing.B) {
			each := max(1, strings.Count(body, `"actor"`))
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, statements, strings.NewReader(body))
				r.SetBasicAuth("all", "all-secret")
				r.Header.Set(xapi.VersionHeader, "1.0.3")
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
			b.ReportMetric(float64(b.N*each)/b.Elapsed().Seconds(), "statements/s")
		})
	}
}

// BenchmarkEnter measures what it costs to find the credential of a request, by a key and its secret and by a token, in a request that
// does little else.
func BenchmarkEnter(b *testing.B) {
	h, _ := bare(b)
	var is issued
	w := send(h, http.MethodPost, tokenEndpoint, "application/x-www-form-urlencoded", "grant_type=client_credentials")
	if err := json.Unmarshal(w.Body.Bytes(), &is); err != nil {
		b.Fatal(err)
	}
	for name, authorization := range map[string]string{"Basic": "Basic YWxsOmFsbC1zZWNyZXQ=", "token": "Bearer " + is.Token} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, "/xapi/activities?activityId=a:x", nil)
				r.Header.Set("Authorization", authorization)
				r.Header.Set(xapi.VersionHeader, "1.0.3")
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
