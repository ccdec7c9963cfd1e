package mapping

import (
	"cmp"
	"slices"
)

// place is what makes two scopes the same: the IRI of a course only helps to find its statements.
type place struct {
	kind                  ScopeKind
	registration, context string
}

func (s Scope) place() place {
	switch s.Kind {
	case ScopeRegistration:
		return place{s.Kind, s.Registration, ""}
	case ScopeCourse:
		return place{s.Kind, s.Registration, s.Context}
	}
	return place{kind: s.Kind}
}

// Same says whether both are the same place: for a course, the same registration and LTI context.
func (s Scope) Same(o Scope) bool { return s.place() == o.place() }

// Contains says whether what holds in s holds in o: s is the same or wider.
func (s Scope) Contains(o Scope) bool {
	switch s.Kind {
	case ScopeInstance:
		return true
	case ScopeRegistration:
		return o.Kind != ScopeInstance && s.Registration == o.Registration
	}
	return s.Same(o)
}

// Holds says whether a record of an account of the registration belongs to the scope (settled questions 3 and 4). That Cairn
// placed an activity in a course is a fact of the alignment and not seen here.
func (s Scope) Holds(r Record, registration string) bool {
	switch s.Kind {
	case ScopeInstance:
		return true
	case ScopeRegistration:
		return s.Registration == registration
	case ScopeCourse:
		return s.Registration == registration && s.Course != "" && r.in(s.Course)
	}
	return false
}

// Accepts says whether the record lies in the alignment's scope. linkRegistration is the registration of the account whose link
// made the record the learner's.
func (a Alignment) Accepts(r Record, linkRegistration string) bool {
	if a.IsPlaced() && a.Scope.Kind == ScopeCourse {
		return a.Scope.Registration == linkRegistration
	}
	return a.Scope.Holds(r, linkRegistration)
}

// chain is the scopes whose alignments and rules hold in s, narrowest first, s itself included.
func (p place) chain() []place {
	out := []place{p}
	if p.kind == ScopeCourse {
		out = append(out, place{ScopeRegistration, p.registration, ""})
	}
	if p.kind != ScopeInstance {
		out = append(out, place{kind: ScopeInstance})
	}
	return out
}

var width = []ScopeKind{ScopeInstance, ScopeRegistration, ScopeCourse}

// compare orders places: widest first, then by registration and context.
func (p place) compare(o place) int {
	return cmp.Or(
		cmp.Compare(slices.Index(width, p.kind), slices.Index(width, o.kind)),
		cmp.Compare(p.registration, o.registration),
		cmp.Compare(p.context, o.context),
	)
}
