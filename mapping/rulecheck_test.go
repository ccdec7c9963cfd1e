package mapping_test

import (
	"errors"
	"testing"
	"time"

	"cairn/mapping"
)

func part(iri string) mapping.Part          { return mapping.Part{Activity: iri} }
func points(iri string, n int) mapping.Part { return mapping.Part{Activity: iri, Points: n} }
func required(iri string, n int) mapping.Part {
	return mapping.Part{Activity: iri, Points: n, Required: true}
}
func all(parts ...mapping.Part) mapping.Part   { return mapping.Part{All: parts} }
func anyOf(parts ...mapping.Part) mapping.Part { return mapping.Part{Any: parts} }
func groups(parts ...mapping.Part) mapping.Rule {
	return mapping.Rule{Kind: mapping.RuleGroups, Parts: parts}
}

func pointsRule(n int, parts ...mapping.Part) mapping.Rule {
	return mapping.Rule{Kind: mapping.RulePoints, N: n, Parts: parts}
}

func TestNoRuleIsSetUnderALockOfTheInstance(t *testing.T) {
	lock := mapping.Rule{Kind: mapping.RuleAll, Locked: true}
	ofFramework := mapping.ScopedRule{Framework: "f", Scope: instance, Rule: lock}
	ofCapability := mapping.ScopedRule{Capability: "c", Scope: instance, Rule: lock}
	open := ofCapability
	open.Rule.Locked = false
	own := rule(course2, mapping.RuleN, 2)
	def := mapping.ScopedRule{Framework: "f", Scope: course2, Rule: mapping.Rule{Kind: mapping.RuleAny}}
	for name, c := range map[string]struct {
		rules []mapping.ScopedRule
		set   mapping.ScopedRule
		want  error
	}{
		"nothing locked":                   {rules(open), own, nil},
		"the capability's rule is locked":  {rules(ofCapability), own, mapping.ErrUnderLock},
		"the framework's is locked":        {rules(ofFramework), own, mapping.ErrUnderLock},
		"the capability's own one is open": {rules(ofFramework, open), own, nil},
		"a default under a locked default": {rules(ofFramework), def, mapping.ErrUnderLock},
		"a default under a locked own one": {rules(ofCapability), def, nil},
		"taking the own rule away":         {rules(ofCapability), rule(course2, "", 0), nil},
		"the locked rule itself":           {rules(ofCapability), rule(instance, mapping.RuleN, 2), nil},
	} {
		k := known()
		k.Framework = func(id string) bool { return id == "f" }
		k.Locked = func(r mapping.ScopedRule) bool { return mapping.Locked(c.rules, r.Capability, "f") }
		cs := mapping.Changeset{ID: "cs", Scope: c.set.Scope, Edits: []mapping.Edit{{Rule: &c.set}}}
		if err := cs.Validate(k); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	tags := mapping.Tags{Rules: rules(own, mapping.ScopedRule{Framework: "f", Scope: instance, Rule: lock})}
	if m := mapping.Migrate(retiredInto("c", "n"), tags, mapping.Changeset{At: epoch}); m.Rules != 0 {
		t.Errorf("a migration carries a rule under a lock: %+v", m)
	}
}

func TestRulesAreRefusedByRule(t *testing.T) {
	year := mapping.Period{Years: 1}
	many := make([]mapping.Part, 201)
	for i := range many {
		many[i] = part(quiz)
	}
	for name, c := range map[string]struct {
		r    mapping.Rule
		want error
	}{
		"valid for a year":          {mapping.Rule{Kind: mapping.RuleAny, Validity: year}, nil},
		"spaced, endorsed":          {mapping.Rule{Kind: mapping.RuleN, N: 3, Spacing: mapping.Period{Weeks: 1}, Endorsed: true}, nil},
		"latest":                    {mapping.Rule{Kind: mapping.RuleAll, Pick: mapping.PickLatest}, nil},
		"points with one required":  {pointsRule(5, required(quiz, 3), points(page, 2)), nil},
		"groups to depth 3":         {groups(all(part(quiz), anyOf(part(page), all(part(course), part(attempt))))), nil},
		"depth 4":                   {groups(all(anyOf(all(anyOf(part(quiz)))))), mapping.ErrPartDepth},
		"nothing set, yet valid":    {mapping.Rule{Validity: year}, mapping.ErrRuleKind},
		"points without parts":      {pointsRule(5), mapping.ErrRuleParts},
		"any with parts":            {mapping.Rule{Kind: mapping.RuleAny, Parts: []mapping.Part{part(quiz)}}, mapping.ErrRuleParts},
		"too many parts":            {groups(all(many...)), mapping.ErrRuleParts},
		"points out of reach":       {pointsRule(6, points(quiz, 3), points(page, 2)), mapping.ErrPointsReach},
		"points for none":           {pointsRule(0, points(quiz, 3)), mapping.ErrRuleN},
		"an activity twice":         {pointsRule(5, points(quiz, 3), points(quiz, 2)), mapping.ErrPartPoints},
		"an activity worth nothing": {pointsRule(3, points(quiz, 3), part(page)), mapping.ErrPartPoints},
		"points in groups":          {groups(all(points(quiz, 3))), mapping.ErrPartPoints},
		"required in groups":        {groups(all(mapping.Part{Activity: quiz, Required: true})), mapping.ErrPartPoints},
		"groups with a number":      {mapping.Rule{Kind: mapping.RuleGroups, N: 1, Parts: []mapping.Part{part(quiz)}}, mapping.ErrRuleN},
		"a part of two kinds":       {groups(mapping.Part{Activity: quiz, All: []mapping.Part{part(page)}}), mapping.ErrPart},
		"an empty part":             {groups(mapping.Part{}), mapping.ErrPart},
		"a part that is no IRI":     {groups(part("quiz")), mapping.ErrIRINotAbsolute},
		"weeks and days":            {mapping.Rule{Kind: mapping.RuleAny, Validity: mapping.Period{Weeks: 1, Days: 1}}, mapping.ErrRulePeriod},
		"a negative spacing":        {mapping.Rule{Kind: mapping.RuleAll, Spacing: mapping.Period{Days: -1}}, mapping.ErrRulePeriod},
		"spacing of one":            {mapping.Rule{Kind: mapping.RuleAny, Spacing: year}, mapping.ErrRuleSpacing},
		"spacing of the latest":     {mapping.Rule{Kind: mapping.RuleAll, Spacing: year, Pick: mapping.PickLatest}, mapping.ErrRuleSpacing},
		"an unknown pick":           {mapping.Rule{Kind: mapping.RuleAny, Pick: "first"}, mapping.ErrRulePick},
		"locked in a course":        {mapping.Rule{Kind: mapping.RuleAny, Locked: true}, mapping.ErrRuleLocked},
		"a least score, not locked": {mapping.Rule{Kind: mapping.RuleAny, MinMilli: ptr(700)}, mapping.ErrRuleLocked},
	} {
		cs := mapping.Changeset{ID: "cs", Scope: course2, Edits: rules2(mapping.ScopedRule{Capability: "c", Scope: course2, Rule: c.r})}
		if err := cs.Validate(known()); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestRulesOfTheInstanceAndOfFrameworksAreRefusedByRule(t *testing.T) {
	anyOne := mapping.Rule{Kind: mapping.RuleAny}
	for name, c := range map[string]struct {
		r    mapping.ScopedRule
		want error
	}{
		"locked":                  {mapping.ScopedRule{Capability: "c", Rule: mapping.Rule{Kind: mapping.RuleAny, Locked: true, MinMilli: ptr(700)}}, nil},
		"locked over the top":     {mapping.ScopedRule{Capability: "c", Rule: mapping.Rule{Kind: mapping.RuleAny, Locked: true, MinMilli: ptr(1001)}}, mapping.ErrScoreRange},
		"default of a framework":  {mapping.ScopedRule{Framework: "f", Rule: anyOne}, nil},
		"of an unknown framework": {mapping.ScopedRule{Framework: "g", Rule: anyOne}, mapping.ErrUnknownFramework},
		"about nothing":           {mapping.ScopedRule{Rule: anyOne}, mapping.ErrRuleAbout},
		"about both":              {mapping.ScopedRule{Capability: "c", Framework: "f", Rule: anyOne}, mapping.ErrRuleAbout},
		"a default with parts":    {mapping.ScopedRule{Framework: "f", Rule: pointsRule(1, points(quiz, 1))}, mapping.ErrRuleDefault},
	} {
		c.r.Scope = instance
		k := known()
		k.Framework = func(id string) bool { return id == "f" }
		cs := mapping.Changeset{ID: "cs", Scope: instance, Edits: rules2(c.r)}
		if err := cs.Validate(k); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestLeastTimesAreRefusedByRule(t *testing.T) {
	for d, want := range map[time.Duration]error{
		30 * time.Minute: nil, -time.Second: mapping.ErrMinDuration, time.Millisecond: mapping.ErrMinDuration, 1001 * time.Hour: mapping.ErrMinDuration,
	} {
		cs := mapping.Changeset{ID: "cs", Scope: course2, Edits: adds(func(a *mapping.Alignment) { a.Criterion.MinDuration = mapping.Duration(d) })}
		if err := cs.Validate(known()); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", d, err, want)
		}
	}
}
