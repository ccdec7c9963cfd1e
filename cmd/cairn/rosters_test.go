package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"cairn/internal/web"
	"cairn/lti"
	"cairn/lti/ltitest"
)

// withoutList is a launch of a platform that shares no list of people.
func withoutList(t *ltitest.Token) {
	delete(t.Claims, lti.ClaimNamesRoles)
}

// people opens the list of a course's learners as somebody who leads it.
func (r *rung) people(t *testing.T, bends ...ltitest.Bend) string {
	t.Helper()
	lead := visitor{T: t, client: ltitest.NewBrowser(ltitest.AllCookies)}
	page, _ := lead.read(r.lms.Launch(t.Context(), lead.client, r.sampled.Author, r.sampled.Link, bends...))
	return page
}

func (r *rung) learn(t *testing.T, user, link string) {
	t.Helper()
	v := visitor{T: t, client: ltitest.NewBrowser(ltitest.AllCookies)}
	v.read(r.lms.Launch(t.Context(), v.client, user, link))
}

// asked counts the lists that the platform was asked for.
func (r *rung) asked() (n int) {
	for _, q := range r.lms.Requests() {
		if strings.Contains(q.URL, "/memberships") {
			n++
		}
	}
	return n
}

// TestPeopleComeFromTheRoster (NRPS 2.0, 2): the platform is asked once, and its list decides who is seen.
func TestPeopleComeFromTheRoster(t *testing.T) {
	for _, profile := range []ltitest.Profile{ltitest.Moodle(), ltitest.Strict()} {
		t.Run(profile.Name, func(t *testing.T) {
			r := startRung(t, profile, false)
			v := visitor{T: t}
			r.learn(t, r.sampled.Learner, r.sampled.Link)
			r.learn(t, r.sampled.Other, r.sampled.SecondLink) // of another course
			page := r.people(t)
			v.holds(page, "Lena Learner", "1 learner, 6 domains.", "1 of 2 people on the list have opened Cairn.")
			if strings.Contains(page, "Omar") || strings.Contains(page, "Aoife") || strings.Contains(page, "List of people from") {
				t.Errorf("the page:\n%s", page)
			}
			r.learn(t, r.sampled.Other, r.sampled.Link)
			v.holds(r.people(t), "Lena Learner", "Omar Other", "2 of 2 people on the list have opened Cairn.")
			if n := r.asked(); n != 1 {
				t.Errorf("the platform was asked %d times", n)
			}
			kept, err := r.store.CachedRoster(t.Context(), r.registration(t), r.sampled.Course)
			if err != nil || len(kept.Roster.Members) != 4 {
				t.Fatalf("%+v, %v", kept, err)
			}
			for _, m := range kept.Roster.Members {
				if m.Email != "" || m.SourcedID != "" || m.Name == "" {
					t.Errorf("kept of a member: %+v", m)
				}
			}
		})
	}
}

// TestPeopleWithoutARoster are those seen here.
func TestPeopleWithoutARoster(t *testing.T) {
	r := startRung(t, ltitest.Canvas(), false)
	r.learn(t, r.sampled.Learner, r.sampled.Link)
	page := r.people(t, withoutList)
	visitor{T: t}.holds(page, "Lena Learner", "These are the people seen here.")
	if n := r.asked(); n != 0 || strings.Contains(page, "on the list") {
		t.Errorf("asked %d times:\n%s", n, page)
	}
}

// TestPeopleOfARosterThatFails: the last list is shown with its age, and who is not on it is not.
func TestPeopleOfARosterThatFails(t *testing.T) {
	r := startRung(t, ltitest.Moodle(), false)
	r.learn(t, r.sampled.Learner, r.sampled.Link)
	r.learn(t, r.sampled.Other, r.sampled.Link)
	at := time.Now().Add(-26 * time.Hour)
	if err := r.store.SaveRoster(t.Context(), lti.CachedRoster{
		Registration: r.registration(t), Context: r.sampled.Course, ReadAt: at,
		Roster: lti.Roster{Members: []lti.Member{{UserID: r.sampled.Learner, Name: "L. Learner", Status: lti.MemberActive, Roles: lti.ParseRoles([]string{"Learner"})}}},
	}); err != nil {
		t.Fatal(err)
	}
	elsewhere := func(k *ltitest.Token) {
		k.Claims[lti.ClaimNamesRoles] = map[string]any{"context_memberships_url": r.lms.Issuer() + "/nowhere", "service_versions": []string{"2.0"}}
	}
	page := r.people(t, elsewhere)
	visitor{T: t}.holds(page, "L. Learner", "1 of 1 person on the list has opened Cairn.", "List of people from "+at.UTC().Format("2 January 2006"))
	if strings.Contains(page, "Omar") {
		t.Errorf("somebody who is not on the list:\n%s", page)
	}
}

