package mapping_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cairn/mapping"
)

const aDay = 24 * 60 * 60 // seconds

func day(n int) time.Time { return epoch.AddDate(0, 0, n) }

// on is a case on a date.
func on(c mapping.Case, at time.Time) mapping.Case { c.At = at; return c }

func ruled(r mapping.Rule) []mapping.ScopedRule {
	return rules(mapping.ScopedRule{Capability: "c", Scope: instance, Rule: r})
}

// fate is what becomes of a capability by time.
type fate struct {
	State     mapping.State
	Have      int
	Percent   int
	Expires   time.Time
	ExpiredAt time.Time
	Reasons   reasons
	Decisive  string
}

func fateOf(c mapping.Case) fate {
	r := mapping.Evaluate(c)
	f := look(c)
	return fate{r.State, r.Have, r.Percent, r.Expires, r.ExpiredAt, f.Reasons, r.Decisive}
}

func TestEvidenceEndsWithTheValidityOfItsRule(t *testing.T) {
	one := tags(tag("q", instance, quiz))
	two := tags(tag("q", instance, quiz), tag("p", instance, page))
	month := mapping.Period{Days: 30}
	anyValid, both := ruled(mapping.Rule{Kind: mapping.RuleAny, Validity: month}), ruled(mapping.Rule{Kind: mapping.RuleAll, Validity: month})
	q := func(d int, pos int64) row { return row{tag: "q", second: d * aDay, pos: pos, activity: quiz} }
	p := func(d int, pos int64) row { return row{tag: "p", second: d * aDay, pos: pos, activity: page} }
	out, ok := mapping.ReasonOutsideWindow, mapping.ReasonNone
	for name, c := range map[string]struct {
		c    mapping.Case
		want fate
	}{
		"at no date nothing has ended": {caseOf(one, anyValid, q(0, 1)),
			fate{State: mapping.Evidenced, Have: 1, Percent: 100, Expires: day(30), Reasons: reasons{"s1": ok}, Decisive: "s1"}},
		"a microsecond before the end": {on(caseOf(one, anyValid, q(0, 1)), day(30).Add(-time.Microsecond)),
			fate{State: mapping.Evidenced, Have: 1, Percent: 100, Expires: day(30), Reasons: reasons{"s1": ok}, Decisive: "s1"}},
		"at the end": {on(caseOf(one, anyValid, q(0, 1)), day(30)),
			fate{State: mapping.Expired, ExpiredAt: day(30), Reasons: reasons{"s1": out}}},
		"long after": {on(caseOf(one, anyValid, q(0, 1)), day(300)),
			fate{State: mapping.Expired, ExpiredAt: day(30), Reasons: reasons{"s1": out}}},
		"renewed before the end": {on(caseOf(one, anyValid, q(0, 1), q(20, 2)), day(40)),
			fate{State: mapping.Evidenced, Have: 1, Percent: 100, Expires: day(50), Reasons: reasons{"s1": out, "s2": ok}, Decisive: "s2"}},
		"renewed, both in the window": {on(caseOf(one, anyValid, q(0, 1), q(20, 2)), day(25)),
			fate{State: mapping.Evidenced, Have: 1, Percent: 100, Expires: day(50), Reasons: reasons{"s1": mapping.ReasonSameActivity, "s2": ok}, Decisive: "s1"}},
		"done again after it expired": {on(caseOf(one, anyValid, q(0, 1), q(60, 2)), day(60)),
			fate{State: mapping.Evidenced, Have: 1, Percent: 100, Expires: day(90), Reasons: reasons{"s1": out, "s2": ok}, Decisive: "s2"}},
		"all ends with the first": {on(caseOf(two, both, q(0, 1), p(10, 2)), day(20)),
			fate{State: mapping.Evidenced, Have: 2, Percent: 100, Expires: day(30), Reasons: reasons{"s1": ok, "s2": ok}, Decisive: "s2"}},
		"one of two ended": {on(caseOf(two, both, q(0, 1), p(10, 2)), day(35)),
			fate{State: mapping.Expired, Have: 1, Percent: 50, ExpiredAt: day(30), Reasons: reasons{"s1": out, "s2": ok}}},
		"both ended": {on(caseOf(two, both, q(0, 1), p(10, 2)), day(99)),
			fate{State: mapping.Expired, ExpiredAt: day(30), Reasons: reasons{"s1": out, "s2": out}}},
		"any of two lasts as long as the last": {on(caseOf(two, anyValid, q(0, 1), p(10, 2)), day(20)),
			fate{State: mapping.Evidenced, Have: 2, Percent: 100, Expires: day(40), Reasons: reasons{"s1": ok, "s2": ok}, Decisive: "s1"}},
		"never both in force": {on(caseOf(two, both, q(0, 1), p(40, 2)), day(50)),
			fate{State: mapping.InProgress, Have: 1, Percent: 50, Reasons: reasons{"s1": out, "s2": ok}}},
		"taken back after it ended": {on(caseOf(one, anyValid, q(0, 1), row{tag: "q", second: 50 * aDay, pos: 2, activity: quiz, verb: back}), day(60)),
			fate{State: mapping.NotStarted, Reasons: reasons{"s1": mapping.ReasonRetracted}}},
		"known ahead of its time": {on(caseOf(two, both, q(0, 1), p(31, 2)), day(30)),
			fate{State: mapping.Expired, Have: 1, Percent: 50, ExpiredAt: day(30), Reasons: reasons{"s1": out, "s2": ok}}},
	} {
		if diff := cmp.Diff(c.want, fateOf(c.c)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatCountsUntilThenIsWhatCarriesTheEnd(t *testing.T) {
	c := on(caseOf(tags(tag("q", instance, quiz)), ruled(mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 30}}),
		row{tag: "q", pos: 1, activity: quiz, score: ptr(900)}, row{tag: "q", second: 20 * aDay, pos: 2, activity: quiz, score: ptr(700)}), day(25))
	x := mapping.Explain(c, mapping.Evaluate(c), nil)
	if len(x.Counted) != 1 || x.Counted[0].Statement != "s2" || !x.Counted[0].Until.Equal(x.Expires) || !x.Expires.Equal(day(50)) {
		t.Errorf("until %s counts %+v", x.Expires, x.Counted)
	}
	if len(x.NotCounted) != 1 || x.NotCounted[0].Reason != mapping.ReasonSameActivity || x.NotCounted[0].By != "s2" {
		t.Errorf("%+v", x.NotCounted)
	}
}

func TestWhatExpiredIsToldByTheScopeItExpiredIn(t *testing.T) {
	c := caseOf(tags(tag("q", instance, quiz), tag("p", course2, page)), rules(
		mapping.ScopedRule{Capability: "c", Scope: instance, Rule: mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 30}}},
		mapping.ScopedRule{Capability: "c", Scope: course2, Rule: mapping.Rule{Kind: mapping.RuleN, N: 3}},
	), row{tag: "q", pos: 1, activity: quiz, under: []string{course}}, row{tag: "p", second: 9, pos: 2, activity: page, under: []string{course}})
	c.At = day(40)
	r := mapping.Evaluate(c)
	if !r.Scope.Same(instance) || r.State != mapping.Expired || !r.ExpiredAt.Equal(day(30)) || len(r.Counted()) != 0 {
		t.Errorf("%s at %s in %+v, %v count", r.State, r.ExpiredAt, r.Scope, r.Counted())
	}
	if x := mapping.Explain(c, r, nil); len(x.Next) != 1 || x.Rule.Need != 1 {
		t.Errorf("next %+v of %+v", x.Next, x.Rule)
	}
}

