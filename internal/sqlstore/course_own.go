package sqlstore

import (
	"context"
	"fmt"

	"cairn/mapping"
)

// A link that shows progress has an activity of its own in the platform (placement.module; on Moodle the course module). A score
// completes it, so it can be no evidence: that would be evidence of itself (settled question 8).

// refuseProgressLinks answers mapping.ErrOwnActivity for an alignment that would take such an activity.
func (t *Tx) refuseProgressLinks(ctx context.Context, cs mapping.Changeset) error {
	for i, e := range cs.Edits {
		if e.Add == nil {
			continue
		}
		takes, err := takesProgressLink(ctx, t, cs.Scope, e.Add.Selector)
		if err != nil {
			return err
		}
		if takes {
			return &mapping.EditError{Edit: i, Rule: mapping.ErrOwnActivity}
		}
	}
	return nil
}

// takesProgressLink says whether a selector takes a link that shows progress: it names one, names what one lies under, or is a
// prefix of one. Everything in the course of the scope lies under the course.
func takesProgressLink(ctx context.Context, db reader, scope mapping.Scope, s mapping.Selector) (bool, error) {
	if s.Kind == mapping.SelectUnder && scope.Course != "" && s.IRI == scope.Course {
		return true, nil
	}
	var modules []string
	stored, _ := storedValue(s.IRI)
	if err := db.Select(ctx, &modules, `SELECT DISTINCT p.module FROM placement p WHERE p.module <> '' AND p.activity = '' AND (p.module = ?
			OR substr(p.module, 1, ?) = ? OR EXISTS (SELECT 1 FROM activity_seen x WHERE x.parent = ? AND x.activity = p.module))`,
		s.IRI, len([]rune(s.IRI)), s.IRI, stored); err != nil {
		return false, fmt.Errorf("sqlstore: look for links that show progress: %w", err)
	}
	for _, module := range modules {
		if s.Kind == mapping.SelectPrefix && s.Matches(mapping.Record{Activity: module}) || s.Kind != mapping.SelectPrefix && s.IRI == module {
			return true, nil
		}
		if s.Kind == mapping.SelectUnder && s.IRI != module {
			under, err := liesUnder(ctx, db, module, stored)
			if err != nil || under {
				return under, err
			}
		}
	}
	return false, nil
}

// liesUnder says whether statements have named the parent for the activity.
func liesUnder(ctx context.Context, db reader, activity, parent string) (bool, error) {
	var n int
	if err := db.Get(ctx, &n, `SELECT COUNT(*) FROM activity_seen WHERE parent = ? AND activity = ?`, parent, activity); err != nil {
		return false, fmt.Errorf("sqlstore: look what an activity lies under: %w", err)
	}
	return n > 0, nil
}
