package mapping_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

const back = mapping.VerbUncompleted

// found is what a test looks at: state, "have/need", percent, the reason of each item by statement ("" counts).
type found struct {
	State    mapping.State
	Have     int
	Need     int
	Percent  int
	Reasons  map[string]mapping.Reason
	Decisive string
}

func look(c mapping.Case) found {
	r := mapping.Evaluate(c)
	f := found{State: r.State, Have: r.Have, Need: r.Need, Percent: r.Percent, Decisive: r.Decisive}
	for _, it := range r.Items {
		if f.Reasons == nil {
			f.Reasons = map[string]mapping.Reason{}
		}
		f.Reasons[it.Evidence.Record.StatementID] = it.Reason
		if it.Counts != (it.Reason == mapping.ReasonNone) {
			f.Reasons[it.Evidence.Record.StatementID] = "counts and has a reason, or neither"
		}
	}
	return f
}

type reasons = map[string]mapping.Reason

func TestEvaluateJudgesByItself(t *testing.T) {
	one := tags(tag("q", instance, quiz))
	scored := tags(atLeast(tag("q", instance, quiz), 700))
	for name, c := range map[string]struct {
		c    mapping.Case
		want found
	}{
		"nothing aligned":          {caseOf(nil, nil), found{State: mapping.NotStarted}},
		"aligned and nothing done": {caseOf(one, nil), found{State: mapping.NotStarted, Need: 1}},
		"completed": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"passed": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz, verb: mapping.VerbPassed}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"a failed quiz sends completed without success on attempt and module": {
			caseOf(one, nil,
				row{tag: "q", second: 1, pos: 1, activity: attempt, under: []string{quiz}, success: ptr(false), score: ptr(0)},
				row{tag: "q", second: 1, pos: 2, activity: quiz, success: ptr(false)}),
			found{mapping.NotStarted, 0, 1, 0, reasons{"s1": mapping.ReasonFailed, "s2": mapping.ReasonFailed}, ""},
		},
		"the verb failed": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz, verb: mapping.VerbFailed}),
			found{mapping.NotStarted, 0, 1, 0, reasons{"s1": mapping.ReasonFailed}, ""},
		},
		"voided": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz, voided: true}),
			found{mapping.NotStarted, 0, 1, 0, reasons{"s1": mapping.ReasonVoided}, ""},
		},
		"score below the threshold": {
			caseOf(scored, nil, row{tag: "q", second: 1, pos: 1, activity: attempt, under: []string{quiz}, score: ptr(699)}),
			found{mapping.NotStarted, 0, 1, 0, reasons{"s1": mapping.ReasonBelowThreshold}, ""},
		},
		"score at the threshold": {
			caseOf(scored, nil, row{tag: "q", second: 1, pos: 1, activity: attempt, under: []string{quiz}, score: ptr(700)}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"the score sits on the attempt, the module has none": {
			caseOf(scored, nil,
				row{tag: "q", second: 1, pos: 1, activity: attempt, under: []string{quiz}, score: ptr(800)},
				row{tag: "q", second: 1, pos: 2, activity: quiz, success: ptr(true)}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": "", "s2": mapping.ReasonNoScore}, "s1"},
		},
		"evidence of an alignment nobody knows": {
			caseOf(nil, nil, row{tag: "gone", second: 1, pos: 1, activity: quiz}),
			found{State: mapping.NotStarted, Reasons: reasons{"s1": mapping.ReasonNotActive}},
		},
	} {
		if diff := cmp.Diff(c.want, look(c.c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEvaluateTakesBackWhatCameBefore(t *testing.T) {
	one := tags(tag("q", instance, quiz))
	whole := tags(tag("k", instance, course))
	for name, c := range map[string]struct {
		c    mapping.Case
		want found
	}{
		"uncompleted after completed": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz}, row{tag: "q", second: 5, pos: 2, activity: quiz, verb: back}),
			found{mapping.NotStarted, 0, 1, 0, reasons{"s1": mapping.ReasonRetracted}, ""},
		},
		"uncompleted and then completed within one second": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz, verb: back}, row{tag: "q", second: 1, pos: 2, activity: quiz}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s2": ""}, "s2"},
		},
		"completed and then uncompleted within one second": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz}, row{tag: "q", second: 1, pos: 2, activity: quiz, verb: back}),
			found{mapping.NotStarted, 0, 1, 0, reasons{"s1": mapping.ReasonRetracted}, ""},
		},
		"an uncompleted that arrives late but happened before": {
			caseOf(one, nil, row{tag: "q", second: 5, pos: 1, activity: quiz}, row{tag: "q", second: 1, pos: 2, activity: quiz, verb: back}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"a voided uncompleted": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz}, row{tag: "q", second: 5, pos: 2, activity: quiz, verb: back, voided: true}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"uncompleted takes the attempt under the quiz too": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: attempt, under: []string{quiz, course}}, row{tag: "q", second: 5, pos: 2, activity: quiz, verb: back}),
			found{mapping.NotStarted, 0, 1, 0, reasons{"s1": mapping.ReasonRetracted}, ""},
		},
		"completed again afterwards": {
			caseOf(one, nil, row{tag: "q", second: 1, pos: 1, activity: quiz}, row{tag: "q", second: 5, pos: 2, activity: quiz, verb: back}, row{tag: "q", second: 9, pos: 3, activity: quiz}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": mapping.ReasonRetracted, "s3": ""}, "s3"},
		},
		"one activity of a course uncompleted leaves the others": {
			caseOf(whole, nil, row{tag: "k", second: 1, pos: 1, activity: quiz, under: []string{course}}, row{tag: "k", second: 5, pos: 2, activity: page, under: []string{course}, verb: back}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"the course itself uncompleted takes all": {
			caseOf(whole, nil, row{tag: "k", second: 1, pos: 1, activity: quiz, under: []string{course}}, row{tag: "k", second: 5, pos: 2, activity: course, verb: back}),
			found{mapping.NotStarted, 0, 1, 0, reasons{"s1": mapping.ReasonRetracted}, ""},
		},
	} {
		if diff := cmp.Diff(c.want, look(c.c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEvaluateCountsAnActivityOnce(t *testing.T) {
	two := tags(tag("q", instance, quiz), tag("p", instance, page))
	n2 := rules(rule(instance, mapping.RuleN, 2))
	for name, c := range map[string]struct {
		c    mapping.Case
		want found
	}{
		"the same event sent again": {
			caseOf(two, n2, row{tag: "p", second: 1, pos: 1, activity: page}, row{tag: "p", second: 1, pos: 2, activity: page}),
			found{mapping.InProgress, 1, 2, 50, reasons{"s1": "", "s2": mapping.ReasonSameActivity}, ""},
		},
		"done again with a better score": {
			caseOf(two, nil, row{tag: "q", second: 1, pos: 1, activity: quiz, score: ptr(800)}, row{tag: "q", second: 9, pos: 2, activity: quiz, score: ptr(950)}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": mapping.ReasonSuperseded, "s2": ""}, "s1"},
		},
		"done again with a worse score": {
			caseOf(two, nil, row{tag: "q", second: 1, pos: 1, activity: quiz, score: ptr(800)}, row{tag: "q", second: 9, pos: 2, activity: quiz, score: ptr(750)}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": "", "s2": mapping.ReasonSuperseded}, "s1"},
		},
		"done again with the same score": {
			caseOf(two, nil, row{tag: "q", second: 1, pos: 1, activity: quiz, score: ptr(800)}, row{tag: "q", second: 9, pos: 2, activity: quiz, score: ptr(800)}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": "", "s2": mapping.ReasonSameActivity}, "s1"},
		},
		"the attempt's score stands for the module": {
			caseOf(two, nil, row{tag: "q", second: 1, pos: 1, activity: quiz}, row{tag: "q", second: 1, pos: 2, activity: attempt, under: []string{quiz}, score: ptr(820)}),
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": mapping.ReasonSameActivity, "s2": ""}, "s1"},
		},
		"two alignments of one activity": {
			caseOf(tags(tag("q1", instance, quiz), tag("q2", instance, quiz)), n2, row{tag: "q1", second: 1, pos: 1, activity: quiz}, row{tag: "q2", second: 2, pos: 2, activity: quiz}),
			found{mapping.InProgress, 1, 2, 50, reasons{"s1": "", "s2": mapping.ReasonSameActivity}, ""},
		},
		"two different ones": {
			caseOf(two, n2, row{tag: "p", second: 9, pos: 1, activity: page}, row{tag: "q", second: 1, pos: 2, activity: quiz}),
			found{mapping.Evidenced, 2, 2, 100, reasons{"s1": "", "s2": ""}, "s1"},
		},
		"all of two": {
			caseOf(two, rules(rule(instance, mapping.RuleAll, 0)), row{tag: "p", second: 1, pos: 1, activity: page}),
			found{mapping.InProgress, 1, 2, 50, reasons{"s1": ""}, ""},
		},
		"one of three is 33 percent": {
			caseOf(two, rules(rule(instance, mapping.RuleN, 3)), row{tag: "p", second: 1, pos: 1, activity: page}),
			found{mapping.InProgress, 1, 3, 33, reasons{"s1": ""}, ""},
		},
		"more than is needed": {
			caseOf(two, nil, row{tag: "p", second: 1, pos: 1, activity: page}, row{tag: "q", second: 2, pos: 2, activity: quiz}),
			found{mapping.Evidenced, 2, 1, 100, reasons{"s1": "", "s2": ""}, "s1"},
		},
		"all of nothing is not evidenced": {
			caseOf(nil, rules(rule(instance, mapping.RuleAll, 0))), found{State: mapping.NotStarted},
		},
	} {
		if diff := cmp.Diff(c.want, look(c.c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestEvaluateTakesTheBestScope(t *testing.T) { // settled question 3
	wide, own2, own3 := tag("w", instance, page), tag("x", course2, quiz), tag("y", course3, quiz)
	registration := mapping.Scope{Kind: mapping.ScopeRegistration, Registration: "r1"}
	for name, c := range map[string]struct {
		c     mapping.Case
		scope mapping.Scope
		want  found
	}{
		"evidenced in one course, not in the other": {
			caseOf(tags(own2, own3), nil, row{tag: "y", second: 1, pos: 1, activity: quiz}), course3,
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"evidenced in both: where it came first": {
			caseOf(tags(own2, own3), nil, row{tag: "x", second: 5, pos: 1, activity: quiz}, row{tag: "y", second: 1, pos: 2, activity: quiz}), course3,
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": mapping.ReasonOtherScope, "s2": ""}, "s2"},
		},
		"the rule of a wider scope holds below": {
			caseOf(tags(own2, wide), rules(rule(registration, mapping.RuleAll, 0)), row{tag: "x", second: 1, pos: 1, activity: quiz}), course2,
			found{mapping.InProgress, 1, 2, 50, reasons{"s1": ""}, ""},
		},
		"a course's rule with the alignments of the instance": {
			caseOf(tags(wide, tag("v", instance, quiz)), rules(rule(instance, mapping.RuleAll, 0), rule(course2, mapping.RuleAny, 0)),
				row{tag: "w", second: 1, pos: 1, activity: page, under: []string{course}}), course2,
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"a course's rule decides nothing about people elsewhere": {
			caseOf(tags(wide, tag("v", instance, quiz)), rules(rule(instance, mapping.RuleAll, 0), rule(course2, mapping.RuleAny, 0)),
				row{tag: "w", second: 1, pos: 1, activity: page, under: []string{course3.Course}}), instance,
			found{mapping.InProgress, 1, 2, 50, reasons{"s1": ""}, ""},
		},
		"a scope's empty rule is none": {
			caseOf(tags(wide, tag("v", instance, quiz)), rules(rule(instance, mapping.RuleAll, 0), rule(course2, "", 0)),
				row{tag: "w", second: 1, pos: 1, activity: page, under: []string{course}}), instance,
			found{mapping.InProgress, 1, 2, 50, reasons{"s1": ""}, ""},
		},
		"rules and alignments of another capability": {
			caseOf(tags(wide, mapping.Alignment{ID: "z", Capability: "other", Scope: instance, Selector: own2.Selector}),
				[]mapping.ScopedRule{{Capability: "other", Scope: instance, Rule: mapping.Rule{Kind: mapping.RuleN, N: 9}}},
				row{tag: "w", second: 1, pos: 1, activity: page}), instance,
			found{mapping.Evidenced, 1, 1, 100, reasons{"s1": ""}, "s1"},
		},
		"nothing done: the widest scope": {caseOf(tags(own2, wide), nil), instance, found{State: mapping.NotStarted, Need: 1}},
	} {
		if diff := cmp.Diff(c.want, look(c.c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if got := mapping.Evaluate(c.c).Scope; got != c.scope {
			t.Errorf("%s: from %+v, want %+v", name, got, c.scope)
		}
	}
}

func TestPreferredScopeBreaksTiesOnly(t *testing.T) {
	c := caseOf(tags(tag("x", course2, quiz), tag("y", course3, page)), nil)
	c.Prefer = course3
	if got := mapping.Evaluate(c).Scope; got != course3 {
		t.Errorf("a tie goes to %+v", got)
	}
	c.Evidence = []mapping.Evidence{row{tag: "x", second: 1, pos: 1, activity: quiz}.evidence()}
	if got := mapping.Evaluate(c); got.Scope != course2 || got.State != mapping.Evidenced {
		t.Errorf("the preference changed the result: %+v", got)
	}
}

func TestWithdrawnIsEvidencedOnce(t *testing.T) { // settled question 13
	one := tags(tag("q", instance, quiz), tag("p", instance, page))
	n2 := rules(rule(instance, mapping.RuleN, 2))
	was := func(c mapping.Case) mapping.Case { c.WasEvidenced = true; return c }
	for name, c := range map[string]struct {
		c    mapping.Case
		want mapping.State
	}{
		"voided":          {was(caseOf(one, nil, row{tag: "q", pos: 1, activity: quiz, voided: true})), mapping.Withdrawn},
		"nothing left":    {was(caseOf(one, nil)), mapping.Withdrawn},
		"nothing aligned": {was(caseOf(nil, nil)), mapping.Withdrawn},
		"half of it left": {was(caseOf(one, n2, row{tag: "q", pos: 1, activity: quiz})), mapping.Withdrawn},
		"done again":      {was(caseOf(one, nil, row{tag: "q", pos: 1, activity: quiz})), mapping.Evidenced},
	} {
		if got := mapping.Evaluate(c.c).State; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestNotActiveIsSaidOfEndedAlignments(t *testing.T) {
	c := caseOf(tags(tag("q", instance, quiz), tag("p", instance, page)), nil, row{tag: "q", pos: 1, activity: quiz, success: ptr(false)})
	c.Ended["q"] = true
	r := mapping.Evaluate(c)
	if r.Items[0].Reason != mapping.ReasonNotActive || r.Items[0].Activity != quiz || r.OutOf != 1 {
		t.Errorf("%+v", r)
	}
}

func TestItemsSayWhatTookTheirPlace(t *testing.T) {
	c := caseOf(tags(tag("q", instance, quiz)), nil,
		row{tag: "q", second: 1, pos: 1, activity: quiz}, row{tag: "q", second: 2, pos: 2, activity: quiz, verb: back},
		row{tag: "q", second: 3, pos: 3, activity: quiz, score: ptr(100)}, row{tag: "q", second: 4, pos: 4, activity: quiz, score: ptr(200)},
		row{tag: "q", second: 9, pos: 5, activity: attempt, verb: back, under: []string{quiz}})
	r := mapping.Evaluate(c)
	by := []string{}
	for _, it := range r.Items {
		by = append(by, it.By)
	}
	if want := []string{"s2", "s4", ""}; !slices.Equal(by, want) {
		t.Errorf("%q, want %q", by, want)
	}
	if want := epoch.Add(2 * time.Second); !r.Items[0].ByTime.Equal(want) {
		t.Errorf("taken back at %s, want %s", r.Items[0].ByTime, want)
	}
}
