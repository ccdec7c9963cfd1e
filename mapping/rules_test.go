package mapping_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

// outcome is what a rule comes to: state, have/need of out of, percent, missing activities, reasons.
type outcome struct {
	State             mapping.State
	Have, Need, OutOf int
	Percent           int
	Missing           []string
	Reasons           reasons
}

func outcomeOf(c mapping.Case) outcome {
	r := mapping.Evaluate(c)
	return outcome{r.State, r.Have, r.Need, r.OutOf, r.Percent, r.MissingActivities, look(c).Reasons}
}

var (
	q1 = row{tag: "q", second: 1, pos: 1, activity: quiz}
	p2 = row{tag: "p", second: 2, pos: 2, activity: page}
	k3 = row{tag: "k", second: 3, pos: 3, activity: course}
	z4 = row{tag: "z", second: 4, pos: 4, activity: attempt}
)

func four() []mapping.Alignment {
	return tags(tag("q", instance, quiz), tag("p", instance, page), tag("k", instance, course), tag("z", instance, attempt))
}

func TestPointsAddUpAndSomeAreRequired(t *testing.T) {
	six := ruled(pointsRule(6, required(quiz, 3), points(page, 2), points(course, 4)))
	ok, no := mapping.ReasonNone, mapping.ReasonNotInRule
	for name, c := range map[string]struct {
		rows []row
		want outcome
	}{
		"nothing":                       {nil, outcome{mapping.NotStarted, 0, 6, 9, 0, []string{quiz}, nil}},
		"some":                          {[]row{p2}, outcome{mapping.InProgress, 2, 6, 9, 33, []string{quiz}, reasons{"s2": ok}}},
		"enough without what is needed": {[]row{p2, k3}, outcome{mapping.InProgress, 6, 6, 9, 99, []string{quiz}, reasons{"s2": ok, "s3": ok}}},
		"what is needed, not enough":    {[]row{q1, p2}, outcome{mapping.InProgress, 5, 6, 9, 83, nil, reasons{"s1": ok, "s2": ok}}},
		"enough":                        {[]row{q1, k3}, outcome{mapping.Evidenced, 7, 6, 9, 100, nil, reasons{"s1": ok, "s3": ok}}},
		"what has no points":            {[]row{z4}, outcome{mapping.NotStarted, 0, 6, 9, 0, []string{quiz}, reasons{"s4": no}}},
	} {
		if diff := cmp.Diff(c.want, outcomeOf(caseOf(four(), six, c.rows...))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMissingPointsAreAtLeastThoseOfTheRequired(t *testing.T) {
	six := ruled(pointsRule(6, required(quiz, 3), points(page, 2), points(course, 4)))
	for name, c := range map[string]struct {
		rows []row
		want int
	}{"nothing": {nil, 6}, "enough without what is needed": {[]row{p2, k3}, 3}, "one short, and what is needed": {[]row{k3}, 3}, "enough": {[]row{q1, k3}, 0}} {
		cs := caseOf(four(), six, c.rows...)
		if x := mapping.Explain(cs, mapping.Evaluate(cs), nil); x.Missing != c.want {
			t.Errorf("%s: %d points missing, want %d", name, x.Missing, c.want)
		}
	}
}

func TestGroupsAreAndInsideOrBetween(t *testing.T) {
	rule := ruled(groups(all(part(quiz), part(page), part(course)), all(part(quiz), anyOf(part(attempt), all(part(page), part(course))))))
	ok := mapping.ReasonNone
	for name, c := range map[string]struct {
		rows []row
		want outcome
	}{
		"nothing: the shortest way":    {nil, outcome{mapping.NotStarted, 0, 2, 2, 0, []string{quiz, attempt}, nil}},
		"half of the second":           {[]row{q1}, outcome{mapping.InProgress, 1, 2, 2, 50, []string{attempt}, reasons{"s1": ok}}},
		"two of the first":             {[]row{p2, k3}, outcome{mapping.InProgress, 2, 3, 3, 66, []string{quiz}, reasons{"s2": ok, "s3": ok}}},
		"the second, by its first way": {[]row{q1, z4}, outcome{mapping.Evidenced, 2, 2, 2, 100, nil, reasons{"s1": ok, "s4": ok}}},
		"the first":                    {[]row{q1, p2, k3}, outcome{mapping.Evidenced, 3, 3, 3, 100, nil, reasons{"s1": ok, "s2": ok, "s3": ok}}},
	} {
		got := outcomeOf(caseOf(four(), rule, c.rows...))
		slices.Sort(got.Missing)
		slices.Sort(c.want.Missing)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := outcomeOf(caseOf(tags(tag("q", instance, quiz)), rule, q1)); got.Need != 2 || got.OutOf != 1 || got.State != mapping.InProgress {
		t.Errorf("what is asked for is not all aligned: %+v", got)
	}
}

func TestSpacingIsBetweenActivitiesThatBeginToCount(t *testing.T) {
	week := ruled(mapping.Rule{Kind: mapping.RuleN, N: 2, Spacing: mapping.Period{Weeks: 1}})
	on := func(r row, day int, pos int64) row { r.second, r.pos = day*aDay, pos; return r }
	ok, soon, same := mapping.ReasonNone, mapping.ReasonTooSoon, mapping.ReasonSameActivity
	for name, c := range map[string]struct {
		rows []row
		have int
		want reasons
	}{
		"a week apart":                    {[]row{on(q1, 0, 1), on(p2, 7, 2)}, 2, reasons{"s1": ok, "s2": ok}},
		"less than a week apart":          {[]row{on(q1, 0, 1), on(p2, 6, 2)}, 1, reasons{"s1": ok, "s2": soon}},
		"done again later":                {[]row{on(q1, 0, 1), on(p2, 6, 2), on(p2, 7, 3)}, 2, reasons{"s1": ok, "s2": soon, "s3": ok}},
		"repeating does not hold up":      {[]row{on(q1, 0, 1), on(q1, 5, 2), on(p2, 8, 3)}, 2, reasons{"s1": ok, "s2": same, "s3": ok}},
		"the third counts from the first": {[]row{on(q1, 0, 1), on(p2, 4, 2), on(k3, 8, 3)}, 2, reasons{"s1": ok, "s2": soon, "s3": ok}},
	} {
		cs := caseOf(four(), week, c.rows...)
		if got := outcomeOf(cs); got.Have != c.have || !cmp.Equal(got.Reasons, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestPickDecidesWhichRecordOfAnActivityCounts(t *testing.T) {
	tags := tags(atLeastFor(atLeast(tag("q", instance, quiz), 700), time.Minute))
	try := func(pos int64, score int) row {
		return row{tag: "q", second: int(pos), pos: pos, activity: quiz, score: &score, spent: time.Hour}
	}
	short := try(3, 900)
	short.spent = time.Second
	unscored := row{tag: "q", second: 9, pos: 9, activity: quiz, spent: time.Hour}
	again := try(2, 600)
	again.second = 1
	for name, c := range map[string]struct {
		rows                  []row
		high, latest, commons bool
	}{
		"once, enough":                      {[]row{try(1, 700)}, true, true, true},
		"once, not enough":                  {[]row{try(1, 600)}, false, false, false},
		"better the second time":            {[]row{try(1, 600), try(2, 700)}, true, true, true}, // as many: the latest decides
		"worse the second time":             {[]row{try(1, 700), try(2, 600)}, true, false, false},
		"twice well, then badly":            {[]row{try(1, 700), try(2, 800), try(3, 600)}, true, false, true},
		"twice badly, then well":            {[]row{try(1, 600), try(2, 600), try(3, 800)}, true, true, false},
		"too short in the end":              {[]row{try(1, 800), try(2, 800), short}, true, false, true},
		"a record without a score, at last": {[]row{try(1, 800), unscored}, true, true, true},
		"two records of one time are one":   {[]row{try(1, 800), again}, true, false, true},
	} {
		for pick, want := range map[mapping.Pick]bool{mapping.PickHighest: c.high, mapping.PickLatest: c.latest, mapping.PickMostCommon: c.commons} {
			r := mapping.Evaluate(caseOf(tags, ruled(mapping.Rule{Kind: mapping.RuleAny, Pick: pick}), c.rows...))
			if got := r.State == mapping.Evidenced; got != want {
				t.Errorf("%s, %q: %s", name, pick, r.State)
			}
		}
	}
}

func TestTheNearestRuleWinsUnlessTheInstanceLocksIt(t *testing.T) {
	own := rule(course2, mapping.RuleN, 4)
	ofCourse := mapping.ScopedRule{Framework: "f", Scope: course2, Rule: mapping.Rule{Kind: mapping.RuleN, N: 3}}
	ofInstance := mapping.ScopedRule{Framework: "f", Scope: instance, Rule: mapping.Rule{Kind: mapping.RuleN, N: 2}}
	locked := ofInstance
	locked.Rule = mapping.Rule{Kind: mapping.RuleN, N: 5, Locked: true, MinMilli: ptr(700)}
	for name, c := range map[string]struct {
		rules     []mapping.ScopedRule
		need      int
		framework string
	}{
		"none":                         {nil, 1, ""},
		"of the instance":              {rules(ofInstance), 2, "f"},
		"default of the course":        {rules(ofInstance, ofCourse), 3, "f"},
		"own rule of the course":       {rules(ofInstance, ofCourse, own), 4, ""},
		"own rule of the instance":     {rules(ofInstance, rule(instance, mapping.RuleN, 6)), 6, ""},
		"locked":                       {rules(own, ofCourse, locked), 5, "f"},
		"an empty rule is none":        {rules(ofCourse, rule(course2, "", 0)), 3, "f"},
		"a rule of another capability": {rules(mapping.ScopedRule{Capability: "d", Scope: course2, Rule: own.Rule}), 1, ""},
	} {
		r := mapping.Evaluate(caseOf(tags(tag("q", course2, quiz)), c.rules))
		if r.Need != c.need || r.RuleFramework != c.framework {
			t.Errorf("%s: need %d by the default of %q, want %d of %q", name, r.Need, r.RuleFramework, c.need, c.framework)
		}
	}
	scored := row{tag: "q", pos: 1, activity: quiz, score: ptr(640), under: []string{course}}
	for name, c := range map[string]struct {
		scope mapping.Scope
		want  mapping.Reason
	}{"in a course": {course2, mapping.ReasonBelowThreshold}, "of the instance": {instance, mapping.ReasonNone}} {
		r := mapping.Evaluate(caseOf(tags(atLeast(tag("q", c.scope, quiz), 500)), rules(locked), scored))
		if r.Items[0].Reason != c.want {
			t.Errorf("%s: 640 is %q under a lock at 700", name, r.Items[0].Reason)
		}
	}
}
