package sqlstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/storetest"
	"cairn/internal/web"
)

// A theme and the times of visits are kept beside each other, an owner at a time.
func TestPreferencesAreKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		p, now := s.Preferences(), d.Clock.Now()
		got := func(owner string) web.Preference {
			t.Helper()
			one, err := p.Preference(ctx, owner)
			if err != nil {
				t.Fatal(err)
			}
			return one
		}
		if diff := cmp.Diff(web.Preference{}, got("a")); diff != "" {
			t.Errorf("before anything is kept:\n%s", diff)
		}
		for _, err := range []error{
			p.SaveVisit(ctx, "a", now, time.Time{}), p.SaveTheme(ctx, "a", "light", time.Time{}), p.SaveTheme(ctx, "a", "dark", time.Time{}),
			p.SaveTheme(ctx, "b", "device", now), p.SaveVisit(ctx, "a", now.Add(time.Hour), now),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for owner, want := range map[string]web.Preference{"a": {Theme: "dark", Visited: now.Add(time.Hour), Before: now}, "b": {Theme: "device"}} {
			if diff := cmp.Diff(want, got(owner)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", owner, diff)
			}
		}
	})
}

// No choice is not the same as the choice of all.
func TestRoleChoiceIsKeptByFramework(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		p := s.Preferences()
		if _, err := p.RoleChoice(ctx, "a", "fw"); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("before the first choice: %v", err)
		}
		for _, roles := range [][]string{{"user", "driver"}, {}} {
			if err := p.SaveRoleChoice(ctx, "a", "fw", roles); err != nil {
				t.Fatal(err)
			}
			got, err := p.RoleChoice(ctx, "a", "fw")
			if diff := cmp.Diff(roles, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		}
		for _, other := range [][2]string{{"a", "other"}, {"b", "fw"}} {
			if _, err := p.RoleChoice(ctx, other[0], other[1]); !errors.Is(err, web.ErrNotFound) {
				t.Errorf("%v: %v", other, err)
			}
		}
	})
}

// What was preferred in a launch of nobody known goes after the launch; what a learner prefers stays.
func TestSweepTakesPreferencesOfOldLaunches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		p := s.Preferences()
		for owner, expires := range map[string]time.Time{"old": d.Clock.Now().Add(-2 * time.Hour), "new": d.Clock.Now().Add(time.Hour), "learner": {}} {
			if err := p.SaveTheme(ctx, owner, "dark", expires); err != nil {
				t.Fatal(err)
			}
		}
		swept, err := s.Sweep(ctx)
		if err != nil || swept.Preferences != 1 {
			t.Fatalf("swept %+v, %v", swept, err)
		}
		for owner, want := range map[string]string{"old": "", "new": "dark", "learner": "dark"} {
			if got, err := p.Preference(ctx, owner); err != nil || got.Theme != want {
				t.Errorf("%s: %+v, %v", owner, got, err)
			}
		}
	})
}
