package mapping

import (
	"slices"
	"time"
)

// Publication is a version of a framework as it stands for everyone: published, and perhaps retired since.
type Publication struct {
	Catalog   *Catalog
	Published time.Time
	Retired   time.Time // zero while it is in use
}

// Offers says whether some version in use has the capability. One that only retired versions have takes no new alignments.
func Offers(all []Publication, capability string) bool {
	return slices.ContainsFunc(all, func(p Publication) bool {
		_, has := p.Catalog.Capability(capability)
		return has && p.Retired.IsZero()
	})
}

// PublicationState is where a version of a framework stands.
type PublicationState string

// The states. A draft is not there for anyone but its authors; a retired version is offered no more, and what was earned in it
// stays.
const (
	VersionDraft     PublicationState = "draft"
	VersionPublished PublicationState = "published"
	VersionRetired   PublicationState = "retired"
)

// State answers published or retired.
func (p Publication) State() PublicationState {
	if p.Retired.IsZero() {
		return VersionPublished
	}
	return VersionRetired
}
