package sqlstore_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"cairn/internal/storetest"
	"cairn/xapi/lrs"
)

// TestQueriesTakeTurns holds that queries wait for their turn and not for a connection, which goes to any of those who wait for one.
func TestQueriesTakeTurns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		if err := s.Add(context.Background(), storetest.Key, storetest.Prepare1K(t, 0, 60)); err != nil {
			t.Fatal(err)
		}
		before := s.Waited()
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				for range 5 {
					if page, err := s.Query(context.Background(), lrs.Query{Limit: 50}); err != nil || len(page.Statements) != 50 {
						t.Errorf("%d statements, %v", len(page.Statements), err)
					}
				}
			})
		}
		all.Wait()
		if n := s.Waited() - before; n != 0 {
			t.Errorf("%d times a query waited for a connection", n)
		}
	})
}

func TestAQueryThatIsNoLongerWantedWaitsForNoTurn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := s.Query(ctx, lrs.Query{Limit: 1}); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want that it was canceled", err)
		}
		if _, err := s.Query(context.Background(), lrs.Query{Limit: 1}); err != nil {
			t.Errorf("the next query: %v", err)
		}
	})
}
