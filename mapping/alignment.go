package mapping

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// ScopeKind says how widely an alignment or a rule holds.
type ScopeKind string

// The scopes, widest first.
const (
	ScopeInstance     ScopeKind = "instance"
	ScopeRegistration ScopeKind = "registration"
	ScopeCourse       ScopeKind = "course"
)

// Scope is where an alignment or a rule holds: everywhere, for the accounts of one LTI registration, or in one course (LTI
// context) of it.
type Scope struct {
	Kind         ScopeKind `json:"kind"`
	Registration string    `json:"registration,omitzero"` // id of the LTI registration
	Context      string    `json:"context,omitzero"`      // LTI context id
	Course       string    `json:"course,omitzero"`       // IRI of the course, for statements that name it
}

// SelectorKind says which activities an alignment takes.
type SelectorKind string

// The kinds of selector.
const (
	SelectExact  SelectorKind = "exact"  // the activity with this IRI
	SelectUnder  SelectorKind = "under"  // this activity, and those that name it as parent or grouping
	SelectPrefix SelectorKind = "prefix" // activities whose IRI begins so, up to a boundary (/ ? # & or the end)
	SelectLink   SelectorKind = "link"   // the activity with this IRI that a resource link leads to which Cairn placed (settled question 6)
)

// Selector is the activity side of an alignment.
type Selector struct {
	Kind SelectorKind `json:"kind"`
	IRI  string       `json:"iri"`
}

// Criterion is what a statement must show to count. The zero value is the default: completed or passed, and not failed.
type Criterion struct {
	Verbs    []string `json:"verbs,omitzero"`     // verb IRIs; none: completed or passed
	MinMilli *int     `json:"min_milli,omitzero"` // least score, in thousandths
	// MinDuration is the least time spent, as the record tells it (result.duration).
	MinDuration Duration `json:"min_duration,omitzero"`
	// NoSelf excludes evidence that only the learner's own word supports.
	NoSelf bool `json:"no_self,omitzero"`
	// Dates are when it must have happened.
	Dates Dates `json:"dates,omitzero"`
}

// Alignment says that an activity is evidence towards a capability (CASE: an association of an activity with an item). Pages
// call it a tag. An alignment never changes: an edit ends one and begins another.
type Alignment struct {
	ID         string    `json:"id"`
	Capability string    `json:"capability"` // id of the framework item
	Scope      Scope     `json:"scope"`
	Selector   Selector  `json:"selector"`
	Criterion  Criterion `json:"criterion,omitzero"`
	// Placed says that the activity belongs to the course of the scope because Cairn placed it there or an author added it by
	// hand, so that its statements need not name the course. Of a resource link (SelectLink) the selector says so already.
	Placed bool `json:"placed,omitzero"`
}

// IsPlaced says whether the activity belongs to the course of the scope without its statements saying so.
func (a Alignment) IsPlaced() bool { return a.Placed || a.Selector.Kind == SelectLink }

// SelectorKinds answers the kinds of selector there are.
func SelectorKinds() []SelectorKind {
	return []SelectorKind{SelectExact, SelectUnder, SelectPrefix, SelectLink}
}

// Edit is one change of a changeset: exactly one field is set.
type Edit struct {
	Add    *Alignment  `json:"add,omitzero"`
	Remove string      `json:"remove,omitzero"` // id of an alignment
	Rule   *ScopedRule `json:"rule,omitzero"`
}

// Changeset is a set of edits applied as one, with author and reason. Undo is a changeset of its own.
type Changeset struct {
	ID     string    `json:"id"`
	Author string    `json:"author"` // account id, or "operator"
	Reason string    `json:"reason,omitzero"`
	At     time.Time `json:"at"`
	Scope  Scope     `json:"scope"` // every edit lies in this scope
	Undoes string    `json:"undoes,omitzero"`
	Edits  []Edit    `json:"edits"`
	// After is the position of the last changeset of the scope that the author had seen, 0 for none: when another has come since,
	// this one is refused with ErrMoved. Nil is not compared. It is not part of what is kept.
	After *int64 `json:"-"`
}

// Twin says whether both are the same tag under different ids: what counts, where and how is equal.
func (a Alignment) Twin(o Alignment) bool {
	return a.Capability == o.Capability && a.Scope.Same(o.Scope) && a.Selector == o.Selector && a.IsPlaced() == o.IsPlaced() && a.Criterion.equal(o.Criterion)
}

// equal says whether both ask for the same. The order of verbs does not count.
func (c Criterion) equal(o Criterion) bool { return c.key() == o.key() }

// key is the same for two criteria that ask for the same.
func (c Criterion) key() string {
	verbs := slices.Compact(slices.Sorted(slices.Values(c.Verbs)))
	return fmt.Sprintf("%d %s %t %s %s", least(c.MinMilli), c.MinDuration, c.NoSelf, c.Dates.key(), strings.Join(verbs, " "))
}
