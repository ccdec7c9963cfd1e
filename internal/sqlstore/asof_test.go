package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/storetest"
	"cairn/mapping"
)

// TestThePastIsComputedAgainAsItWas: whatever happened since, a date answers what was known then (mapping.md, evidence 8).
func TestThePastIsComputedAgainAsItWas(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l := newLife(t, d, 5)
		l.long = true
		p := l.projector("p", 10)
		past := map[time.Time]map[pipeline.Pair]mapping.State{}
		for i := range 90 {
			l.day()
			l.drain(p)
			if i%9 == 0 {
				past[d.Clock.Now().Add(time.Second/2)] = l.states()
			}
		}
		ended := 0
		for at, then := range past {
			for pair := range l.states() {
				c, err := l.s.Records().AsOf(context.Background(), pair.Learner, pair.Capability, pipeline.AsOf{At: at})
				if err != nil {
					t.Fatal(err)
				}
				want := then[pair]
				if want == "" {
					want = mapping.NotStarted
				}
				if got := mapping.Evaluate(c).State; got != want {
					t.Errorf("as of %s %v is %s; then it was %s", at, pair, got, want)
				}
				ended += len(c.Evidence)
			}
		}
		if ended == 0 {
			t.Error("the days were too quiet: there was no evidence on any date")
		}
	})
}

// states is every state that is kept.
func (l *life) states() map[pipeline.Pair]mapping.State {
	l.Helper()
	var rows []struct{ Learner, Capability, State string }
	if err := l.d.Raw(l.T).Select(&rows, `SELECT learner, capability, state FROM progress`); err != nil {
		l.Fatal(err)
	}
	out := map[pipeline.Pair]mapping.State{}
	for _, r := range rows {
		out[pipeline.Pair{Learner: r.Learner, Capability: r.Capability}] = mapping.State(r.State)
	}
	return out
}

func TestAllOfALearnerAsOfADate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l, ctx := newLife(t, d, 6), context.Background()
		l.long = true
		p := l.projector("p", 10)
		for range 60 {
			l.day()
		}
		l.drain(p)
		for pair, state := range l.states() {
			cases, err := l.s.Records().AllAsOf(ctx, pair.Learner, pipeline.AsOf{At: d.Clock.Now().Add(time.Second)})
			if err != nil {
				t.Fatal(err)
			}
			got := mapping.NotStarted
			for _, c := range cases {
				if c.Capability == pair.Capability {
					got = mapping.Evaluate(c).State
				}
			}
			if got != state {
				t.Errorf("%v is %s, kept is %s", pair, got, state)
			}
		}
		if cases, err := l.s.Records().AllAsOf(ctx, "nobody", pipeline.AsOf{At: d.Clock.Now()}); err != nil || len(cases) != 0 {
			t.Errorf("nobody: %d cases, %v", len(cases), err)
		}
	})
}
