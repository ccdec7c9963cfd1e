package pipeline_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
)

// forwarding is a log, one target in memory, and the record store behind it.
type forwarding struct {
	*testing.T
	mu       sync.Mutex
	log      []pipeline.Outgoing
	data     map[int64][]pipeline.Data
	target   pipeline.Target
	due      time.Time
	problem  string
	settled  []pipeline.Settled
	released int
	paused   bool
	now      time.Time
	forward  *pipeline.Forwarder

	requests int
	got      []string                                                 // last digits of the ids taken, in order
	bad      map[string]int                                           // id -> status that refuses it
	held     map[string]string                                        // statements the target has, by id
	answer   func(w http.ResponseWriter, r *http.Request) (done bool) // instead of all
	about    string
}

func newForwarding(t *testing.T, n int) *forwarding {
	f := &forwarding{T: t, now: epoch, bad: map[string]int{}, held: map[string]string{}, data: map[int64][]pipeline.Data{}, about: `{"version":["1.0.3"]}`}
	for i := range n {
		f.log = append(f.log, outgoing(i+1))
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	f.target = pipeline.Target{ID: "t", Name: "other", Remote: pipeline.Remote{Endpoint: server.URL + "/", Key: "k", Sealed: "sealed"}}
	f.forward = pipeline.NewForwarder(pipeline.ForwarderConfig{
		Targets: f, HTTP: server.Client(), Now: func() time.Time { return f.now }, Logger: slog.New(slog.DiscardHandler), Holder: "h", Most: 16, Timeout: 5 * time.Second,
		Open: func(r pipeline.Remote) (string, error) { return "secret of " + r.Sealed, nil },
	})
	return f
}

func outgoing(n int) pipeline.Outgoing {
	id := fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	return pipeline.Outgoing{Pos: int64(n), ID: id, JSON: fmt.Appendf(nil,
		`{"id":%q,"actor":{"mbox":"mailto:a@example.org"},"verb":{"id":"http://example.org/v"},"object":{"id":"http://example.org/a"},"timestamp":"2026-01-01T00:00:00Z","version":"1.0.3"}`, id)}
}

func (f *forwarding) Claim(_ context.Context, holder string, now, until time.Time, except []string) (pipeline.Target, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.due.After(now) || f.target.Pos >= int64(len(f.log)) || slices.Contains(except, "t") || f.paused {
		return pipeline.Target{}, false, nil
	}
	f.target.Holder = holder
	return f.target, true, nil
}

func (f *forwarding) Keep(context.Context, pipeline.Target, time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.paused {
		return pipeline.ErrLeaseLost
	}
	return nil
}

func (f *forwarding) Settle(_ context.Context, t pipeline.Target, s pipeline.Settled) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.target.Pos, f.target.Attempts = s.Pos, 0
	f.settled = append(f.settled, s)
	return nil
}

func (f *forwarding) Release(_ context.Context, t pipeline.Target, next time.Time, problem string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.due, f.problem = next, problem
	f.released++
	f.target.Attempts++
	if problem == "" {
		f.target.Attempts = 0
	}
	return nil
}

func (f *forwarding) Head(context.Context) (int64, error) { return int64(len(f.log)), nil }

func (f *forwarding) Outgoing(_ context.Context, _ pipeline.Selection, after, upTo int64, limit int) ([]pipeline.Outgoing, int64, error) {
	end := min(upTo, after+int64(limit))
	return f.log[after:end], end, nil
}

func (f *forwarding) OutgoingData(_ context.Context, pos int64) ([]pipeline.Data, error) {
	return f.data[pos], nil
}

// ServeHTTP is the record store.
func (f *forwarding) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests++
	if r.URL.Path == "/about" {
		_, _ = io.WriteString(w, f.about)
		return
	}
	if key, secret, _ := r.BasicAuth(); key != "k" || secret != "secret of sealed" || r.Header.Get("X-Experience-API-Version") == "" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	switch {
	case f.answer != nil && f.answer(w, r):
	case r.Method == http.MethodGet:
		if held, ok := f.held[r.FormValue("statementId")]; ok {
			_, _ = io.WriteString(w, held)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	default:
		f.take(w, r)
	}
}

