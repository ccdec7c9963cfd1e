package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/lti"
)

var _ web.Sessions = (*sqlstore.Store)(nil)

func TestEnterKeepsWhatALaunchBrings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		e := visit(r, "4", d.Clock.Now())
		got := enter(t, s, e)
		if got.Account == "" || got.Learner == "" || got.Placement == "" {
			t.Fatalf("not completed: %+v", got)
		}
		want := e.Session
		want.Account, want.Learner, want.Placement = got.Account, got.Learner, got.Placement
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Enter (-want +got):\n%s", diff)
		}
		read, err := s.Session(ctx, e.Session.Hash, d.Clock.Now())
		if diff := cmp.Diff(want, read); diff != "" || err != nil {
			t.Errorf("Session: %v (-want +got):\n%s", err, diff)
		}
		if diff := cmp.Diff([]string{"+account|https://lms.example|4 of 4"}, events(t, s)); diff != "" {
			t.Errorf("links (-want +got):\n%s", diff)
		}
	})
}

// A returning person's launch writes the row of its session and nothing else.
func TestEnterAgainWritesOnlyTheSession(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		r := register(t, s, "c1")
		tables := []string{"learner", "account", "account_claim", "account_link", "course", "membership", "placement", "delivery", "event"}
		counts := func() map[string]int {
			out := map[string]int{}
			for _, table := range tables {
				out[table] = count(t, d, table)
			}
			return out
		}
		first := enter(t, s, visit(r, "4", d.Clock.Now()))
		before := counts()
		for _, change := range []func(*web.Entry){
			func(*web.Entry) {},
			func(e *web.Entry) { e.Claims.Name, e.Claims.Email, e.Course.Title, e.Placement.Title = "", "", "", "" },
			func(e *web.Entry) { e.Placement.LineItem, e.Placement.Framework = "", "" },
		} {
			again := enter(t, s, visit(r, "4", d.Clock.Now(), change))
			if again.Account != first.Account || again.Learner != first.Learner || again.Placement != first.Placement {
				t.Errorf("not the same person or link: %+v", again)
			}
		}
		if diff := cmp.Diff(before, counts()); diff != "" {
			t.Errorf("rows (-before +after):\n%s", diff)
		}
		if n := count(t, d, "session"); n != 4 {
			t.Errorf("%d sessions, want 4", n)
		}
	})
}

// Settled question 1: an account is issuer and subject, whichever registration it comes through.
func TestEnterKnowsTheAccountThroughAnotherClient(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		one, two := register(t, s, "c1"), register(t, s, "c2")
		other := register(t, s, "c1", func(r *sqlstore.Registration) { r.Issuer = "https://other.example" })
		a, b, c := enter(t, s, visit(one, "4", d.Clock.Now())), enter(t, s, visit(two, "4", d.Clock.Now())), enter(t, s, visit(other, "4", d.Clock.Now()))
		if a.Account != b.Account || a.Learner != b.Learner {
			t.Error("two clients of one issuer make two people")
		}
		if a.Account == c.Account || a.Learner == c.Learner {
			t.Error("the same subject of two issuers is one person")
		}
		want := []string{"+account|https://lms.example|4 of 4", "+account|https://lms.example|4 of 4", "+account|https://other.example|4 of 4"}
		if diff := cmp.Diff(want, events(t, s)); diff != "" {
			t.Errorf("links (-want +got):\n%s", diff)
		}
	})
}

// Anonymous launches, test users and previews: the page works, nothing is recorded of the person (lti.md).
func TestEnterKeepsNobody(t *testing.T) {
	for name, change := range map[string]func(*web.Entry){
		"anonymous":    func(e *web.Entry) { e.Claims.Subject = "" },
		"not recorded": func(e *web.Entry) { e.Record = false },
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				s := d.Open(t)
				r := register(t, s, "c1")
				enter(t, s, visit(r, "4", d.Clock.Now()))
				got := enter(t, s, visit(r, "4", d.Clock.Now(), change))
				if got.Account != "" || got.Learner != "" || got.Placement == "" {
					t.Errorf("session of %+v", got)
				}
				if n := count(t, d, "account"); n != 1 {
					t.Errorf("%d accounts", n)
				}
			})
		})
	}
}

