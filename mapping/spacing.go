package mapping

import (
	"slices"
	"sort"
	"time"
)

// pacing finds, under a rule with spacing, the activities that count.
//
// An activity begins to count with any one of its sound records, and between two that begin to count lies at least the spacing.
// Of all the ways to choose the activities and where they begin, the best for the rule holds: one that meets it, else one with
// the highest percent. Activities that the rule does not name, and those that have ended on the date, hold up nobody. So more
// that is done never takes away, and time alone never adds.
//
// The choice is exact while a step of the search has at most maxPlans open plans, which only activities with several records
// make (nine of them with all their records interleaved), and while groups can be met in at most maxWays ways; beyond that the
// best plans and the first ways are looked at, so that the cost stays within bounds.
type pacing struct {
	j       *judge
	rule    Rule
	ask     ask
	items   []int                // sound records of activities that the rule gives a worth, in order
	ends    map[string]time.Time // when each activity stops to count; zero: never
	several map[string]int       // bit of each activity with more than one record, from 0
}

const (
	maxPlans = 512
	maxWays  = 64
	maxBits  = 64
)

func (j *judge) pace(r Rule, a ask, items []int) *pacing {
	p := &pacing{j: j, rule: r, ask: a, ends: map[string]time.Time{}, several: map[string]int{}}
	for _, i := range items {
		it := &j.items[i]
		if it.Reason != ReasonNone || a.worth(it.Activity) == 0 {
			continue
		}
		if _, again := p.ends[it.Activity]; again {
			if _, known := p.several[it.Activity]; !known && len(p.several) < maxBits {
				p.several[it.Activity] = len(p.several)
			}
		}
		p.items = append(p.items, i)
		p.ends[it.Activity] = r.end(it.Evidence.Record.Time) // in order: the last ends last
	}
	return p
}

// begins is with which record each activity that counts begins to.
type begins map[string]int

func (b begins) has(activity string) bool {
	_, ok := b[activity]
	return ok
}

// best finds the activities that count, of those whose end passes.
func (p *pacing) best(alive func(end time.Time) bool) begins {
	best, most := begins{}, -1
	for _, wish := range p.ask.wishes(p.ends) {
		found := p.most(wish, alive)
		if worth := p.ask.percentOf(found); worth > most {
			best, most = found, worth
		}
	}
	return best
}

// met says whether the activities whose end passes can be enough.
func (p *pacing) met(alive func(end time.Time) bool) bool {
	return p.ask.percentOf(p.best(alive)) == 100
}

// percentOf is how far a choice of activities brings, 100 only when they are enough.
func (a ask) percentOf(b begins) int {
	have := 0
	for activity := range b {
		have += a.worth(activity)
	}
	if a.met(have, b.has) {
		return 100
	}
	_, _, _, percent := a.figures(have, b.has)
	return min(percent, 99)
}

// plan is a choice of activities so far: its worth, and the record that began last after another plan.
type plan struct {
	used  uint64 // the activities in it that have more records to come
	worth int
	item  int
	after *plan
}

// most is the choice that is worth most: for each record in order either the best without it, or with it after those far enough
// before it.
func (p *pacing) most(wish map[string]int, alive func(end time.Time) bool) begins {
	items := p.candidates(wish, alive)
	coming := p.coming(items)
	upTo := [][]*plan{{{item: -1}}}
	for n, i := range items {
		it := &p.j.items[i]
		far := sort.Search(n, func(k int) bool {
			return p.rule.Spacing.AddTo(p.j.items[items[k]].Evidence.Record.Time).After(it.Evidence.Record.Time)
		})
		next := newPlans(coming[n+1], upTo[n])
		for _, before := range upTo[far] {
			if bit := p.bit(it.Activity); before.used&bit == 0 {
				next.add(plan{used: before.used | bit, worth: before.worth + wish[it.Activity], item: i, after: before})
			}
		}
		upTo = append(upTo, next.bounded())
	}
	best := slices.MaxFunc(upTo[len(items)], func(a, b *plan) int { return a.worth - b.worth })
	out := begins{}
	for ; best.after != nil; best = best.after {
		out[p.j.items[best.item].Activity] = best.item
	}
	return out
}

// candidates is the records with which an activity may begin: of one time only one, and only the first of an activity without a bit.
func (p *pacing) candidates(wish map[string]int, alive func(end time.Time) bool) []int {
	var out []int
	last := map[string]time.Time{}
	for _, i := range p.items {
		it := &p.j.items[i]
		if wish[it.Activity] == 0 || !alive(p.ends[it.Activity]) {
			continue
		}
		at, again := last[it.Activity]
		if again && (at.Equal(it.Evidence.Record.Time) || p.bit(it.Activity) == 0) {
			continue
		}
		last[it.Activity] = it.Evidence.Record.Time
		out = append(out, i)
	}
	return out
}

// coming is the bits of the activities that have a candidate at each place or after it.
func (p *pacing) coming(items []int) []uint64 {
	out := make([]uint64, len(items)+1)
	for n := len(items) - 1; n >= 0; n-- {
		out[n] = out[n+1] | p.bit(p.j.items[items[n]].Activity)
	}
	return out
}

func (p *pacing) bit(activity string) uint64 {
	if n, ok := p.several[activity]; ok {
		return 1 << n
	}
	return 0
}

// plans holds of those that use the same activities the one that is worth most; of equal ones the first.
type plans struct {
	coming uint64
	list   []*plan
	at     map[uint64]int
}

func newPlans(coming uint64, from []*plan) *plans {
	s := &plans{coming: coming, at: map[uint64]int{}}
	for _, p := range from {
		s.add(*p)
	}
	return s
}

func (s *plans) add(p plan) {
	p.used &= s.coming
	at, ok := s.at[p.used]
	switch {
	case !ok:
		s.at[p.used] = len(s.list)
		s.list = append(s.list, &p)
	case p.worth > s.list[at].worth:
		s.list[at] = &p
	}
}

func (s *plans) bounded() []*plan {
	if len(s.list) > maxPlans {
		slices.SortStableFunc(s.list, func(a, b *plan) int { return b.worth - a.worth })
		s.list = s.list[:maxPlans]
	}
	return s.list
}

// counting is the records that count: from the one on with which their activity begins.
func (p *pacing) counting(b begins) []int {
	var out []int
	for _, i := range p.items {
		if first, ok := b[p.j.items[i].Activity]; ok && i >= first {
			out = append(out, i)
		}
	}
	return out
}

// left says whether an item came too close to another activity that counts, and the nearest record with which one begins; -1 for none.
func (p *pacing) left(b begins, i int) (Reason, int) {
	it := &p.j.items[i]
	if first, ok := b[it.Activity]; ok && i >= first || p.ask.worth(it.Activity) == 0 {
		return ReasonNone, -1
	}
	by, near := -1, time.Duration(0)
	for activity, other := range b {
		away := p.j.items[other].Evidence.Record.Time.Sub(it.Evidence.Record.Time).Abs()
		if activity != it.Activity && (by < 0 || away < near || away == near && other < by) {
			by, near = other, away
		}
	}
	return ReasonTooSoon, by
}
