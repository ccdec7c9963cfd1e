package mapping

import (
	"cmp"
	"slices"
)

// compare orders evidence by event time, then position; the rest only makes the order total.
func (e Evidence) compare(o Evidence) int {
	return cmp.Or(
		e.Record.Compare(o.Record),
		cmp.Compare(e.Alignment, o.Alignment),
		cmp.Compare(e.Record.StatementID, o.Record.StatementID),
		cmp.Compare(e.Kind, o.Kind),
	)
}

// merits judges what may count by itself, in order. Rows that take back are not items: they show as the reason of others.
func (j *judge) merits() []Item {
	rows := slices.Clone(j.Evidence)
	slices.SortStableFunc(rows, Evidence.compare)
	back := j.takenBack(rows)
	items := make([]Item, 0, len(rows))
	for _, e := range rows {
		if e.Kind == EvidenceTakenBack {
			continue
		}
		items = append(items, j.merit(e, back))
	}
	return items
}

// merit judges one row. The order of the checks is the order of Reasons.
func (j *judge) merit(e Evidence, back map[retraction][]Record) Item {
	it := Item{Evidence: e, Activity: j.selector[e.Alignment]}
	a, active := j.byID[e.Alignment]
	switch {
	case e.Voided:
		it.Reason = ReasonVoided
	case !active:
		it.Reason = ReasonNotActive
	default:
		it.Reason = a.Criterion.merit(e)
	}
	if it.Reason == ReasonNoScore || it.Reason == ReasonBelowThreshold {
		it.Needed = a.Criterion.MinMilli
	}
	if it.Reason != ReasonNone {
		return it
	}
	if by, ok := firstAfter(back, e, it.Activity); ok {
		it.Reason, it.By, it.ByTime = ReasonRetracted, by.StatementID, by.Time
	}
	return it
}

// retraction is what a row took back: what an alignment took about one activity.
type retraction struct{ alignment, activity string }

// takenBack collects the rows that take back and are not voided, in order.
func (j *judge) takenBack(rows []Evidence) map[retraction][]Record {
	var back map[retraction][]Record
	for _, e := range rows {
		if e.Kind != EvidenceTakenBack || e.Voided {
			continue
		}
		if back == nil {
			back = map[retraction][]Record{}
		}
		k := retraction{e.Alignment, e.Record.Activity}
		back[k] = append(back[k], e.Record)
	}
	return back
}

// firstAfter finds the first record that takes the evidence back: a later one about the aligned activity itself, about the
// activity of the evidence, or about what that lies under. One about another activity under the same selector is not.
func firstAfter(back map[retraction][]Record, e Evidence, aligned string) (Record, bool) {
	if len(back) == 0 {
		return Record{}, false
	}
	var first Record
	found := false
	for _, iri := range append([]string{aligned, e.Record.Activity}, e.Record.Under...) {
		records := back[retraction{e.Alignment, iri}]
		i, _ := slices.BinarySearchFunc(records, e.Record, func(b, r Record) int {
			if b.Compare(r) > 0 {
				return 1
			}
			return -1
		})
		if i < len(records) && (!found || records[i].Compare(first) < 0) {
			first, found = records[i], true
		}
	}
	return first, found
}

// in judges the items in one scope.
func (j *judge) in(s Scope) verdict {
	v := verdict{scope: s, rule: j.rule(s.place()), decisive: -1, chosen: map[string]int{}}
	activities := map[string]bool{}
	for _, p := range s.place().chain() {
		for _, a := range j.active[p] {
			activities[a.Selector.IRI] = true
		}
	}
	v.outOf = len(activities)
	v.need = v.rule.needs(v.outOf)
	for _, i := range j.soundIn(s) {
		it := &j.items[i]
		was, ok := v.chosen[it.Activity]
		if !ok || outranks(it.Evidence.Record, j.items[was].Evidence.Record) {
			v.chosen[it.Activity] = i
		}
		if ok {
			continue
		}
		if v.have++; v.have == v.need {
			v.decisive = i
		}
	}
	return v
}

// soundIn answers, in order, the items that are sound by themselves and count in a scope: those of its own alignments, and of the
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

// decide says what becomes of an item, sound by itself, in the scope of the verdict; in says whether it belongs there.
func (j *judge) decide(i int, it *Item, v verdict, in bool) {
	if it.Reason != ReasonNone {
		return
	}
	if !in {
		it.Reason = ReasonOtherScope
		return
	}
	at := v.chosen[it.Activity]
	if at == i {
		it.Counts = true
		return
	}
	best := j.items[at].Evidence.Record
	it.Reason, it.By, it.ByTime = ReasonSameActivity, best.StatementID, best.Time
	if it.Evidence.Record.ScoreMilli != nil && outranks(best, it.Evidence.Record) {
		it.Reason = ReasonSuperseded
	}
}