func TestEnterWithoutCourseOrLink(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		r := register(t, s, "c1")
		got := enter(t, s, visit(r, "4", d.Clock.Now(), func(e *web.Entry) { e.Course, e.Placement = web.Course{}, web.Placement{} }))
		if got.Account == "" || got.Placement != "" {
			t.Errorf("session of %+v", got)
		}
		for _, table := range []string{"course", "membership", "placement"} {
			if n := count(t, d, table); n != 0 {
				t.Errorf("%d rows of %s", n, table)
			}
		}
	})
}

func TestEnterThroughAnUnknownRegistration(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		r := sqlstore.Registration{Registration: lti.Registration{ID: "nobody", Issuer: issuer}}
		e := visit(r, "4", d.Clock.Now())
		begin(t, s, e)
		if _, err := s.Enter(context.Background(), e); !errors.Is(err, lti.ErrUnknownRegistration) {
			t.Errorf("got %v", err)
		}
		for _, table := range []string{"learner", "account", "session"} {
			if n := count(t, d, table); n != 0 {
				t.Errorf("%d rows of %s are left behind", n, table)
			}
		}
	})
}

// Many people at once, and the same person in several tabs, through two processes.
func TestEnterTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here, there := d.Open(t), d.Open(t)
		r, r2 := register(t, here, "c1"), register(t, here, "c2")
		var entries []web.Entry
		for i := range 8 {
			for range 4 {
				entries = append(entries, visit(r, fmt.Sprint(i), d.Clock.Now()), visit(r2, fmt.Sprint(i), d.Clock.Now()))
			}
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		people := map[string]map[string]bool{}
		for i, e := range entries {
			s := []*sqlstore.Store{here, there}[i/2%2]
			begin(t, s, e)
			wg.Go(func() {
				got, err := s.Enter(context.Background(), e)
				if err != nil {
					t.Errorf("enter: %v", err)
				}
				mu.Lock()
				defer mu.Unlock()
				if people[e.Claims.Subject] == nil {
					people[e.Claims.Subject] = map[string]bool{}
				}
				people[e.Claims.Subject][got.Learner] = true
			})
		}
		wg.Wait()
		for subject, learners := range people {
			if len(learners) != 1 {
				t.Errorf("subject %s is %d people", subject, len(learners))
			}
		}
		want := map[string]int{"learner": 8, "account": 8, "account_claim": 16, "account_link": 16, "event": 16, "placement": 2, "course": 2, "session": 64}
		for table, n := range want {
			if got := count(t, d, table); got != n {
				t.Errorf("%d rows of %s, want %d", got, table, n)
			}
		}
	})
}

func TestSessionEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		e := visit(r, "4", d.Clock.Now())
		enter(t, s, e)
		if _, err := s.Session(ctx, "another", d.Clock.Now()); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("unknown: %v", err)
		}
		d.Clock.Move(50 * time.Minute)
		until := d.Clock.Now().Add(time.Hour)
		if err := s.Prolong(ctx, e.Session.Hash, until); err != nil {
			t.Fatal(err)
		}
		if err := s.Prolong(ctx, e.Session.Hash, d.Clock.Now()); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(50 * time.Minute)
		if got, err := s.Session(ctx, e.Session.Hash, d.Clock.Now()); err != nil || !got.ExpiresAt.Equal(until) {
			t.Errorf("prolonged: until %v, %v", got.ExpiresAt, err)
		}
		d.Clock.Move(10 * time.Minute)
		if _, err := s.Session(ctx, e.Session.Hash, d.Clock.Now()); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("expired: %v", err)
		}
		if err := s.Prolong(ctx, e.Session.Hash, d.Clock.Now().Add(time.Hour)); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("an expired session was prolonged: %v", err)
		}
		d.Clock.Move(2 * time.Hour)
		if swept, err := s.Sweep(ctx); err != nil || swept.Sessions != 1 {
			t.Errorf("swept %d sessions, %v", swept.Sessions, err)
		}
	})
}

func TestSessionOfADisabledRegistrationIsOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		e := visit(r, "4", d.Clock.Now())
		enter(t, s, e)
		if _, err := s.RemoveRegistration(ctx, r.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Session(ctx, e.Session.Hash, d.Clock.Now()); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
}