func TestOfEquallyFarScopesOneThatCanBeCompletedIsTheResult(t *testing.T) {
	c := caseOf(tags(tag("q", instance, quiz), tag("p", course2, page)), rules(rule(instance, mapping.RuleN, 3), rule(course2, mapping.RuleAll, 0)))
	if r := mapping.Evaluate(c); !r.Scope.Same(course2) || r.Need != 2 {
		t.Errorf("%d of %d in %+v", r.Need, r.OutOf, r.Scope)
	}
}

func TestOfSeveralScopesTheOneThatLastsLongestIsTheResult(t *testing.T) {
	c := caseOf(tags(tag("q", instance, quiz), tag("p", course2, page)), rules(
		mapping.ScopedRule{Capability: "c", Scope: instance, Rule: mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 30}}},
		mapping.ScopedRule{Capability: "c", Scope: course2, Rule: mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 90}}},
	), row{tag: "q", pos: 1, activity: quiz}, row{tag: "p", second: 9, pos: 2, activity: page, under: []string{course}})
	r := mapping.Evaluate(on(c, day(1)))
	if !r.Scope.Same(course2) || !r.Expires.Equal(day(90).Add(9*time.Second)) || r.Rule.Validity.Days != 90 || !r.RuleScope.Same(course2) {
		t.Errorf("%+v until %s under %+v", r.Scope, r.Expires, r.Rule)
	}
	c.Rules = c.Rules[:1]
	c.Rules = append(c.Rules, rule(course2, mapping.RuleAny, 0))
	if r := mapping.Evaluate(on(c, day(1))); !r.Scope.Same(course2) || !r.Expires.IsZero() {
		t.Errorf("%+v until %s, one scope never ends", r.Scope, r.Expires)
	}
	if r := mapping.Evaluate(on(c, day(400))); r.State != mapping.Evidenced {
		t.Errorf("%s, one scope never ends", r.State)
	}
}

func endorsed(id string, given, until int) mapping.Endorsement {
	e := mapping.Endorsement{ID: id, Learner: "l", Capability: "c", By: "x", Scope: course2, At: day(given), Note: "seen at work"}
	if until > 0 {
		e.Until = day(until)
	}
	return e
}

