package pipeline

import (
	"context"
	"errors"
	"time"

	"cairn/internal/learner"
	"cairn/mapping"
	"cairn/xapi"
)

// ErrLeaseLost says that another process projects now; nothing of the batch was written.
var ErrLeaseLost = errors.New("pipeline: another process holds the projector's lease")

// Cursor is how far the projection has come. Entries up to EmitAfter were emitted before (a replay is under way until Pos
// reaches it), so folding them emits nothing.
type Cursor struct {
	Pos       int64
	EmitAfter int64
}

// Log reads the one log. Only what is committed and visible in order is answered.
type Log interface {
	// Entries answers up to limit entries after a position, in order.
	Entries(ctx context.Context, after int64, limit int) ([]Entry, error)
	// OfActivity calls f for each statement at or before upTo, in order, that the selector takes (the object; with
	// mapping.SelectUnder also parents and groupings). Own statements are left out.
	OfActivity(ctx context.Context, s mapping.Selector, upTo int64, f func(Entry) error) error
	// OfAgent calls f for each statement at or before upTo, in order, whose actor is the agent. Own statements are left out.
	OfAgent(ctx context.Context, agent string, upTo int64, f func(Entry) error) error
	// Head is the last position of the log, 0 when empty.
	Head(ctx context.Context) (int64, error)
}

// ActiveLink is an agent linked to a learner now, with the position of the event that made it.
type ActiveLink struct {
	learner.Link
	Pos int64
}

// Aligned is an alignment with the positions at which it began and ended (0: active).
type Aligned struct {
	mapping.Alignment
	Began, Ended int64
}

// Ruled is a rule with the position at which it was set.
type Ruled struct {
	mapping.ScopedRule
	Began int64
}

// Pair is a learner and a capability.
type Pair struct{ Learner, Capability string }

// LedgerRow is evidence with its owner: the link that made the record the learner's.
type LedgerRow struct {
	Pair
	LinkPos  int64
	Pos      int64 // log position at which it was recorded
	Evidence mapping.Evidence
}

// SeenActivity is an activity seen in the statements of a course or another grouping.
type SeenActivity struct {
	Parent   string // IRI of the course
	Activity string // IRI
	LastSeen time.Time
}

// Projection holds what the fold has made. Only the projector writes it, so it may read outside its transaction.
type Projection interface {
	Cursor(ctx context.Context) (Cursor, error)
	// Alignments answers all, also those that ended; Rules the ones in force; Links the active ones.
	Alignments(ctx context.Context) ([]Aligned, error)
	Rules(ctx context.Context) ([]mapping.ScopedRule, error)
	Links(ctx context.Context) ([]ActiveLink, error)
	// Ledger answers the rows of the pair whose link is active, Voided set.
	Ledger(ctx context.Context, p Pair) ([]LedgerRow, error)
	// LedgerOf answers the pairs that have rows for the statement, the alignment, or the link: one of them is given.
	LedgerOf(ctx context.Context, statementID, alignment string, linkPos int64) ([]Pair, error)
	// Progress answers the current state of the pair; the zero Progress (Ordinal 0) before the first transition.
	Progress(ctx context.Context, p Pair) (mapping.Progress, error)
	// Due answers the pairs to look at again at or before a time, NextDue when the next one after a time is: zero when none is.
	Due(ctx context.Context, upTo time.Time) ([]Due, error)
	NextDue(ctx context.Context, after time.Time) (time.Time, error)
	// Owners answers whose is now what was said of a learner, where it is another's.
	Owners(ctx context.Context) (map[string]string, error)
	// PairsOf answers the pairs of a learner that have evidence, progress or an endorsement.
	PairsOf(ctx context.Context, learner string) ([]Pair, error)
	Tracks
}

// Batch is the rows that folding some entries made, written as one.
type Batch struct {
	From, To    int64 // the cursor must stand at From, and stands at To afterwards
	Holder      string
	Began       []Aligned
	Ended       []Ended
	Rules       []Ruled // each takes the place of the one before it (mapping.ScopedRule.Replaces)
	Linked      []ActiveLink
	Unlinked    []Unlinked
	Moved       []Moved
	Evidence    []LedgerRow
	Voided      []Voided
	Progress    []mapping.Progress // latest a pair
	Due         []Due              // when those pairs have to be looked at again; pairs without one: never
	Transitions []mapping.Transition
	Seen        []SeenActivity
	Rated       []RatingRow
	Endorsed    []EndorsementRow
	Withdrawn   []EndorsementRow // that were given before, with what ended them
	Emit        []xapi.Prepared  // appended to the log in the same transaction, stored by Cairn's own authority
	Scored      []string         // learners whose scores may have changed: their deliveries become due
}

// Ended is the end of an alignment.
type Ended struct {
	Alignment string
	Pos       int64
}

// Unlinked is the end of a link.
type Unlinked struct {
	LinkPos int64
	Pos     int64
}

// Moved gives a learner what was said of others, who are the same person: their ratings and endorsements. It may be written twice.
type Moved struct {
	Homes []string // of whom it was said
	Into  string
	Pos   int64 // of the event
}

// Voided is a retraction row of the ledger: the statement was voided at a position.
type Voided struct {
	StatementID string
	Pos         int64
}

// Committer writes batches under a lease that one process holds at a time.
type Committer interface {
	// Lease takes or keeps the projector's lease for the holder until the time. ErrLeaseLost while another holds it.
	Lease(ctx context.Context, holder string, now, until time.Time) error
	// Commit writes the batch in one transaction and moves the cursor. ErrLeaseLost when the cursor is not at From.
	Commit(ctx context.Context, b Batch) error
	// Tick appends an entry to the log that is nothing but the time. ErrLeaseLost unless the holder has the lease.
	Tick(ctx context.Context, holder string) error
	// Reset empties the projection for a replay: cursor to 0, EmitAfter to where it stood.
	Reset(ctx context.Context) error
}