func (f *forwarding) take(w http.ResponseWriter, r *http.Request) {
	var all []struct{ ID string }
	if err := json.UnmarshalRead(r.Body, &all, json.MatchCaseInsensitiveNames(true)); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ids := []string{}
	for _, s := range all {
		if status := f.bad[s.ID]; status != 0 {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "no\n\x01thanks")
			return
		}
		if _, there := f.held[s.ID]; there {
			w.WriteHeader(http.StatusConflict)
			return
		}
		ids = append(ids, s.ID)
	}
	for _, id := range ids {
		f.got = append(f.got, strings.TrimLeft(id[len(id)-3:], "0"))
	}
	body, _ := json.Marshal(ids)
	_, _ = w.Write(body)
}

func (f *forwarding) step() {
	f.Helper()
	if err := f.forward.Step(context.Background()); err != nil {
		f.Fatal(err)
	}
	f.mu.Lock() // a request that we gave up is over, too
	defer f.mu.Unlock()
}

// deadIDs are the last digits of what was refused for good.
func (f *forwarding) deadIDs() (out []string) {
	for _, s := range f.settled {
		for _, d := range s.Dead {
			out = append(out, fmt.Sprintf("%d:%d", d.Pos, d.Status))
		}
	}
	return out
}

func numbers(from, to int, without ...int) (out []string) {
	for i := from; i <= to; i++ {
		if !slices.Contains(without, i) {
			out = append(out, fmt.Sprint(i))
		}
	}
	return out
}

func (f *forwarding) want(got, dead []string, pos int64) {
	f.Helper()
	if diff := cmp.Diff(got, f.got); diff != "" {
		f.Errorf("the target took (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(dead, f.deadIDs()); diff != "" {
		f.Errorf("refused for good (-want +got):\n%s", diff)
	}
	if f.target.Pos != pos {
		f.Errorf("the position is %d, want %d", f.target.Pos, pos)
	}
}

func TestForwardsInOrderAndInBatches(t *testing.T) {
	f := newForwarding(t, 40)
	f.step()
	f.want(numbers(1, 40), nil, 40)
	if f.requests != 3 || f.problem != "" || f.released != 1 {
		t.Errorf("%d requests, %d releases, problem %q", f.requests, f.released, f.problem)
	}
	f.step()
	if f.requests != 3 {
		t.Error("what was taken is sent again")
	}
}

func TestOneBadStatementNeverStopsTheRest(t *testing.T) {
	for _, status := range []int{400, 413, 415, 422, 403} {
		f := newForwarding(t, 20)
		for _, n := range []int{1, 7, 8, 20} {
			f.bad[outgoing(n).ID] = status
		}
		f.step()
		if status == 403 { // the last page has nothing that was taken
			f.log = append(f.log, outgoing(21))
			f.now = f.due
			f.step()
		}
		slices.SortFunc(f.settled, func(a, b pipeline.Settled) int { return int(a.Pos - b.Pos) })
		f.want(numbers(1, len(f.log), 1, 7, 8, 20), []string{fmt.Sprint("1:", status), fmt.Sprint("7:", status), fmt.Sprint("8:", status), fmt.Sprint("20:", status)}, int64(len(f.log)))
		if d := f.settled[0].Dead[0]; d.Problem != fmt.Sprintf("it answered %d: no thanks", status) || d.Statement != outgoing(1).ID {
			t.Errorf("kept %+v", d)
		}
	}
}

func TestRefusalOfEverythingIsAboutTheCredential(t *testing.T) {
	f := newForwarding(t, 20)
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusForbidden); return true }
	f.step()
	f.want(nil, nil, 0)
	if f.problem == "" || !f.due.After(f.now) {
		t.Errorf("the problem is %q, due %v", f.problem, f.due)
	}
	f.answer, f.now = nil, f.due
	f.step()
	f.want(numbers(1, 20), nil, 20)
}

func TestAConflictWithAnEqualStatementIsSuccess(t *testing.T) {
	f := newForwarding(t, 10)
	f.held[outgoing(3).ID] = strings.Replace(string(outgoing(3).JSON), "}", "}", 1)
	f.held[outgoing(4).ID] = strings.Replace(string(outgoing(4).JSON), "example.org/v", "example.org/other", 1)
	f.step()
	f.want(numbers(1, 10, 3, 4), []string{"4:409"}, 10)
}

func TestARefusalByWhatIsNoRecordStoreIsNotBelieved(t *testing.T) {
	f := newForwarding(t, 5)
	f.about = "<html>"
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadRequest); return true }
	f.step()
	f.want(nil, nil, 0)
	if !strings.Contains(f.problem, "/about") {
		t.Errorf("the problem is %q", f.problem)
	}
}

