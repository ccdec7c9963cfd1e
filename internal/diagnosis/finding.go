// Package diagnosis finds out whether the connection to an LMS works, and says what to do where it does not: what the command line
// prints and what the page for administrators shows rest on the same checks.
package diagnosis

import (
	"time"

	"cairn/lti"
)

// Verdict is what came of one check.
type Verdict string

// The verdicts.
const (
	Good    Verdict = "ok"
	Doubt   Verdict = "warning"
	Bad     Verdict = "failed"
	Skipped Verdict = "skipped"
)

// Names of the checks, as they are printed.
const (
	CheckStanding = "registration"
	CheckKeys     = "key set of the LMS"
	CheckTokens   = "access tokens"
	CheckClock    = "clock"
	CheckFrames   = "frames"
	CheckScores   = "scores"
	CheckLaunch   = "last launch"
	CheckOwnKeys  = "Cairn's key set"
)

// Finding is one check with what it found, and what to do about it. Says and Do are for those who run Cairn: they may quote an LMS.
// The other members say the same without a word of others.
type Finding struct {
	Check  string  `json:"check"`
	Result Verdict `json:"result"`
	Says   string  `json:"says"`
	Do     string  `json:"do,omitzero"`

	Why     Cause         `json:"-"` // of a result other than good, "" where the check has one cause only
	Count   int           `json:"-"` // of keys found, or of scores that wait or were refused
	Granted []string      `json:"-"` // short names of scopes
	Missing []string      `json:"-"`
	Ahead   time.Duration `json:"-"` // our clock against the LMS's
}

// Cause is why a check did not go well.
type Cause string

// The causes.
const (
	Unreachable Cause = "unreachable" // no answer, or none in time
	Answered    Cause = "answered"    // an answer that is a refusal or none of use
	Guarded     Cause = "guarded"     // our own rules for calls forbid the address
	Redirected  Cause = "redirected"
	NotKeys     Cause = "notkeys" // a key set's address answers something else
	Unfit       Cause = "unfit"   // keys of a kind that cannot be used
	NotOffered  Cause = "notoffered"
	NoKey       Cause = "nokey"    // the tool's own key is not at hand
	Scopes      Cause = "scopes"   // some are missing
	Rejected    Cause = "rejected" // the LMS does not accept who we are
	GivenUp     Cause = "givenup"
	Waiting     Cause = "waiting"
)

// Subject is the registration that is looked at.
type Subject struct {
	lti.Registration
	Origins      []string // that may frame the pages
	OriginsGiven bool     // by the operator, not taken from the issuer
}
