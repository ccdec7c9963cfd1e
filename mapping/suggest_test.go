package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"cairn/mapping"
)

// outlook is how a case stands, under another capability id and level.
func outlook(id string, level int, c mapping.Case) mapping.Outlook {
	names := map[string]string{quiz: "Quiz", page: "Reading", course: "Course", attempt: "Attempt"}
	x := mapping.Explain(c, mapping.Evaluate(c), func(iri string) string { return names[iri] })
	return mapping.Outlook{Node: mapping.Node{ID: id, Level: level}, Explanation: x}
}

func told(ss []mapping.Suggestion) (out []string) {
	for _, s := range ss {
		var toward []string
		for _, t := range s.Toward {
			toward = append(toward, fmt.Sprintf("%s %s %d to %d of %d", t.Capability, t.Effect, t.Have, t.Then, t.Need))
		}
		out = append(out, s.Activity.Name+": "+strings.Join(toward, ", "))
	}
	return out
}

func TestSuggestionsStandInTheOrderThatThePageSays(t *testing.T) {
	year := ruled(mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 365}})
	expiring := func(onDay int) mapping.Case { return on(caseOf(tags(tag("q", instance, quiz)), year, q1), day(onDay)) }
	anyOne := func(iri string) mapping.Case { return caseOf(tags(tag("t", instance, iri)), nil) }
	twoOf := func(a, b string) mapping.Case {
		return caseOf(tags(tag("x", instance, a), tag("y", instance, b)), rules(rule(instance, mapping.RuleN, 2)))
	}
	waiting := outlook("w", 1, anyOne(attempt))
	waiting.Waits = []string{"before"}
	needed := outlook("n", 3, twoOf(course, attempt))
	needed.Needed = true
	for name, c := range map[string]struct {
		os   []mapping.Outlook
		want []string
	}{
		"nothing to do": {[]mapping.Outlook{outlook("a", 1, caseOf(tags(tag("q", instance, quiz)), nil, q1))}, nil},
		"what ends soon, then what completes": {[]mapping.Outlook{outlook("a", 1, anyOne(page)), outlook("b", 1, expiring(300))},
			[]string{"Quiz: b renews 1 to 1 of 1", "Reading: a completes 0 to 1 of 1"}},
		"what does not end soon is left out": {[]mapping.Outlook{outlook("b", 1, expiring(200))}, nil},
		"what expired is to be done again":   {[]mapping.Outlook{outlook("b", 1, expiring(400))}, []string{"Quiz: b completes 0 to 1 of 1"}},
		"what completes, then what moves most": {[]mapping.Outlook{outlook("a", 1, twoOf(quiz, page)), outlook("b", 1, twoOf(quiz, course)), outlook("c", 4, anyOne(attempt))},
			[]string{"Attempt: c completes 0 to 1 of 1", "Quiz: a moves 0 to 1 of 2, b moves 0 to 1 of 2", "Course: b moves 0 to 1 of 2", "Reading: a moves 0 to 1 of 2"}},
		"what is needed, then the lower level, then the title": {[]mapping.Outlook{outlook("a", 2, twoOf(page, quiz)), needed},
			[]string{"Attempt: n moves 0 to 1 of 2", "Course: n moves 0 to 1 of 2", "Quiz: a moves 0 to 1 of 2", "Reading: a moves 0 to 1 of 2"}},
		"lower level first": {[]mapping.Outlook{outlook("a", 2, anyOne(page)), outlook("b", 1, anyOne(quiz)), outlook("c", 0, anyOne(course))},
			[]string{"Quiz: b completes 0 to 1 of 1", "Reading: a completes 0 to 1 of 1", "Course: c completes 0 to 1 of 1"}},
		"what waits for another comes last": {[]mapping.Outlook{waiting, outlook("a", 4, twoOf(page, quiz))},
			[]string{"Quiz: a moves 0 to 1 of 2", "Reading: a moves 0 to 1 of 2", "Attempt: w completes 0 to 1 of 1"}},
		"points": {[]mapping.Outlook{outlook("a", 1, caseOf(four(), ruled(pointsRule(5, required(quiz, 3), points(page, 2), points(course, 2))), p2))},
			[]string{"Quiz: a completes 2 to 5 of 5", "Course: a moves 2 to 4 of 5"}},
		"groups: what completes one, and what brings the nearest nearer": {[]mapping.Outlook{outlook("a", 1, caseOf(four(), ruled(groups(all(part(quiz), part(page), part(course)), part(attempt))), q1))},
			[]string{"Attempt: a completes 1 to 3 of 3", "Course: a moves 1 to 2 of 3", "Reading: a moves 1 to 2 of 3"}},
		"only an endorsement is missing": {[]mapping.Outlook{outlook("a", 1, caseOf(four(), ruled(mapping.Rule{Kind: mapping.RuleAny, Endorsed: true}), q1))}, nil},
		"an endorsement is missing too": {[]mapping.Outlook{outlook("a", 1, caseOf(tags(tag("q", instance, quiz)), ruled(mapping.Rule{Kind: mapping.RuleAny, Endorsed: true})))},
			[]string{"Quiz: a moves 0 to 1 of 1"}},
	} {
		if diff := cmp.Diff(c.want, told(mapping.Suggest(c.os))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestGapsWithoutAnActivityAreTold(t *testing.T) {
	os := []mapping.Outlook{outlook("bare", 1, caseOf(nil, nil)), outlook("gap", 1, caseOf(four(), nil)), outlook("done", 1, caseOf(four(), nil, q1))}
	if got := ids(mapping.Bare(os)); !slices.Equal(got, []string{"bare"}) {
		t.Errorf("%v", got)
	}
	evidenced := func(id string) bool { return id == "a" }
	if got := mapping.Waits(map[string][]string{"c": {"a", "b"}}, "c", evidenced); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%v", got)
	}
}

// What is said to complete a capability completes it.
func TestSuggestionsDoWhatTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := timedCase(t, mapping.PickHighest)
		if c.At.IsZero() {
			c.At = day(60)
		}
		for i := range c.Rules {
			c.Rules[i].Rule.Spacing = mapping.Period{}
		}
		r := mapping.Evaluate(c)
		for _, s := range mapping.Suggest([]mapping.Outlook{{Node: mapping.Node{ID: "c"}, Explanation: mapping.Explain(c, r, nil)}}) {
			after := mapping.Evaluate(doneIn(c, r.Scope, s.Activity.IRI))
			switch s.Effect {
			case mapping.EffectCompletes:
				if after.State != mapping.Evidenced {
					t.Fatalf("%s is said to complete what becomes %s", s.Activity.IRI, after.State)
				}
			case mapping.EffectMoves:
				if after.State != mapping.Evidenced && after.Percent < r.Percent {
					t.Fatalf("%s is said to bring nearer what goes from %d%% to %d%%", s.Activity.IRI, r.Percent, after.Percent)
				}
			}
		}
	})
}

// doneIn is the case after an activity was done, as well as any alignment of it may ask, in the scope of a result.
func doneIn(c mapping.Case, scope mapping.Scope, iri string) mapping.Case {
	c.Evidence = slices.Clone(c.Evidence)
	for _, a := range c.Alignments {
		if a.Selector.IRI == iri && a.Scope.Contains(scope) {
			e := row{tag: a.ID, pos: 99, activity: iri, score: ptr(1000), under: []string{scope.Course}}.evidence()
			e.Record.Time = c.At
			c.Evidence = append(c.Evidence, e)
		}
	}
	return c
}
