package mapping

// rulesByPlace answers the rule that is set in each place: the capability's own, or else the default of its framework.
func rulesByPlace(c Case) map[place]ScopedRule {
	rules := map[place]ScopedRule{}
	for _, r := range c.Rules {
		own := r.Capability == c.Capability
		if r.Rule.Kind == "" || !own && (r.Capability != "" || r.Framework == "") {
			continue
		}
		p := r.Scope.place()
		if _, set := rules[p]; own || !set {
			rules[p] = r
		}
	}
	return rules
}

// ruleAt answers the rule that holds in a place: a locked one of the instance, else the nearest at or above it, else any one
// activity.
func (j *judge) ruleAt(p place) ScopedRule {
	if r, ok := j.rules[place{kind: ScopeInstance}]; ok && r.Rule.Locked {
		return r
	}
	for _, at := range p.chain() {
		if r, ok := j.rules[at]; ok {
			return r
		}
	}
	return ScopedRule{Capability: j.Capability, Scope: Scope{Kind: ScopeInstance}, Rule: Rule{Kind: RuleAny}}
}

// Locked says whether, of these rules, the one of the instance for a capability, or else the default of its framework, is locked.
// For a framework's default the capability is "".
func Locked(rules []ScopedRule, capability, framework string) bool {
	locked := false
	for _, r := range rules {
		switch {
		case r.Scope.Kind != ScopeInstance || r.Rule.Kind == "":
		case capability != "" && r.Capability == capability:
			return r.Rule.Locked
		case r.Capability == "" && framework != "" && r.Framework == framework:
			locked = r.Rule.Locked
		}
	}
	return locked
}

// hold answers the alignment as it counts under the rule of the instance: when that is locked, one of a narrower scope asks for no
// less than the rule's score.
func (r Rule) hold(a Alignment) Alignment {
	if r.Locked && r.MinMilli != nil && a.Scope.Kind != ScopeInstance && least(a.Criterion.MinMilli) < *r.MinMilli {
		a.Criterion.MinMilli = r.MinMilli
	}
	return a
}

// needs is how many different activities a rule asks for when outOf are aligned; points, under a points rule.
func (r Rule) needs(outOf int) int {
	switch {
	case r.Kind == RuleAll:
		return outOf
	case outOf == 0:
		return 0
	case r.Kind == RuleN, r.Kind == RulePoints:
		return max(r.N, 1)
	}
	return 1
}
