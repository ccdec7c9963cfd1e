package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// stack is the middleware as serve puts it together, around a handler; it answers what was logged.
func stack(t *testing.T, h http.HandlerFunc, r *http.Request) (*httptest.ResponseRecorder, []map[string]any) {
	t.Helper()
	var out bytes.Buffer
	log := slog.New(withContextID{slog.NewJSONHandler(&out, nil)})
	w := httptest.NewRecorder()
	observe := func(*http.Request, int, time.Duration) {}
	withRequestID(withAccessLog(log, time.Now, observe, withRecovery(log, h))).ServeHTTP(w, r)
	var lines []map[string]any
	for _, text := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		line := map[string]any{}
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("a log line is not JSON: %v: %q", err, text)
		}
		lines = append(lines, line)
	}
	return w, lines
}

func TestAccessLogHoldsNoSecret(t *testing.T) {
	r := httptest.NewRequest("GET", "/s/SESSIONTOKEN/why/1?code=QUERYSECRET", nil)
	r.SetBasicAuth("KEYNAME", "BASICSECRET")
	r.Header.Set("Cookie", "browser=COOKIESECRET")
	r.Header.Set("Referer", "https://lms.example/REFERERSECRET")
	r.Header.Set("X-Request-Id", "FORGED")
	_, lines := stack(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }, r)
	all, _ := json.Marshal(lines)
	for _, secret := range []string{"SESSIONTOKEN", "QUERYSECRET", "KEYNAME", "BASICSECRET", "COOKIESECRET", "REFERERSECRET", "FORGED", "192.0.2.1"} {
		if bytes.Contains(all, []byte(secret)) {
			t.Errorf("the log holds %s: %s", secret, all)
		}
	}
	line := lines[0]
	if line["path"] != "/s/-/why/1" || line["status"] != float64(http.StatusTeapot) || line["method"] != "GET" {
		t.Errorf("the line does not say what was asked and answered: %v", line)
	}
}

func TestRequestIDIsSharedByAnswerAndLog(t *testing.T) {
	w, lines := stack(t, func(w http.ResponseWriter, r *http.Request) {
		if requestID(r.Context()) == "" {
			t.Error("the handler is not told the id")
		}
	}, httptest.NewRequest("GET", "/", nil))
	if id := w.Header().Get("X-Request-Id"); id == "" || lines[0]["request"] != id {
		t.Errorf("answer has id %q, log has %v", id, lines[0]["request"])
	}
	if requestID(context.Background()) != "" {
		t.Error("outside a request there is no id")
	}
}

func TestPanicIsAnsweredAs500AndLogged(t *testing.T) {
	w, lines := stack(t, func(http.ResponseWriter, *http.Request) { panic("a fault") }, httptest.NewRequest("GET", "/s/TOKEN/x", nil))
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	if len(lines) != 2 || lines[0]["panic"] != "a fault" || lines[1]["status"] != float64(500) {
		t.Errorf("logged %v", lines)
	}
}

func TestPanicInAStartedAnswerCutsItOff(t *testing.T) {
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("the connection must be cut, so that half a page is not taken for a whole one")
		}
	}()
	stack(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("half"))
		panic("a fault")
	}, httptest.NewRequest("GET", "/", nil))
}

func TestSafePath(t *testing.T) {
	for path, want := range map[string]string{
		"/s/token": "/s/-", "/s/token/": "/s/-/", "/s/token/a/b": "/s/-/a/b", "/s/": "/s/-", "/xapi/statements": "/xapi/statements", "/static/s/x": "/static/s/x",
		"//s/token/me": "/s/-/me", "/./s/token/me": "/s/-/me", "/x/../s/token/me": "/s/-/me", "/%2Fs/token/me": "/s/-/me", "/s%2Ftoken%2Fme": "/s/-/me",
		"/s%252Ftoken/me": "/s/-/me", "/s//token/me": "/s/-/me", "/s/./token": "/s/-", "/x/../../s/token//": "/s/-/", "/\\s/token": "/s/-", "s/token": "/s/-",
		"": "/", "/": "/", "//": "/", "/%zz/s": "/%zz/s",
	} {
		if got := safePath(path); got != want {
			t.Errorf("%s is logged as %s, want %s", path, got, want)
		}
	}
}
