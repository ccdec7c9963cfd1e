package mapping

import "slices"

// RuleKind is how many of the aligned activities are needed.
type RuleKind string

// The kinds of rule.
const (
	RuleAny    RuleKind = "any"    // any one
	RuleAll    RuleKind = "all"    // every aligned activity
	RuleN      RuleKind = "n_of"   // N different ones
	RulePoints RuleKind = "points" // activities worth N points together, the required ones among them
	RuleGroups RuleKind = "groups" // one of the groups: "and" inside, "or" between
)

// Pick is which of several records of one activity decides about it.
type Pick string

// The picks. Records of an activity that came without the score or the time asked for decide nothing.
const (
	PickHighest    Pick = ""            // the best one that meets the criterion
	PickLatest     Pick = "latest"      // the latest: when it does not meet the criterion, the activity does not count
	PickMostCommon Pick = "most_common" // whether most meet the criterion or do not; the latest where they are as many
)

// Rule is what a capability needs in a scope. The zero value is no rule of the scope's own: the wider scope's holds, and where no
// scope has one, any one activity.
type Rule struct {
	Kind     RuleKind `json:"kind"`
	N        int      `json:"n,omitzero"`        // n_of: activities asked for; points: points asked for
	Parts    []Part   `json:"parts,omitzero"`    // points: one an activity; groups: the alternatives, any of them
	Validity Period   `json:"validity,omitzero"` // a record counts for so long after it happened; none: for ever
	Spacing  Period   `json:"spacing,omitzero"`  // between two activities that begin to count lies at least so much time: see pacing
	Endorsed bool     `json:"endorsed,omitzero"` // an assessor's endorsement is needed too
	Pick     Pick     `json:"pick,omitzero"`
	Locked   bool     `json:"locked,omitzero"`    // instance scope only: narrower scopes set no rule of their own
	MinMilli *int     `json:"min_milli,omitzero"` // with Locked: no alignment of a narrower scope counts below it, in thousandths
}

// Part is a part of a points or groups rule: exactly one of Activity, All and Any is set. Groups nest to depth 3.
type Part struct {
	Activity string `json:"activity,omitzero"` // IRI of an aligned activity: its selector's
	Points   int    `json:"points,omitzero"`   // points rule
	Required bool   `json:"required,omitzero"` // points rule: without it the rule is not met
	All      []Part `json:"all,omitzero"`      // every one of them
	Any      []Part `json:"any,omitzero"`      // any one of them
}

// ScopedRule is a rule where it holds: for one capability, or for every capability of a framework that has none of its own in the
// same scope.
type ScopedRule struct {
	Capability string `json:"capability,omitzero"`
	Framework  string `json:"framework,omitzero"` // id of the framework, with Capability "": the default of the scope
	Scope      Scope  `json:"scope"`
	Rule       Rule   `json:"rule"`
}

// Equal says whether both are the same rule. The order of parts counts.
func (r Rule) Equal(o Rule) bool {
	return r.Kind == o.Kind && r.N == o.N && r.Validity == o.Validity && r.Spacing == o.Spacing && r.Endorsed == o.Endorsed &&
		r.Pick == o.Pick && r.Locked == o.Locked && equalMilli(r.MinMilli, o.MinMilli) && slices.EqualFunc(r.Parts, o.Parts, Part.Equal)
}

// Equal says whether both are the same part, in the same order inside.
func (p Part) Equal(o Part) bool {
	return p.Activity == o.Activity && p.Points == o.Points && p.Required == o.Required &&
		slices.EqualFunc(p.All, o.All, Part.Equal) && slices.EqualFunc(p.Any, o.Any, Part.Equal)
}

// Replaces says whether setting r takes the place of o: both are about the same capability, or framework, in the same scope.
func (r ScopedRule) Replaces(o ScopedRule) bool {
	return r.Capability == o.Capability && r.Framework == o.Framework && r.Scope.Same(o.Scope)
}

func equalMilli(a, b *int) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
