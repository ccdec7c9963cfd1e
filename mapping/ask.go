package mapping

import (
	"maps"
	"slices"
)

// done says whether an activity counts.
type done func(activity string) bool

// ask is what a rule asks of the activities aligned in a scope.
type ask struct {
	rule    Rule
	outOf   int             // different activities that are aligned
	need    int             // activities, or points
	named   map[string]int  // worth of the activities that the rule names; nil when it names none, and each is worth one
	aligned map[string]bool // the aligned activities, when the rule names some
}

func (r Rule) asks(outOf int) ask {
	a := ask{rule: r, outOf: outOf, need: r.needs(outOf)}
	if r.Kind == RulePoints || r.Kind == RuleGroups {
		a.named = map[string]int{}
		for _, p := range r.Parts {
			p.name(a.named)
		}
	}
	return a
}

// worth is what an activity adds: its points under a points rule, else one; 0 when the rule does not name it.
func (a ask) worth(activity string) int {
	if a.named == nil {
		return 1
	}
	return a.named[activity]
}

// met says whether the activities that count are enough. have is what they are worth together.
func (a ask) met(have int, does done) bool {
	switch a.rule.Kind {
	case RuleGroups:
		return slices.ContainsFunc(a.rule.Parts, func(p Part) bool { return p.met(does) })
	case RulePoints:
		if slices.ContainsFunc(a.rule.Parts, func(p Part) bool { return p.Required && !does(p.Activity) }) {
			return false
		}
	}
	return a.need > 0 && have >= a.need
}

// reachable says whether all aligned activities together are enough.
func (a ask) reachable() bool {
	have := a.outOf
	if a.named != nil {
		have = 0
	}
	for activity := range a.aligned {
		have += a.worth(activity)
	}
	return a.met(have, func(activity string) bool { return a.aligned[activity] })
}

// figures puts what counts in numbers. Under groups they are those of the nearest group.
func (a ask) figures(have int, does done) (has, need, outOf, percent int) {
	switch {
	case a.outOf == 0:
		return 0, 0, 0, 0
	case a.rule.Kind == RuleGroups:
		return a.nearest(does)
	case a.rule.Kind == RulePoints:
		for activity := range a.aligned {
			outOf += a.named[activity]
		}
	default:
		outOf = a.outOf
	}
	return have, a.need, outOf, min(have, a.need) * 100 / a.need
}

// nearest is the figures of the group that is nearest to being met.
func (a ask) nearest(does done) (has, need, outOf, percent int) {
	near := Part{Any: a.rule.Parts}.reach(does)
	for activity := range near.activities {
		need++
		if does(activity) {
			has++
		}
		if does(activity) || a.aligned[activity] {
			outOf++
		}
	}
	return has, need, outOf, near.share / (whole / 100)
}

// missing answers the activities without which the rule is not met, and that do not count, by IRI.
func (a ask) missing(aligned map[string]bool, does done) []string {
	var of map[string]bool
	switch a.rule.Kind {
	case RuleAll:
		of = aligned
	case RulePoints:
		of = map[string]bool{}
		for _, p := range a.rule.Parts {
			if p.Required {
				of[p.Activity] = true
			}
		}
	case RuleGroups:
		of = Part{Any: a.rule.Parts}.reach(does).activities
	}
	var out []string
	for activity := range maps.Keys(of) {
		if !does(activity) {
			out = append(out, activity)
		}
	}
	slices.Sort(out)
	return out
}
