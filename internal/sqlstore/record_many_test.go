package sqlstore_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cairn/internal/storetest"
	"cairn/internal/web"
)

// lived is some weeks in the lives of several learners, projected, and which capabilities each has.
func lived(t *testing.T, d storetest.Database) (*life, map[string][]string) {
	t.Helper()
	l := newLife(t, d, 7)
	p := l.projector("p", 10)
	for range 60 {
		l.day()
		l.drain(p)
	}
	of := map[string][]string{}
	for pair := range l.states() {
		of[pair.Learner] = append(of[pair.Learner], pair.Capability)
	}
	if len(of) == 0 {
		t.Fatal("nothing happened")
	}
	return l, of
}

// Many cases at once are the same as one after the other.
func TestCasesAreEachTheCase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, of := lived(t, d)
		ctx, r := context.Background(), l.s.Records()
		for learner, capabilities := range of {
			capabilities = append(capabilities, "nothing known of this")
			got, err := r.Cases(ctx, learner, capabilities)
			if err != nil || len(got) != len(capabilities) {
				t.Fatalf("%d cases of %d, %v", len(got), len(capabilities), err)
			}
			for _, id := range capabilities {
				want, err := r.Case(ctx, learner, id)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got[id], cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("%s (-one +many):\n%s", id, diff)
				}
			}
		}
		if none, err := r.Cases(ctx, "nobody", nil); err != nil || len(none) != 0 {
			t.Errorf("no capability: %v, %v", none, err)
		}
	})
}

// Changes are the histories of all capabilities in one, the newest knowledge first, cut by when it came and by pages.
func TestChangesOfALearner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, of := lived(t, d)
		for learner, capabilities := range of {
			all := changesOf(t, l, learner, capabilities, time.Time{}, 3)
			want := 0
			for _, id := range capabilities {
				history, err := l.s.Records().Transitions(context.Background(), learner, id)
				if err != nil {
					t.Fatal(err)
				}
				want += len(history)
			}
			if len(all) != want {
				t.Errorf("%d changes, %d transitions", len(all), want)
			}
			if !slices.IsSortedFunc(all, func(a, b web.Change) int { return int(b.Pos - a.Pos) }) {
				t.Error("not the newest first")
			}
			middle := all[len(all)/2]
			since := changesOf(t, l, learner, capabilities, middle.Known, 50)
			want = slices.IndexFunc(all, func(c web.Change) bool { return !c.Known.After(middle.Known) })
			if diff := cmp.Diff(all[:want], since, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("since %s (-want +got):\n%s", middle.Known, diff)
			}
			for _, c := range changesOf(t, l, learner, capabilities[:1], time.Time{}, 50) {
				if c.Capability != capabilities[0] {
					t.Errorf("asked for %s, answered %s", capabilities[0], c.Capability)
				}
			}
		}
		if none := changesOf(t, l, "nobody", []string{"c"}, time.Time{}, 50); len(none) != 0 {
			t.Errorf("nobody: %v", none)
		}
	})
}

// changesOf reads every page of a size.
func changesOf(t *testing.T, l *life, learner string, capabilities []string, since time.Time, size int) (all []web.Change) {
	t.Helper()
	for {
		page, total, err := l.s.Records().Changes(context.Background(), learner, capabilities, since, len(all), size)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if len(page) < size {
			if total != len(all) {
				t.Fatalf("total %d, read %d", total, len(all))
			}
			return all
		}
	}
}
