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
		it := j.merit(e, back)
		if j.replaced[e.Alignment] {
			if it.Reason != ReasonNone {
				continue // what does not count there either is nothing of this item's
			}
			it.Reason = ReasonWrongVersion
		}
		items = append(items, it)
	}
	return items
}

// older keeps an alignment of an item that the capability replaced, to say of what it took that it counts there. It has no scope here.
func (j *judge) older(a Alignment) {
	if !slices.Contains(j.Earlier, a.Capability) {
		return
	}
	j.replaced[a.ID] = true
	if !j.Ended[a.ID] {
		j.byID[a.ID] = a
	}
}

// merit judges one row. The order of the checks is the order of Reasons.
func (j *judge) merit(e Evidence, back map[retraction][]Record) Item {
	it := Item{Evidence: e, Activity: j.selector[e.Alignment]}
	a, active := j.byID[e.Alignment]
	switch {
	case e.Test:
		it.Reason = ReasonTestUser
	case e.Voided:
		it.Reason = ReasonVoided
	case !active:
		it.Reason = ReasonNotActive
	default:
		it.Reason = a.Criterion.merit(e)
	}
	switch it.Reason {
	case ReasonNoScore, ReasonBelowThreshold:
		it.Needed = a.Criterion.MinMilli
	case ReasonNoDuration, ReasonTooShort:
		it.NeededDuration = a.Criterion.MinDuration
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
