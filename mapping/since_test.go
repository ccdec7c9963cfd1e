package mapping_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cairn/mapping"
)

func TestDecidedIsWhenItWasCompleteWithoutABreak(t *testing.T) {
	one := tags(atLeast(tag("q", instance, quiz), 700))
	for name, c := range map[string]struct {
		pick     mapping.Pick
		validity mapping.Period
		scores   []int // one a day
		want     string
	}{
		"latest, well from the first":         {mapping.PickLatest, mapping.Period{}, []int{800, 900, 700}, "s1"},
		"latest, badly in between":            {mapping.PickLatest, mapping.Period{}, []int{800, 600, 900, 900}, "s3"},
		"most common, lost and won again":     {mapping.PickMostCommon, mapping.Period{}, []int{800, 600, 600, 800, 800}, "s4"},
		"most common, never lost":             {mapping.PickMostCommon, mapping.Period{}, []int{800, 800, 600}, "s1"},
		"latest, ended before it was renewed": {mapping.PickLatest, mapping.Period{Days: 1}, []int{800, 900}, "s2"},
		"latest, renewed before it ended":     {mapping.PickLatest, mapping.Period{Days: 2}, []int{800, 900}, "s1"},
	} {
		var rows []row
		for i, score := range c.scores {
			rows = append(rows, row{tag: "q", second: i * aDay, pos: int64(i + 1), activity: quiz, score: &score})
		}
		r := mapping.Evaluate(caseOf(one, ruled(mapping.Rule{Kind: mapping.RuleAny, Pick: c.pick, Validity: c.validity}), rows...))
		if r.State != mapping.Evidenced || r.Decisive != c.want {
			t.Errorf("%s: %s by %s, want %s", name, r.State, r.Decisive, c.want)
		}
	}
}

// Where everything arrives in the order it happened, what decided is what arrived when the state became evidenced.
func TestDecidedIsWhatArrivedWhenItBecameEvidenced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := timedCase(t, mapping.PickLatest, mapping.PickMostCommon)
		for i := range c.Alignments {
			c.Alignments[i].Scope = instance
		}
		r := someRule(t, mapping.PickLatest, mapping.PickMostCommon)
		r.Validity, r.Endorsed = mapping.Period{}, false
		c.Rules, c.Endorsements = ruled(r), nil
		c.Evidence = slices.DeleteFunc(c.Evidence, func(e mapping.Evidence) bool { return e.Voided || e.Kind == mapping.EvidenceTakenBack })
		happened := map[string]time.Time{} // a statement happens once, by however many tags
		for i, e := range c.Evidence {
			if _, told := happened[e.Record.StatementID]; !told {
				happened[e.Record.StatementID] = e.Record.Time
			}
			c.Evidence[i].Record.Time = happened[e.Record.StatementID]
		}
		slices.SortStableFunc(c.Evidence, func(a, b mapping.Evidence) int { return a.Record.Compare(b.Record) })
		was, want := false, ""
		for n := range c.Evidence {
			if n+1 < len(c.Evidence) && c.Evidence[n+1].Record.StatementID == c.Evidence[n].Record.StatementID {
				continue // by another tag
			}
			then := c
			then.Evidence = c.Evidence[:n+1]
			is := mapping.Evaluate(then).State == mapping.Evidenced
			if is && !was {
				want = c.Evidence[n].Record.StatementID
			}
			was = is
		}
		if got := mapping.Evaluate(c); was && got.Decisive != want {
			t.Fatalf("decided by %s, became evidenced with %s", got.Decisive, want)
		}
	})
}
