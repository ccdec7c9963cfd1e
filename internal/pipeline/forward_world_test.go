package pipeline_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
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
	again    []int64 // positions to send once more
	released int
	paused   bool
	kept     chan struct{} // told when the lease is prolonged, when it is set
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
	if f.due.After(now) || f.target.Pos >= int64(len(f.log)) && len(f.again) == 0 || slices.Contains(except, "t") || f.paused {
		return pipeline.Target{}, false, nil
	}
	f.target.Holder = holder
	return f.target, true, nil
}

func (f *forwarding) Keep(context.Context, pipeline.Target, time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case f.kept <- struct{}{}:
	default:
	}
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
	f.again = slices.DeleteFunc(f.again, func(pos int64) bool {
		return slices.Contains(s.Took, pos) || slices.ContainsFunc(s.Dead, func(d pipeline.Dead) bool { return d.Pos == pos })
	})
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

func (f *forwarding) Again(context.Context, pipeline.Target, int) (out []pipeline.Outgoing, err error) {
	for _, pos := range f.again {
		out = append(out, f.log[pos-1])
	}
	return out, nil
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
