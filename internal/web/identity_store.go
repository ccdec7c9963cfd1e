package web

import (
	"context"
	"time"

	"cairn/internal/learner"
)

// Identity is how the records that an LMS's people have are matched to them.
type Identity struct {
	ID, Name, Issuer string
	Rule             learner.IdentityRule
	Modes            []IdentityMode // every rule there could be, the safest first
	Joined           int            // accounts of the LMS that are joined with others
}

// IdentityMode is what a rule finds in the records that there are.
type IdentityMode struct {
	Rule               learner.IdentityRule
	Matched, Unmatched int      // agents of this kind that records carry, with and without an account that proves them
	Examples, Others   []string // some of each, masked
}

// IdentityEffect is how far the effect of another rule is worked out. What is counted of links and records is set from the begin.
type IdentityEffect struct {
	Checked, Of                 int
	Done                        bool
	Err                         error
	Ended, Began                int // links of people to agents
	PeopleLost, RecordsLost     int // who have fewer records then, and how many of these
	PeopleGained, RecordsGained int
	Effects                     Effects
}

// Identities says which records belong to whom, and changes it.
type Identities interface {
	// Identity answers how records are matched in a registration. ErrNotFound.
	Identity(ctx context.Context, registration string) (Identity, error)
	// IdentityEffect answers what another rule would do, as far as it is worked out after waiting so long. ErrNotFound, and the errors of
	// learner.IdentityRule.Check.
	IdentityEffect(ctx context.Context, registration string, rule learner.IdentityRule, wait time.Duration) (IdentityEffect, error)
	// ChangeIdentity changes the rule, with who did it and why. mapping.ErrMoved when it would end or begin other numbers of links than
	// were shown.
	ChangeIdentity(ctx context.Context, registration string, rule learner.IdentityRule, ended, began int, author, reason string) error
}
