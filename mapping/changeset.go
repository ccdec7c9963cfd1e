package mapping

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The rules a changeset must keep. Validate answers them wrapped in *EditError.
var (
	ErrNoEdits           = errors.New("mapping: a changeset has at least one edit")
	ErrTooManyEdits      = errors.New("mapping: a changeset has at most 5000 edits")
	ErrOneField          = errors.New("mapping: an edit adds, removes, or sets a rule: exactly one of these")
	ErrEmptyID           = errors.New("mapping: an alignment and a changeset need an id")
	ErrScopeIncomplete   = errors.New("mapping: a scope is instance, registration (with its id), or course (with registration and context)")
	ErrOtherScope        = errors.New("mapping: an edit lies in the scope of its changeset")
	ErrUnknownCapability = errors.New("mapping: the capability is in no published framework")
	ErrRetiredCapability = errors.New("mapping: the capability is only in versions of its framework that are retired: it takes no new alignments, and those it has stay")
	ErrSelectorKind      = errors.New("mapping: a selector is exact, under, prefix, or link")
	ErrIRIEmpty          = errors.New("mapping: the IRI of the activity is empty")
	ErrIRINotAbsolute    = errors.New("mapping: the IRI is not absolute: it needs a scheme and what it names, without spaces")
	ErrOwnActivity       = errors.New("mapping: links that show progress, and capabilities, cannot be aligned: they would be evidence of themselves")
	ErrScoreRange        = errors.New("mapping: a least score lies between 0 and 1000 thousandths")
	ErrLinkScope         = errors.New("mapping: a resource link is one of a course: it is tagged there")
	ErrNotALink          = errors.New("mapping: no resource link that Cairn placed leads to this activity")
	ErrPlacedScope       = errors.New("mapping: only an activity of a course can be placed there")
	ErrIDTaken           = errors.New("mapping: an alignment with this id is there already; it never changes")
	ErrUnknownAlignment  = errors.New("mapping: there is no such active alignment")
	ErrAligned           = errors.New("mapping: the activity is aligned with this capability in the same way already")
	ErrMoved             = errors.New("mapping: the alignments or rules of the scope were changed since")
	ErrTwice             = errors.New("mapping: the changeset makes the same change twice")
)

const (
	maxEdits = 5000
	maxIRI   = 2000
)

// EditError names the edit (from 0; -1 for the changeset itself) that breaks a rule.
type EditError struct {
	Edit int
	Rule error
}

func (e *EditError) Error() string {
	if e.Edit < 0 {
		return fmt.Sprintf("changeset: %v", e.Rule)
	}
	return fmt.Sprintf("changeset, edit %d: %v", e.Edit+1, e.Rule)
}

func (e *EditError) Unwrap() error { return e.Rule }

// Known is what Validate needs to know about the rest of the world.
type Known struct {
	Capability func(id string) bool              // in a published framework; Catalog.Capability
	Retired    func(id string) bool              // only versions that are retired have the capability; nil: none is
	Framework  func(id string) bool              // published, by Framework.ID; nil: none is known
	Alignment  func(id string) (Alignment, bool) // active ones
	Active     func(iri string) []Alignment      // active ones whose selector has the IRI; nil: not known
	Locked     func(r ScopedRule) bool           // the instance locks what the rule is about: see Locked; nil: not known
	Link       func(iri string) bool             // a resource link that Cairn placed in the scope's registration leads to it; nil: not known
	Own        func(iri string) bool             // links that show progress, capabilities, frameworks; Catalog.Minted
}

// Validate checks a changeset before it is appended to the log. It answers *EditError for the first edit that breaks a rule.
func (cs Changeset) Validate(k Known) error {
	switch {
	case cs.ID == "":
		return &EditError{-1, ErrEmptyID}
	case len(cs.Edits) == 0:
		return &EditError{-1, ErrNoEdits}
	case len(cs.Edits) > maxEdits:
		return &EditError{-1, ErrTooManyEdits}
	}
	if err := cs.Scope.check(); err != nil {
		return &EditError{-1, err}
	}
	seen := map[string]bool{}
	removed := cs.removed()
	for i, e := range cs.Edits {
		if err := e.check(cs.Scope, k); err != nil {
			return &EditError{i, err}
		}
		if e.Add != nil && k.hasTwin(*e.Add, removed) {
			return &EditError{i, ErrAligned}
		}
		if key := e.key(); seen[key] {
			return &EditError{i, ErrTwice}
		} else {
			seen[key] = true
		}
	}
	return nil
}

// removed is the alignments that the changeset ends.
func (cs Changeset) removed() map[string]bool {
	ids := map[string]bool{}
	for _, e := range cs.Edits {
		if e.Remove != "" {
			ids[e.Remove] = true
		}
	}
	return ids
}

// hasTwin says whether there is such an alignment already, other than those that are removed with the same changeset.
func (k Known) hasTwin(a Alignment, removed map[string]bool) bool {
	return k.Active != nil && slices.ContainsFunc(k.Active(a.Selector.IRI), func(o Alignment) bool { return !removed[o.ID] && a.Twin(o) })
}

// key is the same for two edits that change the same thing.
func (e Edit) key() string {
	switch {
	case e.Add != nil:
		return strings.Join([]string{"add", e.Add.Capability, string(e.Add.Selector.Kind), e.Add.Selector.IRI, strconv.FormatBool(e.Add.IsPlaced()), e.Add.Criterion.key()}, "\n")
	case e.Rule != nil:
		return "rule\n" + e.Rule.Capability + "\n" + e.Rule.Framework
	}
	return "remove\n" + e.Remove
}
