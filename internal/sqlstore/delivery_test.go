package sqlstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
)

// owed is a store in which n learners of a course are owed a score.
func owed(t *testing.T, d storetest.Database, n int) (*sqlstore.Store, []web.Session) {
	s := d.Open(t)
	r := register(t, s, "c1")
	var people []web.Session
	b := batch(0, 1)
	for i := range n {
		people = append(people, enter(t, s, visit(r, fmt.Sprint(i), d.Clock.Now())))
		evidenced(people[i].Learner, "a", d.Clock.Now())(&b)
	}
	project(t, s, d, b)
	return s, people
}

func claim(t *testing.T, s *sqlstore.Store, d storetest.Database, limit int) []pipeline.Delivery {
	t.Helper()
	now := d.Clock.Now()
	due, err := s.Deliveries().Claim(context.Background(), now, now.Add(time.Minute), limit)
	if err != nil {
		t.Fatalf("claim: %v", err)
	}
	return due
}

func TestDeliveryKnowsWhatTheScoreNeeds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, people := owed(t, d, 1)
		due := claim(t, s, d, 10)
		want := []pipeline.Delivery{{ID: due[0].ID, Registration: people[0].Registration, LineItem: issuer + "/items/7?type=1", Account: people[0].Account,
			Subject: "0", Learner: people[0].Learner, Framework: "fw", Wanted: 1}}
		if diff := cmp.Diff(want, due); diff != "" {
			t.Errorf("Claim (-want +got):\n%s", diff)
		}
	})
}

func TestDeliveryLife(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, people := owed(t, d, 1)
		ctx, ds := context.Background(), s.Deliveries()
		do := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		one := func(name string, want pipeline.Delivery) pipeline.Delivery {
			t.Helper()
			due := claim(t, s, d, 10)
			if len(due) != 1 {
				t.Fatalf("%s: %d are due", name, len(due))
			}
			got := due[0]
			want.ID, want.Registration, want.LineItem, want.Account = got.ID, got.Registration, got.LineItem, got.Account
			want.Subject, want.Learner, want.Framework = "0", people[0].Learner, "fw"
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			return got
		}
		none := func(name string) {
			t.Helper()
			if due := claim(t, s, d, 10); len(due) != 0 {
				t.Fatalf("%s: %+v is due", name, due)
			}
		}
		again := func(from int64) {
			t.Helper()
			project(t, s, d, batch(from, from+1, func(b *pipeline.Batch) { b.Scored = []string{people[0].Learner} }))
		}
		x := one("first", pipeline.Delivery{Wanted: 1})
		none("while it is leased")
		do(ds.Retry(ctx, x, d.Clock.Now().Add(10*time.Second), "platform answers 500"))
		none("before its time")
		again(1)
		none("before its time, although more is owed")
		d.Clock.Move(10 * time.Second)
		x = one("in its time", pipeline.Delivery{Wanted: 2, Attempts: 1})
		do(ds.Retry(ctx, x, d.Clock.Now(), ""))
		x = one("after a wait", pipeline.Delivery{Wanted: 2, Attempts: 1})
		given, at := 1, d.Clock.Now()
		do(ds.Done(ctx, x, &given, 5, at))
		none("after it was done")
		again(2)
		x = one("when more is owed", pipeline.Delivery{Wanted: 3, LastGiven: &given, LastMaximum: 5, LastAt: at})
		again(3)
		do(ds.Done(ctx, x, nil, 0, time.Time{}))
		x = one("owed anew while it was sent", pipeline.Delivery{Wanted: 4, LastGiven: &given, LastMaximum: 5, LastAt: at})
		d.Clock.Move(2 * time.Minute)
		x = one("its lease is over", x)
		do(ds.GiveUp(ctx, x, "platform answers 400"))
		none("given up")
		all, err := s.ListDeliveries(ctx, sqlstore.DeliveryQuery{Limit: 10})
		if err != nil || len(all) != 1 || all[0].Problem != "platform answers 400" || !all[0].Due.IsZero() || !all[0].Leased.IsZero() {
			t.Errorf("listed %+v, %v", all, err)
		}
		again(4)
		one("owed anew after it was given up", pipeline.Delivery{Wanted: 5, LastGiven: &given, LastMaximum: 5, LastAt: at})
	})
}

