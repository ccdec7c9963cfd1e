package sqlstore_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/learner"
	"cairn/internal/pipeline"
	"cairn/internal/storetest"
	"cairn/mapping"
)

// What another identity rule would do is what it then does: to links, and to states.
func TestRelinkingIsWhatANewIdentityRuleDoes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx, effects := newLife(t, d, 9), context.Background(), 0
		p := l.projector("p", 50)
		for _, mode := range []learner.IdentityMode{"mailto", "user_id", "mailto", "user_id", "mailto", "user_id", "mailto", "user_id"} {
			for range 25 {
				l.day()
			}
			l.drain(p)
			rule := learner.IdentityRule{Mode: mode}
			links, err := l.s.Relinking(ctx, l.registration.ID, rule)
			if err != nil {
				t.Fatal(err)
			}
			said := l.states()
			shown, err := l.previewer().Links(ctx, links, func(c pipeline.PreviewChange) error {
				said[pipeline.Pair{Learner: c.Learner, Capability: c.Capability}] = c.To
				return nil
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			before := len(events(t, l.s))
			if err := l.s.SetIdentityRule(ctx, l.registration.ID, rule); err != nil {
				t.Fatal(err)
			}
			if made := len(events(t, l.s)) - before; made != len(links.Gone)+len(links.Made) {
				t.Errorf("to %s: %d links would end and %d begin, %d events were made", mode, len(links.Gone), len(links.Made), made)
			}
			l.drain(p)
			for pair, state := range l.states() {
				if want := said[pair]; state != want && state != mapping.Withdrawn {
					t.Errorf("to %s, %v: the preview said %q, the rule made %q", mode, pair, want, state)
				}
			}
			effects += shown.Pairs.Gain + shown.Pairs.Lose
			if same, err := l.s.Relinking(ctx, l.registration.ID, rule); err != nil || len(same.Gone)+len(same.Made) != 0 {
				t.Errorf("the rule that holds: %v\n%s", err, cmp.Diff(pipeline.Relinking{}, same))
			}
		}
		if effects == 0 {
			t.Error("the days were too quiet: no rule had an effect")
		}
	})
}