func TestATargetThatDoesNotServeIsTriedAgain(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"503": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"401": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"404": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example", http.StatusFound)
		},
		"nonsense":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>sign in</html>") },
		"other ids": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `["a"]`) },
		"nothing":   func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newForwarding(t, 20)
			f.answer = func(w http.ResponseWriter, r *http.Request) bool { answer(w, r); return true }
			began := f.now
			for f.now.Sub(began) < 24*time.Hour { // a day down
				f.step()
				f.want(nil, nil, 0)
				if f.problem == "" || !f.due.After(f.now) || f.due.Sub(f.now) > time.Hour {
					t.Fatalf("the problem is %q, due after %v", f.problem, f.due.Sub(f.now))
				}
				f.now = f.due
			}
			if f.target.Attempts > 50 {
				t.Errorf("%d attempts in a day", f.target.Attempts)
			}
			f.answer = nil
			f.step()
			f.want(numbers(1, 20), nil, 20)
		})
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		header string
		want   time.Duration
	}{
		"seconds":     {"120", 2 * time.Minute},
		"a date":      {epoch.Add(10 * time.Minute).UTC().Format(http.TimeFormat), 10 * time.Minute},
		"a year":      {"31536000", 24 * time.Hour},
		"nonsense":    {"soon", 2 * time.Second},
		"in the past": {epoch.Add(-time.Hour).UTC().Format(http.TimeFormat), 2 * time.Second},
	} {
		f := newForwarding(t, 1)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Retry-After", c.header)
			w.WriteHeader(http.StatusTooManyRequests)
			return true
		}
		f.step()
		if got := f.due.Sub(f.now).Round(time.Second); got != c.want {
			t.Errorf("%s: due after %v, want %v", name, got, c.want)
		}
		requests := f.requests
		f.step()
		if f.requests != requests {
			t.Errorf("%s: asked again before its time", name)
		}
	}
}

func TestAStatementThatTheTargetFailsOnIsFound(t *testing.T) {
	f := newForwarding(t, 12)
	f.bad[outgoing(5).ID] = http.StatusInternalServerError
	for range 7 {
		f.step()
		f.now = f.due
	}
	f.want(numbers(1, 12, 5), []string{"5:500"}, 12)
}

func TestWhatWasTakenBeforeAFailureIsNotSentAgain(t *testing.T) {
	f := newForwarding(t, 40)
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		if len(f.got) < 16 {
			return false
		}
		w.WriteHeader(http.StatusBadGateway)
		return true
	}
	f.step()
	f.want(numbers(1, 16), nil, 16)
	f.answer, f.now = nil, f.due
	f.step()
	f.want(numbers(1, 40), nil, 40)
}

func TestAPausedTargetIsLeftAlone(t *testing.T) {
	f := newForwarding(t, 40)
	f.answer = func(http.ResponseWriter, *http.Request) bool { f.paused = true; return false }
	f.step()
	f.want(numbers(1, 16), nil, 16)
}

func TestForwardsAttachments(t *testing.T) {
	f := newForwarding(t, 3)
	sha2 := strings.Repeat("AB", 32)
	f.log[1].JSON = append(f.log[1].JSON[:len(f.log[1].JSON)-1], `,"attachments":[{"usageType":"http://example.org/u","display":{"en":"d"},"contentType":"text/plain","length":4,"sha2":"`+sha2+`"}]}`...)
	f.data[2] = []pipeline.Data{{SHA2: strings.ToLower(sha2), Content: []byte("data")}}
	var parts []string
	f.answer = func(w http.ResponseWriter, r *http.Request) bool {
		kind, p, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "multipart/mixed" {
			return false
		}
		body := multipart.NewReader(r.Body, p["boundary"])
		for {
			part, err := body.NextRawPart()
			if err != nil {
				break
			}
			content, _ := io.ReadAll(part)
			parts = append(parts, part.Header.Get("Content-Type")+" "+part.Header.Get("X-Experience-API-Hash")+" "+part.Header.Get("Content-Transfer-Encoding")+" "+string(content[:4]))
		}
		_, _ = fmt.Fprintf(w, "[%q]", f.log[1].ID)
		return true
	}
	f.step()
	f.want([]string{"1", "3"}, nil, 3)
	if diff := cmp.Diff([]string{`application/json   [{"i`, "text/plain " + sha2 + " binary data"}, parts); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
}
