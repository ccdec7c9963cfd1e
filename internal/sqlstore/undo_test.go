package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
)

// TestAChangeOfLongAgoIsTakenBack, of what still stands, once, and only in its own course.
func TestAChangeOfLongAgoIsTakenBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 9), context.Background()
		courses, scope := l.s.Courses(l.frameworks), l.course.Scope()
		apply := func(cs mapping.Changeset) {
			t.Helper()
			d.Clock.Move(time.Second)
			cs.Author, cs.At, cs.Scope = "operator", d.Clock.Now(), scope
			if _, err := courses.Apply(ctx, cs); err != nil {
				t.Fatal(err)
			}
		}
		add := func(id string) mapping.Edit {
			return mapping.Edit{Add: &mapping.Alignment{ID: id, Capability: "cap-1", Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: "https://lms.example/" + id}}}
		}
		apply(mapping.Changeset{ID: "first", Edits: []mapping.Edit{add("a"), add("b")}})
		for i := range 520 {
			apply(mapping.Changeset{ID: fmt.Sprint("later-", i), Edits: []mapping.Edit{{Rule: &mapping.ScopedRule{Capability: "cap-2", Scope: scope, Rule: mapping.Rule{Kind: mapping.RuleN, N: 1 + i%9}}}}})
		}
		apply(mapping.Changeset{ID: "gone", Edits: []mapping.Edit{{Remove: "a"}}})
		was, back, err := courses.Undo(ctx, l.course, "first", mapping.Changeset{ID: "back"})
		if err != nil || was.ID != "first" || len(back.Edits) != 1 || back.Edits[0].Remove != "b" || back.Undoes != "first" {
			t.Fatalf("%+v, %+v, %v", was, back, err)
		}
		back.After = nil
		apply(back)
		if _, again, err := courses.Undo(ctx, l.course, "first", mapping.Changeset{ID: "again"}); err != nil || len(again.Edits) != 0 {
			t.Errorf("taken back twice: %+v, %v", again, err)
		}
		for name, c := range map[string]web.Course{"gone": {Registration: l.registration.ID, ID: "3"}, "none": l.course} {
			if _, _, err := courses.Undo(ctx, c, name, mapping.Changeset{ID: "x"}); !errors.Is(err, web.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
