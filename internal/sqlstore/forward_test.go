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
	"cairn/xapi/lrs"
)

func addTarget(t *testing.T, s *sqlstore.Store, id string) pipeline.Target {
	t.Helper()
	target := pipeline.Target{ID: id, Name: "name of " + id, Remote: pipeline.Remote{Endpoint: "https://LRS.example:443/xapi/", Key: "k", Sealed: "s"},
		Selection: pipeline.Selection{Verb: "v", Activity: "a", Own: true}}
	if err := s.AddTarget(context.Background(), target); err != nil {
		t.Fatal(err)
	}
	return target
}

func TestATargetIsOneHoldersAtATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, other, ctx := d.Open(t), d.Open(t), context.Background()
		want := addTarget(t, s, "t1")
		if err := s.AddTarget(ctx, pipeline.Target{ID: "t2", Name: want.Name}); !errors.Is(err, sqlstore.ErrRemoteName) {
			t.Errorf("a second one with the name: %v", err)
		}
		claim := func(s *sqlstore.Store, holder string, except ...string) (pipeline.Target, bool) {
			t.Helper()
			now := d.Clock.Now()
			got, ok, err := s.Targets().Claim(ctx, holder, now, now.Add(time.Minute), except)
			if err != nil {
				t.Fatal(err)
			}
			return got, ok
		}
		if _, ok := claim(s, "h"); ok {
			t.Error("claimed with nothing to send")
		}
		if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{}, storetest.Build{}, storetest.Build{})); err != nil {
			t.Fatal(err)
		}
		if _, ok := claim(s, "h", "t1"); ok {
			t.Error("claimed though it is excepted")
		}
		got, ok := claim(s, "h")
		want.Holder, want.Selection.NotBy = "h", "source|https://lrs.example/xapi"
		if diff := cmp.Diff(want, got); !ok || diff != "" {
			t.Errorf("claimed %t (-want +got):\n%s", ok, diff)
		}
		if _, ok := claim(other, "h2"); ok {
			t.Error("another process has it too")
		}
		settled := pipeline.Settled{Pos: 2, Sent: 1, Dead: []pipeline.Dead{{Pos: 2, Statement: "x", Status: 400, Problem: "no"}}}
		if err := s.Targets().Settle(ctx, got, settled); err != nil {
			t.Fatal(err)
		}
		d.Clock.Move(2 * time.Minute) // the holder hangs, and another takes over
		taken, ok := claim(other, "h2")
		if !ok || taken.Pos != 2 {
			t.Errorf("taken over %t at %d", ok, taken.Pos)
		}
		for name, err := range map[string]error{
			"keep":    s.Targets().Keep(ctx, got, d.Clock.Now().Add(time.Hour)),
			"settle":  s.Targets().Settle(ctx, got, pipeline.Settled{Pos: 3}),
			"release": s.Targets().Release(ctx, got, d.Clock.Now(), ""),
		} {
			if !errors.Is(err, pipeline.ErrLeaseLost) {
				t.Errorf("%s by who lost it: %v", name, err)
			}
		}
		next := d.Clock.Now().Add(time.Hour)
		if err := other.Targets().Release(ctx, taken, next, "it is away"); err != nil {
			t.Fatal(err)
		}
		if _, ok := claim(s, "h"); ok {
			t.Error("claimed before it is due")
		}
		all, err := s.ListTargets(ctx)
		if err != nil {
			t.Fatal(err)
		}
		want.Holder, want.Pos, want.Attempts = "", 2, 1
		start := storetest.NewClock().Now()
		info := sqlstore.TargetInfo{Target: want, Created: start, LastSent: start, Due: next, Problem: "it is away", Sent: 1, Dead: 1, Lag: 1, Age: 2 * time.Minute}
		if diff := cmp.Diff([]sqlstore.TargetInfo{info}, all); diff != "" {
			t.Errorf("listed (-want +got):\n%s", diff)
		}
		dead, err := s.DeadOf(ctx, "t1", 10)
		if diff := cmp.Diff([]sqlstore.DeadInfo{{Dead: settled.Dead[0], At: start}}, dead); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

