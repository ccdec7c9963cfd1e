package sqlstore_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
)

// Settled question 8: a score completes the platform's own activity for a link that shows progress, so that activity is neither
// offered for tagging nor taken, by whatever selector.
func TestLinksThatShowProgressCannotBeTagged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 1), context.Background()
		const module, section = issuer + "/mod/lti/view.php?id=7", issuer + "/course/section.php?id=1"
		known := func(e *web.Entry) { e.Placement.Module = module }
		enter(t, l.s, visit(l.registration, "4", d.Clock.Now(), known))
		enter(t, l.s, visit(l.registration, "5", d.Clock.Now())) // a launch that does not tell it forgets nothing
		for _, activity := range []string{module, issuer + "/mod/page/view.php?id=1"} {
			l.send(`{"actor":{"account":{"homePage":"` + issuer + `","name":"4"}},"verb":{"id":"` + mapping.VerbCompleted + `"},"object":{"id":"` + activity +
				`"},"context":{"contextActivities":{"parent":[{"id":"` + section + `"},{"id":"` + l.course.IRI + `"}]}}}`)
		}
		l.drain(l.projector("live", 10))
		courses := l.s.Courses(l.frameworks)
		offered, err := courses.Activities(ctx, l.course)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(offered, func(a web.CourseActivity) bool { return a.IRI == module }) {
			t.Error("the link is offered for tagging")
		}
		for _, c := range []struct {
			kind    mapping.SelectorKind
			iri     string
			refused bool
		}{
			{mapping.SelectExact, module, true},
			{mapping.SelectUnder, module, true},
			{mapping.SelectUnder, section, true},
			{mapping.SelectUnder, l.course.IRI, true},
			{mapping.SelectPrefix, issuer + "/mod/lti/", true},
			{mapping.SelectExact, l.course.IRI, false}, // that the course as a whole was completed
			{mapping.SelectExact, issuer + "/mod/lti/view.php?id=70", false},
			{mapping.SelectPrefix, issuer + "/mod/page/", false},
			{mapping.SelectUnder, issuer + "/mod/page/view.php?id=1", false},
		} {
			_, err := courses.Apply(ctx, mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: d.Clock.Now(), Scope: l.course.Scope(),
				Edits: []mapping.Edit{{Add: &mapping.Alignment{ID: uuid.NewString(), Capability: "cap-1", Scope: l.course.Scope(),
					Selector: mapping.Selector{Kind: c.kind, IRI: c.iri}}}}})
			if errors.Is(err, mapping.ErrOwnActivity) != c.refused || err != nil && !c.refused {
				t.Errorf("%s %s: %v, refused should be %v", c.kind, c.iri, err, c.refused)
			}
			selector := mapping.Selector{Kind: c.kind, IRI: c.iri}
			refused, err := l.s.API(l.frameworks).Refused(ctx, l.course.Scope(), []mapping.Selector{selector})
			if err != nil || errors.Is(refused[selector], mapping.ErrOwnActivity) != c.refused {
				t.Errorf("%s %s in a table: %v, %v", c.kind, c.iri, refused, err)
			}
		}
	})
}
