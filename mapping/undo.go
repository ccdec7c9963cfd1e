package mapping

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// Before is what Undo needs to know about the time before the changeset.
type Before struct {
	Alignment func(id string) (Alignment, bool)        // also ended ones
	Rule      func(set ScopedRule) (was Rule, ok bool) // the rule whose place set took (ScopedRule.Replaces), false when there was none
	// Stands says whether the rule is still the one that the changeset set: no later changeset set another in its place.
	Stands func(set ScopedRule) bool
}

// Sets says whether the changeset sets a rule in the place of another (ScopedRule.Replaces).
func (cs Changeset) Sets(other ScopedRule) bool {
	return slices.ContainsFunc(cs.Edits, func(e Edit) bool { return e.Rule != nil && e.Rule.Replaces(other) })
}

// Undo makes the changeset that takes another back, last edit first: what it added is removed, what it removed is added again
// under a new id (an alignment that ended stays ended), and a rule becomes what it was, or the wider scope's again. A rule whose place
// another took since is left as it is: that other one is not what is taken back. The caller gives undo its ID, Author, Reason and At.
// ErrUnknownAlignment when an alignment that was removed is not known.
func (cs Changeset) Undo(undo Changeset, b Before) (Changeset, error) {
	undo.Scope, undo.Undoes, undo.Edits = cs.Scope, cs.ID, nil
	for i := len(cs.Edits) - 1; i >= 0; i-- {
		e := cs.Edits[i]
		switch {
		case e.Add != nil:
			undo.Edits = append(undo.Edits, Edit{Remove: e.Add.ID})
		case e.Rule != nil:
			if !b.Stands(*e.Rule) {
				continue
			}
			back := *e.Rule
			back.Rule, _ = b.Rule(*e.Rule)
			undo.Edits = append(undo.Edits, Edit{Rule: &back})
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
