package mapping_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

func TestNextMakesATransitionWhenStateOrPercentChanges(t *testing.T) {
	at := epoch.Add(time.Hour)
	cause := mapping.Cause{Kind: mapping.CauseStatement, ID: "s1", Pos: 7, At: at}
	half := mapping.Progress{Learner: "l", Capability: "c", State: mapping.InProgress, Have: 1, Need: 2, Percent: 50, Since: epoch, Pos: 3, Ordinal: 1}
	done := mapping.Progress{Learner: "l", Capability: "c", State: mapping.Evidenced, Have: 2, Need: 2, Percent: 100, Since: epoch, Pos: 3, Ordinal: 2, WasEvidenced: true}
	for name, c := range map[string]struct {
		prev       mapping.Progress
		result     mapping.Result
		due        bool
		want       mapping.Progress
		progressed bool
		achieved   bool
		forfeited  bool
		award      int
		time       time.Time
	}{
		"nothing before and nothing now": {
			prev:   mapping.Progress{Learner: "l", Capability: "c"},
			result: mapping.Result{State: mapping.NotStarted, Need: 1},
			want:   mapping.Progress{Learner: "l", Capability: "c", State: mapping.NotStarted, Need: 1},
		},
		"the first evidence": {
			prev:       mapping.Progress{Learner: "l", Capability: "c"},
			result:     mapping.Result{State: mapping.InProgress, Have: 1, Need: 2, Percent: 50},
			want:       mapping.Progress{Learner: "l", Capability: "c", State: mapping.InProgress, Have: 1, Need: 2, Percent: 50, Since: at, Pos: 7, Ordinal: 1},
			due:        true,
			progressed: true, award: 1, time: at,
		},
		"evidenced, at the time of the decisive evidence": {
			prev:       half,
			result:     mapping.Result{State: mapping.Evidenced, Have: 2, Need: 2, Percent: 100, DecidedAt: epoch.Add(time.Minute), Decisive: "s0"},
			want:       mapping.Progress{Learner: "l", Capability: "c", State: mapping.Evidenced, Have: 2, Need: 2, Percent: 100, Since: epoch.Add(time.Minute), Pos: 7, Ordinal: 2, Cycle: 1, WasEvidenced: true},
			due:        true,
			progressed: true, achieved: true, award: 2, time: epoch.Add(time.Minute),
		},
		"withdrawn": {
			prev:       done,
			result:     mapping.Result{State: mapping.Withdrawn, Have: 1, Need: 2, Percent: 50},
			want:       mapping.Progress{Learner: "l", Capability: "c", State: mapping.Withdrawn, Have: 1, Need: 2, Percent: 50, Since: at, Pos: 7, Ordinal: 3, WasEvidenced: true},
			due:        true,
			progressed: true, forfeited: true, award: 2, time: at,
		},
		"the same again": {prev: half, result: mapping.Result{State: mapping.InProgress, Have: 1, Need: 2, Percent: 50}, want: half},
		"more of more, the same percent": {
			prev:   half,
			result: mapping.Result{State: mapping.InProgress, Have: 2, Need: 4, Percent: 50},
			want:   mapping.Progress{Learner: "l", Capability: "c", State: mapping.InProgress, Have: 2, Need: 4, Percent: 50, Since: epoch, Pos: 3, Ordinal: 1},
		},
		"a step further, since when it was begun": {
			prev:       half,
			result:     mapping.Result{State: mapping.InProgress, Have: 3, Need: 4, Percent: 75},
			want:       mapping.Progress{Learner: "l", Capability: "c", State: mapping.InProgress, Have: 3, Need: 4, Percent: 75, Since: epoch, Pos: 7, Ordinal: 2},
			due:        true,
			progressed: true, award: 2, time: at,
		},
	} {
		got, moved := mapping.Next(c.prev, c.result, cause)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if (moved != nil) != c.due {
			t.Errorf("%s: transition %+v", name, moved)
		}
		if moved == nil {
			continue
		}
		if moved.Progressed() != c.progressed || moved.Achieved() != c.achieved || moved.Forfeited() != c.forfeited || moved.Award() != c.award || !moved.At.Equal(c.time) {
			t.Errorf("%s: %+v", name, moved)
		}
		if moved.Cause != cause.Kind || moved.CauseID != "s1" || moved.Pos != 7 || moved.Learner != "l" || moved.Capability != "c" {
			t.Errorf("%s does not name its cause: %+v", name, moved)
		}
	}
}
