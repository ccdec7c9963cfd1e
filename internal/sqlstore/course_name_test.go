package sqlstore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
)

// A course's names are its own, change in place, and can be forgotten.
func TestNamesOfActivitiesBelongToTheCourse(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx, now := newLife(t, d, 1), context.Background(), d.Clock.Now()
		enter(t, l.s, visit(l.registration, "4", now))
		courses, other := l.s.Courses(l.frameworks), web.Course{Registration: l.registration.ID, ID: "3"}
		const iri = issuer + "/mod/scorm/view.php?id=7"
		for _, step := range []struct {
			name string
			want map[string]string
		}{{"Ward", map[string]string{iri: "Ward"}}, {"Ward 2", map[string]string{iri: "Ward 2"}}, {"", map[string]string{}}} {
			if err := courses.Rename(ctx, l.course, iri, step.name, "account", now); err != nil {
				t.Fatal(err)
			}
			if got, err := courses.Names(ctx, l.course); err != nil || !cmp.Equal(got, step.want) {
				t.Errorf("after %q: %v, %v", step.name, got, err)
			}
			if got, err := courses.Names(ctx, other); err != nil || len(got) != 0 {
				t.Errorf("another course: %v, %v", got, err)
			}
		}
		if title, err := courses.Title(ctx, l.registration.ID, "2"); err != nil || title == "" {
			t.Errorf("title %q, %v", title, err)
		}
		if _, err := courses.Title(ctx, l.registration.ID, "never"); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("a course never opened: %v", err)
		}
	})
}

// Learners are those of the course, each once, by what they did with the activity or under it.
func TestLearnersOfActivities(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 1), context.Background()
		for _, subject := range []string{"4", "5"} {
			enter(t, l.s, visit(l.registration, subject, d.Clock.Now()))
		}
		lead := visit(l.registration, "9", d.Clock.Now())
		lead.IsLearner = false
		enter(t, l.s, lead)
		const quiz, page = issuer + "/mod/quiz/view.php?id=1", issuer + "/mod/page/view.php?id=30"
		did := func(subject, activity, under string) {
			l.send(`{"actor":{"account":{"homePage":"` + issuer + `","name":"` + subject + `"}},"verb":{"id":"` + mapping.VerbCompleted + `"},"object":{"id":"` + activity +
				`"},"context":{"contextActivities":{"parent":[{"id":"` + under + `"}],"grouping":[{"id":"` + l.course.IRI + `"}]}}}`)
		}
		did("4", quiz, l.course.IRI)
		did("4", quiz, l.course.IRI)
		did("5", issuer+"/attempt?id=1", quiz)
		did("9", quiz, l.course.IRI)
		did("stranger", quiz, l.course.IRI)
		did("4", page, l.course.IRI)
		l.drain(l.projector("live", 10))
		courses := l.s.Courses(l.frameworks)
		got, err := courses.Learners(ctx, l.course, []string{quiz, page, "urn:unknown"})
		if want := map[string]web.Count{quiz: {N: 2}, page: {N: 1}}; err != nil || !cmp.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
		for iri, want := range map[string]int{quiz: 2, page: 1, "urn:unknown": 0} {
			if people, err := courses.LearnersOf(ctx, l.course, iri); err != nil || len(people) != want {
				t.Errorf("of %s: %v, %v", iri, people, err)
			}
		}
		for prefix, want := range map[string]int{issuer + "/mod/": 2, issuer + "/mod/page/view.php?id=3": 0, issuer + "/mod/page/view.php?id=30": 1, issuer: 3} {
			if n, err := courses.Under(ctx, l.course, prefix); err != nil || n != want {
				t.Errorf("%s takes %d, %v; want %d", prefix, n, err, want)
			}
		}
		tag := mapping.Alignment{ID: uuid.NewString(), Capability: "cap-1", Scope: l.course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectPrefix, IRI: issuer + "/mod/page/"}}
		if _, err := courses.Apply(ctx, mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: d.Clock.Now(), Scope: l.course.Scope(), Edits: []mapping.Edit{{Add: &tag}}}); err != nil {
			t.Fatal(err)
		}
		l.drain(l.projector("live", 10))
		all, err := courses.Activities(ctx, l.course)
		found := 0
		for _, a := range all {
			if a.Prefix && a.IRI == tag.Selector.IRI && a.ByHand {
				found++
			}
		}
		if err != nil || found != 1 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}
