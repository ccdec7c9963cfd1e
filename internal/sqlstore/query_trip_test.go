package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"cairn/internal/storetest"
	"cairn/xapi/lrs"
)

// TestQueryTakesOneRoundTrip holds what a query costs on PostgreSQL: one statement, whatever it filters by, and one more where it has
// to find the position of a time or that of the end. What was never sent on the connection is prepared before.
func TestQueryTakesOneRoundTrip(t *testing.T) {
	d := storetest.Postgres(t)
	between := putBetween(t, &d)
	s, ctx := d.Open(t), context.Background()
	if err := s.Add(ctx, storetest.Key, storetest.Prepare1K(t, 0, 60)); err != nil {
		t.Fatal(err)
	}
	agent, verb := "account|https://lms.example.org|7", "http://adlnet.gov/expapi/verbs/verb7"
	for name, c := range map[string]struct {
		q    lrs.Query
		want int64
	}{
		"all":            {lrs.Query{UpTo: 60}, 1},
		"agent":          {lrs.Query{UpTo: 60, Agent: agent}, 1},
		"verb":           {lrs.Query{UpTo: 60, Verb: verb}, 1},
		"related agents": {lrs.Query{UpTo: 60, Agent: agent, RelatedAgents: true}, 1},
		"since":          {lrs.Query{UpTo: 60, Since: d.Clock.Now().Add(-time.Hour), Ascending: true}, 2},
		"no end given":   {lrs.Query{}, 2},
		"nobody":         {lrs.Query{UpTo: 60, Agent: "mbox|mailto:nobody@example.org"}, 1},
	} {
		c.q.Limit = 10
		ask := func() int64 {
			before := between.trips.Load()
			if _, err := s.Query(ctx, c.q); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			return between.trips.Load() - before
		}
		if ask(); ask() != c.want {
			t.Errorf("%s: took %d round trips, not %d", name, ask(), c.want)
		}
	}
}

func TestThroughTakesOneRoundTrip(t *testing.T) {
	d := storetest.Postgres(t)
	between := putBetween(t, &d)
	s, ctx := d.Open(t), context.Background()
	if err := s.Add(ctx, storetest.Key, storetest.Prepare1K(t, 0, 2)); err != nil {
		t.Fatal(err)
	}
	var took int64
	for range 2 {
		before := between.trips.Load()
		if reach, err := s.Through(ctx); err != nil || reach.Pos != 2 {
			t.Fatalf("%+v, %v", reach, err)
		}
		took = between.trips.Load() - before
	}
	if took != 1 {
		t.Errorf("took %d round trips", took)
	}
}
