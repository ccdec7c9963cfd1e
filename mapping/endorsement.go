package mapping

import (
	"cmp"
	"time"
)

// Endorsement is what an assessor or lead says to have seen of a learner at work (mapping.md, evidence 6). It is a track of its
// own beside evidence: no state changes by it, unless a rule asks for one.
type Endorsement struct {
	ID         string    `json:"id"`
	Learner    string    `json:"learner"`
	Capability string    `json:"capability"`
	By         string    `json:"by"`    // account id of the assessor
	Scope      Scope     `json:"scope"` // where it was given
	At         time.Time `json:"at"`
	Until      time.Time `json:"until,omitzero"` // from then on it no longer stands; zero: it does not end
	Note       string    `json:"note,omitzero"`

	WithdrawnAt     time.Time `json:"withdrawn_at,omitzero"` // zero: it was not
	WithdrawnBy     string    `json:"withdrawn_by,omitzero"` // account id
	WithdrawnReason string    `json:"withdrawn_reason,omitzero"`
}

// Stands says whether the endorsement counts at a moment: it was not withdrawn and has not ended. At the zero time nothing has.
func (e Endorsement) Stands(at time.Time) bool {
	return e.WithdrawnAt.IsZero() && (e.Until.IsZero() || at.IsZero() || e.end().After(at))
}

// end is when the endorsement stops to stand, to the microsecond; zero: never.
func (e Endorsement) end() time.Time { return e.Until.UTC().Truncate(time.Microsecond) }

// counts says whether the endorsement is for a capability and was given where a rule set in the scope holds.
func (e Endorsement) counts(capability string, set Scope) bool {
	return e.Capability == capability && set.Contains(e.Scope)
}

// outlasts orders endorsements: what lasts longer, then what was given first, then by id.
func (e Endorsement) outlasts(o Endorsement) bool {
	return cmp.Or(longer(e.end(), o.end()), e.At.Compare(o.At), cmp.Compare(e.ID, o.ID)) < 0
}
