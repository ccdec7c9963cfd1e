package pipeline_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"cairn/internal/pipeline"
)

// saying answers with a status and a text.
func saying(status int, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

func TestAskRemoteSaysWhatWasAnswered(t *testing.T) {
	const aboutOK = `{"version":["1.0.3","2.0.0"]}`
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for name, c := range map[string]struct {
		about, statements http.HandlerFunc
		aboutGood, good   bool
		aboutSays, says   string
	}{
		"all is well": {saying(200, aboutOK), saying(200, `{"statements":[{"stored":"2026-05-01T10:00:00.5Z"}],"more":"/x"}`), true, true,
			"it speaks xAPI 1.0.3, 2.0.0", "the newest statement it sees was stored at 2026-05-01T10:00:00Z"},
		"an empty store": {saying(200, aboutOK), saying(200, `{"statements":[],"more":""}`), true, true, "1.0.3", "sees no statement"},
		"an old version": {saying(200, `{"version":["0.95"]}`), saying(400, "version"), false, false, "it speaks xAPI 0.95", "it answered 400: version"},
		"wrong secret":   {saying(200, aboutOK), saying(401, `{"error":"no"}`), true, false, "1.0.3", `it answered 401: {"error":"no"}`},
		"may not read":   {saying(200, aboutOK), saying(403, ""), true, false, "1.0.3", "it answered 403"},
		"a web site":     {saying(200, "<html>"), saying(200, "<html>"), false, false, "not what a record store says of itself", "not with statements"},
		"no endpoint":    {saying(404, "Not\x00\nFound"), saying(404, ""), false, false, "it answered 404: Not Found", "it answered 404"},
		"no list":        {saying(200, `{}`), saying(200, `{}`), false, false, "not what a record store says", "not with statements"},
		"redirects": {http.RedirectHandler("https://elsewhere.example/about", http.StatusMovedPermanently).ServeHTTP, http.RedirectHandler("/login", http.StatusFound).ServeHTTP, false, false,
			"it answered 301, which leads to https://elsewhere.example/about", "it answered 302, which leads to /login"},
		"never answers":   {hang, hang, false, false, "context deadline exceeded", "context deadline exceeded"},
		"hangs up":        {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, saying(500, "oops"), false, false, "EOF", "it answered 500: oops"},
		"wants some time": {saying(503, "later"), saying(429, ""), false, false, "it answered 503: later", "it answered 429"},
	} {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			mux.HandleFunc("/xapi/about", c.about)
			mux.HandleFunc("/xapi/statements", func(w http.ResponseWriter, r *http.Request) {
				if key, secret, _ := r.BasicAuth(); key != "k" || secret != "s" || r.URL.RawQuery != "limit=1" || r.Method != http.MethodGet {
					t.Errorf("asked %s %s by %s", r.Method, r.URL, key)
				}
				c.statements(w, r)
			})
			server := httptest.NewServer(mux)
			t.Cleanup(server.Close)
			about, statements := pipeline.AskRemote(t.Context(), pipeline.Remote{Endpoint: server.URL + "/xapi", Key: "k"}, "s", server.Client(), 300*time.Millisecond, time.Now)
			if about.Good != c.aboutGood || !strings.Contains(about.Says, c.aboutSays) {
				t.Errorf("about %+v", about)
			}
			if statements.Good != c.good || !strings.Contains(statements.Says, c.says) {
				t.Errorf("statements %+v", statements)
			}
			if (about.Status == 0) != (about.Err != nil) {
				t.Errorf("about %+v", about)
			}
		})
	}
}

func TestAskRemoteSaysThatNobodyIsThere(t *testing.T) {
	server := httptest.NewServer(nil)
	server.Close()
	about, statements := pipeline.AskRemote(t.Context(), pipeline.Remote{Endpoint: server.URL}, "", http.DefaultClient, time.Second, time.Now)
	for _, a := range []pipeline.RemoteAnswer{about, statements} {
		if a.Good || a.Err == nil || !strings.Contains(a.Says, "refused") {
			t.Errorf("%+v", a)
		}
	}
}