// registration is the id of the only one.
func (r *rung) registration(t *testing.T) string {
	t.Helper()
	reg, err := r.store.ByIssuer(t.Context(), r.lms.Issuer(), "")
	if err != nil {
		t.Fatal(err)
	}
	return reg.ID
}

// slowLMS answers tokens at once, and lists of people when it is let.
type slowLMS struct {
	mu      sync.Mutex
	asked   int
	status  int
	members string
	let     chan struct{}
}

func (l *slowLMS) RoundTrip(r *http.Request) (*http.Response, error) {
	answer := func(status int, kind, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {kind}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
	if strings.HasSuffix(r.URL.Path, "/token") {
		return answer(200, "application/json", `{"access_token":"t","token_type":"Bearer","expires_in":3600}`)
	}
	l.mu.Lock()
	l.asked++
	status, body := l.status, l.members
	l.mu.Unlock()
	select {
	case <-l.let:
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return answer(status, lti.MediaMembership, `{"id":"x","context":{"id":"2"},"members":[`+body+`]}`)
}

// oneRoster keeps one roster in memory.
type oneRoster struct {
	mu   sync.Mutex
	kept *lti.CachedRoster
}

func (o *oneRoster) SaveRoster(_ context.Context, r lti.CachedRoster) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.kept = &r
	return nil
}

func (o *oneRoster) CachedRoster(context.Context, string, string) (lti.CachedRoster, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.kept == nil {
		return lti.CachedRoster{}, lti.ErrNoRoster
	}
	return *o.kept, nil
}

func (o *oneRoster) Registration(context.Context, string) (lti.Registration, error) {
	return lti.Registration{ID: "r", Issuer: "https://lms.example", ClientID: "c", TokenEndpoint: "https://lms.example/token"}, nil
}

// TestRosterIsNotWaitedForLong: a page goes on without it, it is asked for once meanwhile, and the next page has it.
func TestRosterIsNotWaitedForLong(t *testing.T) {
	key, err := lti.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	now, log := time.Date(2026, 11, 23, 13, 10, 0, 0, time.UTC), &bytes.Buffer{}
	lms := &slowLMS{status: 200, members: `{"user_id":"4","roles":["Learner"],"given_name":"Sam","family_name":"Student"}`, let: make(chan struct{})}
	client, store := &http.Client{Transport: lms}, &oneRoster{}
	clock := func() time.Time { return now }
	r := &rosters{
		store: store, services: &lti.Services{Client: client, Tokens: lti.NewTokens(client, func() lti.KeyPair { return key }, clock), Now: clock},
		now: clock, log: slog.New(slog.NewTextHandler(log, nil)), life: t.Context(), wait: time.Millisecond, flights: map[rosterKey]*rosterFlight{},
	}
	course, address := web.Course{Registration: "r", ID: "2"}, "https://lms.example/memberships"
	for range 2 {
		if l, err := r.People(t.Context(), course, address); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("before the list is there: %+v, %v", l, err)
		}
	}
	close(lms.let)
	<-r.flights[rosterKey{"r", "2"}].done
	began := now
	for _, step := range []struct {
		later, age time.Duration
		status     int
		asked      int
		late       bool
	}{
		{0, 0, 200, 1, false}, {rosterFresh - time.Second, rosterFresh - time.Second, 200, 1, false}, // fresh
		{rosterFresh, rosterFresh, 503, 2, true}, {rosterFresh + time.Second, rosterFresh + time.Second, 503, 2, true}, // failed a moment ago
		{rosterFresh + rosterAgain, 0, 200, 3, false},
	} {
		now, r.wait = began.Add(step.later), within
		lms.mu.Lock()
		lms.status = step.status
		lms.mu.Unlock()
		l, err := r.People(t.Context(), course, address)
		if err != nil || len(l.People) != 1 || l.People[0] != (web.Listed{Subject: "4", Name: "Sam Student", IsLearner: true}) {
			t.Fatalf("%+v: %+v, %v", step, l, err)
		}
		if lms.asked != step.asked || l.Late != step.late || now.Sub(l.ReadAt) != step.age {
			t.Errorf("%+v: asked %d times, late %t, %s old", step, lms.asked, l.Late, now.Sub(l.ReadAt))
		}
	}
	if text := fmt.Sprint(log); !strings.Contains(text, "read the list of a course") || strings.Contains(text, "Sam") {
		t.Errorf("the log: %s", text)
	}
}
