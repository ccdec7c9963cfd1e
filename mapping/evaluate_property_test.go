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

var (
	someActivities = []string{quiz, page, course, site + "/mod/x/view.php?id=9"}
	someScopes     = []mapping.Scope{instance, {Kind: mapping.ScopeRegistration, Registration: "r1"}, course2, course3}
)

// someCase draws a case from few values, so that much of it meets.
func someCase(t *rapid.T) mapping.Case {
	c := mapping.Case{Capability: "c", Ended: map[string]bool{}, WasEvidenced: rapid.Bool().Draw(t, "was")}
	for i := range rapid.IntRange(0, 5).Draw(t, "tags") {
		a := tag(fmt.Sprintf("a%d", i), rapid.SampledFrom(someScopes).Draw(t, "scope"), rapid.SampledFrom(someActivities).Draw(t, "tagged"))
		if rapid.IntRange(0, 3).Draw(t, "scored") == 0 {
			a = atLeast(a, 500)
		}
		c.Ended[a.ID] = rapid.IntRange(0, 5).Draw(t, "ended") == 0
		c.Alignments = append(c.Alignments, a)
	}
	for _, s := range someScopes {
		if rapid.Bool().Draw(t, "ruled") {
			kind := rapid.SampledFrom([]mapping.RuleKind{mapping.RuleAny, mapping.RuleAll, mapping.RuleN, ""}).Draw(t, "rule")
			c.Rules = append(c.Rules, rule(s, kind, rapid.IntRange(1, 4).Draw(t, "n")))
		}
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "records") {
		c.Evidence = append(c.Evidence, someEvidence(t, c, int64(i+1))...)
	}
	return c
}

// someEvidence draws a record and the rows it makes.
func someEvidence(t *rapid.T, c mapping.Case, pos int64) []mapping.Evidence {
	r := mapping.Record{
		Pos: pos, StatementID: fmt.Sprintf("s%d", pos),
		Activity: rapid.SampledFrom(someActivities).Draw(t, "activity"),
		Under:    []string{rapid.SampledFrom([]string{course2.Course, course3.Course}).Draw(t, "course")},
		Verb:     rapid.SampledFrom([]string{mapping.VerbCompleted, mapping.VerbPassed, mapping.VerbFailed, mapping.VerbUncompleted}).Draw(t, "verb"),
		Time:     epoch.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "second")) * time.Second),
	}
	if rapid.Bool().Draw(t, "graded") {
		r.ScoreMilli = ptr(rapid.SampledFrom([]int{400, 500, 900}).Draw(t, "score"))
	}
	voided := rapid.IntRange(0, 5).Draw(t, "voided") == 0
	var out []mapping.Evidence
	for _, a := range c.Alignments {
		if e, ok := mapping.EvidenceOf(a, r); ok && a.Accepts(r, "r1") {
			e.Voided, e.Registration = voided, "r1"
			out = append(out, e)
		}
	}
	return out
}

func TestEvaluateDoesNotDependOnTheOrderOfItsInput(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := someCase(t)
		want := mapping.Evaluate(c)
		r := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		mixed := c
		mixed.Alignments, mixed.Rules, mixed.Evidence = slices.Clone(c.Alignments), slices.Clone(c.Rules), slices.Clone(c.Evidence)
		r.Shuffle(len(mixed.Alignments), func(i, j int) {
			mixed.Alignments[i], mixed.Alignments[j] = mixed.Alignments[j], mixed.Alignments[i]
		})
		r.Shuffle(len(mixed.Rules), func(i, j int) { mixed.Rules[i], mixed.Rules[j] = mixed.Rules[j], mixed.Rules[i] })
		r.Shuffle(len(mixed.Evidence), func(i, j int) { mixed.Evidence[i], mixed.Evidence[j] = mixed.Evidence[j], mixed.Evidence[i] })
		if diff := cmp.Diff(want, mapping.Evaluate(mixed)); diff != "" {
			t.Fatalf("-in order +mixed:\n%s", diff)
		}
	})
}

// rank orders states by how much is known.
func rank(r mapping.Result) int {
	if r.State == mapping.Evidenced {
		return 101
	}
	return r.Percent
}

func TestVoidingWhatMayCountNeverAddsCredit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := someCase(t)
		if len(c.Evidence) == 0 {
			return
		}
		id := rapid.SampledFrom(c.Evidence).Draw(t, "which")
		if id.Kind == mapping.EvidenceTakenBack {
			return // without it, what it took back counts again
		}
		before := rank(mapping.Evaluate(c))
		c.Evidence = slices.Clone(c.Evidence)
		for i := range c.Evidence {
			if c.Evidence[i].Record.StatementID == id.Record.StatementID {
				c.Evidence[i].Voided = true
			}
		}
		if after := rank(mapping.Evaluate(c)); after > before {
			t.Fatalf("a void raised %d to %d", before, after)
		}
	})
}

func TestAResentStatementChangesNothing(t *testing.T) { // the plugin sends no ids: a resend is a second statement of the event
	rapid.Check(t, func(t *rapid.T) {
		c := someCase(t)
		if len(c.Evidence) == 0 {
			return
		}
		was := mapping.Evaluate(c)
		which := rapid.SampledFrom(c.Evidence).Draw(t, "which").Record.StatementID
		again := c
		for _, e := range c.Evidence {
			if e.Record.StatementID == which && e.Kind == mapping.EvidenceDone {
				e.Record.StatementID, e.Record.Pos = "again", 100
				again.Evidence = append(slices.Clone(again.Evidence), e)
			}
		}
		is := mapping.Evaluate(again)
		// A completion taken back in the same second comes after that when it is sent again, by its place in the log, and counts.
		if retractedOnlyByPosition(c, which) {
			return
		}
		was.Items, is.Items = nil, nil
		if diff := cmp.Diff(was, is); diff != "" {
			t.Fatalf("-once +twice:\n%s", diff)
		}
	})
}

