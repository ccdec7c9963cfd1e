package mapping

import (
	"slices"
	"time"
)

// Record is a statement as mapping sees it: what was done to which activity, when, with what outcome.
type Record struct {
	Pos         int64     // position in the log
	StatementID string    // for links and the evidence extension
	Agent       string    // key of the actor (xapi.Agent.Key)
	Verb        string    // IRI
	Activity    string    // IRI of the object
	Under       []string  // IRIs of contextActivities.parent and grouping
	Around      []string  // IRIs of contextActivities.category and other: they say which course it belongs to, and no more
	Time        time.Time // event time, see EventTime
	Success     *bool
	Completion  *bool
	ScoreMilli  *int // thousandths
	Duration    *time.Duration
	// SelfConfirmed says that only the learner's own word supports the record.
	SelfConfirmed bool
}

// EvidenceKind is what a ledger row says.
type EvidenceKind string

// The kinds of ledger row.
const (
	EvidenceDone      EvidenceKind = "done"       // something that may count
	EvidenceTakenBack EvidenceKind = "taken_back" // the activity was marked as not complete: what came before no longer counts
	// EvidenceSelfConfirmed is something that may count and that only the learner's own word supports; a criterion may exclude it.
	EvidenceSelfConfirmed EvidenceKind = "self_confirmed"
)

// Evidence is one row of the append-only ledger: a record that an alignment selected, for one learner. Whether it counts is
// not stored but found by Evaluate, so that it can always be explained.
type Evidence struct {
	Alignment string
	Kind      EvidenceKind
	Record    Record
	Voided    bool // another statement voided it
	// Registration is the LTI registration of the account whose link made the record the learner's. A narrower scope takes
	// evidence of a wider alignment only when the record belongs to it, which needs this; "" counts in the alignment's own scope.
	Registration string
	// Test says that the platform's test person did it: it is told to them, and never counts.
	Test bool
}

// Reason says why an item of evidence does not count. Values are stored and shown through the text file: never rename.
type Reason string

// The reasons.
const (
	ReasonNone           Reason = ""
	ReasonBelowThreshold Reason = "below_threshold"
	ReasonFailed         Reason = "failed"         // finished, and the record says: not passed
	ReasonSelfConfirmed  Reason = "self_confirmed" // only the learner's own word supports it, which the criterion excludes
	ReasonSuperseded     Reason = "superseded"
	ReasonSameActivity   Reason = "same_activity"
	ReasonRetracted      Reason = "retracted"
	ReasonVoided         Reason = "voided"
	ReasonNotActive      Reason = "alignment_not_active"
	ReasonNoScore        Reason = "no_score"
	ReasonNoDuration     Reason = "no_duration" // it came without the time spent, and the criterion asks for some
	ReasonTooShort       Reason = "too_short"
	ReasonOutsideWindow  Reason = "outside_window"  // it counted for the rule's validity, which has ended
	ReasonOutsideDates   Reason = "outside_dates"   // it happened at a time that the criterion leaves out
	ReasonNotLatest      Reason = "not_latest"      // under a rule that takes the latest, a later one decides
	ReasonNotMostCommon  Reason = "not_most_common" // under a rule that takes the most common, most do not meet the criterion
	ReasonTooSoon        Reason = "too_soon"        // less than the rule's spacing before or after another that counts
	ReasonNotInRule      Reason = "not_in_rule"     // the rule gives the activity no points, or no group of it
	ReasonOtherScope     Reason = "other_scope"     // it would count, but in another scope than the one the result comes from
	ReasonWrongVersion   Reason = "wrong_version"   // it counts for an item of an older version of the framework, which this one replaced
	ReasonTestUser       Reason = "test_user"       // the platform's test person did it, of whom nothing counts (LTI Core 1.3, A.2.1.3)
)

// Reasons answers every reason an item may have, in the order they are looked for.
func Reasons() []Reason {
	return []Reason{ReasonTestUser, ReasonVoided, ReasonNotActive, ReasonFailed, ReasonSelfConfirmed, ReasonOutsideDates, ReasonNoScore, ReasonBelowThreshold, ReasonNoDuration,
		ReasonTooShort, ReasonRetracted, ReasonWrongVersion, ReasonOtherScope, ReasonOutsideWindow, ReasonTooSoon, ReasonNotLatest, ReasonNotMostCommon,
		ReasonNotInRule, ReasonSuperseded, ReasonSameActivity}
}

// aheadMost is how far an event time may lie behind the time it was stored: clocks of learners' machines are wrong by hours, and
// time zones by less than a day.
const aheadMost = 24 * time.Hour

// EventTime is when a statement with this timestamp, stored then, is held to have happened. One that claims to happen more than
// a day after it was stored happened when it was stored: otherwise a wrong clock would outrank everything that is done until then.
func EventTime(timestamp, stored time.Time) time.Time {
	if timestamp.After(stored.Add(aheadMost)) {
		return stored
	}
	return timestamp
}

// Compare orders records by event time, then by place in the log.
func (r Record) Compare(o Record) int {
	if c := r.Time.Compare(o.Time); c != 0 {
		return c
	}
	switch {
	case r.Pos < o.Pos:
		return -1
	case r.Pos > o.Pos:
		return 1
	}
	return 0
}

// About says whether the record is about the activity or about what lies under it.
func (r Record) About(activity string) bool {
	return r.Activity == activity || slices.Contains(r.Under, activity)
}

// in says whether the record belongs to the course: any of its context activities may name it (settled question 4).
func (r Record) in(course string) bool { return r.About(course) || slices.Contains(r.Around, course) }
