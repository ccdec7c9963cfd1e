package mapping

import (
	"cmp"
	"slices"
	"time"
)

// Evaluate judges a learner's evidence for one capability on the date asked for. It is a pure function of the case: the order of
// alignments, rules, endorsements and evidence in it does not matter.
//
// Each item is judged by itself first (voided, alignment not active, failed, no score, below threshold, taken back later), then
// in each scope that has an alignment or a rule of its own. In a scope, the alignments of the scope and of wider ones count, an
// activity once, with its best score, or with the latest record under a rule with validity, which is what lasts longest; the rule is the nearest one at or above the scope, any one activity by default. Evidence
// of a wider alignment counts in a narrower scope only when the record belongs to that scope, so that the rule of one course
// never decides about people elsewhere. The result is the best scope, see better.
//
// With nothing new, time only takes away: what counts at a moment and has not ended counts at every later one until it ends. So
// there is one moment at which what is evidenced no longer is (Result.Expires).
func Evaluate(c Case) Result {
	j := newJudge(c)
	instance := Scope{Kind: ScopeInstance}
	best := verdict{scope: instance, set: ScopedRule{Scope: instance, Rule: Rule{Kind: RuleAny}}, decisive: -1, endorsement: -1}
	var ended time.Time
	for i, s := range j.scopes {
		v := j.in(s)
		ended = later(ended, v.endedAt)
		if i == 0 || j.better(&v, &best) {
			best = v
		}
	}
	return j.result(&best, ended)
}

// verdict is what one scope comes to.
type verdict struct {
	scope             Scope
	set               ScopedRule // the rule that holds, and where it was set
	have, need, outOf int
	percent           int
	decisive          int // index of the item that completed the rule; -1 while it is not complete
	ask               ask
	counting          []int   // indices of the items that may count, in order; some may have ended
	line              *line   // what left out the others, nil when nothing did
	pacing            *pacing // what left them out under spacing, nil without
	begins            begins  // of pacing
	chosen            chosen
	endorsement       int       // index of the endorsement that counts; -1 for none
	endorsedAt        time.Time // since when one counts
	expires           time.Time // when it is no longer complete; zero: never
	endedAt           time.Time // when it was complete last, and ended; zero: it did not
}

func (v *verdict) complete() bool { return v.decisive >= 0 }

// better orders scopes: complete before incomplete; of two complete ones the one that lasts longer, then the one completed first;
// of two incomplete ones the one that was complete, the latest end first; then the higher percent, so that the tags of one course
// take nothing from people elsewhere; then one that what is aligned can complete; then the preferred scope; then the wider one, which holds for everyone; then by registration and LTI context, so
// that the order is total.
func (j *judge) better(a, b *verdict) bool {
	if a.complete() != b.complete() {
		return a.complete()
	}
	by := 0
	if a.complete() {
		by = cmp.Or(longer(a.expires, b.expires), j.items[a.decisive].Evidence.Record.Compare(j.items[b.decisive].Evidence.Record))
	}
	by = cmp.Or(by, b.endedAt.Compare(a.endedAt), cmp.Compare(b.percent, a.percent), b.can()-a.can(),
		prefers(j.Prefer, b.scope)-prefers(j.Prefer, a.scope))
	return cmp.Or(by, a.scope.place().compare(b.scope.place())) < 0
}

// can is 2 when the rule is met with all that is aligned, 1 when something is aligned, else 0.
func (v *verdict) can() int {
	if v.ask.outOf > 0 && v.ask.reachable() {
		return 2
	}
	return min(v.ask.outOf, 1)
}

// longer puts the later end first, and what never ends before all.
func longer(a, b time.Time) int {
	if a.IsZero() || b.IsZero() {
		return a.Compare(b)
	}
	return b.Compare(a)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
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
	byID     map[string]Alignment // active ones, also of Earlier
	replaced map[string]bool      // ids of alignments of Earlier
	selector map[string]string    // alignment id to activity IRI, ended ones included
	rules    map[place]ScopedRule
	contrary bool            // some rule asks also what speaks against an activity
	items    []Item          // what may count, by itself judged
	sound    map[place][]int // items that decide about their activity, by the place of their alignment: see decides
}

func newJudge(c Case) *judge {
	j := &judge{Case: c, active: map[place][]Alignment{}, byID: map[string]Alignment{}, replaced: map[string]bool{}, selector: map[string]string{}, rules: rulesByPlace(c)}
	for _, r := range j.rules {
		j.scopes = append(j.scopes, r.Scope)
		j.contrary = j.contrary || r.Rule.Pick != PickHighest
	}
	locked := j.rules[place{kind: ScopeInstance}].Rule
	for _, a := range c.Alignments {
		j.selector[a.ID] = a.Selector.IRI
		if a.Capability != c.Capability {
			j.older(a)
			continue
		}
		if c.Ended[a.ID] {
			continue
		}
		a = locked.hold(a)
		p := a.Scope.place()
		j.active[p] = append(j.active[p], a)
		j.byID[a.ID] = a
		j.scopes = append(j.scopes, a.Scope)
	}
	slices.SortFunc(j.scopes, func(a, b Scope) int {
		return cmp.Or(a.place().compare(b.place()), cmp.Compare(b.Course, a.Course))
	})
	j.scopes = slices.CompactFunc(j.scopes, Scope.Same)
	j.items = j.merits()
	j.sound = map[place][]int{}
	for i, it := range j.items {
		if j.decides(it) {
			p := j.byID[it.Evidence.Alignment].Scope.place()
			j.sound[p] = append(j.sound[p], i)
		}
	}
	return j
}

// result judges every item in the scope of the verdict and puts the answer together. ended is when it was evidenced last.
func (j *judge) result(v *verdict, ended time.Time) Result {
	r := Result{
		Have: v.have, Need: v.need, OutOf: v.outOf, Percent: v.percent, Scope: v.scope, Rule: v.set.Rule, RuleScope: v.set.Scope,
		RuleFramework: v.set.Framework, Items: j.items, NeedsEndorsement: v.set.Rule.Endorsed && v.endorsement < 0,
	}
	if v.set.Rule.Kind == RuleAll || v.ask.named != nil {
		r.MissingActivities = v.ask.missing(j.activitiesIn(v.scope), v.chosen.has)
	}
	in := make([]bool, len(j.items))
	for _, i := range j.soundIn(v.scope) {
		in[i] = true
	}
	for i := range r.Items {
		j.decide(i, &r.Items[i], v, in[i])
	}
	if v.endorsement >= 0 {
		r.Endorsement = j.Endorsements[v.endorsement].ID
	}
	switch {
	case v.complete():
		by := j.items[v.decisive].Evidence.Record
		r.State, r.Decisive, r.DecidedAt, r.Expires = Evidenced, by.StatementID, later(by.Time, v.endorsedAt), v.expires
	case !ended.IsZero():
		r.State, r.ExpiredAt = Expired, ended
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
