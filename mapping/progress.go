package mapping

import "time"

// State is what is known about a learner and a capability. Values are stored: never rename.
type State string

// The states. Expiring is never kept: it is evidenced with an end that is near (Progress.On).
const (
	NotStarted State = "not_started"
	InProgress State = "in_progress"
	Evidenced  State = "evidenced"
	Expiring   State = "expiring"
	Expired    State = "expired"
	Withdrawn  State = "withdrawn"
)

// Case is everything that a learner's progress in one capability depends on.
type Case struct {
	Capability string
	Alignments []Alignment     // those active, and those ended that have evidence here; of Earlier, active ones that have
	Ended      map[string]bool // ids of alignments that are no longer active
	Rules      []ScopedRule    // for this capability and the defaults of its framework, at most one of each a scope
	Evidence   []Evidence      // in any order
	// Earlier are the items of older versions of the framework that this one replaced, see Replaced. What counts for them alone is told
	// with ReasonWrongVersion and changes nothing.
	Earlier []string
	// Endorsements of the learner for this capability, in any order, also ended and withdrawn ones.
	Endorsements []Endorsement
	// At is the date asked for: what has ended by then does not count. At the zero time nothing has ended.
	At time.Time
	// Pos is the position of the log up to which all of it is known; zero where that is not asked. Nothing depends on it.
	Pos int64
	// Notice is how long before an end it is announced, for Explain alone: zero is DefaultNotice.
	Notice time.Duration
	// WasEvidenced says that the learner's state was evidenced at an earlier position of the log: without enough evidence now,
	// the state is withdrawn (decided in settled question 13).
	WasEvidenced bool
	// Open is on which days activities can be done, by IRI, of those that Cairn placed and that open or close: for Explain alone.
	Open map[string]Dates
	// Prefer is the scope the asker looks from: of scopes that stand equally well, the one named by the result. It never
	// changes state or percent. The zero value prefers none.
	Prefer Scope
}

// Item is one piece of evidence with what was found about it.
type Item struct {
	Evidence Evidence
	Activity string // IRI of the aligned activity: the selector's
	Counts   bool
	Reason   Reason // ReasonNone when it counts
	Needed   *int   // the least score asked for, in thousandths, with ReasonBelowThreshold and ReasonNoScore
	// NeededDuration is the least time asked for, with ReasonTooShort and ReasonNoDuration.
	NeededDuration Duration
	Until          time.Time // when it stops to count by the rule's validity; zero: never
	By             string    // id of the statement that took it back (ReasonRetracted), that counts in its place, or that decided
	ByTime         time.Time // its event time
}

// Result is what Evaluate found.
type Result struct {
	State   State
	Have    int   // different activities (points, under a points rule) that count; may be more than Need
	Need    int   // different activities (points) the rule asks for; 0 when nothing is aligned
	OutOf   int   // different activities (points) that are aligned in the scope now
	Percent int   // 0 to 100, of Need; 100 only when the rule is met
	Scope   Scope // the scope the result comes from: the best one
	Rule    Rule  // the rule that holds there
	// RuleScope is where that rule was set, and RuleFramework the id of the framework whose default it is, "" when it is the
	// capability's own or nobody set one.
	RuleScope     Scope
	RuleFramework string
	Items         []Item // in order of event time, then position; all that may count, of every scope, judged in the result's scope
	// Decisive is the statement that completed the rule, and DecidedAt its event time, or that of the endorsement when that came later;
	// zero when the state is not evidenced. Where the latest or the most common record decides, it is the one from which on the rule
	// was met without a break, and need not be one that counts.
	Decisive  string
	DecidedAt time.Time
	// Expires is the first moment after the date asked for at which, with nothing new, no scope is evidenced any more: zero when
	// that never comes, or the state is not evidenced. In UTC, to the microsecond.
	Expires time.Time
	// ExpiredAt is when it ended, with the state expired.
	ExpiredAt time.Time
	// NeedsEndorsement says that the rule asks for an endorsement and none counts; Endorsement is the id of the one that does.
	NeedsEndorsement bool
	Endorsement      string
	// MissingActivities are the activities without which the rule is not met (those of the nearest group, for groups) and that do
	// not count, by IRI.
	MissingActivities []string
}

// Progress is a learner's current state in one capability, as kept by a projection.
type Progress struct {
	Learner    string
	Capability string
	State      State
	Have, Need int // as of the last time it was evaluated: while evidenced, more evidence changes nothing (Idle)
	Percent    int
	Since      time.Time // when it became so: event time of the cause
	Pos        int64     // log position of the cause
	Ordinal    int       // number of transitions so far, the last one's ordinal
	Cycle      int       // how often it was achieved: again after a loss is the next
	// WasEvidenced is true from the first time the state is evidenced; it tells withdrawn from not started.
	WasEvidenced bool
	// Expires is when, with nothing new, it is no longer evidenced (Result.Expires); zero: never.
	Expires time.Time
}

// DefaultNotice is how long before its end evidence is announced to expire, unless a setting says otherwise.
const DefaultNotice = 90 * 24 * time.Hour

// On answers the state on a date: expired from its end on, expiring when that is no further away than the notice, else what is
// kept. At the zero time nothing has ended.
func (p Progress) On(at time.Time, notice time.Duration) State {
	switch {
	case p.State == "":
		return NotStarted
	case p.State != Evidenced || p.Expires.IsZero() || at.IsZero():
		return p.State
	case !at.Before(p.Expires):
		return Expired
	case !at.Before(p.Expires.Add(-notice)):
		return Expiring
	}
	return p.State
}

// CauseKind is what made a state change.
type CauseKind string

// The causes.
const (
	CauseStatement CauseKind = "statement" // a statement arrived
	CauseVoid      CauseKind = "void"      // a statement was voided
	CauseTakenBack CauseKind = "taken_back"
	CauseTag       CauseKind = "tag"    // a changeset of alignments or rules was applied
	CauseLink      CauseKind = "link"   // records were joined to the learner
	CauseUnlink    CauseKind = "unlink" // records were parted from the learner
	CauseJoined    CauseKind = "joined" // an account was joined with another learner's
	CauseParted    CauseKind = "parted" // an account was parted from another one
	CauseExpiry    CauseKind = "expiry" // what counted has ended
	CauseEndorsed  CauseKind = "endorsed"
	CauseFramework CauseKind = "framework" // a version of the framework was published, retired or migrated

	CauseEndorsementWithdrawn CauseKind = "endorsement_withdrawn"
)

// Transition is one entry of the history of a learner in a capability. Nothing changes without one.
type Transition struct {
	Learner              string
	Capability           string
	Ordinal              int   // 1 for the first
	Pos                  int64 // log position of the cause
	From, To             State
	FromPercent, Percent int
	Have, Need           int
	Cause                CauseKind
	CauseID              string    // statement id, changeset id, or account id
	At                   time.Time // event time of the cause: the decisive evidence's when it becomes evidenced, else the cause's own
	Statements           []string  // ids of the statements that count, in order
}
