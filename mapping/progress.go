package mapping

import "time"

// State is what is known about a learner and a capability. Values are stored: never rename.
type State string

// The states. Expiring and expired come with rules that end; the words exist from the start.
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
	Alignments []Alignment     // those active, and those ended that have evidence here
	Ended      map[string]bool // ids of alignments that are no longer active
	Rules      []ScopedRule    // for this capability, at most one a scope
	Evidence   []Evidence      // in any order
	// WasEvidenced says that the learner's state was evidenced at an earlier position of the log: without enough evidence now,
	// the state is withdrawn (decided in settled question 13).
	WasEvidenced bool
	// Prefer is the scope the asker looks from: of scopes that stand equally well, the one named by the result. It never
	// changes state or percent. The zero value prefers none.
	Prefer Scope
}

// Item is one piece of evidence with what was found about it.
type Item struct {
	Evidence Evidence
	Activity string // IRI of the aligned activity: the selector's
	Counts   bool
	Reason   Reason    // ReasonNone when it counts
	Needed   *int      // the least score asked for, in thousandths, with ReasonBelowThreshold and ReasonNoScore
	By       string    // id of the statement that took it back (ReasonRetracted) or that counts in its place
	ByTime   time.Time // its event time
}

// Result is what Evaluate found.
type Result struct {
	State   State
	Have    int    // different activities that count; may be more than Need
	Need    int    // different activities the rule asks for; 0 when nothing is aligned
	OutOf   int    // different activities aligned in the scope now
	Percent int    // 0 to 100, of Need
	Scope   Scope  // the scope the result comes from: the best one
	Rule    Rule   // the rule of that scope
	Items   []Item // in order of event time, then position; all that may count, of every scope, judged in the result's scope
	// Decisive is the statement that completed the rule, and DecidedAt its event time; zero when the state is not evidenced.
	Decisive  string
	DecidedAt time.Time
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
