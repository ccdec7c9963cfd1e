package mapping

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
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
	ErrSelectorKind      = errors.New("mapping: a selector is exact, under, or prefix")
	ErrIRIEmpty          = errors.New("mapping: the IRI of the activity is empty")
	ErrIRINotAbsolute    = errors.New("mapping: the IRI is not absolute: it needs a scheme and what it names, without spaces")
	ErrOwnActivity       = errors.New("mapping: links that show progress, and capabilities, cannot be aligned: they would be evidence of themselves")
	ErrScoreRange        = errors.New("mapping: a least score lies between 0 and 1000 thousandths")
	ErrPlacedScope       = errors.New("mapping: only an activity of a course can be placed there")
	ErrRuleKind          = errors.New("mapping: a rule is any, all, or n_of; an empty one takes the rule of the wider scope")
	ErrRuleN             = errors.New("mapping: n_of asks for at least 1 activity and at most 1000; the other rules for no number")
	ErrUnknownAlignment  = errors.New("mapping: there is no such active alignment")
	ErrTwice             = errors.New("mapping: the changeset makes the same change twice")
)

const (
	maxEdits = 5000
	maxIRI   = 2000
	maxN     = 1000
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
	Alignment  func(id string) (Alignment, bool) // active ones
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
	for i, e := range cs.Edits {
		if err := e.check(cs.Scope, k); err != nil {
			return &EditError{i, err}
		}
		if key := e.key(); seen[key] {
			return &EditError{i, ErrTwice}
		} else {
			seen[key] = true
		}
	}
	return nil
}

// key is the same for two edits that change the same thing.
func (e Edit) key() string {
	switch {
	case e.Add != nil:
		return strings.Join([]string{"add", e.Add.Capability, string(e.Add.Selector.Kind), e.Add.Selector.IRI}, "\n")
	case e.Rule != nil:
		return "rule\n" + e.Rule.Capability
	}
	return "remove\n" + e.Remove
}

func (e Edit) check(scope Scope, k Known) error {
	fields := 0
	for _, set := range []bool{e.Add != nil, e.Remove != "", e.Rule != nil} {
		if set {
			fields++
		}
	}
	switch {
	case fields != 1:
		return ErrOneField
	case e.Add != nil:
		return e.Add.check(scope, k)
	case e.Rule != nil:
		return e.Rule.check(scope, k)
	}
	a, ok := k.Alignment(e.Remove)
	switch {
	case !ok:
		return ErrUnknownAlignment
	case !a.Scope.Same(scope):
		return ErrOtherScope
	}
	return nil
}

func (a Alignment) check(scope Scope, k Known) error {
	switch {
	case a.ID == "":
		return ErrEmptyID
	case !a.Scope.Same(scope):
		return ErrOtherScope
	case !k.Capability(a.Capability):
		return ErrUnknownCapability
	case a.Placed && a.Scope.Kind != ScopeCourse:
		return ErrPlacedScope
	}
	if err := a.Selector.check(); err != nil {
		return err
	}
	if k.Own != nil && k.Own(a.Selector.IRI) {
		return ErrOwnActivity
	}
	return a.Criterion.check()
}

func (s Selector) check() error {
	switch s.Kind {
	case SelectExact, SelectUnder, SelectPrefix:
	default:
		return ErrSelectorKind
	}
	return checkIRI(s.IRI)
}

func (c Criterion) check() error {
	for _, v := range c.Verbs {
		if err := checkIRI(v); err != nil {
			return fmt.Errorf("verb: %w", err)
		}
	}
	if c.MinMilli != nil && (*c.MinMilli < 0 || *c.MinMilli > 1000) {
		return ErrScoreRange
	}
	return nil
}

func (r ScopedRule) check(scope Scope, k Known) error {
	switch {
	case !r.Scope.Same(scope):
		return ErrOtherScope
	case !k.Capability(r.Capability):
		return ErrUnknownCapability
	}
	switch r.Rule.Kind {
	case RuleN:
		if r.Rule.N < 1 || r.Rule.N > maxN {
			return ErrRuleN
		}
	case "", RuleAny, RuleAll:
		if r.Rule.N != 0 {
			return ErrRuleN
		}
	default:
		return ErrRuleKind
	}
	return nil
}

func (s Scope) check() error {
	ok := false
	switch s.Kind {
	case ScopeInstance:
		ok = s.Registration == "" && s.Context == ""
	case ScopeRegistration:
		ok = s.Registration != "" && s.Context == ""
	case ScopeCourse:
		ok = s.Registration != "" && s.Context != ""
	}
	if !ok {
		return ErrScopeIncomplete
	}
	return nil
}

// checkIRI holds what mapping needs of an IRI; xapi checks those of statements.
func checkIRI(iri string) error {
	if iri == "" {
		return ErrIRIEmpty
	}
	u, err := url.Parse(iri)
	switch {
	case err != nil, !u.IsAbs(), len(iri) > maxIRI, strings.ContainsAny(iri, " \t\r\n<>\""):
		return ErrIRINotAbsolute
	case u.Host == "" && (strings.Contains(iri, "://") || u.Opaque == "" && u.Path == ""):
		return ErrIRINotAbsolute
	}
	return nil
}

// Before is what Undo needs to know about the time before the changeset.
type Before struct {
	Alignment func(id string) (Alignment, bool)             // also ended ones
	Rule      func(capability string, s Scope) (Rule, bool) // the scope's own rule before the changeset
}

// Undo makes the changeset that takes another back, last edit first: what it added is removed, what it removed is added again
// under a new id (an alignment that ended stays ended), and a rule becomes what it was, or the wider scope's again. The caller
// gives undo its ID, Author, Reason and At. ErrUnknownAlignment when an alignment that was removed is not known.
func (cs Changeset) Undo(undo Changeset, b Before) (Changeset, error) {
	undo.Scope, undo.Undoes, undo.Edits = cs.Scope, cs.ID, nil
	for i := len(cs.Edits) - 1; i >= 0; i-- {
		e := cs.Edits[i]
		switch {
		case e.Add != nil:
			undo.Edits = append(undo.Edits, Edit{Remove: e.Add.ID})
		case e.Rule != nil:
			was, _ := b.Rule(e.Rule.Capability, e.Rule.Scope)
			undo.Edits = append(undo.Edits, Edit{Rule: &ScopedRule{e.Rule.Capability, e.Rule.Scope, was}})
		default:
			a, ok := b.Alignment(e.Remove)
			if !ok {
				return Changeset{}, &EditError{i, ErrUnknownAlignment}
			}
			a.ID = uuid.NewSHA1(Namespace, fmt.Appendf(nil, "undo/%s/%d", undo.ID, i)).String()
			undo.Edits = append(undo.Edits, Edit{Add: &a})
		}
	}
	return undo, nil
}