func TestWhatATargetRefusedIsSentOnceMore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx, now := d.Open(t), context.Background(), d.Clock.Now()
		addTarget(t, s, "t1")
		if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{ID: storetest.ID(1)}, storetest.Build{ID: storetest.ID(2)})); err != nil {
			t.Fatal(err)
		}
		claim := func() (pipeline.Target, bool) {
			t.Helper()
			got, ok, err := s.Targets().Claim(ctx, "h", now, now.Add(time.Minute), nil)
			if err != nil {
				t.Fatal(err)
			}
			return got, ok
		}
		settle := func(one pipeline.Target, settled pipeline.Settled) {
			t.Helper()
			if err := s.Targets().Settle(ctx, one, settled); err != nil {
				t.Fatal(err)
			}
			if err := s.Targets().Release(ctx, one, now, ""); err != nil {
				t.Fatal(err)
			}
		}
		one, _ := claim()
		settle(one, pipeline.Settled{Pos: 2, Dead: []pipeline.Dead{{Pos: 1, Statement: storetest.ID(1), Status: 413}, {Pos: 2, Statement: storetest.ID(2), Status: 413}}})
		if _, ok := claim(); ok {
			t.Error("claimed with nothing to send")
		}
		if n, err := s.RetryDead(ctx, "t1", storetest.ID(9)); err != nil || n != 0 {
			t.Errorf("of a statement it did not refuse: %d (%v)", n, err)
		}
		if n, err := s.RetryDead(ctx, "t1", ""); err != nil || n != 2 {
			t.Errorf("%d are sent once more (%v)", n, err)
		}
		one, ok := claim()
		again, err := s.Targets().Again(ctx, one, 10)
		if err != nil || !ok || len(again) != 2 || again[0].ID != storetest.ID(1) || len(again[1].JSON) == 0 {
			t.Fatalf("again %t %v (%v)", ok, again, err)
		}
		settle(one, pipeline.Settled{Pos: 2, Sent: 1, Took: []int64{1}, Dead: []pipeline.Dead{{Pos: 2, Statement: storetest.ID(2), Status: 400, Problem: "no"}}})
		if _, ok := claim(); ok {
			t.Error("claimed with nothing to send")
		}
		dead, err := s.DeadOf(ctx, "t1", 10)
		if want := []sqlstore.DeadInfo{{Dead: pipeline.Dead{Pos: 2, Statement: storetest.ID(2), Status: 400, Problem: "no"}, At: now}}; err != nil || cmp.Diff(want, dead) != "" {
			t.Errorf("%v: refused are %v", err, dead)
		}
		for statement, want := range map[string]int64{storetest.ID(1): 0, storetest.ID(2): 1} {
			if n, err := s.DismissDead(ctx, "t1", statement); err != nil || n != want {
				t.Errorf("%s: %d dismissed, want %d (%v)", statement, n, want, err)
			}
		}
		if dead, err = s.DeadOf(ctx, "t1", 10); err != nil || len(dead) != 0 {
			t.Errorf("%v: refused are %v", err, dead)
		}
	})
}

func TestATargetIsGivenAnotherKeyAndGoesOnAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx, now := d.Open(t), context.Background(), d.Clock.Now()
		addTarget(t, s, "t1")
		if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{})); err != nil {
			t.Fatal(err)
		}
		one, _, err := s.Targets().Claim(ctx, "h", now, now.Add(time.Minute), nil)
		if err == nil {
			err = s.Targets().Release(ctx, one, now.Add(time.Hour), "it answered 401")
		}
		if err == nil {
			err = s.SetTargetKey(ctx, "t1", "another", "sealed anew")
		}
		if err != nil {
			t.Fatal(err)
		}
		got, ok, err := s.Targets().Claim(ctx, "h", now, now.Add(time.Minute), nil)
		if err != nil || !ok || got.Key != "another" || got.Sealed != "sealed anew" || got.Pos != one.Pos || got.Attempts != 0 {
			t.Errorf("%+v %t (%v)", got, ok, err)
		}
	})
}

func TestATargetIsPausedAndRemoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		addTarget(t, s, "t1")
		if err := s.Add(ctx, storetest.Key, storetest.Prepare(t, storetest.Build{})); err != nil {
			t.Fatal(err)
		}
		now := d.Clock.Now()
		held, ok, err := s.Targets().Claim(ctx, "h", now, now.Add(time.Minute), nil)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if err := s.PauseTarget(ctx, "t1", true); err != nil {
			t.Fatal(err)
		}
		if err := s.Targets().Keep(ctx, held, now.Add(time.Hour)); !errors.Is(err, pipeline.ErrLeaseLost) {
			t.Errorf("kept though it is paused: %v", err)
		}
		if err := s.Targets().Release(ctx, held, now, ""); err != nil {
			t.Fatal(err)
		}
		claim := func() bool {
			t.Helper()
			_, ok, err := s.Targets().Claim(ctx, "h", now, now.Add(time.Minute), nil)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		if claim() {
			t.Error("claimed though it is paused")
		}
		if err := s.PauseTarget(ctx, "t1", false); err != nil || !claim() {
			t.Errorf("not claimed after it goes on (%v)", err)
		}
		if err := s.RemoveTarget(ctx, "t1"); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{"pause": s.PauseTarget(ctx, "t1", true), "remove": s.RemoveTarget(ctx, "t1"), "set": s.SetTargetKey(ctx, "t1", "k", "s")} {
			if !errors.Is(err, sqlstore.ErrRemoteUnknown) {
				t.Errorf("%s what was removed: %v", name, err)
			}
		}
	})
}

func TestWhatWasPulledDoesNotGoBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		for i, endpoint := range []string{"https://lrs.example/xapi", "https://other.example/xapi"} {
			by := lrs.Credential{ID: pipeline.SourceCredential(endpoint)}
			if err := s.Add(ctx, by, storetest.Prepare(t, storetest.Build{ID: storetest.ID(i + 1)})); err != nil {
				t.Fatal(err)
			}
		}
		sel := pipeline.Selection{NotBy: pipeline.SourceCredential("HTTPS://LRS.example:443/xapi/")}
		if got := outgoingIDs(t, s, sel, 10); got != "2" {
			t.Errorf("there go %q", got)
		}
	})
}
