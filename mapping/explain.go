package mapping

import "time"

// Explanation is why a learner's state in a capability is what it is (mapping.md, evidence 7): one structure for the page, the
// API, the exports and the statement. It holds data; the words are made where it is shown.
type Explanation struct {
	Capability  string        `json:"capability"`
	State       State         `json:"state"` // expiring when it is evidenced and its end is within the notice of the date asked for
	Percent     int           `json:"percent"`
	Scope       Scope         `json:"scope"`
	Rule        RuleOf        `json:"rule"`
	Counted     []Finding     `json:"counted"`     // in event order, one an activity
	NotCounted  []Finding     `json:"not_counted"` // in event order, a statement once, none that counts
	Have        int           `json:"have"`
	Missing     int           `json:"missing"`     // different activities still needed; under a points rule points, see missingOf
	Unreachable int           `json:"unreachable"` // how many of the needed ones are not even aligned
	Next        []ActivityRef `json:"next"`        // aligned here, asked for, not counted yet and not over: the missing ones, then by name
	Later       []LaterChange `json:"later"`       // what changes with time alone, in order
	Decisive    string        `json:"decisive,omitzero"`
	DecidedAt   time.Time     `json:"decided_at,omitzero"`

	At                time.Time     `json:"at,omitzero"`                 // the date asked for; none: nothing had ended
	MissingActivities []ActivityRef `json:"missing_activities,omitzero"` // those without which the rule is not met
	NeedsEndorsement  bool          `json:"needs_endorsement,omitzero"`  // the rule asks for one, and none counts
	Endorsement       string        `json:"endorsement,omitzero"`        // id of the one that counts
	Expires           time.Time     `json:"expires,omitzero"`            // when it is no longer evidenced, with nothing new
	ExpiredAt         time.Time     `json:"expired_at,omitzero"`
}

// RuleOf is the rule as data, with all that its words need: any, all, or Need of OutOf different activities (or points), the least
// score where one is asked for, and what else the rule asks.
type RuleOf struct {
	Kind     RuleKind `json:"kind"`
	Need     int      `json:"need"`
	OutOf    int      `json:"out_of"`             // different activities (points) aligned in the scope
	Scored   int      `json:"scored"`             // how many activities ask for a score
	MinMilli *int     `json:"min_milli,omitzero"` // the least score, in thousandths, when all that ask for one ask for the same

	Timed       int      `json:"timed,omitzero"`        // how many activities ask for time spent
	MinDuration Duration `json:"min_duration,omitzero"` // the least time, when all that ask for one ask for the same
	Dated       int      `json:"dated,omitzero"`        // how many activities count on some dates only
	Dates       Dates    `json:"dates,omitzero"`        // these, when they are the same of all of them

	Parts     []PartOf `json:"parts,omitzero"` // of a points or groups rule
	Validity  Period   `json:"validity,omitzero"`
	Spacing   Period   `json:"spacing,omitzero"`
	Endorsed  bool     `json:"endorsed,omitzero"`
	Pick      Pick     `json:"pick,omitzero"`
	Locked    bool     `json:"locked,omitzero"`
	Scope     Scope    `json:"scope"`              // where the rule was set; the instance when nobody set one
	Framework string   `json:"framework,omitzero"` // id of the framework whose default it is
}

// PartOf is a part of a rule with the activities by name. Exactly one of Activity, All and Any is set.
type PartOf struct {
	Activity *ActivityRef `json:"activity,omitzero"`
	Aligned  bool         `json:"aligned,omitzero"` // the activity is aligned in the scope: without, nobody can do it
	Done     bool         `json:"done,omitzero"`    // the part is met
	Points   int          `json:"points,omitzero"`
	Required bool         `json:"required,omitzero"`
	All      []PartOf     `json:"all,omitzero"`
	Any      []PartOf     `json:"any,omitzero"`
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

	Duration       *Duration `json:"duration,omitzero"`        // time spent, where the record tells it
	NeededDuration Duration  `json:"needed_duration,omitzero"` // with too_short and no_duration
	Until          time.Time `json:"until,omitzero"`           // when it stops, or stopped, to count

	By     string    `json:"by,omitzero"` // statement that took it back, that counts in its place, or that decided
	ByTime time.Time `json:"by_time,omitzero"`
}

// ActivityRef names an aligned activity. Name is "" when nothing told one: pages then show the IRI.
type ActivityRef struct {
	IRI      string `json:"iri"`
	Name     string `json:"name,omitzero"`
	MinMilli *int   `json:"min_milli,omitzero"` // the least score it needs

	MinDuration Duration `json:"min_duration,omitzero"` // the least time it needs
	Link        bool     `json:"link,omitzero"`         // it is what a resource link leads to which Cairn placed in the course
	Dates       Dates    `json:"dates,omitzero"`        // when it must have happened
	Open        Dates    `json:"open,omitzero"`         // when it can be done, where Cairn placed it and it opens or closes
	Scope       Scope    `json:"scope"`                 // of the alignment
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
	e := explainer{c: c, r: r, names: names, counts: map[string]bool{}, locked: rulesByPlace(c)[place{kind: ScopeInstance}].Rule}
	for _, it := range r.Items {
		if it.Counts {
			e.counts[it.Activity] = true
		}
	}
	aligned := e.aligned()
	x := Explanation{
		Capability: c.Capability, State: r.State, Percent: r.Percent, Scope: r.Scope, Have: r.Have,
		Missing: missingOf(r), Unreachable: max(r.Need-r.OutOf, 0),
		Rule: e.rule(aligned), Decisive: r.Decisive, DecidedAt: r.DecidedAt.UTC(), At: c.At.UTC(),
		NeedsEndorsement: r.NeedsEndorsement, Endorsement: r.Endorsement, Expires: r.Expires, ExpiredAt: r.ExpiredAt,
	}
	x.Counted, x.NotCounted = e.findings()
	x.MissingActivities = e.missing(aligned)
	x.Next = e.next(aligned)
	x.State, x.Later = e.later()
	return x
}
