package mapping

import "slices"

// help is an activity with what it does for one capability.
type help struct {
	activity ActivityRef
	toward   Toward
}

// helps answers the activities that do something for the capability.
func (o Outlook) helps() []help {
	switch o.Explanation.State {
	case Evidenced:
		return nil
	case Expiring:
		return o.renewals()
	}
	return o.steps()
}

func (o Outlook) toward(e Effect, then int) Toward {
	x := o.Explanation
	return Toward{Capability: o.Node.ID, Level: o.Node.Level, Effect: e, Have: x.Have, Then: then, Need: x.Rule.Need, Needed: o.Needed, Waits: o.Waits}
}

// renewals are the activities that, done again or done as well, put the end off: those that no longer count from then on. What is over
// cannot be done again. When it is the endorsement that ends, there are none.
func (o Outlook) renewals() []help {
	x := o.Explanation
	if !slices.ContainsFunc(x.Counted, func(f Finding) bool { return f.Until.Equal(x.Expires) }) {
		return nil
	}
	var out []help
	add := func(a ActivityRef) {
		t := o.toward(EffectRenews, x.Have)
		t.Expires, t.Waits = x.Expires, nil
		out = append(out, help{a, t})
	}
	for _, f := range x.Counted {
		if !f.Until.IsZero() && !f.Until.After(x.Expires) && !f.Activity.over(x.At) {
			add(f.Activity)
		}
	}
	if x.Rule.Kind != RuleGroups {
		for _, a := range x.Next {
			add(a)
		}
	}
	return out
}

// steps are the activities that bring it nearer. When only the endorsement is missing, there are none.
func (o Outlook) steps() []help {
	x := o.Explanation
	if x.Missing == 0 && len(x.MissingActivities) == 0 {
		return nil
	}
	var out []help
	for _, a := range x.Next {
		then, met := x.with(a.IRI)
		switch {
		case met && !x.NeedsEndorsement:
			out = append(out, help{a, o.toward(EffectCompletes, then)})
		case then > x.Have:
			out = append(out, help{a, o.toward(EffectMoves, then)})
		}
	}
	return out
}

// with answers what there would be if an activity counted too, and whether the rule would be met but for an endorsement.
func (x Explanation) with(activity string) (have int, met bool) {
	missing := func(iri string) bool {
		return slices.ContainsFunc(x.MissingActivities, func(a ActivityRef) bool { return a.IRI == iri })
	}
	switch x.Rule.Kind {
	case RulePoints:
		have = x.Have
		for _, p := range x.Rule.Parts {
			if p.Activity.IRI == activity {
				have += p.Points
			}
		}
		left := len(x.MissingActivities)
		if missing(activity) {
			left--
		}
		return have, have >= x.Rule.Need && left == 0
	case RuleGroups:
		have = x.Have
		if missing(activity) {
			have++
		}
		if met = slices.ContainsFunc(x.Rule.Parts, func(p PartOf) bool { return p.metWith(activity) }); met {
			have = max(have, x.Rule.Need)
		}
		return have, met
	}
	return x.Have + 1, x.Have+1 >= x.Rule.Need
}

// metWith says whether the part is met when an activity counts too.
func (p PartOf) metWith(activity string) bool {
	with := func(inner PartOf) bool { return inner.metWith(activity) }
	switch {
	case p.Done, p.Activity != nil && p.Activity.IRI == activity:
		return true
	case len(p.Any) > 0:
		return slices.ContainsFunc(p.Any, with)
	}
	return len(p.All) > 0 && !slices.ContainsFunc(p.All, func(inner PartOf) bool { return !with(inner) })
}
