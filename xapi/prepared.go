package xapi

import "time"

// Role says in which place of a statement an identifier occurs. Values are stored: never renumber.
type Role uint8

// The places an identifier can be found by. "Agent" filters match RoleActor and RoleObjectAgent, "activity" filters RoleObject,
// "verb" RoleVerb, "registration" RoleRegistration; the related_* filters match every role of their kind.
const (
	RoleVerb         Role = 1
	RoleActor        Role = 2 // the actor, or a member of the actor group
	RoleObjectAgent  Role = 3 // an Agent or Group (or its member) as object
	RoleObject       Role = 4 // an Activity as object
	RoleParent       Role = 5 // contextActivities.parent
	RoleGrouping     Role = 6 // contextActivities.grouping
	RoleCategory     Role = 7 // contextActivities.category
	RoleOther        Role = 8 // contextActivities.other
	RoleRegistration Role = 9
	RoleInstructor   Role = 10
	RoleTeam         Role = 11
	RoleAuthority    Role = 12
	RoleSubAgent     Role = 13 // any Agent inside a SubStatement
	RoleSubActivity  Role = 14 // any Activity inside a SubStatement
	RoleContextAgent Role = 15 // xAPI 2.0 contextAgents and contextGroups
)

// Term is one identifier of a statement with its place. Value is the verb IRI, the activity IRI, the registration's UUID in
// lower case, or the agent's key (Agent.Key: "mbox|mailto:a@b", "sha1|..", "openid|..", "account|homePage|name").
type Term struct {
	Role  Role
	Value string
}

// Kind is the kind of identifier a role holds; two terms with the same kind and value are the same identifier.
func (r Role) Kind() TermKind {
	switch r {
	case RoleVerb:
		return TermVerb
	case RoleRegistration:
		return TermRegistration
	case RoleObject, RoleParent, RoleGrouping, RoleCategory, RoleOther, RoleSubActivity:
		return TermActivity
	}
	return TermAgent
}

// TermKind separates the name spaces of identifiers. Values are stored: never renumber.
type TermKind uint8

// The kinds of identifier.
const (
	TermVerb         TermKind = 1
	TermActivity     TermKind = 2
	TermAgent        TermKind = 3
	TermRegistration TermKind = 4
)

// Definition is what a statement says about an activity it names. JSON is the definition object as sent, never empty.
type Definition struct {
	Activity string
	JSON     []byte
}

// Outcome is the part of a result that evidence rests on.
type Outcome struct {
	Success    *bool
	Completion *bool
	ScoreMilli *int           // score in thousandths of the way from min to max, see Score.Thousandths; nil without a score
	Duration   *time.Duration // nil without a duration
}

// Prepared is a valid statement made ready to store: everything a store writes beside the JSON is computed here, outside any
// transaction. A store gives the stored time, calls JSON, and writes rows.
type Prepared struct {
	ID          string    // UUID in lower case; made by us when the sender gave none
	Timestamp   time.Time // zero when the sender gave none: the stored time takes its place
	Fingerprint [32]byte  // equal for two statements that are equal by xAPI's comparison (parts the LRS sets left out)
	Terms       []Term    // sorted by role, then value; no repeats
	ByGroup     bool      // the actor is a Group: no one person did it
	Definitions []Definition
	Outcome     Outcome
	Voids       string       // id of the statement this one voids, or ""
	RefersTo    string       // id in a StatementRef object, or ""
	Attachments []Attachment // without their texts (Display, Description); those of a SubStatement too

	body []byte // the statement without stored (and timestamp, when absent) and without its closing brace
}

// First returns the value of the first term with the role, or "".
func (p *Prepared) First(r Role) string {
	for _, t := range p.Terms {
		if t.Role == r {
			return t.Value
		}
	}
	return ""
}
