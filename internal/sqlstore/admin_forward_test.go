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

// A target that is sent again what came since a time: it never skips, and who was sending meanwhile does not move it back on.
func TestATargetCatchesUpFromATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		addTarget(t, s, "t1")
		var stored []time.Time
		for range 3 {
			if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{})); err != nil {
				t.Fatal(err)
			}
			stored = append(stored, d.Clock.Now())
			d.Clock.Move(time.Hour)
		}
		head, err := s.Head(ctx)
		if err != nil {
			t.Fatal(err)
		}
		now := d.Clock.Now()
		held, ok, err := s.Targets().Claim(ctx, "h", now, now.Add(time.Minute), nil)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if err := s.Targets().Settle(ctx, held, pipeline.Settled{Pos: head, Sent: 3}); err != nil {
			t.Fatal(err)
		}
		at := func() int64 {
			all, err := s.ListTargets(ctx)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			return all[0].Pos
		}
		for _, c := range []struct {
			from time.Time
			want int64
		}{{now, head}, {stored[2].Add(-time.Minute), head - 1}, {now, head - 1}, {stored[1].Add(-time.Minute), head - 2}, {stored[0].AddDate(-1, 0, 0), head - 3}, {stored[2], head - 3}} {
			if err := s.RewindTarget(ctx, "t1", c.from); err != nil || at() != c.want {
				t.Errorf("from %s it is at %d, want %d (%v)", c.from, at(), c.want, err)
			}
		}
		if err := s.Targets().Settle(ctx, held, pipeline.Settled{Pos: head}); !errors.Is(err, pipeline.ErrLeaseLost) || at() != head-3 {
			t.Errorf("who was sending moved it to %d, %v", at(), err)
		}
		if err := s.RewindTarget(ctx, "none", now); !errors.Is(err, sqlstore.ErrRemoteUnknown) {
			t.Errorf("one that is not there: %v", err)
		}
	})
}