// A line item once known is not forgotten when a launch leaves it out (lti.md: "lineitem vanishes from launches").
func TestPlacementKeepsItsLineItem(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		who := enter(t, s, visit(r, "4", d.Clock.Now()))
		enter(t, s, visit(r, "4", d.Clock.Now(), func(e *web.Entry) { e.Placement.LineItem, e.Placement.Title = "", "Renamed" }))
		project(t, s, d, batch(0, 1, evidenced(who.Learner, "a", d.Clock.Now())))
		due, err := s.Deliveries().Claim(ctx, d.Clock.Now(), d.Clock.Now().Add(time.Minute), 10)
		if err != nil || len(due) != 1 || due[0].LineItem != issuer+"/items/7?type=1" {
			t.Errorf("due: %+v, %v", due, err)
		}
		all, err := s.ListDeliveries(ctx, sqlstore.DeliveryQuery{Limit: 10})
		if err != nil || len(all) != 1 || all[0].Link != "Renamed" {
			t.Errorf("listed: %+v, %v", all, err)
		}
	})
}

// Scores become due when a launch makes a new pair of link and learner, where there is progress to show.
func TestEnterMakesScoresDue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		now := d.Clock.Now()
		link := func(id string) func(*web.Entry) {
			return func(e *web.Entry) { e.Placement.LinkID, e.Placement.LineItem = id, issuer+"/items/"+id }
		}
		teacher := func(e *web.Entry) { e.IsLearner = false }
		who := enter(t, s, visit(r, "4", now, link("7")))
		enter(t, s, visit(r, "5", now, link("7")))
		project(t, s, d, batch(0, 1, evidenced(who.Learner, "a", now)))
		claim := func() (items []string) {
			due, err := s.Deliveries().Claim(ctx, d.Clock.Now(), d.Clock.Now().Add(time.Minute), 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range due {
				items = append(items, x.LineItem+" "+x.Subject)
				if err := s.Deliveries().Done(ctx, x, nil, 0, time.Time{}); err != nil {
					t.Fatal(err)
				}
			}
			return items
		}
		steps := []struct {
			name string
			e    web.Entry
			want []string
		}{
			{"progress", web.Entry{}, []string{issuer + "/items/7 4"}},
			{"nothing new", visit(r, "4", now, link("7")), nil},
			{"a teacher's new link", visit(r, "9", now, link("8"), teacher), []string{issuer + "/items/8 4"}},
			{"another line item", visit(r, "9", now, link("8"), teacher, func(e *web.Entry) { e.Placement.LineItem += "b" }), []string{issuer + "/items/8b 4"}},
			{"another part shown", visit(r, "9", now, link("8"), teacher, func(e *web.Entry) { e.Placement.LineItem, e.Placement.Node = "", "d" }), []string{issuer + "/items/8b 4"}},
			{"no longer a learner", visit(r, "4", now, link("8"), teacher, func(e *web.Entry) { e.Placement.LineItem, e.Placement.Framework = "", "" }), nil},
			{"a learner again", visit(r, "4", now, link("7")), []string{issuer + "/items/7 4", issuer + "/items/8b 4"}},
		}
		for _, step := range steps {
			if step.e.Session.Hash != "" {
				enter(t, s, step.e)
			}
			if diff := cmp.Diff(step.want, claim(), cmp.Transformer("sort", sorted)); diff != "" {
				t.Errorf("%s: due (-want +got):\n%s", step.name, diff)
			}
		}
	})
}

func TestEnterWhileProgressIsCommitted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		r := register(t, s, "c1")
		who := enter(t, s, visit(r, "0", d.Clock.Now()))
		project(t, s, d)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range int64(30) {
				if err := s.Projection().Commit(context.Background(), batch(i, i+1, evidenced(who.Learner, "a", d.Clock.Now()))); err != nil {
					t.Errorf("commit: %v", err)
				}
			}
		})
		for i := range 30 {
			e := visit(r, fmt.Sprint(i), d.Clock.Now(), func(e *web.Entry) { e.Placement.LineItem = fmt.Sprint(issuer, "/items/", i%2) })
			begin(t, s, e)
			wg.Go(func() {
				if _, err := s.Enter(context.Background(), e); err != nil {
					t.Errorf("enter: %v", err)
				}
			})
		}
		wg.Wait()
		if c, err := s.Projection().Cursor(context.Background()); err != nil || c != (pipeline.Cursor{Pos: 30}) {
			t.Errorf("cursor %+v, %v", c, err)
		}
	})
}
