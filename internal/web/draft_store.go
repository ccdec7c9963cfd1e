package web

import (
	"context"
	"errors"
	"time"

	"cairn/mapping"
)

// ErrMoreLose says that more people would lose evidence than was shown (settled question 12).
var ErrMoreLose = errors.New("web: more people would lose evidence than was shown")

// Draft is what an author wants to change in a course and has not applied yet. The zero Draft changes nothing.
type Draft struct {
	Edits   []mapping.Edit
	Undoes  string // id of the changeset that it takes back, "" for none
	Updated time.Time
}

// Drafts keeps one draft of each author in each course.
type Drafts interface {
	// Draft answers the zero Draft when there is none.
	Draft(ctx context.Context, c Course, account string) (Draft, error)
	// SaveDraft keeps a draft; one without edits is forgotten.
	SaveDraft(ctx context.Context, c Course, account string, d Draft) error
}

// EffectKind is what an edit does to a learner's capability.
type EffectKind string

// The effects.
const (
	EffectGain   EffectKind = "gain"   // it becomes evidenced
	EffectLose   EffectKind = "lose"   // it no longer is
	EffectExpire EffectKind = "expire" // it stays evidenced, and ends by time where it did not, or earlier
)

// Effect is what an edit does to one learner in one capability.
type Effect struct {
	Learner, Capability string
	Kind                EffectKind
	From, To            mapping.State
	Expires             time.Time // after the edit, zero for never
}

// EffectCount counts effects.
type EffectCount struct{ Gain, Lose, Expire int }

// CapabilityEffect counts the learners of one capability: who has evidence now, and then.
type CapabilityEffect struct {
	Capability string
	Now, Then  int
	EffectCount
}

// Effects is what a changeset would do to everybody, found on real data at one moment.
type Effects struct {
	After        int64 // position of the last changeset of the course that was seen, for Changeset.After
	At           time.Time
	Checked      int         // people who were looked at
	People       EffectCount // each once in a column
	Pairs        EffectCount // of learner and capability
	Same         int         // people without any effect
	Capabilities []CapabilityEffect
	Fingerprint  string // the same for the same edits with the same effects on the same people
}

// EffectsSoFar is how far a preview has come. The rest is set when it is done; Err says why there is no answer.
type EffectsSoFar struct {
	Checked, Of int // people looked at, of how many; 0 of 0 before it has begun
	Done        bool
	Effects     Effects
	People      []Effect
	More        bool // not all effects on people are kept
	Err         error
}

// Previews finds out what changes do before they are applied, and applies them (mapping.md, evidence 9). A preview runs beside the
// requests that ask for it.
type Previews interface {
	// Start begins the preview of an owner's changeset, and answers the id to look for it with. One that is under way is not begun
	// again; one that is done is, for the data may have moved. It is false when there are too many.
	Start(owner string, cs mapping.Changeset) (id string, ok bool)
	// Look answers how far a preview has come, once it is done or after waiting so long; false when it is not known.
	Look(ctx context.Context, id string, wait time.Duration) (EffectsSoFar, bool)
	// Cases answers what the state of one learner's capability rests on, before the changeset and after it.
	Cases(ctx context.Context, cs mapping.Changeset, learner, capability string) (before, after mapping.Case, err error)
	// Apply applies a changeset whose effects were shown, and answers its position and what it did. ErrMoreLose; mapping.ErrMoved
	// when the alignments or rules of the course have changed since.
	Apply(ctx context.Context, cs mapping.Changeset, shown Effects) (pos int64, did Effects, err error)
}
