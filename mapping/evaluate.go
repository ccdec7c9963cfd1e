package mapping

import (
	"cmp"
	"slices"
)

// Evaluate judges a learner's evidence for one capability. It is a pure function of the case: the order of alignments, rules
// and evidence in it does not matter.
//
// Each item is judged by itself first (voided, alignment not active, failed, no score, below threshold, taken back later), then
// in each scope that has an alignment or a rule of its own. In a scope, the alignments of the scope and of wider ones count, an
// activity once, with its best score; the rule is the nearest one at or above the scope, any one activity by default. Evidence
// of a wider alignment counts in a narrower scope only when the record belongs to that scope, so that the rule of one course
// never decides about people elsewhere. The result is the best scope, see better.
func Evaluate(c Case) Result {
	j := newJudge(c)
	best := verdict{scope: Scope{Kind: ScopeInstance}, rule: Rule{Kind: RuleAny}, decisive: -1}
	for i, s := range j.scopes {
		if v := j.in(s); i == 0 || j.better(v, best) {
			best = v
		}
	}
	return j.result(best)
}

// verdict is what one scope comes to.
type verdict struct {
	scope             Scope
	rule              Rule
	have, need, outOf int
	decisive          int            // index of the item that completed the rule; -1 while it is not complete
	chosen            map[string]int // index of the item that counts, by aligned activity
}

func (v verdict) complete() bool { return v.decisive >= 0 }

func (v verdict) percent() int {
	if v.need == 0 {
		return 0
	}
	return min(v.have, v.need) * 100 / v.need
}

// better orders scopes: complete before incomplete; of two complete ones the one completed first; else the higher percent; then
// the preferred scope; then the wider one, which holds for everyone; then by registration and LTI context, so that the order is
// total.
func (j *judge) better(a, b verdict) bool {
	if a.complete() != b.complete() {
		return a.complete()
	}
	by := 0
	if a.complete() {
		by = j.items[a.decisive].Evidence.Record.Compare(j.items[b.decisive].Evidence.Record)
	}
	by = cmp.Or(by, cmp.Compare(b.percent(), a.percent()), prefers(j.Prefer, b.scope)-prefers(j.Prefer, a.scope))
	return cmp.Or(by, a.scope.place().compare(b.scope.place())) < 0
}

func prefers(prefer, s Scope) int {
	if prefer.Kind != "" && prefer.Same(s) {
		return 1
	}
	return 0
}

// judge holds a case put in order.
type judge struct {
	Case
	scopes   []Scope // that have an alignment or a rule of their own, in order of place
	active   map[place][]Alignment
	byID     map[string]Alignment // active ones
	selector map[string]string    // alignment id to activity IRI, ended ones included
	rules    map[place]Rule
	items    []Item          // what may count, by itself judged
	sound    map[place][]int // items without a reason so far, by the place of their alignment
}

func newJudge(c Case) *judge {
	j := &judge{Case: c, active: map[place][]Alignment{}, byID: map[string]Alignment{}, selector: map[string]string{}, rules: map[place]Rule{}}
	for _, a := range c.Alignments {
		j.selector[a.ID] = a.Selector.IRI
		if c.Ended[a.ID] || a.Capability != c.Capability {
			continue
		}
		p := a.Scope.place()
		j.active[p] = append(j.active[p], a)
		j.byID[a.ID] = a
		j.scopes = append(j.scopes, a.Scope)
	}
	for _, r := range c.Rules {
		if r.Rule.Kind == "" || r.Capability != c.Capability {
			continue
		}
		j.rules[r.Scope.place()] = r.Rule
		j.scopes = append(j.scopes, r.Scope)
	}
	slices.SortFunc(j.scopes, func(a, b Scope) int {
		return cmp.Or(a.place().compare(b.place()), cmp.Compare(b.Course, a.Course))
	})
	j.scopes = slices.CompactFunc(j.scopes, Scope.Same)
	j.items = j.merits()
	j.sound = map[place][]int{}
	for i, it := range j.items {
		if it.Reason == ReasonNone {
			p := j.byID[it.Evidence.Alignment].Scope.place()
			j.sound[p] = append(j.sound[p], i)
		}
	}
	return j
}

// rule answers the nearest rule at or above a place.
func (j *judge) rule(p place) Rule {
	for _, at := range p.chain() {
		if r, ok := j.rules[at]; ok {
			return r
		}
	}
	return Rule{Kind: RuleAny}
}

// needs is how many different activities a rule asks for when outOf are aligned.
func (r Rule) needs(outOf int) int {
	switch {
	case r.Kind == RuleAll:
		return outOf
	case outOf == 0:
		return 0
	case r.Kind == RuleN:
		return max(r.N, 1)
	}
	return 1
}

// result judges every item in the scope of the verdict and puts the answer together.
func (j *judge) result(v verdict) Result {
	r := Result{Have: v.have, Need: v.need, OutOf: v.outOf, Percent: v.percent(), Scope: v.scope, Rule: v.rule, Items: slices.Clone(j.items)}
	in := map[int]bool{}
	for _, i := range j.soundIn(v.scope) {
		in[i] = true
	}
	for i := range r.Items {
		j.decide(i, &r.Items[i], v, in[i])
	}
	switch {
	case v.complete():
		by := j.items[v.decisive].Evidence.Record
		r.State, r.Decisive, r.DecidedAt = Evidenced, by.StatementID, by.Time
	case j.WasEvidenced:
		r.State = Withdrawn
	case v.have > 0:
		r.State = InProgress
	default:
		r.State = NotStarted
	}
	return r
}

// Counted answers the ids of the statements that count, in order.
func (r Result) Counted() []string {
	var ids []string
	for _, it := range r.Items {
		if it.Counts {
			ids = append(ids, it.Evidence.Record.StatementID)
		}
	}
	return ids
}
