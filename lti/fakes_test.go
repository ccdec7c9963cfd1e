package lti_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"cairn/lti"
)

// clock is a time that tests move by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// registrations keeps registrations in memory.
type registrations struct {
	mu  sync.Mutex
	all []lti.Registration
}

func (r *registrations) ByIssuer(_ context.Context, issuer, client string) (lti.Registration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found []lti.Registration
	for _, one := range r.all {
		if one.Issuer == issuer && (client == "" || one.ClientID == client) {
			found = append(found, one)
		}
	}
	switch len(found) {
	case 0:
		return lti.Registration{}, lti.ErrUnknownRegistration
	case 1:
		return found[0], nil
	}
	return lti.Registration{}, lti.ErrAmbiguousRegistration
}

func (r *registrations) Registration(_ context.Context, id string) (lti.Registration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.all {
		if one.ID == id {
			return one, nil
		}
	}
	return lti.Registration{}, lti.ErrUnknownRegistration
}

// change edits the registration of the id, or removes it when the edit answers false.
func (r *registrations) change(id string, edit func(*lti.Registration) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.all {
		if r.all[i].ID == id && !edit(&r.all[i]) {
			r.all = append(r.all[:i], r.all[i+1:]...)
			return
		}
	}
}

// logins keeps logins in memory. Two tools that share it stand for two processes on one database.
type logins struct {
	mu    sync.Mutex
	all   map[string]lti.Login
	spent map[string]bool
	lag   bool // reads do not see what was spent, as on another process a moment ago
}

func newLogins() *logins { return &logins{all: map[string]lti.Login{}, spent: map[string]bool{}} }

func (l *logins) SaveLogin(_ context.Context, login lti.Login) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all[login.State] = login
	return nil
}

func (l *logins) Login(_ context.Context, state string) (lti.Login, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	login, ok := l.all[state]
	if !ok {
		return lti.Login{}, lti.ErrStateUnknown
	}
	if l.spent[state] && !l.lag {
		return lti.Login{}, lti.ErrStateSpent
	}
	return login, nil
}

func (l *logins) SpendLogin(_ context.Context, state string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.all[state]; !ok {
		return lti.ErrStateUnknown
	}
	if l.spent[state] {
		return lti.ErrNonceSpent
	}
	l.spent[state] = true
	return nil
}

func (l *logins) spentCount() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.spent)
}

// served answers HTTP requests in memory.
type served func(*http.Request) (*http.Response, error)

func (s served) RoundTrip(r *http.Request) (*http.Response, error) { return s(r) }

// respond makes an answer of a status, a content type and a body.
func respond(status int, kind, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {kind}},
		Body: io.NopCloser(strings.NewReader(body)),
	}
}
