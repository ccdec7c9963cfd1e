package mapping

import (
	"slices"
	"time"
)

// The verbs mapping knows by itself. Others count only where a criterion lists them; viewing, starting and the like never do.
const (
	VerbCompleted = "http://adlnet.gov/expapi/verbs/completed"
	VerbPassed    = "http://adlnet.gov/expapi/verbs/passed"
	VerbFailed    = "http://adlnet.gov/expapi/verbs/failed"
	// VerbUncompleted is sent by Moodle's xAPI plugin when the completion of an activity is taken back.
	VerbUncompleted = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/uncompleted"
)

// takenBack lists the verbs that say: this activity is not complete any more.
var takenBack = []string{VerbUncompleted}

// IsTakenBack says whether the verb takes an earlier completion back.
func IsTakenBack(verb string) bool { return slices.Contains(takenBack, verb) }

// Takes says whether records with the verb may count: the listed ones, by default completed and passed.
func (c Criterion) Takes(verb string) bool {
	if len(c.Verbs) == 0 {
		return verb == VerbCompleted || verb == VerbPassed
	}
	return slices.Contains(c.Verbs, verb)
}

// EvidenceOf answers the ledger row the record makes for the alignment, false when it makes none. A row is made for what may
// count (the criterion's verbs), for failed, so that a page can say why nothing counted, and for what takes a completion back.
// The scope is not looked at: see Accepts.
func EvidenceOf(a Alignment, r Record) (Evidence, bool) {
	if !a.Selector.Matches(r) {
		return Evidence{}, false
	}
	e := Evidence{Alignment: a.ID, Kind: EvidenceDone, Record: r}
	switch {
	case IsTakenBack(r.Verb):
		e.Kind = EvidenceTakenBack
	case r.Verb == VerbFailed, a.Criterion.Takes(r.Verb):
		if r.SelfConfirmed {
			e.Kind = EvidenceSelfConfirmed
		}
	default:
		return Evidence{}, false
	}
	return e, true
}

// failed says whether the record itself says that the learner did not pass. Moodle sends a failed quiz as completed with
// success false, on the attempt and on the module.
func (r Record) failed() bool {
	return r.Verb == VerbFailed || r.Success != nil && !*r.Success
}

// merit judges an item by the evidence and the criterion alone.
func (c Criterion) merit(e Evidence) Reason {
	r := e.Record
	switch {
	case r.failed():
		return ReasonFailed
	case c.NoSelf && e.Kind == EvidenceSelfConfirmed:
		return ReasonSelfConfirmed
	case !c.Dates.Hold(r.Time):
		return ReasonOutsideDates
	case c.MinMilli != nil && r.ScoreMilli == nil:
		return ReasonNoScore
	case c.MinMilli != nil && *r.ScoreMilli < *c.MinMilli:
		return ReasonBelowThreshold
	case c.MinDuration > 0 && r.Duration == nil:
		return ReasonNoDuration
	case c.MinDuration > 0 && *r.Duration < time.Duration(c.MinDuration):
		return ReasonTooShort
	}
	return ReasonNone
}
