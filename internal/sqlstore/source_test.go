package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
)

func TestASourceIsOneHoldersAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, other, ctx := d.Open(t), d.Open(t), context.Background()
		want := pipeline.Source{ID: "s1", Name: "n", Remote: pipeline.Remote{Endpoint: "https://lrs.example/xapi", Key: "k", Sealed: "s"}, Verb: "v", Activity: "a", Every: 30 * time.Second}
		if err := s.AddSource(ctx, want); err != nil {
			t.Fatal(err)
		}
		if err := s.AddSource(ctx, pipeline.Source{ID: "s2", Name: "n"}); !errors.Is(err, sqlstore.ErrRemoteName) {
			t.Errorf("a second one with the name: %v", err)
		}
		claim := func(s *sqlstore.Store, holder string, except ...string) (pipeline.Source, bool) {
			t.Helper()
			now := d.Clock.Now()
			got, ok, err := s.Sources().Claim(ctx, holder, now, now.Add(time.Minute), except)
			if err != nil {
				t.Fatal(err)
			}
			return got, ok
		}
		if _, ok := claim(s, "h", "s1"); ok {
			t.Error("claimed though it is excepted")
		}
		got, ok := claim(s, "h")
		want.Holder = "h"
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("claimed %t (-want +got):\n%s", ok, diff)
		}
		if _, ok := claim(other, "h2"); ok {
			t.Error("another process has it too")
		}
		through := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
		for _, p := range []pipeline.Pulled{{Through: through, Stored: 2, Refused: 1, Refusal: "no"}, {Through: through, Stored: 1}} {
			if err := s.Sources().Note(ctx, got, p); err != nil {
				t.Fatal(err)
			}
		}
		d.Clock.Move(2 * time.Minute) // the holder hangs, and another takes over
		taken, ok := claim(other, "h2")
		if !ok || !taken.Through.Equal(through) {
			t.Errorf("taken over %t at %v", ok, taken.Through)
		}
		for name, err := range map[string]error{
			"keep":    s.Sources().Keep(ctx, got, d.Clock.Now().Add(time.Hour)),
			"note":    s.Sources().Note(ctx, got, pipeline.Pulled{}),
			"release": s.Sources().Release(ctx, got, d.Clock.Now(), ""),
		} {
			if !errors.Is(err, pipeline.ErrLeaseLost) {
				t.Errorf("%s by who lost it: %v", name, err)
			}
		}
		next := d.Clock.Now().Add(time.Hour)
		if err := other.Sources().Release(ctx, taken, next, "it is away"); err != nil {
			t.Fatal(err)
		}
		if _, ok := claim(s, "h"); ok {
			t.Error("claimed before it is due")
		}
		want.Holder, want.Attempts, want.Through = "", 1, through
		all, err := s.ListSources(ctx)
		info := sqlstore.SourceInfo{Source: want, Created: storetest.NewClock().Now(), LastAsked: d.Clock.Now(), Due: next, Problem: "it is away", Stored: 3, Refused: 1, LastRefusal: "no"}
		if diff := cmp.Diff([]sqlstore.SourceInfo{info}, all); err != nil || diff != "" {
			t.Errorf("listed %v (-want +got):\n%s", err, diff)
		}
	})
}

func TestASourceThatGetsOnForgetsItsFailures(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx, now := d.Open(t), context.Background(), d.Clock.Now()
		if err := s.AddSource(ctx, pipeline.Source{ID: "s1", Name: "n"}); err != nil {
			t.Fatal(err)
		}
		through := time.Time{}
		for name, c := range map[string]struct {
			pulled pipeline.Pulled
			left   int
		}{
			"nothing new":     {pipeline.Pulled{Refused: 1, Refusal: "no"}, 1},
			"something new":   {pipeline.Pulled{Stored: 1}, 0},
			"it goes further": {pipeline.Pulled{Through: now}, 0},
		} {
			one, ok, err := s.Sources().Claim(ctx, "h", now, now.Add(time.Minute), nil)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			if err := s.Sources().Release(ctx, one, now, "it is away"); err != nil {
				t.Fatal(err)
			}
			if one, ok, err = s.Sources().Claim(ctx, "h", now, now.Add(time.Minute), nil); err != nil || !ok || one.Attempts != 1 {
				t.Fatal(one, ok, err)
			}
			if c.pulled.Through.IsZero() {
				c.pulled.Through = through
			}
			through = c.pulled.Through
			if err := s.Sources().Note(ctx, one, c.pulled); err != nil {
				t.Fatal(err)
			}
			if all, err := s.ListSources(ctx); err != nil || all[0].Attempts != c.left {
				t.Errorf("%s: %+v, %v", name, all, err)
			}
			if err := s.Sources().Release(ctx, one, now, ""); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestASourceIsPausedAndRemoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx, now := d.Open(t), context.Background(), d.Clock.Now()
		if err := s.AddSource(ctx, pipeline.Source{ID: "s1", Name: "n"}); err != nil {
			t.Fatal(err)
		}
		claim := func() bool {
			t.Helper()
			_, ok, err := s.Sources().Claim(ctx, "h", now, now, nil)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if err := s.PauseSource(ctx, "s1", true); err != nil || claim() {
			t.Errorf("claimed though it is paused (%v)", err)
		}
		if err := s.PauseSource(ctx, "s1", false); err != nil || !claim() {
			t.Errorf("not claimed after it goes on (%v)", err)
		}
		if err := s.SetSourceKey(ctx, "s1", "another", "sealed anew"); err != nil {
			t.Fatal(err)
		}
		if all, err := s.ListSources(ctx); err != nil || all[0].Key != "another" || all[0].Sealed != "sealed anew" {
			t.Errorf("%+v (%v)", all, err)
		}
		if err := s.SetSourceKey(ctx, "none", "k", "s"); !errors.Is(err, sqlstore.ErrRemoteUnknown) {
			t.Errorf("an unknown one: %v", err)
		}
		if err := s.RemoveSource(ctx, "s1"); err != nil || claim() {
			t.Errorf("claimed after it was removed (%v)", err)
		}
		if err := s.RemoveSource(ctx, "s1"); !errors.Is(err, sqlstore.ErrRemoteUnknown) {
			t.Errorf("removed again: %v", err)
		}
	})
}

func TestWhatIsPulledIsVoidedByItsSource(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{ID: storetest.ID(9)})); err != nil {
			t.Fatal(err)
		}
		source := pipeline.Source{Name: "n", Remote: pipeline.Remote{Endpoint: "https://lrs.example/xapi/"}}
		added, err := s.Sources().Take(ctx, source, storetest.Prepare(t, storetest.Build{ID: storetest.ID(1)}))
		if err != nil || added[0].Err != nil {
			t.Fatal(added, err)
		}
		source.Endpoint = "https://LRS.example/xapi" // the same store
		added, err = s.Sources().Take(ctx, source, storetest.Prepare(t, storetest.Build{ID: storetest.ID(2), Voids: storetest.ID(1)}, storetest.Build{ID: storetest.ID(3), Voids: storetest.ID(9)}))
		if err != nil || added[0].Err != nil || added[1].Err == nil {
			t.Fatal(added, err)
		}
		if _, err := s.Statement(ctx, storetest.ID(1), true); err != nil {
			t.Errorf("what the source voided: %v", err)
		}
		if _, err := s.Statement(ctx, storetest.ID(9), false); err != nil {
			t.Errorf("what another stored: %v", err)
		}
	})
}
