package lrs

import (
	"net/http"
	"slices"
	"strings"
)

// Scope is one right of a credential.
type Scope string

// The credential scopes, in the words of xAPI 1.0.3 Part 3, 4.2 (OAuth authorization scope).
const (
	ScopeWrite    Scope = "statements/write"
	ScopeReadMine Scope = "statements/read/mine"
	ScopeRead     Scope = "statements/read"
	ScopeDefine   Scope = "define"  // what its statements say of activities is taken into their canonical definitions
	ScopeState    Scope = "state"   // reads and writes states
	ScopeProfile  Scope = "profile" // reads and writes agent and activity profiles
	ScopeAllRead  Scope = "all/read"
	ScopeAll      Scope = "all"
)

// The scopes of Cairn's own API, which the same credentials carry. They are named after what xAPI does not know, so that nobody takes
// one for a right to statements.
const (
	ScopeCapabilitiesRead Scope = "capabilities/read" // frameworks, and which of them have activities
	ScopeAlignmentsRead   Scope = "alignments/read"   // alignments, rules and the history of both
	ScopeAlignmentsWrite  Scope = "alignments/write"  // previews and changesets
	ScopeLearnersRead     Scope = "learners/read"     // learners by their accounts, and how they stand
	ScopeLearnersNames    Scope = "learners/names"    // what their learning sites call them
)

// Scopes are all there are.
func Scopes() []Scope {
	return []Scope{ScopeWrite, ScopeReadMine, ScopeRead, ScopeDefine, ScopeState, ScopeProfile, ScopeCapabilitiesRead, ScopeAlignmentsRead,
		ScopeAlignmentsWrite, ScopeLearnersRead, ScopeLearnersNames, ScopeAllRead, ScopeAll}
}

// covers says whether everything that the other scope allows is allowed by this one.
func (s Scope) covers(other Scope) bool {
	switch s {
	case other, ScopeAll:
		return true
	case ScopeAllRead:
		return slices.Contains([]Scope{ScopeRead, ScopeReadMine, ScopeCapabilitiesRead, ScopeAlignmentsRead, ScopeLearnersRead, ScopeLearnersNames}, other)
	case ScopeRead:
		return other == ScopeReadMine
	}
	return false
}

// narrowed is those of the wanted scopes that the held ones cover.
func narrowed(wanted, held []Scope) []Scope {
	return slices.DeleteFunc(slices.Clone(wanted), func(w Scope) bool {
		return !slices.ContainsFunc(held, func(h Scope) bool { return h.covers(w) })
	})
}

// words writes scopes as OAuth does (RFC 6749, 3.3).
func words(scopes []Scope) string {
	all := make([]string, len(scopes))
	for i, s := range scopes {
		all[i] = string(s)
	}
	return strings.Join(all, " ")
}

// scopeMissing is a refusal for want of a scope.
type scopeMissing struct {
	*Refusal
	scope Scope // the narrowest one that would do
}

// Unwrap is for errors.As.
func (e *scopeMissing) Unwrap() error { return e.Refusal }

// May says whether one of the credential's scopes covers the scope.
func (c Credential) May(s Scope) bool {
	return slices.ContainsFunc(c.Scopes, func(held Scope) bool { return held.covers(s) })
}

// Needs refuses a credential none of whose scopes covers the scope. *Refusal.
func (c Credential) Needs(s Scope) error {
	if c.May(s) {
		return nil
	}
	return needed(s)
}

func needed(s Scope) error {
	return &scopeMissing{refusal(http.StatusForbidden, "scope_missing", "the credential needs the scope %s", s), s}
}

// has says whether the credential has one of the scopes.
func (r *request) has(scopes ...Scope) bool {
	return slices.ContainsFunc(scopes, func(s Scope) bool { return slices.Contains(r.credential.Scopes, s) })
}

// needs refuses a credential that has none of the scopes, naming the narrowest one that would do.
func (r *request) needs(scopes ...Scope) error {
	if r.has(scopes...) {
		return nil
	}
	return needed(scopes[0])
}

// seesAll says whether the credential reads what others stored.
func (r *request) seesAll() bool {
	return r.has(ScopeRead, ScopeAllRead, ScopeAll) && !r.credential.Limits.narrow()
}