func TestClaimIsBounded(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, _ := owed(t, d, 5)
		if a, b, c := claim(t, s, d, 2), claim(t, s, d, 2), claim(t, s, d, 2); len(a) != 2 || len(b) != 2 || len(c) != 1 {
			t.Errorf("claimed %d, %d, %d of 5", len(a), len(b), len(c))
		}
	})
}

// Claims are leases: two processes never send the same delivery at once.
func TestTwoProcessesNeverClaimTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		here, _ := owed(t, d, 60)
		there := d.Open(t)
		var mu sync.Mutex
		var wg sync.WaitGroup
		claimed := map[string]int{}
		for i := range 8 {
			ds, now := []*sqlstore.Store{here, there}[i%2].Deliveries(), d.Clock.Now()
			wg.Go(func() {
				for range 10 {
					due, err := ds.Claim(context.Background(), now, now.Add(time.Minute), 3)
					if err != nil {
						t.Errorf("claim: %v", err)
					}
					mu.Lock()
					for _, x := range due {
						claimed[x.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for id, n := range claimed {
			if n != 1 {
				t.Errorf("%s was claimed %d times", id, n)
			}
		}
		if rest := claim(t, here, d, 100); len(claimed)+len(rest) != 60 {
			t.Errorf("%d of 60 were claimed, and %d are left", len(claimed), len(rest))
		}
	})
}

// While a replay has not caught up progress looks lost: no score may tell so.
func TestNothingIsSentDuringAReplay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, people := owed(t, d, 1)
		ctx := context.Background()
		if n, err := s.Deliveries().Evidenced(ctx, people[0].Learner, []string{"a", "b"}); n != 1 || err != nil {
			t.Errorf("evidenced %d, %v", n, err)
		}
		if err := s.Projection().Reset(ctx); err != nil {
			t.Fatal(err)
		}
		if due := claim(t, s, d, 10); len(due) != 0 {
			t.Errorf("%d are due", len(due))
		}
		if n, err := s.Deliveries().Evidenced(ctx, people[0].Learner, []string{"a", "b"}); err == nil {
			t.Errorf("evidenced %d during a replay", n)
		}
		project(t, s, d, batch(0, 1, evidenced(people[0].Learner, "a", d.Clock.Now())))
		if due := claim(t, s, d, 10); len(due) != 1 {
			t.Errorf("%d are due when it has caught up", len(due))
		}
	})
}

func TestNothingIsSentToADisabledRegistration(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, people := owed(t, d, 1)
		if _, err := s.RemoveRegistration(context.Background(), people[0].Registration); err != nil {
			t.Fatal(err)
		}
		if due := claim(t, s, d, 10); len(due) != 0 {
			t.Errorf("%d are due", len(due))
		}
	})
}

func TestEvidencedCounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		b := batch(0, 1)
		for i, state := range []mapping.State{mapping.Evidenced, mapping.Expiring, mapping.Expired, mapping.Withdrawn, mapping.InProgress} {
			b.Progress = append(b.Progress, mapping.Progress{Learner: "l", Capability: fmt.Sprint(i), State: state})
		}
		b.Progress = append(b.Progress, mapping.Progress{Learner: "k", Capability: "0", State: mapping.Evidenced})
		project(t, s, d, b)
		for _, tt := range []struct {
			of   []string
			want int
		}{{nil, 0}, {[]string{"9"}, 0}, {[]string{"0", "9"}, 1}, {[]string{"0", "1", "2", "3", "4"}, 2}} {
			if n, err := s.Deliveries().Evidenced(context.Background(), "l", tt.of); n != tt.want || err != nil {
				t.Errorf("of %v: %d, %v", tt.of, n, err)
			}
		}
	})
}
