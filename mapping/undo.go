package mapping

import (
	"fmt"

	"github.com/google/uuid"
)

// Before is what Undo needs to know about the time before the changeset.
type Before struct {
	Alignment func(id string) (Alignment, bool)        // also ended ones
	Rule      func(set ScopedRule) (was Rule, ok bool) // the rule whose place set took (ScopedRule.Replaces), false when there was none
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
