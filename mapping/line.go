package mapping

import (
	"slices"
	"time"
)

// line goes along the items of a scope in the order of events and knows, of each activity, the records that count for it under
// the rule's pick. What it knows after some of the items is what it would know if there were no others.
type line struct {
	j    *judge
	rule Rule
	by   map[string]*track
}

// track is one activity on a line.
type track struct {
	good    []int     // items that count for it, in order
	end     time.Time // the latest of their ends; zero: never
	last    int       // the latest item that has a say
	yes, no int       // items of different times that meet the criterion, and that do not
}

func newLine(j *judge, r Rule) *line {
	return &line{j: j, rule: r, by: map[string]*track{}}
}

// counting answers, in order, the items of a scope that may count under a rule, and the line that found them: nil when the pick
// leaves none out.
func (j *judge) counting(r Rule, items []int) ([]int, *line) {
	if r.Pick == PickHighest {
		if j.contrary {
			items = slices.DeleteFunc(slices.Clone(items), func(i int) bool { return j.items[i].Reason != ReasonNone })
		}
		return items, nil
	}
	l := newLine(j, r)
	for _, i := range items {
		l.add(i)
	}
	var out []int
	for _, t := range l.by {
		if t.stands(r.Pick) {
			out = append(out, t.good...)
		}
	}
	slices.Sort(out)
	return out, l
}

// add lets an item happen.
func (l *line) add(i int) {
	it := &l.j.items[i]
	t := l.by[it.Activity]
	if t == nil {
		t = &track{last: -1}
		l.by[it.Activity] = t
	}
	good := it.Reason == ReasonNone
	l.tell(t, i, good)
	if l.rule.Pick == PickLatest {
		t.good, t.end = t.good[:0], time.Time{}
	}
	if good {
		t.good = append(t.good, i)
		t.end = later(t.end, l.rule.end(it.Evidence.Record.Time))
	}
}

// tell counts what an item says of its activity. Items of one time are one: a record that was sent again, and what a platform
// tells in several.
func (l *line) tell(t *track, i int, good bool) {
	again := t.last >= 0 && l.j.items[t.last].Evidence.Record.Time.Equal(l.j.items[i].Evidence.Record.Time)
	t.last = i
	switch {
	case again:
	case good:
		t.yes++
	default:
		t.no++
	}
}

// stands says whether the activity counts as far as its records say.
func (t *track) stands(p Pick) bool {
	if p != PickMostCommon || t.yes != t.no {
		return len(t.good) > 0 && (p != PickMostCommon || t.yes > t.no)
	}
	return len(t.good) > 0 && t.good[len(t.good)-1] == t.last
}

// left says why the line leaves out an item that is sound, and what decided so; ReasonNone when it does not.
func (l *line) left(i int, activity string) (Reason, int) {
	if l == nil {
		return ReasonNone, -1
	}
	t := l.by[activity]
	switch {
	case l.rule.Pick == PickLatest && t.last != i:
		return ReasonNotLatest, t.last
	case !t.stands(l.rule.Pick):
		return ReasonNotMostCommon, t.last
	}
	return ReasonNone, -1
}
