package mapping

import (
	"slices"
	"time"
)

// decides says whether an item has a say about its activity: it is sound by itself, or speaks against the activity under a rule
// that asks for that.
func (j *judge) decides(it Item) bool {
	return it.Reason == ReasonNone || j.contrary && it.Reason.contrary()
}

// contrary says whether an item with the reason shows that its activity was not done well enough. What came without the score or
// the time asked for shows nothing.
func (r Reason) contrary() bool {
	return r == ReasonFailed || r == ReasonBelowThreshold || r == ReasonTooShort
}

// in judges the items in one scope.
func (j *judge) in(s Scope) verdict {
	set := j.ruleAt(s.place())
	v := verdict{scope: s, set: set, decisive: -1, endorsement: -1, chosen: chosen{}, ask: set.Rule.asks(j.outOf(s))}
	items := j.soundIn(s)
	var does done
	if v.ask.named != nil {
		v.ask.aligned, does = j.activitiesIn(s), v.chosen.has
	}
	if set.Rule.Spacing.IsZero() {
		v.counting, v.line = j.counting(set.Rule, items)
	} else {
		v.pacing = j.pace(set.Rule, v.ask, items)
		v.begins = v.pacing.best(func(end time.Time) bool { return end.IsZero() || j.At.IsZero() || end.After(j.At) })
		v.counting = v.pacing.counting(v.begins)
	}
	last := -1
	for _, i := range v.counting {
		it := &j.items[i]
		worth := v.ask.worth(it.Activity)
		if worth == 0 || j.ended(set.Rule, it) {
			continue
		}
		was, ok := v.chosen[it.Activity]
		if !ok || !set.Rule.Validity.IsZero() || outranks(it.Evidence.Record, j.items[was].Evidence.Record) {
			v.chosen[it.Activity] = i
		}
		if ok {
			continue
		}
		if v.have += worth; last < 0 && v.ask.met(v.have, does) {
			last = i
		}
	}
	v.have, v.need, v.outOf, v.percent = v.ask.figures(v.have, does)
	if last >= 0 && set.Rule.Pick != PickHighest {
		if since := j.since(v, items); since >= 0 {
			last = since
		}
	}
	j.conclude(&v, items, last)
	return v
}

// chosen is the index of the item that counts, by aligned activity.
type chosen map[string]int

// has says whether an activity counts.
func (c chosen) has(activity string) bool {
	_, ok := c[activity]
	return ok
}

// conclude finds whether a verdict is complete, and until when it is or was. last is the item with which the activities were enough, -1 when they are not.
func (j *judge) conclude(v *verdict, items []int, last int) {
	if v.set.Rule.Endorsed {
		v.endorsement, v.endorsedAt = j.endorsement(v.set.Scope)
	}
	if last >= 0 && (!v.set.Rule.Endorsed || v.endorsement >= 0) {
		v.decisive, v.percent = last, 100
	} else {
		v.percent = min(v.percent, 99)
	}
	switch {
	case !v.set.Rule.ends():
	case v.complete():
		v.expires = j.expiry(*v)
	case !j.At.IsZero():
		v.endedAt = j.endedAt(*v, items)
	}
}

// outOf is how many different activities are aligned in a scope.
func (j *judge) outOf(s Scope) int {
	var first string
	var all map[string]bool
	n := 0
	for _, p := range s.place().chain() {
		for _, a := range j.active[p] {
			switch iri := a.Selector.IRI; {
			case n == 0:
				first, n = iri, 1
			case all == nil && iri != first:
				all, n = map[string]bool{first: true, iri: true}, 2
			case all != nil && !all[iri]:
				all[iri] = true
				n++
			}
		}
	}
	return n
}

// activitiesIn is the activities aligned in a scope.
func (j *judge) activitiesIn(s Scope) map[string]bool {
	activities := map[string]bool{}
	for _, p := range s.place().chain() {
		for _, a := range j.active[p] {
			activities[a.Selector.IRI] = true
		}
	}
	return activities
}

// soundIn answers, in order, the items that have a say about their activity in a scope: those of its own alignments, and of the
// alignments of wider scopes those that belong to it.
func (j *judge) soundIn(s Scope) []int {
	var out []int
	merged := 0
	for _, p := range s.place().chain() {
		before := len(out)
		for _, i := range j.sound[p] {
			if e := &j.items[i].Evidence; p == s.place() || s.Holds(e.Record, e.Registration) {
				out = append(out, i)
			}
		}
		if len(out) > before {
			merged++
		}
	}
	if merged > 1 {
		slices.Sort(out)
	}
	return out
}

// outranks says whether a later record of the same activity counts in place of an earlier one: the higher score wins, and a
// score wins over none. With equal scores the earlier one stays.
func outranks(later, earlier Record) bool {
	if later.ScoreMilli == nil || earlier.ScoreMilli == nil {
		return later.ScoreMilli != nil && earlier.ScoreMilli == nil
	}
	return *later.ScoreMilli > *earlier.ScoreMilli
}

// decide says what becomes of an item, sound by itself, in the scope of the verdict; in says whether it belongs there. The order
// of the checks is the order of Reasons.
func (j *judge) decide(i int, it *Item, v *verdict, in bool) {
	if it.Reason != ReasonNone {
		return
	}
	if !in {
		it.Reason = ReasonOtherScope
		return
	}
	it.Until = v.set.Rule.end(it.Evidence.Record.Time)
	left, by := v.left(i, it.Activity)
	switch {
	case j.ended(v.set.Rule, it):
		it.Reason = ReasonOutsideWindow
	case left != ReasonNone:
		it.refuse(left, by, j.items)
	case v.ask.worth(it.Activity) == 0:
		it.Reason = ReasonNotInRule
	default:
		j.once(i, it, v.chosen[it.Activity])
	}
}

// left says why pick or spacing leave out an item that is sound, and what decided so; ReasonNone when they do not.
func (v *verdict) left(i int, activity string) (Reason, int) {
	if v.pacing != nil {
		return v.pacing.left(v.begins, i)
	}
	return v.line.left(i, activity)
}

// once counts an activity once: with the item chosen for it.
func (j *judge) once(i int, it *Item, chosen int) {
	if chosen == i {
		it.Counts = true
		return
	}
	reason := ReasonSameActivity
	if it.Evidence.Record.ScoreMilli != nil && outranks(j.items[chosen].Evidence.Record, it.Evidence.Record) {
		reason = ReasonSuperseded
	}
	it.refuse(reason, chosen, j.items)
}

// refuse gives an item the reason why it does not count, and the item that counts or decides in its place; -1 for none.
func (it *Item) refuse(r Reason, by int, items []Item) {
	it.Reason = r
	if by >= 0 {
		it.By, it.ByTime = items[by].Evidence.Record.StatementID, items[by].Evidence.Record.Time
	}
}

// endorsement is the one that counts for a rule set in a scope, on the date asked for: the one that lasts longest, then the
// earliest; since is when the earliest that counts was given. -1 when none does.
func (j *judge) endorsement(set Scope) (best int, since time.Time) {
	best = -1
	for i, e := range j.Endorsements {
		if !e.Stands(j.At) || !e.counts(j.Capability, set) {
			continue
		}
		if best < 0 || e.At.Before(since) {
			since = e.At
		}
		if best < 0 || e.outlasts(j.Endorsements[best]) {
			best = i
		}
	}
	return best, since
}
