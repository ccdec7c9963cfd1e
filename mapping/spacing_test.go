package mapping_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/mapping"
)

func weekly(r mapping.Rule) []mapping.ScopedRule {
	r.Spacing = mapping.Period{Weeks: 1}
	return ruled(r)
}

func onDay(r row, day int, pos int64) row { r.second, r.pos = day*aDay, pos; return r }

func TestWhatComesOfSpacingIsTheBestForTheRule(t *testing.T) {
	two := weekly(mapping.Rule{Kind: mapping.RuleN, N: 2})
	oneOrBoth := weekly(groups(all(part(quiz)), all(part(page), part(course))))
	tenPoints := weekly(pointsRule(10, points(quiz, 1), required(page, 10)))
	ok, soon, no := mapping.ReasonNone, mapping.ReasonTooSoon, mapping.ReasonNotInRule
	for name, c := range map[string]struct {
		rules []mapping.ScopedRule
		rows  []row
		state mapping.State
		want  reasons
	}{
		"an activity begins with a later record": {two, []row{onDay(q1, 0, 1), onDay(p2, 1, 2), onDay(q1, 19, 3)}, mapping.Evidenced, reasons{"s1": soon, "s2": ok, "s3": ok}},
		"the one that came first makes way":      {two, []row{onDay(q1, 5, 1), onDay(p2, 0, 2), onDay(k3, 7, 3)}, mapping.Evidenced, reasons{"s1": soon, "s2": ok, "s3": ok}},
		"a required one before one of few points": {tenPoints, []row{onDay(q1, 0, 1), onDay(p2, 4, 2)}, mapping.Evidenced,
			reasons{"s1": soon, "s2": ok}},
		"a group that is met before another begun":    {oneOrBoth, []row{onDay(p2, 0, 2), onDay(q1, 4, 1)}, mapping.Evidenced, reasons{"s1": ok, "s2": soon}},
		"both of a group, a week apart":               {oneOrBoth, []row{onDay(p2, 0, 2), onDay(k3, 7, 3)}, mapping.Evidenced, reasons{"s2": ok, "s3": ok}},
		"what the rule does not name holds up nobody": {tenPoints, []row{onDay(z4, 0, 4), onDay(p2, 1, 2)}, mapping.Evidenced, reasons{"s4": no, "s2": ok}},
	} {
		got := outcomeOf(caseOf(four(), c.rules, c.rows...))
		if got.State != c.state || !cmp.Equal(got.Reasons, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// spacedCase draws a case in which every rule has spacing.
func spacedCase(t *rapid.T) mapping.Case {
	c := timedCase(t, mapping.PickHighest)
	for i := range c.Rules {
		if r := &c.Rules[i].Rule; r.Kind != mapping.RuleAny {
			r.Spacing = mapping.Period{Days: rapid.IntRange(1, 9).Draw(t, "apart")}
		}
	}
	return c
}

func TestMoreThatIsDoneNeverTakesAwayUnderSpacing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := spacedCase(t)
		before := mapping.Evaluate(c)
		for _, e := range someEvidence(t, c, 50) {
			if e.Kind == mapping.EvidenceTakenBack {
				return
			}
			e.Record.Time = day(rapid.IntRange(0, 40).Draw(t, "more"))
			c.Evidence = append(slices.Clone(c.Evidence), e)
		}
		after := mapping.Evaluate(c)
		if rank(after) < rank(before) && after.State != mapping.Expired {
			t.Fatalf("%s %d%% became %s %d%%", before.State, before.Percent, after.State, after.Percent)
		}
		if before.State == mapping.Evidenced && (after.State != before.State || !before.Expires.IsZero() && !after.Expires.IsZero() && after.Expires.Before(before.Expires)) {
			t.Fatalf("%s until %s became %s until %s", before.State, before.Expires, after.State, after.Expires)
		}
	})
}

// mostApart is how many of the activities from the nth on can begin a week apart from each other and from those that have, by trying all.
func mostApart(days [][]int, n int, begun []int) int {
	if n == len(days) {
		return len(begun)
	}
	most := mostApart(days, n+1, begun)
	for _, d := range days[n] {
		if !slices.ContainsFunc(begun, func(b int) bool { return b-d < 7 && d-b < 7 }) {
			most = max(most, mostApart(days, n+1, append(slices.Clone(begun), d)))
		}
	}
	return most
}

func TestAsManyActivitiesAsCanBeApartCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 40), 0, 3), 1, 6).Draw(t, "days")
		c := caseOf(nil, weekly(mapping.Rule{Kind: mapping.RuleAll}))
		pos := int64(0)
		for n, of := range days {
			id, iri := fmt.Sprintf("a%d", n), fmt.Sprintf("%s/mod/%d", site, n)
			c.Alignments = append(c.Alignments, tag(id, instance, iri))
			for _, d := range of {
				pos++
				c.Evidence = append(c.Evidence, row{tag: id, second: d * aDay, pos: pos, activity: iri}.evidence())
			}
		}
		if got, want := mapping.Evaluate(c).Have, mostApart(days, 0, nil); got != want {
			t.Fatalf("%d count, %d can", got, want)
		}
	})
}

// Without bounds this would not come to an end.
func TestManyRecordsOfManyActivitiesAreJudgedUnderSpacing(t *testing.T) {
	c := caseOf(nil, weekly(mapping.Rule{Kind: mapping.RuleAll}))
	for n := range 600 { // thirty activities, each done twenty times
		id, iri := fmt.Sprintf("a%02d", n%30), fmt.Sprintf("%s/mod/%d", site, n%30)
		if n < 30 {
			c.Alignments = append(c.Alignments, tag(id, instance, iri))
		}
		c.Evidence = append(c.Evidence, row{tag: id, second: n * aDay, pos: int64(n + 1), activity: iri}.evidence())
	}
	if r := mapping.Evaluate(c); r.State != mapping.Evidenced {
		t.Errorf("%s, %d of %d", r.State, r.Have, r.Need)
	}
}
