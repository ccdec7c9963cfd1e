package mapping_test

import (
	"fmt"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/mapping"
)

var someWorth = []mapping.Part{points(quiz, 1), required(page, 2), points(course, 3)}

// someRule draws a rule that Validate takes.
func someRule(t *rapid.T, picks ...mapping.Pick) mapping.Rule {
	r := rapid.SampledFrom([]mapping.Rule{
		{Kind: mapping.RuleAny}, {Kind: mapping.RuleAll}, {Kind: mapping.RuleN, N: 2},
		pointsRule(3, someWorth...), groups(all(part(quiz), anyOf(part(page), part(course))), all(part(page), part(course))),
	}).Draw(t, "rule")
	r.Validity = rapid.SampledFrom([]mapping.Period{{}, {Days: 5}, {Weeks: 2}, {Months: 1}}).Draw(t, "validity")
	r.Endorsed = rapid.IntRange(0, 3).Draw(t, "endorsed") == 0
	r.Pick = rapid.SampledFrom(picks).Draw(t, "pick")
	if r.Kind != mapping.RuleAny && r.Pick == mapping.PickHighest {
		r.Spacing = rapid.SampledFrom([]mapping.Period{{}, {}, {Days: 3}}).Draw(t, "spacing")
	}
	return r
}

// timedCase draws a case under rules of every kind, on a date after all that happened.
func timedCase(t *rapid.T, picks ...mapping.Pick) mapping.Case {
	c := mapping.Case{Capability: "c", Ended: map[string]bool{}, WasEvidenced: rapid.Bool().Draw(t, "was")}
	for i := range rapid.IntRange(1, 5).Draw(t, "tags") {
		a := tag(fmt.Sprintf("a%d", i), rapid.SampledFrom(someScopes).Draw(t, "scope"), rapid.SampledFrom(someActivities).Draw(t, "tagged"))
		if rapid.IntRange(0, 3).Draw(t, "scored") == 0 {
			a = atLeast(a, 500)
		}
		c.Alignments = append(c.Alignments, a)
	}
	for _, s := range someScopes {
		if rapid.Bool().Draw(t, "ruled") {
			c.Rules = append(c.Rules, mapping.ScopedRule{Capability: "c", Scope: s, Rule: someRule(t, picks...)})
		}
	}
	for i := range rapid.IntRange(0, 10).Draw(t, "records") {
		for _, e := range someEvidence(t, c, int64(i+1)) {
			e.Record.Time = day(rapid.IntRange(0, 40).Draw(t, "day")).Add(time.Duration(i) * time.Nanosecond)
			c.Evidence = append(c.Evidence, e)
		}
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "endorsements") {
		given := rapid.IntRange(0, 40).Draw(t, "given")
		e := endorsed(fmt.Sprintf("e%d", i), given, rapid.SampledFrom([]int{0, given + 1, given + 9}).Draw(t, "until"))
		e.Scope = rapid.SampledFrom(someScopes).Draw(t, "place")
		if rapid.IntRange(0, 3).Draw(t, "withdrawn") == 0 {
			e.WithdrawnAt = day(50)
		}
		c.Endorsements = append(c.Endorsements, e)
	}
	if rapid.IntRange(0, 4).Draw(t, "dated") > 0 {
		c.At = day(rapid.IntRange(41, 90).Draw(t, "at")).Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "micro")) * time.Microsecond)
	}
	return c
}

var everyPick = []mapping.Pick{mapping.PickHighest, mapping.PickLatest, mapping.PickMostCommon}

func TestExpiresIsTheFirstMomentThatFails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := timedCase(t, everyPick...)
		r := mapping.Evaluate(c)
		if r.State != mapping.Evidenced {
			if !r.Expires.IsZero() || (r.State == mapping.Expired) == r.ExpiredAt.IsZero() {
				t.Fatalf("%s with an end at %s, ended at %s", r.State, r.Expires, r.ExpiredAt)
			}
			return
		}
		if r.Expires.IsZero() {
			if far := mapping.Evaluate(on(c, day(100_000))); far.State != mapping.Evidenced {
				t.Fatalf("it never ends, yet in 270 years it is %s", far.State)
			}
			return
		}
		if !c.At.IsZero() && !r.Expires.After(c.At) {
			t.Fatalf("on %s it is evidenced until %s", c.At, r.Expires)
		}
		if before := mapping.Evaluate(on(c, r.Expires.Add(-time.Microsecond))); before.State != mapping.Evidenced || !before.Expires.Equal(r.Expires) {
			t.Fatalf("just before it ends at %s it is %s until %s", r.Expires, before.State, before.Expires)
		}
		at := mapping.Evaluate(on(c, r.Expires))
		if at.State == mapping.Evidenced {
			t.Fatalf("when it ends at %s it is still evidenced", r.Expires)
		}
		if last := day(41); r.Expires.After(last) && (at.State != mapping.Expired || !at.ExpiredAt.Equal(r.Expires)) {
			t.Fatalf("when it ends at %s it is %s, ended at %s", r.Expires, at.State, at.ExpiredAt)
		}
	})
}

