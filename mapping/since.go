package mapping

import "time"

// since is the item with which the activities became enough and from which on they were without a break, in the order of events:
// where a later record may speak against an activity, or speak for it again, the first that counts is not when it was. Items of
// one time are one. -1 when after all of them they are not enough.
func (j *judge) since(v verdict, items []int) int {
	s := sweep{j: j, v: v, line: newLine(j, v.set.Rule), ends: map[string]time.Time{}}
	since, turned, was := -1, -1, false
	for n, i := range items {
		at := j.items[i].Evidence.Record.Time
		enough := func() bool {
			return v.ask.metBy(s.ends, func(end time.Time) bool { return end.IsZero() || end.After(at) })
		}
		if was && !enough() { // ended before
			since, was = -1, false
		}
		s.tell(i)
		now := enough()
		if now && !was {
			turned = i
		}
		was = now
		if n+1 < len(items) && j.items[items[n+1]].Evidence.Record.Time.Equal(at) {
			continue
		}
		switch {
		case !now:
			since = -1
		case since < 0:
			since = turned
		}
	}
	return since
}
