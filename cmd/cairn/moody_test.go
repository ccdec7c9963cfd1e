package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// moody is a pretend record store. Under /from it gives statements page by page, under /to it takes them; each of its failures comes
// round again and again, and it may set off a trap in the middle of a request.
type moody struct {
	url string

	mu    sync.Mutex
	asked int               // requests
	moods map[string]int    // failures that were given, by name
	trap  *trap             // nil when none is set
	gives []string          // statements under /from, in order of stored
	order []string          // ids under /to in the order of their first arrival
	has   map[string]string // what arrived, by id
	again int               // how often something arrived that was there
}

// trap goes off at the n-th request of a method: in the middle of it, before the answer is whole, or after it.
type trap struct {
	method string
	n      int
	after  bool
	spring func()
}

const (
	moodyPage  = 20 // statements of an answer
	moodyEvery = 8  // every such request fails
)

// failures are the ways to fail, in the order in which they come. Each says whether it did.
var failures = []struct {
	name string
	fail func(w http.ResponseWriter)
}{
	{"429", func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
	}},
	{"nonsense", func(w http.ResponseWriter) { _, _ = io.WriteString(w, "<html>sign in</html>") }},
	{"500", func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }},
	{"hangs up", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }},
}

// newMoody starts one that gives n statements, ten seconds of stored apart.
func newMoody(t *testing.T, n int) *moody {
	m := &moody{moods: map[string]int{}, has: map[string]string{}}
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		stored := began.Add(time.Duration(i) * 10 * time.Second).Format(time.RFC3339)
		m.gives = append(m.gives, strings.Replace(statementLine(i, "v"), "2026-01-02T00:00:00Z", stored, 1))
	}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	m.url = server.URL
	return m
}

// set sets a trap.
func (m *moody) set(t *trap) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trap = t
}

// ServeHTTP answers, or fails.
func (m *moody) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if strings.HasSuffix(r.URL.Path, "/about") {
		_, _ = io.WriteString(w, `{"version":["1.0.3"]}`)
		return
	}
	if m.asked++; m.asked%moodyEvery == 0 {
		f := failures[m.asked/moodyEvery%len(failures)]
		m.moods[f.name]++
		f.fail(w)
		return
	}
	sprung := m.sprung(r.Method)
	if r.Method == http.MethodPost {
		m.take(w, r, sprung)
	} else {
		m.give(w, r, sprung)
	}
	if sprung != nil {
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		sprung.spring()
	}
}

// sprung says whether the trap goes off at this request.
func (m *moody) sprung(method string) *trap {
	t := m.trap
	if t == nil || t.method != method {
		return nil
	}
	if t.n--; t.n > 0 {
		return nil
	}
	m.trap = nil
	return t
}

// take keeps statements. A trap in the middle goes off when they are kept, and before anybody is told.
func (m *moody) take(w http.ResponseWriter, r *http.Request, sprung *trap) {
	var all []json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	ids := []string{}
	for _, raw := range all {
		var s struct{ ID string }
		_ = json.Unmarshal(raw, &s)
		ids = append(ids, s.ID)
		if had, ok := m.has[s.ID]; ok {
			m.again++
			if had != string(raw) { // the same id for something else
				w.WriteHeader(http.StatusConflict)
				return
			}
			continue
		}
		m.order, m.has[s.ID] = append(m.order, s.ID), string(raw)
	}
	if sprung != nil && !sprung.after {
		sprung.spring()
		panic(http.ErrAbortHandler)
	}
	_ = json.NewEncoder(w).Encode(ids)
}

// give answers a page, whose more link names the place to go on. A trap in the middle goes off when half of it is sent.
func (m *moody) give(w http.ResponseWriter, r *http.Request, sprung *trap) {
	q := r.URL.Query()
	from, _ := strconv.Atoi(q.Get("from"))
	if since := q.Get("since"); since != "" && from == 0 {
		for from < len(m.gives) && !after(m.gives[from], since) {
			from++
		}
	}
	end, more := min(len(m.gives), from+moodyPage), ""
	if end < len(m.gives) {
		more = fmt.Sprintf("/from/statements?from=%d", end)
	}
	body := fmt.Sprintf(`{"statements":[%s],"more":%q}`, strings.Join(m.gives[from:end], ","), more)
	if sprung != nil && !sprung.after {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = io.WriteString(w, body[:len(body)/2])
		sprung.spring()
		panic(http.ErrAbortHandler)
	}
	_, _ = io.WriteString(w, body)
}

// after says whether a statement was stored after a time.
func after(statement, since string) bool {
	var s struct{ Stored time.Time }
	_ = json.Unmarshal([]byte(statement), &s)
	at, err := time.Parse(time.RFC3339Nano, since)
	return err != nil || s.Stored.After(at)
}
