package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

// mixed is a store with four deliveries: one owed, one that failed, one given up, one done, in the order of their claim.
func mixed(t *testing.T, d storetest.Database) (*sqlstore.Store, string, map[sqlstore.DeliveryState]pipeline.Delivery) {
	t.Helper()
	s, people := owed(t, d, 4)
	ctx, ds, now := context.Background(), s.Deliveries(), d.Clock.Now()
	given := 1
	due := claim(t, s, d, 4)
	for _, err := range []error{
		ds.Retry(ctx, due[0], now, ""),
		ds.Retry(ctx, due[1], now.Add(time.Hour), "platform answers 503"),
		ds.GiveUp(ctx, due[2], "platform answers 400"),
		ds.Done(ctx, due[3], &given, 2, now),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return s, people[0].Registration, map[sqlstore.DeliveryState]pipeline.Delivery{
		sqlstore.DeliveryOwed: due[0], sqlstore.DeliveryWaiting: due[1], sqlstore.DeliveryGivenUp: due[2], sqlstore.DeliveryDone: due[3],
	}
}

func list(t *testing.T, s *sqlstore.Store, q sqlstore.DeliveryQuery) []sqlstore.DeliveryStatus {
	t.Helper()
	all, err := s.ListDeliveries(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestDeliveriesAreListedByState(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		began := d.Clock.Now()
		s, registration, by := mixed(t, d)
		d.Clock.Move(time.Minute)
		all := list(t, s, sqlstore.DeliveryQuery{Registration: registration})
		order := []sqlstore.DeliveryState{sqlstore.DeliveryGivenUp, sqlstore.DeliveryWaiting, sqlstore.DeliveryOwed, sqlstore.DeliveryDone}
		if len(all) != len(order) {
			t.Fatalf("listed %+v", all)
		}
		for i, state := range order {
			got := all[i]
			if got.State != state || got.ID != by[state].ID {
				t.Errorf("%d is %s, want %s", i, got.State, state)
			}
			if owed := state != sqlstore.DeliveryDone; owed != got.OwedSince.Equal(began) || owed == got.OwedSince.IsZero() {
				t.Errorf("%s is owed since %s", state, got.OwedSince)
			}
			one := list(t, s, sqlstore.DeliveryQuery{State: state})
			if len(one) != 1 || one[0].ID != got.ID {
				t.Errorf("by state %s: %+v", state, one)
			}
		}
		for name, q := range map[string]sqlstore.DeliveryQuery{
			"another registration": {Registration: "none"}, "no ids": {IDs: []string{}}, "an unknown id": {IDs: []string{"none"}},
		} {
			if all := list(t, s, q); len(all) != 0 {
				t.Errorf("%s: %+v", name, all)
			}
		}
		want := sqlstore.DeliveryBacklog{Owed: 2, GivenUp: 1, Oldest: began}
		if got, err := s.DeliveryBacklog(context.Background()); got != want || err != nil {
			t.Errorf("the backlog is %+v, %v", got, err)
		}
		if all := list(t, s, sqlstore.DeliveryQuery{Limit: 2}); len(all) != 2 {
			t.Errorf("two at most: %d", len(all))
		}
	})
}

func TestDeliveriesAreTriedAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, registration, by := mixed(t, d)
		ctx := context.Background()
		for name, q := range map[string]sqlstore.DeliveryQuery{
			"done": {IDs: []string{by[sqlstore.DeliveryDone].ID}}, "unknown": {IDs: []string{"none"}}, "another registration": {Registration: "none"},
		} {
			if n, err := s.RetryDeliveries(ctx, q); n != 0 || !errors.Is(err, sqlstore.ErrNothingOwed) {
				t.Errorf("%s: %d, %v", name, n, err)
			}
		}
		if n, err := s.RetryDeliveries(ctx, sqlstore.DeliveryQuery{IDs: []string{by[sqlstore.DeliveryGivenUp].ID}}); n != 1 || err != nil {
			t.Fatalf("by id: %d, %v", n, err)
		}
		one := list(t, s, sqlstore.DeliveryQuery{IDs: []string{by[sqlstore.DeliveryGivenUp].ID}})[0]
		if one.State != sqlstore.DeliveryOwed || one.Problem != "platform answers 400" || !one.Due.Equal(d.Clock.Now()) {
			t.Errorf("tried again it is %+v", one)
		}
		if n, err := s.RetryDeliveries(ctx, sqlstore.DeliveryQuery{Registration: registration}); n != 3 || err != nil {
			t.Fatalf("of the registration: %d, %v", n, err)
		}
		if due := claim(t, s, d, 10); len(due) != 3 {
			t.Errorf("%d are due", len(due))
		}
	})
}

// Failed attempts move the time of the next one, never since when it is owed; what is owed anew begins anew.
func TestDeliveryAgeOutlivesFailures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, people := owed(t, d, 1)
		ctx, ds, began := context.Background(), s.Deliveries(), d.Clock.Now()
		since := func() time.Time { return list(t, s, sqlstore.DeliveryQuery{})[0].OwedSince }
		for range 3 {
			x := claim(t, s, d, 1)[0]
			if err := ds.Retry(ctx, x, d.Clock.Now().Add(time.Minute), "platform answers 503"); err != nil {
				t.Fatal(err)
			}
			d.Clock.Move(time.Minute)
		}
		if got := since(); !got.Equal(began) {
			t.Errorf("owed since %s, want %s", got, began)
		}
		if err := ds.Done(ctx, claim(t, s, d, 1)[0], nil, 0, time.Time{}); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(time.Hour)
		project(t, s, d, batch(1, 2, func(b *pipeline.Batch) { b.Scored = []string{people[0].Learner} }))
		if got := since(); !got.Equal(d.Clock.Now()) {
			t.Errorf("owed anew since %s, want %s", got, d.Clock.Now())
		}
	})
}
