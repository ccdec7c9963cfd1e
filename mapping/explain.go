package mapping

import "time"

// Explanation is why a learner's state in a capability is what it is (mapping.md, evidence 7): one structure for the page, the
// API, the exports and the statement. It holds data; the words are made where it is shown.
type Explanation struct {
	Capability  string        `json:"capability"`
	State       State         `json:"state"`
	Percent     int           `json:"percent"`
	Scope       Scope         `json:"scope"`
	Rule        RuleOf        `json:"rule"`
	Counted     []Finding     `json:"counted"`     // in event order, one an activity
	NotCounted  []Finding     `json:"not_counted"` // in event order, a statement once, none that counts
	Have        int           `json:"have"`
	Missing     int           `json:"missing"`     // different activities still needed
	Unreachable int           `json:"unreachable"` // how many of the needed ones are not even aligned
	Next        []ActivityRef `json:"next"`        // aligned here and not counted yet, by name
	Later       []LaterChange `json:"later"`       // what changes with time alone: nothing, while no rule ends
	Decisive    string        `json:"decisive,omitzero"`
	DecidedAt   time.Time     `json:"decided_at,omitzero"`
}

// RuleOf is the rule as data: any, all, or Need of OutOf different activities, with the least score where one is asked for.
type RuleOf struct {
	Kind     RuleKind `json:"kind"`
	Need     int      `json:"need"`
	OutOf    int      `json:"out_of"`             // different activities aligned in the scope
	Scored   int      `json:"scored"`             // how many of these ask for a score
	MinMilli *int     `json:"min_milli,omitzero"` // the least score, in thousandths, when all that ask for one ask for the same
}

// Finding is one record with what was found about it.
type Finding struct {
	Activity  ActivityRef `json:"activity"` // the aligned activity
	Statement string      `json:"statement"`
	Pos       int64       `json:"pos"`
	At        time.Time   `json:"at"` // event time
	Verb      string      `json:"verb"`
	Score     *int        `json:"score_milli,omitzero"`
	Self      bool        `json:"self_confirmed,omitzero"` // only the learner's own word supports it
	Reason    Reason      `json:"reason,omitzero"`
	Needed    *int        `json:"needed_milli,omitzero"` // with below_threshold and no_score
	By        string      `json:"by,omitzero"`           // statement that took it back, or that counts in its place
	ByTime    time.Time   `json:"by_time,omitzero"`
}

// ActivityRef names an aligned activity. Name is "" when nothing told one: pages then show the IRI.
type ActivityRef struct {
	IRI      string `json:"iri"`
	Name     string `json:"name,omitzero"`
	MinMilli *int   `json:"min_milli,omitzero"` // the least score it needs
	Scope    Scope  `json:"scope"`              // of the alignment
}

// LaterChange is a change that comes with time alone.
type LaterChange struct {
	At time.Time `json:"at"`
	To State     `json:"to"`
}

// Explain tells why the case came to the result. names answers the name of an activity, "" when unknown; nil knows none.
func Explain(c Case, r Result, names func(iri string) string) Explanation {
	if names == nil {
		names = func(string) string { return "" }
	}
	e := explainer{c: c, r: r, names: names}
	aligned := e.aligned()
	x := Explanation{
		Capability: c.Capability, State: r.State, Percent: r.Percent, Scope: r.Scope, Have: r.Have,
		Missing: max(r.Need-r.Have, 0), Unreachable: max(r.Need-r.OutOf, 0),
		Rule: e.rule(aligned), Next: []ActivityRef{}, Later: []LaterChange{},
		Decisive: r.Decisive, DecidedAt: r.DecidedAt.UTC(),
	}
	x.Counted, x.NotCounted = e.findings()
	done := map[string]bool{}
	for _, f := range x.Counted {
		done[f.Activity.IRI] = true
	}
	for _, a := range aligned {
		if !done[a.IRI] {
			x.Next = append(x.Next, a)
		}
	}
	return x
}
