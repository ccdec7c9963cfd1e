package mapping

import (
	"cmp"
	"slices"
	"time"
)

// ends says whether what counts under the rule may end by time.
func (r Rule) ends() bool { return !r.Validity.IsZero() || r.Endorsed }

// end is when a record of that time stops counting under the rule; zero: never. To the microsecond, as times are kept.
func (r Rule) end(of time.Time) time.Time {
	if r.Validity.IsZero() {
		return time.Time{}
	}
	return r.Validity.AddTo(of).Truncate(time.Microsecond)
}

// ended says whether an item counted under the rule and no longer does, on the date asked for.
func (j *judge) ended(r Rule, it *Item) bool {
	return !r.Validity.IsZero() && !j.At.IsZero() && !r.end(it.Evidence.Record.Time).After(j.At)
}

// expiry is the first moment after the date asked for at which a complete verdict is no longer complete; zero: never. Of an
// activity the record that lasts longest is what matters, and activities only leave, so the moment is found by halving.
func (j *judge) expiry(v verdict) time.Time {
	var first time.Time
	if v.set.Rule.Endorsed {
		first = j.Endorsements[v.endorsement].end()
	}
	if v.set.Rule.Validity.IsZero() {
		return first
	}
	last, met := v.lasting(j)
	moments := make([]time.Time, 0, len(last))
	for _, end := range last {
		moments = append(moments, end)
	}
	slices.SortFunc(moments, time.Time.Compare)
	at, _ := slices.BinarySearchFunc(moments, true, func(m time.Time, _ bool) int {
		if met(func(end time.Time) bool { return end.After(m) }) {
			return -1
		}
		return 1
	})
	if at < len(moments) && (first.IsZero() || moments[at].Before(first)) {
		first = moments[at]
	}
	return first
}

// lasting is when each activity that may count stops to count, and whether those whose end passes are enough.
func (v verdict) lasting(j *judge) (map[string]time.Time, func(alive func(end time.Time) bool) bool) {
	if v.pacing != nil {
		return v.pacing.ends, v.pacing.met
	}
	last := v.ends(j)
	return last, func(alive func(end time.Time) bool) bool { return v.ask.metBy(last, alive) }
}

// ends is when each activity that counts stops to count.
func (v verdict) ends(j *judge) map[string]time.Time {
	last := map[string]time.Time{}
	for _, i := range v.counting {
		if it := &j.items[i]; v.chosen.has(it.Activity) {
			last[it.Activity] = later(last[it.Activity], v.set.Rule.end(it.Evidence.Record.Time))
		}
	}
	return last
}

// metBy says whether the activities whose end passes are enough.
func (a ask) metBy(ends map[string]time.Time, alive func(end time.Time) bool) bool {
	have := 0
	for activity, end := range ends {
		if alive(end) {
			have += a.worth(activity)
		}
	}
	return a.met(have, func(activity string) bool {
		end, ok := ends[activity]
		return ok && alive(end)
	})
}

// endedAt is when a verdict that is not complete was so last and lost it because something ended; zero when it was lost
// otherwise, or never complete. It goes along the ends up to the date asked for, with what had happened by then.
func (j *judge) endedAt(v verdict, items []int) time.Time {
	s := sweep{j: j, v: v, line: newLine(j, v.set.Rule), ends: map[string]time.Time{}, endorsements: j.standing(v.set)}
	next := 0
	if v.line == nil {
		items = s.ahead(items)
	}
	for _, m := range s.moments(items) {
		for ; next < len(items) && j.items[items[next]].Evidence.Record.Time.Before(m.at); next++ {
			s.add(items[next])
		}
		s.pass(m)
	}
	for ; next < len(items); next++ {
		s.add(items[next])
	}
	return s.lost
}

// ahead lets happen what is known already and lies after the date asked for, by a clock that is fast: it counts, so that without
// it what ends now would seem never to have been complete. It answers the other items.
func (s *sweep) ahead(items []int) []int {
	n := len(items)
	for n > 0 && s.j.items[items[n-1]].Evidence.Record.Time.After(s.j.At) {
		n--
		s.add(items[n])
	}
	return items[:n]
}

// moment is an end of a record of an activity, or of an endorsement (activity "").
type moment struct {
	at       time.Time
	activity string
}

// sweep goes along the time of one scope.
type sweep struct {
	j            *judge
	v            verdict
	line         *line
	ends         map[string]time.Time // of the activities that stand and have not ended; zero: never
	endorsements []Endorsement
	told         []int // items that have happened, for spacing alone
	lost         time.Time
}

// moments is the ends up to the date asked for, in order.
func (s *sweep) moments(items []int) []moment {
	var out []moment
	for _, i := range items {
		it := &s.j.items[i]
		if it.Reason == ReasonNone && s.j.ended(s.v.set.Rule, it) {
			out = append(out, moment{s.v.set.Rule.end(it.Evidence.Record.Time), it.Activity})
		}
	}
	for _, e := range s.endorsements {
		if !e.Stands(s.j.At) {
			out = append(out, moment{at: e.end()})
		}
	}
	slices.SortFunc(out, func(a, b moment) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.activity, b.activity)) })
	return slices.Compact(out)
}

// add lets a record happen. One that takes an activity away may be what the verdict was lost by, and then it did not end.
func (s *sweep) add(i int) {
	at := s.j.items[i].Evidence.Record.Time
	if s.v.set.Rule.Pick == PickHighest {
		s.tell(i)
		return
	}
	before := s.met(at, true)
	s.tell(i)
	if before && !s.met(at, true) {
		s.lost = time.Time{}
	}
}

// tell lets the line know of a record, and keeps the end of its activity.
func (s *sweep) tell(i int) {
	if s.v.pacing != nil {
		s.told = append(s.told, i)
	}
	s.line.add(i)
	activity := s.j.items[i].Activity
	if t := s.line.by[activity]; t.stands(s.v.set.Rule.Pick) {
		s.ends[activity] = t.end
	} else {
		delete(s.ends, activity)
	}
}

// pass goes past an end: where the verdict is complete just before it and not from then on, it was lost by it.
func (s *sweep) pass(m moment) {
	if m.activity != "" && !s.ends[m.activity].Equal(m.at) {
		return // done again since
	}
	if s.met(m.at, false) && !s.met(m.at, true) {
		s.lost = m.at
	}
	delete(s.ends, m.activity)
}

// met says whether the rule is met just before a moment, or from it on.
func (s *sweep) met(m time.Time, from bool) bool {
	alive := func(end time.Time) bool { return end.IsZero() || end.After(m) || !from && end.Equal(m) }
	if s.v.set.Rule.Endorsed && !slices.ContainsFunc(s.endorsements, func(e Endorsement) bool {
		return e.At.Before(m) && alive(e.end())
	}) {
		return false
	}
	if s.v.pacing != nil {
		return s.j.pace(s.v.set.Rule, s.v.ask, slices.Sorted(slices.Values(s.told))).met(alive)
	}
	return s.v.ask.metBy(s.ends, alive)
}

// standing is the endorsements that count or counted for a rule and were not withdrawn.
func (j *judge) standing(set ScopedRule) []Endorsement {
	var out []Endorsement
	for _, e := range j.Endorsements {
		if set.Rule.Endorsed && e.Stands(time.Time{}) && e.counts(j.Capability, set.Scope) {
			out = append(out, e)
		}
	}
	return out
}
