package web

import (
	"context"
	"time"

	"cairn/mapping"
)

// FrameworkVersions is the versions of frameworks, published or not.
type FrameworkVersions interface {
	// Versions answers all: the published and the retired, in order of publication, then the drafts.
	Versions(ctx context.Context) ([]FrameworkVersion, error)
	// Imports answers the last files that became a version, the newest first.
	Imports(ctx context.Context, limit int) ([]FrameworkImport, error)
	// ImportDraft reads a file of any format and keeps it as a draft, in place of an earlier draft of the version. *mapping.ImportError
	// names everything that is wrong, and then nothing was kept.
	ImportDraft(ctx context.Context, m mapping.Meta, name string, data []byte) (FrameworkVersion, error)
	// SetFates keeps in a draft what becomes of items of the version in use that it has not. ErrNotFound; mapping.ErrFate.
	SetFates(ctx context.Context, id, version string, fates []ItemFate) error
	// Publish makes a draft public, for good. ErrNotFound; ErrTaken when the version is published with other content.
	Publish(ctx context.Context, id, version string) error
	// SetState retires a published version, or takes a retired one into use again. ErrNotFound.
	SetState(ctx context.Context, id, version string, state mapping.PublicationState, reason string) error

	// StartEffect begins to find out what a version does to learners in place of the one before it, with the tags carried over, and
	// answers what to ask for it with. ErrNotFound, also for a version without one before it.
	StartEffect(ctx context.Context, id, version string) (of string, err error)
	// VersionEffect answers how far that has come, once it is done or after waiting so long; false when it is not known.
	VersionEffect(ctx context.Context, of string, wait time.Duration) (VersionEffect, bool)
	// Carry publishes the version where it is a draft, and carries the tags as the effect that was shown says. ErrNotFound;
	// mapping.ErrMoved when the tags or the draft have changed since; ErrTaken as Publish.
	Carry(ctx context.Context, of, reason string) error
}

// FrameworkVersion is one of them.
type FrameworkVersion struct {
	ID, Version, Title string
	State              mapping.PublicationState
	Replaced           bool                   // published, and a newer version is in use
	At                 time.Time              // when it was published, or the draft saved
	Tracked            int                    // capabilities that can be tracked
	Included           int                    // of them with a wording of their own
	Statements         int                    // of the publisher's framework; 0: not known
	Diff               *mapping.FrameworkDiff // against the version in use for a draft, against the one before it for the one in use; nil for the first one
	Report             *mapping.Fidelity      // of its import; nil when none is known
	Items              *mapping.Catalog       // what is in it
	Before             *mapping.Catalog       // what Diff compares it with; nil as Diff is
}

// FrameworkImport is a file that became a version.
type FrameworkImport struct {
	ID, Version, File string
	At                time.Time
	Report            mapping.Fidelity
}

// ItemFate is what becomes of an item that a version has not.
type ItemFate struct {
	Item  string // id
	Fate  mapping.Fate
	Heirs []string // ids of what replaces it
}

// VersionEffect is what a version does to learners, as far as that is worked out.
type VersionEffect struct {
	ID, Version, From string // From is the version before
	Checked, Of       int    // people looked at
	Done              bool
	// The rest is set when it is done. Err says why there is no answer.
	Tags    TagsCarried
	Effects Effects
	Fates   []mapping.FateEffect
	Err     error
}

// TagsCarried counts the tags and rules that are carried to what replaces their items.
type TagsCarried struct {
	Carried, Rules int
	Courses        int // scopes that they are in
	There          int // that were carried before
	Lost           int // of items that nothing replaces
}
