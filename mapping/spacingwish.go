package mapping

import (
	"maps"
	"time"
)

// wishes is what a choice of activities is to be worth most by, so that one of the choices is the best for the rule: under
// points the required ones first, or points alone; under groups each way to meet one; else the number of activities.
func (a ask) wishes(activities map[string]time.Time) []map[string]int {
	switch a.rule.Kind {
	case RulePoints:
		required := maps.Clone(a.named)
		for _, p := range a.rule.Parts {
			if p.Required {
				required[p.Activity] += maxPoints * maxParts
			}
		}
		return []map[string]int{required, a.named}
	case RuleGroups:
		return Part{Any: a.rule.Parts}.ways(whole * whole)
	}
	each := make(map[string]int, len(activities))
	for activity := range activities {
		each[activity] = 1
	}
	return []map[string]int{each}
}

// ways is the ways to meet a part, at most maxWays: what each activity adds to its share.
func (p Part) ways(share int) []map[string]int {
	var out []map[string]int
	switch {
	case p.Activity != "":
		return []map[string]int{{p.Activity: share}}
	case len(p.All) > 0:
		return waysOfAll(p.All, share)
	}
	for _, inner := range p.Any {
		out = append(out, inner.ways(share)...)
	}
	return out[:min(len(out), maxWays)]
}

// waysOfAll joins each way of one part with each of the others.
func waysOfAll(parts []Part, share int) []map[string]int {
	weights, total := make([]int, len(parts)), 0
	for i, inner := range parts {
		weights[i] = inner.reach(func(string) bool { return false }).weight
		total += weights[i]
	}
	out := []map[string]int{{}}
	for i, inner := range parts {
		var joined []map[string]int
		for _, way := range out {
			for _, more := range inner.ways(share / total * weights[i]) {
				joined = append(joined, joinWays(way, more))
			}
		}
		out = joined[:min(len(joined), maxWays)]
	}
	return out
}

func joinWays(a, b map[string]int) map[string]int {
	out := maps.Clone(a)
	for activity, share := range b {
		out[activity] += share
	}
	return out
}
