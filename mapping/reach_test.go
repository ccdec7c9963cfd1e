package mapping_test

import (
	"testing"

	"pgregory.net/rapid"

	"cairn/mapping"
)

// TestWhatIsOutOfReachIsNoNextStep: an activity of a course that somebody is not in is not offered, whatever is asked for there.
func TestWhatIsOutOfReachIsNoNextStep(t *testing.T) {
	here := func(s mapping.Scope) bool { return s.Contains(course2) }
	next := func(c mapping.Case) (out []string) {
		c = c.Within(here)
		for _, a := range mapping.Explain(c, mapping.Evaluate(c), nil).Next {
			out = append(out, a.IRI)
		}
		return out
	}
	if got := next(caseOf(tags(tag("q", course3, quiz)), nil)); len(got) != 0 {
		t.Errorf("of another course: %v", got)
	}
	both := caseOf(tags(tag("q", course3, quiz), tag("p", instance, page)), rules(rule(course3, mapping.RuleAny, 0), rule(instance, mapping.RuleN, 3)))
	if got := next(both); len(got) != 1 || got[0] != page {
		t.Errorf("of another course and of everywhere: %v", got)
	}
	been := caseOf(tags(tag("q", course3, quiz), tag("p", course3, page)), rules(rule(course3, mapping.RuleAll, 0)), row{tag: "q", pos: 1, activity: quiz})
	if got := next(been); len(got) != 1 || got[0] != page {
		t.Errorf("of a course in which something was done: %v", got)
	}
}

// TestReachChangesNoEvidence: what counts and the state stay; only what has not begun may ask for something else.
func TestReachChangesNoEvidence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := timedCase(t, everyPick...)
		some := rapid.SampledFrom(someScopes).Draw(t, "reach")
		is, within := mapping.Evaluate(c), mapping.Evaluate(c.Within(some.Same))
		if is.State != within.State || is.Decisive != within.Decisive || !is.Expires.Equal(within.Expires) {
			t.Fatalf("%s until %s, within reach %s until %s", is.State, is.Expires, within.State, within.Expires)
		}
	})
}
