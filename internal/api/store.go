package api

import (
	"context"
	"errors"
	"time"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// What stores answer with.
var (
	ErrNotFound    = errors.New("api: not found")
	ErrChangesetID = errors.New("api: another changeset has this id")
)

// Reach is how far a credential goes that is limited to one home page: to the people with an account at its issuers, and to what holds
// in its registrations. The zero value goes everywhere.
type Reach struct {
	Limited       bool
	Issuers       []string // as accounts name them
	Registrations []string // ids
}

// Account is one login of a learner at a platform.
type Account struct {
	ID           string `json:"id"`
	Registration string `json:"registration"`  // id of the LTI registration through which it came first
	Issuer       string `json:"issuer"`        // of the platform; of who has a pseudonym, the address it was given out from
	Subject      string `json:"subject"`       // as the platform names the person, or the pseudonym
	Name         string `json:"name,omitzero"` // where the platform shares it and the scope learners/names allows it
}

// Learner is a person with their accounts, oldest first.
type Learner struct {
	ID       string    `json:"id"`
	Created  time.Time `json:"created"`
	Accounts []Account `json:"accounts"`
}

// LearnerFilter chooses learners; zero values are any.
type LearnerFilter struct {
	Reach           Reach
	ID              string
	Issuer, Subject string // of one account
	After           string // id
	Limit           int
}

// PlaceFilter chooses scopes; zero values are any.
type PlaceFilter struct {
	Reach        Reach // with what holds everywhere
	Kind         mapping.ScopeKind
	Registration string
	Context      string
}

// AlignmentFilter chooses alignments; zero values are any. They come in order of their beginning, then of their id.
type AlignmentFilter struct {
	Place      PlaceFilter
	Capability string
	Activity   string // the IRI of the selector
	AfterPos   int64  // both of the last one seen
	AfterID    string
	Limit      int
}

// RuleFilter chooses rules in force. They come in order of their beginning, then of capability and framework.
type RuleFilter struct {
	Place                           PlaceFilter
	Capability, Framework           string
	AfterPos                        int64
	AfterCapability, AfterFramework string
	Limit                           int
}

// Applied is a changeset as it stands in the log.
type Applied struct {
	Pos int64
	mapping.Changeset
}

// ChangesetFilter chooses changesets. They come newest first.
type ChangesetFilter struct {
	Place  PlaceFilter
	Before int64 // position; 0 from the newest
	Limit  int
}

// Activity is an activity of a course that can be aligned.
type Activity struct {
	IRI      string    `json:"iri"`
	Name     string    `json:"name,omitzero"`
	Type     string    `json:"type,omitzero"`
	LastSeen time.Time `json:"last_seen,omitzero"` // in a statement
}

// Frameworks answers what is published.
type Frameworks interface {
	// Publications answers every published version, the newest first, also retired ones.
	Publications() []mapping.Publication
	// Default answers the framework that is meant where none is named.
	Default() *mapping.Catalog
}

// Alignments reads and changes what is evidence of what.
type Alignments interface {
	Alignments(ctx context.Context, f AlignmentFilter) ([]pipeline.Aligned, error)
	// Alignment answers one, also one that ended. ErrNotFound.
	Alignment(ctx context.Context, id string) (pipeline.Aligned, error)
	Rules(ctx context.Context, f RuleFilter) ([]pipeline.Ruled, error)
	Changesets(ctx context.Context, f ChangesetFilter) ([]Applied, error)
	// Changeset answers one. ErrNotFound.
	Changeset(ctx context.Context, id string) (Applied, error)
	// Undo makes what takes a changeset back, of what still stands: without edits when nothing does.
	Undo(ctx context.Context, of Applied, undo mapping.Changeset) (mapping.Changeset, error)
	// Check says what Apply would refuse now, without writing. *mapping.EditError.
	Check(ctx context.Context, cs mapping.Changeset) error
	// Apply appends a changeset to the log and answers its position. *mapping.EditError, ErrChangesetID.
	Apply(ctx context.Context, cs mapping.Changeset) (int64, error)
}

// Places knows where things hold.
type Places interface {
	// Reach answers how far a limit to a home page goes.
	Reach(ctx context.Context, homePage string) (Reach, error)
	// Scope completes a scope with the IRI of its course. ErrNotFound when there is no such registration.
	Scope(ctx context.Context, s mapping.Scope) (mapping.Scope, error)
	// Refused answers those of some selectors that cannot be aligned in a scope, with the rule that each breaks: mapping.ErrNotALink,
	// mapping.ErrOwnActivity.
	Refused(ctx context.Context, s mapping.Scope, all []mapping.Selector) (map[mapping.Selector]error, error)
	// Covered counts the activities aligned with each capability where a scope holds, in the wider ones too; everywhere, for the instance.
	Covered(ctx context.Context, s mapping.Scope) (map[string]int, error)
	// Activities answers what can be aligned in a course, and the alignments that hold there.
	Activities(ctx context.Context, course mapping.Scope) ([]Activity, []mapping.Alignment, error)
}

// Records reads how learners stand.
type Records interface {
	// Learners answers people by id, with the accounts that the reach covers.
	Learners(ctx context.Context, f LearnerFilter) ([]Learner, error)
	// Progress answers the learner's states; capabilities without one are not started.
	Progress(ctx context.Context, learner string) ([]mapping.Progress, error)
	// Cases answers what the states of capabilities rest on, now; CasesAsOf on a date.
	Cases(ctx context.Context, learner string, capabilities []string) (map[string]mapping.Case, error)
	CasesAsOf(ctx context.Context, learner string, capabilities []string, q pipeline.AsOf) (map[string]mapping.Case, error)
	// History answers up to limit changes of one capability after an ordinal, oldest first.
	History(ctx context.Context, learner, capability string, after, limit int) ([]mapping.Transition, error)
	// Scopes answers where a learner is: the registrations of their accounts, and the courses they were seen in.
	Scopes(ctx context.Context, learner string) ([]mapping.Scope, error)
	// ActivityNames answers the names of activities that are known.
	ActivityNames(ctx context.Context, iris []string) (map[string]string, error)
}

// Tracks reads what runs beside evidence.
type Tracks interface {
	// SharedRatings answers the last ratings that learners share, by capability.
	SharedRatings(ctx context.Context, learners []string) ([]mapping.Rating, error)
	// Endorsements answers every endorsement of a learner, by capability, the first one first.
	Endorsements(ctx context.Context, learner string) ([]mapping.Endorsement, error)
}
