package mapping

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

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
	case k.Retired != nil && k.Retired(a.Capability):
		return ErrRetiredCapability
	case k.has(a.ID):
		return ErrIDTaken
	case a.Placed && a.Scope.Kind != ScopeCourse:
		return ErrPlacedScope
	case a.Selector.Kind == SelectLink && a.Scope.Kind != ScopeCourse:
		return ErrLinkScope
	case a.Selector.Kind == SelectLink && k.Link != nil && !k.Link(a.Selector.IRI):
		return ErrNotALink
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
	case SelectExact, SelectUnder, SelectPrefix, SelectLink:
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
	if d := time.Duration(c.MinDuration); d < 0 || d%time.Second != 0 || d > maxLeastHours*time.Hour {
		return ErrMinDuration
	}
	if c.MinMilli != nil && (*c.MinMilli < 0 || *c.MinMilli > 1000) {
		return ErrScoreRange
	}
	return c.Dates.check()
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

func (k Known) has(alignment string) bool {
	_, ok := k.Alignment(alignment)
	return ok
}
