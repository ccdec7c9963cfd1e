package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/storetest"
	"cairn/mapping"
)

func (l *life) previewer() pipeline.Previewer {
	return pipeline.Previewer{Frozen: l.s.Frozen, Catalogs: l.frameworks, Now: l.d.Clock.Now, Append: l.s.Courses(l.frameworks).Apply}
}

// TestPreviewIsWhatApplyingDoesInTheDatabase holds mapping.md, evidence 9, on real databases; the same property runs over many more
// logs in memory, in package pipeline.
func TestPreviewIsWhatApplyingDoesInTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx, effects := newLife(t, d, 7), context.Background(), 0
		l.long = true
		p := l.projector("p", 50)
		for range 30 {
			for range 6 {
				l.day()
			}
			d.Clock.Move(time.Second)
			l.drain(p)
			cs := l.draw()
			said := l.states()
			shown, err := l.previewer().Preview(ctx, cs, func(c pipeline.PreviewChange) error {
				said[pipeline.Pair{Learner: c.Learner, Capability: c.Capability}] = c.To
				return nil
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			switch _, _, err := l.previewer().Apply(ctx, cs, shown); {
			case errors.Is(err, mapping.ErrAligned):
				l.tags = l.tags[:len(l.tags)-1]
				continue
			case err != nil:
				t.Fatal(err)
			}
			l.drain(p)
			for pair, state := range l.states() {
				want := said[pair]
				if want == "" {
					want = mapping.NotStarted
				}
				if state != want {
					t.Errorf("%v: the preview said %q, applying made %q", pair, want, state)
				}
			}
			effects += shown.Pairs.Gain + shown.Pairs.Lose
		}
		if effects == 0 {
			t.Error("the days were too quiet: no edit had an effect")
		}
	})
}

func TestPreviewCountsPeopleAndIsRefusedWhenTheTagsMoved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 8), context.Background()
		p := l.projector("p", 50)
		for _, subject := range []string{"4", "5", "6"} {
			enter(t, l.s, visit(l.registration, subject, d.Clock.Now()))
		}
		for range 40 {
			l.act()
		}
		l.drain(p)
		cs := mapping.Changeset{ID: "cs-1", Author: "operator", At: d.Clock.Now(), Scope: l.course.Scope(), Edits: []mapping.Edit{{Add: &mapping.Alignment{
			ID: "tag-1", Capability: "cap-1", Scope: l.course.Scope(), Selector: mapping.Selector{Kind: mapping.SelectUnder, IRI: issuer + "/mod/quiz/view.php?id=3"}}}}}
		of := 0
		shown, err := l.previewer().Preview(ctx, cs, nil, func(done, all int) { of = all })
		if err != nil || shown.Checked != 3 || of != 3 || shown.People.Gain == 0 || shown.People.Gain+shown.Same != 3 || shown.Capabilities[0].Then != shown.People.Gain {
			t.Errorf("shown: %+v of %d, %v", shown, of, err)
		}
		if len(l.states()) != 0 {
			t.Error("the preview wrote something")
		}
		l.edit()
		if _, _, err := l.previewer().Apply(ctx, cs, shown); !errors.Is(err, mapping.ErrMoved) {
			t.Errorf("applied although the tags moved: %v", err)
		}
	})
}

// read notes whom a preview looks at one by one.
type read struct {
	pipeline.Frozen
	learners []string
}

func (r *read) Standing(ctx context.Context, learners, capabilities []string) (pipeline.Standing, error) {
	r.learners = append(r.learners, learners...)
	return r.Frozen.Standing(ctx, learners, capabilities)
}

// TestPreviewOfATagLooksOnlyAtThoseItTouches: people who did nothing of what is tagged are counted, and cost nothing.
func TestPreviewOfATagLooksOnlyAtThoseItTouches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 8), context.Background()
		for i := range 30 {
			enter(t, l.s, visit(l.registration, fmt.Sprint("person-", i), d.Clock.Now()))
		}
		did := storetest.PrepareJSON(t, fmt.Sprintf(`[{"actor":{"account":{"homePage":%q,"name":"person-7"}},"verb":{"id":%q},"object":{"id":%q}}]`,
			issuer, mapping.VerbCompleted, issuer+"/mod/quiz/view.php?id=3"), storetest.Key.ID)
		if err := l.s.Add(ctx, storetest.Key, did); err != nil {
			t.Fatal(err)
		}
		l.drain(l.projector("p", 50))
		everywhere := mapping.Scope{Kind: mapping.ScopeInstance}
		for iri, want := range map[string]int{"/mod/quiz/view.php?id=3": 1, "/mod/quiz/view.php?id=4": 0} {
			p, seen := l.previewer(), &read{}
			p.Frozen = func(ctx context.Context, f func(pipeline.Frozen) error) error {
				return l.s.Frozen(ctx, func(z pipeline.Frozen) error { seen.Frozen = z; return f(seen) })
			}
			done, of := 0, 0
			shown, err := p.Preview(ctx, mapping.Changeset{ID: "cs", Scope: everywhere, Edits: []mapping.Edit{{Add: &mapping.Alignment{
				ID: "a", Capability: "cap-1", Scope: everywhere, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: issuer + iri}}}}}, nil, func(n, all int) { done, of = n, all })
			if err != nil || shown.Checked != 30 || shown.People.Gain != want || shown.Same != 30-want || len(seen.learners) != want || want > 0 && (done != 30 || of != 30) {
				t.Errorf("%s: shown %+v, %d of %d, looked at %v, %v", iri, shown, done, of, seen.learners, err)
			}
		}
	})
}
