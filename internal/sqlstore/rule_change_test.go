package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cairn/internal/storetest"
	"cairn/mapping"
)

// A rule's change tells what it took the place of, and since when; what other courses set is not told.
func TestRuleChangesTellWhatWasBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l := newLife(t, d, 1)
		ctx, p := context.Background(), l.projector("p", 10)
		other := l.course.Scope()
		other.Context = "another"
		n := func(n int) mapping.Rule { return mapping.Rule{Kind: mapping.RuleN, N: n} }
		set := func(scope mapping.Scope, rule mapping.Rule) time.Time {
			t.Helper()
			d.Clock.Move(time.Hour)
			cs := mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: d.Clock.Now(), Scope: scope, Edits: []mapping.Edit{{Rule: &mapping.ScopedRule{Capability: "cap-1", Scope: scope, Rule: rule}}}}
			if _, err := l.s.Courses(l.frameworks).Apply(ctx, cs); err != nil {
				t.Fatal(err)
			}
			l.drain(p)
			return d.Clock.Now()
		}
		first := set(l.course.Scope(), n(2))
		set(other, n(9))
		set(mapping.Scope{Kind: mapping.ScopeInstance}, mapping.Rule{Kind: mapping.RuleAll})
		set(l.course.Scope(), n(3))
		read := func(since time.Time) (out [][2]mapping.Rule) {
			t.Helper()
			all, err := l.s.Courses(l.frameworks).RuleChanges(ctx, l.course, "none", []string{"cap-1", "cap-2"}, since)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range all {
				if r.Pos == 0 || r.At.IsZero() || r.Capability != "cap-1" {
					t.Errorf("%+v", r)
				}
				out = append(out, [2]mapping.Rule{r.Was, r.Rule})
			}
			return out
		}
		want := [][2]mapping.Rule{{n(2), n(3)}, {{}, {Kind: mapping.RuleAll}}, {{}, n(2)}}
		if diff := cmp.Diff(want, read(time.Time{})); diff != "" {
			t.Errorf("ever (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[:2], read(first.Add(time.Minute))); diff != "" {
			t.Errorf("since (-want +got):\n%s", diff)
		}
	})
}