func TestARuleMayAskForAnEndorsement(t *testing.T) {
	one := tags(tag("q", instance, quiz))
	asks := ruled(mapping.Rule{Kind: mapping.RuleAny, Endorsed: true})
	done := row{tag: "q", second: 5 * aDay, pos: 1, activity: quiz}
	withdrawn := endorsed("e", 6, 0)
	withdrawn.WithdrawnAt = day(7)
	elsewhere := endorsed("e", 6, 0)
	elsewhere.Scope = course3
	ofCourse := rules(mapping.ScopedRule{Capability: "c", Scope: course2, Rule: asks[0].Rule})
	other := endorsed("e", 6, 0)
	other.Capability = "d"
	type want struct {
		state   mapping.State
		percent int
		needs   bool
		counts  string
		decided time.Time
		expires time.Time
		ended   time.Time
	}
	for name, c := range map[string]struct {
		rules []mapping.ScopedRule
		rows  []row
		given []mapping.Endorsement
		at    time.Time
		want  want
	}{
		"evidence alone":           {asks, []row{done}, nil, day(9), want{state: mapping.InProgress, percent: 99, needs: true}},
		"endorsement alone":        {asks, nil, []mapping.Endorsement{endorsed("e", 6, 0)}, day(9), want{state: mapping.NotStarted, counts: "e"}},
		"both":                     {asks, []row{done}, []mapping.Endorsement{endorsed("e", 6, 0)}, day(9), want{mapping.Evidenced, 100, false, "e", day(6), time.Time{}, time.Time{}}},
		"endorsed before":          {asks, []row{done}, []mapping.Endorsement{endorsed("e", 2, 0)}, day(9), want{mapping.Evidenced, 100, false, "e", day(5), time.Time{}, time.Time{}}},
		"one that ends":            {asks, []row{done}, []mapping.Endorsement{endorsed("e", 6, 20)}, day(9), want{mapping.Evidenced, 100, false, "e", day(6), day(20), time.Time{}}},
		"the longest counts":       {asks, []row{done}, []mapping.Endorsement{endorsed("e", 6, 20), endorsed("f", 7, 30)}, day(9), want{mapping.Evidenced, 100, false, "f", day(6), day(30), time.Time{}}},
		"ended":                    {asks, []row{done}, []mapping.Endorsement{endorsed("e", 6, 20)}, day(20), want{mapping.Expired, 99, true, "", time.Time{}, time.Time{}, day(20)}},
		"withdrawn":                {asks, []row{done}, []mapping.Endorsement{withdrawn}, day(9), want{state: mapping.InProgress, percent: 99, needs: true}},
		"for another capability":   {asks, []row{done}, []mapping.Endorsement{other}, day(9), want{state: mapping.InProgress, percent: 99, needs: true}},
		"elsewhere, for everybody": {asks, []row{done}, []mapping.Endorsement{elsewhere}, day(9), want{mapping.Evidenced, 100, false, "e", day(6), time.Time{}, time.Time{}}},
	} {
		cs := on(caseOf(one, c.rules, c.rows...), c.at)
		cs.Endorsements = c.given
		r := mapping.Evaluate(cs)
		got := want{r.State, r.Percent, r.NeedsEndorsement, r.Endorsement, r.DecidedAt, r.Expires, r.ExpiredAt}
		if got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	here := caseOf(tags(tag("q", course2, quiz)), ofCourse, done)
	here.Endorsements = []mapping.Endorsement{elsewhere}
	if r := mapping.Evaluate(here); r.State != mapping.InProgress || !r.NeedsEndorsement {
		t.Errorf("an endorsement of another course counts for the rule of this one: %s", r.State)
	}
}

func TestExplanationsTellWhatTimeWillChange(t *testing.T) {
	c := caseOf(tags(tag("q", instance, quiz)), ruled(mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 300}}), row{tag: "q", pos: 1, activity: quiz})
	for name, w := range map[string]struct {
		at     time.Time
		notice time.Duration
		state  mapping.State
		later  []mapping.LaterChange
	}{
		"far from the end": {day(100), 0, mapping.Evidenced, []mapping.LaterChange{{day(210), mapping.Expiring}, {day(300), mapping.Expired}}},
		"near the end":     {day(210), 0, mapping.Expiring, []mapping.LaterChange{{day(300), mapping.Expired}}},
		"another notice":   {day(210), 24 * time.Hour, mapping.Evidenced, []mapping.LaterChange{{day(299), mapping.Expiring}, {day(300), mapping.Expired}}},
		"at the end":       {day(300), 0, mapping.Expired, []mapping.LaterChange{}},
	} {
		c.At, c.Notice = w.at, w.notice
		x := mapping.Explain(c, mapping.Evaluate(c), nil)
		if diff := cmp.Diff(w.later, x.Later); diff != "" || x.State != w.state {
			t.Errorf("%s: %s %s", name, x.State, diff)
		}
	}
}
