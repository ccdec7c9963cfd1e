package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
)

// A draft is one author's in one course: it is kept as it was given, changed in place, and forgotten when nothing is left of it.
func TestDraftsOfAuthors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 1), context.Background()
		courses, other := l.s.Courses(l.frameworks), web.Course{Registration: l.registration.ID, ID: "3"}
		seventy := 700
		add := mapping.Alignment{ID: "a1", Capability: "cap-1", Scope: l.course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: "urn:quiz"}, Criterion: mapping.Criterion{MinMilli: &seventy}}
		rule := mapping.ScopedRule{Capability: "cap-1", Scope: l.course.Scope(), Rule: mapping.Rule{Kind: mapping.RuleN, N: 2}}
		first := web.Draft{Edits: []mapping.Edit{{Add: &add}, {Remove: "a0"}, {Rule: &rule}}, Undoes: "c1", Updated: d.Clock.Now()}
		second := web.Draft{Edits: []mapping.Edit{{Remove: "a0"}}, Updated: d.Clock.Now().Add(time.Minute)}
		for _, want := range []web.Draft{{}, first, second, {}} {
			if err := courses.SaveDraft(ctx, l.course, "author", want); err != nil {
				t.Fatal(err)
			}
			got, err := courses.Draft(ctx, l.course, "author")
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			for name, ask := range map[string]func() (web.Draft, error){
				"another author": func() (web.Draft, error) { return courses.Draft(ctx, l.course, "someone") },
				"another course": func() (web.Draft, error) { return courses.Draft(ctx, other, "author") },
			} {
				if got, err := ask(); err != nil || len(got.Edits) != 0 {
					t.Errorf("%s: %+v, %v", name, got, err)
				}
			}
		}
	})
}
