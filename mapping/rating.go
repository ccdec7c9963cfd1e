package mapping

import "time"

// RatingWord is one word of the scale on which learners rate themselves. Values are stored: never rename.
type RatingWord string

// The words of both questions. NotTried answers only the first, NotNeeded only the second.
const (
	RatingNone       RatingWord = ""            // not answered
	RatingNotTried   RatingWord = "not_tried"   // where are you now: not tried this yet
	RatingNotNeeded  RatingWord = "not_needed"  // where do you need to be: I do not need this
	RatingWithHelp   RatingWord = "with_help"   // with help
	RatingOnOwn      RatingWord = "on_own"      // on my own
	RatingHelpOthers RatingWord = "help_others" // I can help others
)

// RatingsNow answers the words for "where are you now", lowest first.
func RatingsNow() []RatingWord {
	return []RatingWord{RatingNotTried, RatingWithHelp, RatingOnOwn, RatingHelpOthers}
}

// RatingsNeeded answers the words for "where do you need to be", lowest first.
func RatingsNeeded() []RatingWord {
	return []RatingWord{RatingNotNeeded, RatingWithHelp, RatingOnOwn, RatingHelpOthers}
}

// Rating is what a learner says of themselves in one capability (mapping.md, evidence 6): a track of its own, never evidence. Both
// words empty clear it.
type Rating struct {
	ID         string     `json:"id"`
	Learner    string     `json:"learner"`
	Capability string     `json:"capability"`
	Account    string     `json:"account"` // id of the account that rated
	Now        RatingWord `json:"now,omitzero"`
	Needed     RatingWord `json:"needed,omitzero"`
	Shared     bool       `json:"shared,omitzero"` // with the leads of the learner's courses
	At         time.Time  `json:"at"`
	Pos        int64      `json:"-"` // log position
}

// Cleared says that the rating takes an earlier one back.
func (r Rating) Cleared() bool { return r.Now == RatingNone && r.Needed == RatingNone }
