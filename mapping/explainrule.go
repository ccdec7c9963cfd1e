package mapping

import (
	"cmp"
	"slices"
)

// rule puts the rule of the result in numbers.
func (e explainer) rule(aligned []ActivityRef) RuleOf {
	r := e.r.Rule
	out := RuleOf{
		Kind: r.Kind, Need: e.r.Need, OutOf: e.r.OutOf, Validity: r.Validity, Spacing: r.Spacing, Endorsed: r.Endorsed, Pick: r.Pick, Locked: r.Locked,
		Scope: e.r.RuleScope, Framework: e.r.RuleFramework, Parts: e.parts(r.Parts, aligned),
	}
	sameScore, sameTime, sameDates := true, true, true
	for _, a := range aligned {
		if a.MinMilli != nil {
			out.Scored++
			sameScore = sameScore && (out.MinMilli == nil || *out.MinMilli == *a.MinMilli)
			out.MinMilli = a.MinMilli
		}
		if a.MinDuration > 0 {
			out.Timed++
			sameTime = sameTime && (out.MinDuration == 0 || out.MinDuration == a.MinDuration)
			out.MinDuration = a.MinDuration
		}
		if !a.Dates.IsZero() {
			out.Dated++
			sameDates = sameDates && (out.Dated == 1 || out.Dates.Equal(a.Dates))
			out.Dates = a.Dates
		}
	}
	if !sameScore {
		out.MinMilli = nil
	}
	if !sameTime {
		out.MinDuration = 0
	}
	if !sameDates {
		out.Dates = Dates{}
	}
	return out
}

// parts names the activities of parts; nil for none.
func (e explainer) parts(parts []Part, aligned []ActivityRef) []PartOf {
	var out []PartOf
	for _, p := range parts {
		of := PartOf{Points: p.Points, Required: p.Required, Done: p.met(func(activity string) bool { return e.counts[activity] }), All: e.parts(p.All, aligned), Any: e.parts(p.Any, aligned)}
		if p.Activity != "" {
			var ref ActivityRef
			ref, of.Aligned = e.named(p.Activity, aligned)
			of.Activity = &ref
		}
		out = append(out, of)
	}
	return out
}

// named answers the reference to an activity, and whether it is aligned.
func (e explainer) named(iri string, aligned []ActivityRef) (ActivityRef, bool) {
	if i := slices.IndexFunc(aligned, func(a ActivityRef) bool { return a.IRI == iri }); i >= 0 {
		return aligned[i], true
	}
	return ActivityRef{IRI: iri, Name: e.names(iri), Scope: e.r.Scope}, false
}

// missingOf is what is still needed: activities; under a points rule points, and as many as the required activities that do not
// count are worth, where that is more: the rule is not met with less.
func missingOf(r Result) int {
	required := 0
	for _, p := range r.Rule.Parts {
		if p.Required && slices.Contains(r.MissingActivities, p.Activity) {
			required += p.Points
		}
	}
	return max(r.Need-r.Have, required)
}

// missing answers the activities without which the rule is not met; nil for none.
func (e explainer) missing(aligned []ActivityRef) []ActivityRef {
	var out []ActivityRef
	for _, iri := range e.r.MissingActivities {
		ref, _ := e.named(iri, aligned)
		out = append(out, ref)
	}
	slices.SortFunc(out, ActivityRef.compare)
	return out
}

// next answers the activities that are aligned, asked for and not counted yet: those without which the rule is not met first. One that
// is over on the date asked for can count no more, and is none.
func (e explainer) next(aligned []ActivityRef) []ActivityRef {
	out := []ActivityRef{}
	asked := e.r.Rule.asks(len(aligned))
	for _, a := range aligned {
		if asked.worth(a.IRI) > 0 && !e.counts[a.IRI] && !a.over(e.c.At) {
			out = append(out, a)
		}
	}
	slices.SortStableFunc(out, func(a, b ActivityRef) int { return cmp.Compare(e.optional(a.IRI), e.optional(b.IRI)) })
	return out
}

func (e explainer) optional(activity string) int {
	if slices.Contains(e.r.MissingActivities, activity) {
		return 0
	}
	return 1
}

// later answers the state with what time makes of it, and the changes that time alone brings after the date asked for.
func (e explainer) later() (State, []LaterChange) {
	out := []LaterChange{}
	if e.r.Expires.IsZero() {
		return e.r.State, out
	}
	near := e.r.Expires.Add(-cmp.Or(e.c.Notice, DefaultNotice))
	if e.c.At.IsZero() || near.After(e.c.At) {
		return e.r.State, append(out, LaterChange{near, Expiring}, LaterChange{e.r.Expires, Expired})
	}
	return Expiring, append(out, LaterChange{e.r.Expires, Expired})
}

// compare orders references by name, those without one last.
func (a ActivityRef) compare(b ActivityRef) int {
	return cmp.Or(unnamed(a)-unnamed(b), cmp.Compare(a.Name, b.Name), cmp.Compare(a.IRI, b.IRI))
}
