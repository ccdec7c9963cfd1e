package mapping_test

import (
	"testing"

	"cairn/mapping"
)

// Idle may only say yes when evaluating would find the same state and percent: replay depends on it as much as live.
func TestIdleRowsCannotChangeAState(t *testing.T) {
	no, low := false, 400
	least := 700
	plain := mapping.Alignment{ID: "a"}
	scored := mapping.Alignment{ID: "a", Criterion: mapping.Criterion{MinMilli: &least}}
	done := mapping.Evidence{Alignment: "a", Kind: mapping.EvidenceDone, Record: mapping.Record{Verb: mapping.VerbCompleted}}
	for name, c := range map[string]struct {
		now  mapping.State
		a    mapping.Alignment
		with func(*mapping.Evidence)
		want bool
	}{
		"the first that counts":        {mapping.NotStarted, plain, nil, false},
		"evidenced already":            {mapping.Evidenced, plain, nil, true},
		"withdrawn before":             {mapping.Withdrawn, plain, nil, false},
		"failed":                       {mapping.InProgress, plain, func(e *mapping.Evidence) { e.Record.Success = &no }, true},
		"below the threshold":          {mapping.InProgress, scored, func(e *mapping.Evidence) { e.Record.ScoreMilli = &low }, true},
		"voided before it was looked":  {mapping.NotStarted, plain, func(e *mapping.Evidence) { e.Voided = true }, true},
		"takes back what is evidenced": {mapping.Evidenced, plain, func(e *mapping.Evidence) { e.Kind = mapping.EvidenceTakenBack }, false},
	} {
		e := done
		if c.with != nil {
			c.with(&e)
		}
		if got := (mapping.Progress{State: c.now}).Idle(c.a, e); got != c.want {
			t.Errorf("%s: Idle = %v, want %v", name, got, c.want)
		}
	}
}
