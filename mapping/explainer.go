package mapping

import (
	"cmp"
	"slices"
	"time"
)

// explainer gathers the parts of an explanation.
type explainer struct {
	c      Case
	r      Result
	names  func(iri string) string
	counts map[string]bool // activities that count in the result
	// locked is the rule of the instance, which may hold narrower alignments to its score.
	locked Rule
}

// aligned answers the activities that may count in the result's scope, each once, by name, those without one last. Where several
// alignments name one activity, the one that asks least stands for it.
func (e explainer) aligned() []ActivityRef {
	byIRI := map[string]ActivityRef{}
	for _, a := range e.c.Alignments {
		if e.c.Ended[a.ID] || a.Capability != e.c.Capability || !a.Scope.Contains(e.r.Scope) {
			continue
		}
		ref := e.ref(e.locked.hold(a))
		if was, ok := byIRI[ref.IRI]; !ok || ref.asksLess(was) {
			byIRI[ref.IRI] = ref
		}
	}
	out := make([]ActivityRef, 0, len(byIRI))
	for _, ref := range byIRI {
		out = append(out, ref)
	}
	slices.SortFunc(out, ActivityRef.compare)
	return out
}

func unnamed(a ActivityRef) int {
	if a.Name == "" {
		return 1
	}
	return 0
}

func (e explainer) ref(a Alignment) ActivityRef {
	c := a.Criterion
	return ActivityRef{IRI: a.Selector.IRI, Name: e.names(a.Selector.IRI), MinMilli: c.MinMilli, MinDuration: c.MinDuration, Dates: c.Dates, Open: e.c.Open[a.Selector.IRI], Link: a.Selector.Kind == SelectLink, Scope: a.Scope}
}

// asksLess is a total order of references to the same activity. Dates come first: once they are over, nobody can meet them.
func (a ActivityRef) asksLess(b ActivityRef) bool {
	return cmp.Or(a.Dates.compare(b.Dates), cmp.Compare(least(a.MinMilli), least(b.MinMilli)), cmp.Compare(a.MinDuration, b.MinDuration),
		a.Scope.place().compare(b.Scope.place()), trueFirst(a.Link, b.Link)) < 0
}

// over says whether the activity can count no more on a date: what was done then would come too late, or nobody can do it any more.
func (a ActivityRef) over(at time.Time) bool { return a.Dates.Over(at) || a.Open.Over(at) }

// opens is from when on the activity can be done so that it counts, where that is later than a date; else zero.
func (a ActivityRef) opens(at time.Time) time.Time {
	if from := later(a.Dates.From, a.Open.From); !at.IsZero() && from.After(at) {
		return from
	}
	return time.Time{}
}

// least is a score asked for as a number, below every score when none is asked for.
func least(milli *int) int {
	if milli == nil {
		return -1
	}
	return *milli
}

// findings parts the items into those that count and the statements that do not. A statement that several alignments took is
// told once: not at all among the others when it counts, and with "no longer aligned" only when nothing else is to be said.
func (e explainer) findings() (counted, not []Finding) {
	counted, not = []Finding{}, []Finding{}
	told := map[string]bool{}
	for _, it := range e.r.Items {
		if it.Counts {
			counted = append(counted, e.finding(it))
			told[it.Evidence.Record.StatementID] = true
		}
	}
	at := map[string]int{}
	for _, it := range e.r.Items {
		id := it.Evidence.Record.StatementID
		if it.Counts || told[id] {
			continue
		}
		i, again := at[id]
		switch {
		case !again:
			at[id] = len(not)
			not = append(not, e.finding(it))
		case weaker(not[i].Reason, it.Reason):
			not[i] = e.finding(it)
		}
	}
	return counted, not
}

// weaker says whether a reason tells the reader less than another about the same statement.
func weaker(a, b Reason) bool {
	rank := []Reason{ReasonNotActive, ReasonWrongVersion, ReasonOtherScope}
	at := func(r Reason) int {
		if i := slices.Index(rank, r); i >= 0 {
			return i
		}
		return len(rank)
	}
	return at(a) < at(b)
}

func (e explainer) finding(it Item) Finding {
	r := it.Evidence.Record
	ref := ActivityRef{IRI: it.Activity, Name: e.names(it.Activity)}
	for _, a := range e.c.Alignments {
		if a.ID == it.Evidence.Alignment {
			ref = e.ref(e.locked.hold(a))
		}
	}
	f := Finding{
		Activity: ref, Statement: r.StatementID, Pos: r.Pos, At: r.Time.UTC(), Verb: r.Verb, Score: r.ScoreMilli, Self: it.Evidence.Kind == EvidenceSelfConfirmed,
		Reason: it.Reason, Needed: it.Needed, NeededDuration: it.NeededDuration, Until: it.Until, By: it.By, ByTime: it.ByTime.UTC(),
	}
	if r.Duration != nil {
		d := Duration(r.Duration.Truncate(time.Second))
		f.Duration = &d
	}
	return f
}
