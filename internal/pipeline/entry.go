// Package pipeline carries statements to evidence, progress, outgoing statements and scores. It reads one log in order,
// behind a durable cursor; replay is the same fold from the start, without emission.
package pipeline

import (
	"time"

	"cairn/internal/learner"
	"cairn/mapping"
)

// EntryKind is what one position of the log holds. Values are stored: never rename.
type EntryKind string

// The kinds of entry.
const (
	EntryStatement EntryKind = "statement"
	EntryChangeset EntryKind = "changeset" // body: mapping.Changeset
	EntryLink      EntryKind = "link"      // body: learner.Link
	EntryUnlink    EntryKind = "unlink"    // body: learner.Link
	EntryJoined    EntryKind = "joined"    // body: learner.Move
	EntryParted    EntryKind = "parted"    // body: learner.Move
	EntryIdentity  EntryKind = "identity"  // body: IdentityChanged
	EntryNames     EntryKind = "names"     // body: NamesSwitched
	EntryFramework EntryKind = "framework" // body: FrameworkPublished

	EntryRated                EntryKind = "rated"                 // body: mapping.Rating
	EntryEndorsed             EntryKind = "endorsed"              // body: mapping.Endorsement
	EntryEndorsementWithdrawn EntryKind = "endorsement_withdrawn" // body: EndorsementWithdrawn

	// EntryClock says nothing but what time it was: something had ended, and nothing else was stored. Body: {}.
	EntryClock EntryKind = "clock"

	// EntryFrameworkState changes no learner's state: what was earned in a version stays.
	EntryFrameworkState EntryKind = "framework_state" // body: FrameworkState

	// EntryErased changes nothing: what it speaks of is no longer there, and a replay folds what is left. It also stands, with an
	// empty body, where events that named the person were.
	EntryErased EntryKind = "erased" // body: Erased
)

// FrameworkPublished is the body of the event that makes a framework version usable.
type FrameworkPublished struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	IRIBase string `json:"iri_base"`
}

// FrameworkState is the body of the event that retires a published version, or takes it into use again.
type FrameworkState struct {
	ID      string                   `json:"id"`
	Version string                   `json:"version"`
	State   mapping.PublicationState `json:"state"`
	Author  string                   `json:"author"`
	Reason  string                   `json:"reason,omitzero"`
}

// EndorsementWithdrawn is the body of the event that takes an endorsement back.
type EndorsementWithdrawn struct {
	ID         string    `json:"id"`
	Learner    string    `json:"learner"`
	Capability string    `json:"capability"`
	By         string    `json:"by"` // account id
	Reason     string    `json:"reason,omitzero"`
	At         time.Time `json:"at"`
}

// IdentityChanged is the body of the event that says who changed the identity rule of a registration, and why. The links that end and
// begin by it are events of their own, just after it.
type IdentityChanged struct {
	ID           string               `json:"id"`
	Registration string               `json:"registration"`
	From         learner.IdentityRule `json:"from"`
	To           learner.IdentityRule `json:"to"`
	Author       string               `json:"author"` // account, or who runs Cairn
	Reason       string               `json:"reason"`
	At           time.Time            `json:"at"`
}

// NamesSwitched is the body of the event that says who switched the pseudonymous mode of a registration, and why. The links of pseudonyms
// that begin by it are events of their own, just after it.
type NamesSwitched struct {
	Registration string    `json:"registration"`
	Pseudonymous bool      `json:"pseudonymous"`
	Author       string    `json:"author"` // who runs Cairn
	Reason       string    `json:"reason,omitzero"`
	At           time.Time `json:"at"`
}

// Erased is the body of the event that says that a person was erased. It does not say who.
type Erased struct {
	At     time.Time `json:"at,omitzero"`
	Reason string    `json:"reason,omitzero"`
}

// Entry is one position of the log.
type Entry struct {
	Pos    int64
	Stored time.Time // also the time it brings to the fold: what has ended by then is settled first, see work.expire
	Kind   EntryKind
	Body   []byte // JSON of an event; nil for a statement

	// The rest is set for statements.
	Record    mapping.Record
	Own       bool   // emitted by Cairn: never evidence
	Voids     string // id of the statement it voids, when the void took effect
	VoidedPos int64  // position of the first statement that voided this one; 0 never. It is voided as of P when 0 < VoidedPos <= P
}
