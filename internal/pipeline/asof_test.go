package pipeline_test

import (
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// TestAsOfAPositionIsWhatStoodThere: whatever the log holds, the past is computed again as it was (mapping.md, evidence 8).
func TestAsOfAPositionIsWhatStoodThere(t *testing.T) {
	c := builtin(t)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(c)
		m := newMemory()
		p := projector(m, c, 1)
		stood := map[int64]map[pipeline.Pair]mapping.Progress{}
		for range rapid.IntRange(1, 25).Draw(t, "length") {
			w.pass(t, m)
			m.append(w.next(t))
			drain(t, p)
			if len(w.queue) == 0 { // links that go over are looked at when all have
				stood[m.cursor.Pos] = maps.Clone(m.progress)
			}
		}
		for pos, then := range stood {
			at := m.entries[pos-1].Stored
			for pair := range m.progress {
				got := mapping.Evaluate(m.history(pair).Case(pipeline.AsOf{At: at, Pos: pos}))
				want := then[pair]
				if want.State == "" {
					want.State = mapping.NotStarted
				}
				if got.State != want.State || got.Percent != want.Percent {
					t.Fatalf("as of position %d %v is %s, %d percent; then it was %s, %d percent", pos, pair, got.State, got.Percent, want.State, want.Percent)
				}
			}
		}
	})
}

// pastScenario: evidence of the 1st minute that was stored first, tagged second, voided third.
func pastScenario(t *testing.T) *scenario {
	s := begin(t)
	s.event(pipeline.EntryLink, amara) // 1
	s.does("01", completed, 1)         // 2
	s.tag("a1")                        // 3, and 4, 5 are emitted
	s.void("01")                       // 6
	s.wantState(mapping.Withdrawn)
	return s
}

func TestAsOfTellsWhatWasKnownFromWhatHadHappened(t *testing.T) {
	s := pastScenario(t)
	pair := pipeline.Pair{Learner: amara.Learner, Capability: s.capability()}
	early, late := epoch.Add(30*time.Second), epoch.Add(2*time.Minute) // event times around the first minute
	for name, c := range map[string]struct {
		q    pipeline.AsOf
		want mapping.State
	}{
		"known before the tag":                       {pipeline.AsOf{Pos: 2, At: late}, mapping.NotStarted},
		"known before the tag, by the tags of today": {pipeline.AsOf{Pos: 2, At: late, RulesOfToday: true}, mapping.Evidenced},
		"known when it was tagged":                   {pipeline.AsOf{Pos: 3, At: late}, mapping.Evidenced},
		"known after the void":                       {pipeline.AsOf{Pos: 6, At: late}, mapping.Withdrawn},
		"had happened before it was done":            {pipeline.AsOf{Clock: pipeline.ClockEvent, At: early, Pos: 6}, mapping.NotStarted},
		"had happened, as is known today":            {pipeline.AsOf{Clock: pipeline.ClockEvent, At: late, Pos: 6}, mapping.Withdrawn},
	} {
		if got := mapping.Evaluate(s.m.history(pair).Case(c.q)); got.State != c.want {
			t.Errorf("%s: %s, want %s", name, got.State, c.want)
		}
	}
}