// lastEnd looks for the end of what was evidenced with nothing but what had happened before: the last one just before which it was.
func lastEnd(c mapping.Case) time.Time {
	var ends []time.Time
	for _, r := range c.Rules {
		for _, e := range c.Evidence {
			if !r.Rule.Validity.IsZero() {
				ends = append(ends, r.Rule.Validity.AddTo(e.Record.Time).Truncate(time.Microsecond))
			}
		}
	}
	for _, e := range c.Endorsements {
		if !e.Until.IsZero() {
			ends = append(ends, e.Until.UTC())
		}
	}
	var last time.Time
	for _, b := range ends {
		if b.After(c.At) || b.Before(last) {
			continue
		}
		then := c
		then.At = b.Add(-time.Microsecond)
		then.Evidence = slices.DeleteFunc(slices.Clone(c.Evidence), func(e mapping.Evidence) bool {
			return e.Kind != mapping.EvidenceTakenBack && !e.Record.Time.Before(b)
		})
		then.Endorsements = slices.DeleteFunc(slices.Clone(c.Endorsements), func(e mapping.Endorsement) bool { return !e.At.Before(b) })
		if mapping.Evaluate(then).State == mapping.Evidenced {
			last = b
		}
	}
	return last
}

func TestExpiredIsWhatWasEvidencedUntilSomethingEnded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := timedCase(t, mapping.PickHighest)
		r := mapping.Evaluate(c)
		if c.At.IsZero() || r.State == mapping.Evidenced {
			return
		}
		want := lastEnd(c)
		if !want.Equal(r.ExpiredAt) || (r.State == mapping.Expired) == want.IsZero() {
			t.Fatalf("%s, ended at %s, want %s", r.State, r.ExpiredAt, want)
		}
	})
}

func TestWhatALaterRecordTookAwayDidNotExpire(t *testing.T) {
	latest := ruled(mapping.Rule{Kind: mapping.RuleAny, Pick: mapping.PickLatest, Validity: mapping.Period{Days: 30}})
	try := func(d int, pos int64, score int) row {
		return row{tag: "q", second: d * aDay, pos: pos, activity: quiz, score: &score}
	}
	c := caseOf(tags(atLeast(tag("q", instance, quiz), 700)), latest, try(0, 1, 800), try(40, 2, 800), try(50, 3, 600))
	c.WasEvidenced = true
	for d, want := range map[int]mapping.State{35: mapping.Evidenced, 60: mapping.Withdrawn, 90: mapping.Withdrawn} {
		then := on(c, day(d))
		if d < 50 {
			then.Evidence = c.Evidence[:2]
		}
		if r := mapping.Evaluate(then); r.State != want {
			t.Errorf("day %d: %s, want %s", d, r.State, want)
		}
	}
	c.Evidence = c.Evidence[:1]
	if r := mapping.Evaluate(on(c, day(35))); r.State != mapping.Expired || !r.ExpiredAt.Equal(day(30)) {
		t.Errorf("without the later ones: %s at %s", r.State, r.ExpiredAt)
	}
}

func TestNoOrderMattersUnderAnyRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := timedCase(t, everyPick...)
		c.Rules = append(c.Rules, mapping.ScopedRule{Framework: "f", Scope: instance, Rule: someRule(t, everyPick...)})
		want := mapping.Evaluate(c)
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		mixed := c
		mixed.Alignments, mixed.Rules, mixed.Evidence = slices.Clone(c.Alignments), slices.Clone(c.Rules), slices.Clone(c.Evidence)
		mixed.Endorsements = slices.Clone(c.Endorsements)
		r.Shuffle(len(mixed.Alignments), func(i, j int) {
			mixed.Alignments[i], mixed.Alignments[j] = mixed.Alignments[j], mixed.Alignments[i]
		})
		r.Shuffle(len(mixed.Rules), func(i, j int) { mixed.Rules[i], mixed.Rules[j] = mixed.Rules[j], mixed.Rules[i] })
		r.Shuffle(len(mixed.Evidence), func(i, j int) { mixed.Evidence[i], mixed.Evidence[j] = mixed.Evidence[j], mixed.Evidence[i] })
		r.Shuffle(len(mixed.Endorsements), func(i, j int) {
			mixed.Endorsements[i], mixed.Endorsements[j] = mixed.Endorsements[j], mixed.Endorsements[i]
		})
		if diff := cmp.Diff(want, mapping.Evaluate(mixed)); diff != "" {
			t.Fatalf("-in order +mixed:\n%s", diff)
		}
	})
}

func TestResultsHoldTogetherUnderAnyRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := mapping.Evaluate(timedCase(t, everyPick...))
		counting := map[string]bool{}
		for _, it := range r.Items {
			if it.Counts != (it.Reason == mapping.ReasonNone) || !it.Counts && !slices.Contains(mapping.Reasons(), it.Reason) {
				t.Fatalf("an item counts %v with reason %q", it.Counts, it.Reason)
			}
			if it.Counts && counting[it.Activity] {
				t.Fatalf("%s counts twice", it.Activity)
			}
			counting[it.Activity] = counting[it.Activity] || it.Counts
		}
		if (r.State == mapping.Evidenced) != (r.Percent == 100) || r.Percent < 0 || r.Percent > 100 || r.State == mapping.Evidenced && r.Have < r.Need {
			t.Fatalf("%s with %d of %d, %d%%", r.State, r.Have, r.Need, r.Percent)
		}
		for _, iri := range r.MissingActivities {
			if counting[iri] {
				t.Fatalf("%s is missing, and counts", iri)
			}
		}
		if r.State == mapping.Evidenced && (len(r.MissingActivities) > 0 || r.NeedsEndorsement) || r.NeedsEndorsement && r.Endorsement != "" {
			t.Fatalf("evidenced without %v, endorsement needed %v", r.MissingActivities, r.NeedsEndorsement)
		}
	})
}

// What Idle says yes to must be found the same by evaluating, in state, percent and end.
func TestIdleNeverHidesAChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := timedCase(t, everyPick...)
		before, _ := mapping.Next(mapping.Progress{}, mapping.Evaluate(c), mapping.Cause{})
		c.WasEvidenced = c.WasEvidenced || before.WasEvidenced
		for _, e := range someEvidence(t, c, 50) {
			e.Record.Time = day(rapid.IntRange(0, 60).Draw(t, "happened"))
			i := slices.IndexFunc(c.Alignments, func(a mapping.Alignment) bool { return a.ID == e.Alignment })
			if !before.Idle(c.Alignments[i], e, c.Rules...) {
				continue
			}
			more := c
			more.Evidence = append(slices.Clone(c.Evidence), e)
			after, _ := mapping.Next(before, mapping.Evaluate(more), mapping.Cause{})
			if after.State != before.State || after.Percent != before.Percent || !after.Expires.Equal(before.Expires) {
				t.Fatalf("%+v became %+v by what was idle: %+v", before, after, e)
			}
		}
	})
}

// Whoever loses a state finds a reason: on each record that counted, or in what the rule lacks.
func TestNoLossWithoutAReason(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := timedCase(t, everyPick...)
		before := mapping.Evaluate(c)
		counted := before.Counted()
		switch rapid.IntRange(0, 3).Draw(t, "loss") {
		case 0:
			c.At = day(rapid.IntRange(41, 120).Draw(t, "later"))
		case 1:
			c.Endorsements = nil
		case 2:
			c.Ended[rapid.SampledFrom(c.Alignments).Draw(t, "untagged").ID] = true
		default:
			c.Rules = []mapping.ScopedRule{{Capability: "c", Scope: instance, Rule: someRule(t, everyPick...)}}
		}
		c.WasEvidenced = before.State == mapping.Evidenced
		after := mapping.Evaluate(c)
		if !c.WasEvidenced || after.State == mapping.Evidenced {
			return
		}
		if after.State != mapping.Expired && after.State != mapping.Withdrawn {
			t.Fatalf("evidenced became %s", after.State)
		}
		x := mapping.Explain(c, after, nil)
		for _, id := range counted {
			told := func(f mapping.Finding) bool { return f.Statement == id }
			if !slices.ContainsFunc(x.Counted, told) && !slices.ContainsFunc(x.NotCounted, func(f mapping.Finding) bool { return told(f) && f.Reason != "" }) {
				t.Fatalf("%s counted, and nothing tells what became of it", id)
			}
		}
		if len(x.NotCounted) == 0 && x.Missing == 0 && len(x.MissingActivities) == 0 && !x.NeedsEndorsement {
			t.Fatalf("lost without a reason: %+v", x)
		}
	})
}
