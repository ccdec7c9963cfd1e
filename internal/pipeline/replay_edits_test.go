package pipeline_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

func (w *world) changeset(t *rapid.T) pipeline.Entry {
	return event(t, pipeline.EntryChangeset, w.draw(t))
}

// draw is a changeset.
func (w *world) draw(t *rapid.T) mapping.Changeset {
	cs := mapping.Changeset{ID: w.id('d'), Author: "operator", At: epoch.Add(time.Hour)}
	for i := range rapid.IntRange(1, 3).Draw(t, "edits") {
		cs.Edits = append(cs.Edits, w.edit(t, i))
	}
	w.counter++
	return cs
}

func (w *world) scope(t *rapid.T) mapping.Scope {
	return rapid.SampledFrom([]mapping.Scope{
		{Kind: mapping.ScopeInstance}, {Kind: mapping.ScopeRegistration, Registration: "r1"},
		{Kind: mapping.ScopeCourse, Registration: "r1", Context: "2", Course: course},
	}).Draw(t, "scope")
}

func (w *world) edit(t *rapid.T, i int) mapping.Edit {
	capability := rapid.SampledFrom(w.caps).Draw(t, "capability")
	switch kind := rapid.IntRange(0, 5).Draw(t, "edit"); {
	case kind == 0 && len(w.added) > 0:
		return mapping.Edit{Remove: rapid.SampledFrom(w.added).Draw(t, "removed").ID}
	case kind == 1:
		return mapping.Edit{Rule: w.rule(t, capability)}
	}
	a := mapping.Alignment{
		ID: fmt.Sprintf("e%07d-0000-4000-8000-%012d", i, w.counter), Capability: capability, Scope: w.scope(t),
		Selector: mapping.Selector{
			Kind: rapid.SampledFrom(mapping.SelectorKinds()).Draw(t, "selector"),
			IRI:  rapid.SampledFrom(activities).Draw(t, "iri"),
		},
		Placed: rapid.IntRange(0, 5).Draw(t, "placed") == 0,
	}
	a.Criterion = w.criterion(t)
	w.added = append(w.added, a)
	return mapping.Edit{Add: &a}
}

// criterion asks for one thing, or mostly for nothing.
func (w *world) criterion(t *rapid.T) (c mapping.Criterion) {
	switch rapid.IntRange(0, 11).Draw(t, "criterion") {
	case 0:
		c.MinMilli = new(rapid.IntRange(300, 700).Draw(t, "least"))
	case 1:
		c.MinDuration = mapping.Duration(30 * time.Minute)
	case 2:
		c.Dates.From = w.now.AddDate(0, 0, rapid.IntRange(-30, 10).Draw(t, "from"))
	case 3:
		c.Dates = mapping.Dates{From: w.now.AddDate(0, 0, -20), Until: w.now.AddDate(0, 0, rapid.IntRange(-10, 20).Draw(t, "until"))}
	case 4:
		c.Verbs = []string{passed, viewed}
	case 5:
		c.NoSelf = true
	}
	return c
}

// rules is one of each kind of rule.
var rules = []mapping.Rule{
	{Kind: mapping.RuleAny}, {Kind: mapping.RuleAll}, {Kind: mapping.RuleN, N: 2}, {},
	{Kind: mapping.RuleAny, Validity: mapping.Period{Days: 10}}, {Kind: mapping.RuleN, N: 2, Validity: mapping.Period{Months: 1}},
	{Kind: mapping.RuleAny, Pick: mapping.PickLatest}, {Kind: mapping.RuleAny, Pick: mapping.PickMostCommon, Validity: mapping.Period{Weeks: 3}},
	{Kind: mapping.RuleN, N: 2, Spacing: mapping.Period{Days: 5}}, {Kind: mapping.RuleAny, Endorsed: true},
	{Kind: mapping.RuleAny, Endorsed: true, Validity: mapping.Period{Days: 30}},
	{Kind: mapping.RulePoints, N: 3, Parts: []mapping.Part{{Activity: activities[0], Points: 2, Required: true}, {Activity: activities[1], Points: 1}, {Activity: activities[2], Points: 1}}},
	{Kind: mapping.RuleGroups, Validity: mapping.Period{Days: 60}, Parts: []mapping.Part{
		{All: []mapping.Part{{Activity: activities[0]}, {Activity: activities[2]}}}, {Any: []mapping.Part{{Activity: activities[1]}, {Activity: activities[3]}}}}},
}

func (w *world) rule(t *rapid.T, capability string) *mapping.ScopedRule {
	r := &mapping.ScopedRule{Capability: capability, Scope: w.scope(t), Rule: rapid.SampledFrom(rules).Draw(t, "rule")}
	if rapid.IntRange(0, 3).Draw(t, "default") == 0 {
		r.Capability, r.Framework = "", w.framework
	}
	if r.Scope.Kind == mapping.ScopeInstance && r.Rule.Kind != "" && rapid.IntRange(0, 3).Draw(t, "locked") == 0 {
		r.Rule.Locked, r.Rule.MinMilli = true, new(500)
	}
	return r
}
