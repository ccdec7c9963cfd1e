package mapping

import "errors"

// The rules that a rule must keep.
var (
	ErrRuleKind    = errors.New("mapping: a rule is any, all, n_of, points, or groups; an empty one takes the rule of the wider scope and asks for nothing else")
	ErrRuleN       = errors.New("mapping: n_of asks for 1 to 1000 activities, points for 1 to 100000 points; the other rules for no number")
	ErrRuleAbout   = errors.New("mapping: a rule is about a capability or is the default of a framework: exactly one of these")
	ErrRuleDefault = errors.New("mapping: a default for a whole framework names no activities: it is any, all, or n_of")
	ErrRuleParts   = errors.New("mapping: a points or groups rule has 1 to 200 parts; other rules have none")
	ErrPart        = errors.New("mapping: a part is an activity, all of some parts, or any of some parts: exactly one of these")
	ErrPartDepth   = errors.New("mapping: groups nest at most 3 deep")
	ErrPartPoints  = errors.New("mapping: each part of a points rule is an activity, named once, worth 1 to 1000 points; parts of groups have no points and are not required")
	ErrPointsReach = errors.New("mapping: the activities of a points rule are not worth as many points as it asks for")
	ErrRulePeriod  = errors.New("mapping: validity and spacing are periods in whole years, months and days, or weeks alone")
	ErrRulePick    = errors.New("mapping: of several records of an activity the highest, the latest, or the most common counts")
	ErrRuleSpacing = errors.New("mapping: spacing goes with rules that ask for several activities, and with the highest record")
	ErrRuleLocked  = errors.New("mapping: only a rule of the instance can be locked, and only a locked one has a least score")
	ErrUnderLock   = errors.New("mapping: the instance locks its rule: narrower scopes set none of their own")
	ErrMinDuration = errors.New("mapping: a least time spent is whole seconds, at most 1000 hours")

	ErrUnknownFramework = errors.New("mapping: there is no such published framework")
)

const (
	maxN          = 1000
	maxPoints     = 1000 // of one activity
	maxPointsOf   = 100_000
	maxParts      = 200 // of one rule, at any depth
	maxPartDepth  = 3
	maxLeastHours = 1000
)

func (r ScopedRule) check(scope Scope, k Known) error {
	switch {
	case !r.Scope.Same(scope):
		return ErrOtherScope
	case (r.Capability == "") == (r.Framework == ""):
		return ErrRuleAbout
	case r.Capability != "" && !k.Capability(r.Capability):
		return ErrUnknownCapability
	case r.Framework != "" && (k.Framework == nil || !k.Framework(r.Framework)):
		return ErrUnknownFramework
	case r.Framework != "" && len(r.Rule.Parts) > 0:
		return ErrRuleDefault
	case r.Rule.Locked && scope.Kind != ScopeInstance:
		return ErrRuleLocked
	case scope.Kind != ScopeInstance && r.Rule.Kind != "" && k.Locked != nil && k.Locked(r):
		return ErrUnderLock
	}
	return r.Rule.check()
}

// check holds a rule to what every rule keeps, wherever it is set.
func (r Rule) check() error {
	if r.Kind == "" {
		if !r.Equal(Rule{}) {
			return ErrRuleKind
		}
		return nil
	}
	for _, rule := range []func() error{r.checkNumber, r.checkParts, r.checkTime, r.checkPick, r.checkLocked} {
		if err := rule(); err != nil {
			return err
		}
	}
	return nil
}

func (r Rule) checkNumber() error {
	most := 0
	switch r.Kind {
	case RuleN:
		most = maxN
	case RulePoints:
		most = maxPointsOf
	case RuleAny, RuleAll, RuleGroups:
		if r.N != 0 {
			return ErrRuleN
		}
		return nil
	default:
		return ErrRuleKind
	}
	if r.N < 1 || r.N > most {
		return ErrRuleN
	}
	return nil
}

func (r Rule) checkTime() error {
	switch {
	case !r.Validity.whole(), !r.Spacing.whole():
		return ErrRulePeriod
	case !r.Spacing.IsZero() && (r.Kind == RuleAny || r.Pick != PickHighest):
		return ErrRuleSpacing
	}
	return nil
}

func (r Rule) checkPick() error {
	switch r.Pick {
	case PickHighest, PickLatest, PickMostCommon:
		return nil
	}
	return ErrRulePick
}

func (r Rule) checkLocked() error {
	switch {
	case r.MinMilli == nil:
		return nil
	case !r.Locked:
		return ErrRuleLocked
	case *r.MinMilli < 0 || *r.MinMilli > 1000:
		return ErrScoreRange
	}
	return nil
}

// checkParts holds the parts to what the kind of the rule asks of them.
func (r Rule) checkParts() error {
	named := r.Kind == RulePoints || r.Kind == RuleGroups
	if named == (len(r.Parts) == 0) || countParts(r.Parts) > maxParts {
		return ErrRuleParts
	}
	for _, p := range r.Parts {
		if err := p.check(1); err != nil {
			return err
		}
	}
	if r.Kind == RulePoints {
		return r.checkPoints()
	}
	return checkUnpointed(r.Parts)
}

func countParts(parts []Part) int {
	n := len(parts)
	for _, p := range parts {
		n += countParts(p.All) + countParts(p.Any)
	}
	return n
}

// check holds the shape of a part at a depth, 1 for those of the rule itself.
func (p Part) check(depth int) error {
	shapes := 0
	for _, set := range []bool{p.Activity != "", len(p.All) > 0, len(p.Any) > 0} {
		if set {
			shapes++
		}
	}
	switch {
	case shapes != 1:
		return ErrPart
	case p.Activity != "":
		return checkIRI(p.Activity)
	case depth > maxPartDepth:
		return ErrPartDepth
	}
	for _, parts := range [][]Part{p.All, p.Any} {
		for _, inner := range parts {
			if err := inner.check(depth + 1); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r Rule) checkPoints() error {
	sum, seen := 0, map[string]bool{}
	for _, p := range r.Parts {
		if p.Activity == "" || seen[p.Activity] || p.Points < 1 || p.Points > maxPoints {
			return ErrPartPoints
		}
		seen[p.Activity] = true
		sum += p.Points
	}
	if sum < r.N {
		return ErrPointsReach
	}
	return nil
}

func checkUnpointed(parts []Part) error {
	for _, p := range parts {
		if p.Points != 0 || p.Required {
			return ErrPartPoints
		}
		if err := checkUnpointed(p.All); err != nil {
			return err
		}
		if err := checkUnpointed(p.Any); err != nil {
			return err
		}
	}
	return nil
}