// retractedOnlyByPosition says whether a record of the same second takes the statement back, so that a later position would not be.
func retractedOnlyByPosition(c mapping.Case, statement string) bool {
	for _, e := range c.Evidence {
		for _, b := range c.Evidence {
			if e.Record.StatementID == statement && b.Kind == mapping.EvidenceTakenBack && b.Record.Time.Equal(e.Record.Time) {
				return true
			}
		}
	}
	return false
}

func TestWithoutEvidenceNothingIsKnown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := someCase(t)
		c.Evidence = nil
		want := mapping.NotStarted
		if c.WasEvidenced {
			want = mapping.Withdrawn
		}
		if r := mapping.Evaluate(c); r.State != want || r.Have != 0 || r.Percent != 0 || len(r.Items) != 0 {
			t.Fatalf("%+v, want %s", r, want)
		}
	})
}

func TestResultsHoldTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := someCase(t)
		r := mapping.Evaluate(c)
		activities := map[string]bool{}
		for i, it := range r.Items {
			if i > 0 && it.Evidence.Record.Compare(r.Items[i-1].Evidence.Record) < 0 {
				t.Fatalf("items are out of order: %+v", r.Items)
			}
			if it.Counts != (it.Reason == mapping.ReasonNone) || it.Reason != mapping.ReasonNone && !slices.Contains(mapping.Reasons(), it.Reason) {
				t.Fatalf("an item counts %v with reason %q", it.Counts, it.Reason)
			}
			if it.Counts && activities[it.Activity] {
				t.Fatalf("%s counts twice", it.Activity)
			}
			activities[it.Activity] = activities[it.Activity] || it.Counts
		}
		counted := len(r.Counted())
		if counted != r.Have || r.Percent < 0 || r.Percent > 100 || r.Have > r.OutOf {
			t.Fatalf("%d items count in %+v", counted, r)
		}
		if (r.State == mapping.Evidenced) != (r.Percent == 100) || (r.Decisive != "") != (r.State == mapping.Evidenced) {
			t.Fatalf("state and percent disagree: %+v", r)
		}
		if (r.State == mapping.Withdrawn) && !c.WasEvidenced {
			t.Fatalf("withdrawn without having been evidenced: %+v", r)
		}
	})
}

func TestPercentGrowsWithDifferentActivities(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		need, n := rapid.IntRange(1, 12).Draw(t, "need"), 12
		c := caseOf(nil, rules(rule(instance, mapping.RuleN, need)))
		last := -1
		for i := range n {
			iri := fmt.Sprintf("%s/mod/%d", site, i)
			c.Alignments = append(c.Alignments, tag(fmt.Sprintf("a%02d", i), instance, iri))
			r := mapping.Evaluate(c)
			if want := min(i, need) * 100 / need; r.Percent != want || r.Percent < last {
				t.Fatalf("%d of %d is %d%%, want %d", i, need, r.Percent, want)
			}
			last = r.Percent
			c.Evidence = append(c.Evidence, row{tag: fmt.Sprintf("a%02d", i), second: i, pos: int64(i + 1), activity: iri}.evidence())
		}
	})
}

func TestMoreEvidenceNeverTakesAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := someCase(t)
		before := mapping.Evaluate(c)
		more := someEvidence(t, c, 50)
		if len(more) > 0 && more[0].Kind == mapping.EvidenceTakenBack {
			return
		}
		c.Evidence = append(slices.Clone(c.Evidence), more...)
		if after := mapping.Evaluate(c); rank(after) < rank(before) {
			t.Fatalf("%+v became %+v", before, after)
		}
	})
}

func TestHistoryOfAnySequenceHoldsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := someCase(t)
		p := mapping.Progress{Learner: "l", Capability: "c"}
		c := whole
		c.Evidence, c.WasEvidenced = nil, false
		var last *mapping.Transition
		for i := range 12 {
			if i < len(whole.Evidence) {
				c.Evidence = append(slices.Clone(c.Evidence), whole.Evidence[i])
			} else if len(c.Evidence) > 0 {
				c.Evidence = c.Evidence[1:]
			}
			c.WasEvidenced = p.WasEvidenced
			next, moved := mapping.Next(p, mapping.Evaluate(c), mapping.Cause{Kind: mapping.CauseStatement, ID: "s", Pos: int64(i), At: epoch})
			checkStep(t, p, next, moved, last)
			if p = next; moved != nil {
				last = moved
			}
		}
	})
}

// checkStep holds one step of a history against the one before.
func checkStep(t *rapid.T, p, next mapping.Progress, moved, last *mapping.Transition) {
	if moved == nil {
		if next.Ordinal != p.Ordinal || next.Percent != p.Percent || p.State != "" && next.State != p.State {
			t.Fatalf("%+v became %+v without a transition", p, next)
		}
		return
	}
	if moved.Ordinal != p.Ordinal+1 || next.Ordinal != moved.Ordinal || next.State != moved.To || next.Percent != moved.Percent {
		t.Fatalf("%+v after %+v gives %+v", moved, p, next)
	}
	if moved.Forfeited() && (last == nil || !last.Achieved() || last.Award() != moved.Award()) {
		t.Fatalf("the loss %+v does not follow its award %+v", moved, last)
	}
	if moved.Forfeited() && moved.Achieved() {
		t.Fatalf("both won and lost: %+v", moved)
	}
}
