package web_test

import (
	"context"
	"slices"

	"cairn/internal/web"
	"cairn/mapping"
)

// Undo of the world looks through all that was applied.
func (w *world) Undo(ctx context.Context, c web.Course, id string, undo mapping.Changeset) (was, back mapping.Changeset, err error) {
	at := slices.IndexFunc(w.changes, func(h web.HistoryEntry) bool { return h.Changeset.ID == id && h.Changeset.Scope.Same(c.Scope()) })
	if at < 0 || w.broken != nil {
		return was, back, cmpErr(w.broken, web.ErrNotFound)
	}
	was = w.changes[at].Changeset
	if slices.ContainsFunc(w.changes, func(h web.HistoryEntry) bool { return h.Changeset.Undoes == id }) {
		return was, back, nil
	}
	sets := func(of []web.HistoryEntry, set mapping.ScopedRule) (rule mapping.Rule, found bool) {
		for _, h := range of {
			for _, e := range h.Changeset.Edits {
				if e.Rule != nil && e.Rule.Replaces(set) {
					rule, found = e.Rule.Rule, true
				}
			}
		}
		return rule, found
	}
	active, err := w.Alignments(ctx, c)
	if err != nil {
		return was, back, err
	}
	back, err = was.Undo(undo, mapping.Before{
		Alignment: func(id string) (mapping.Alignment, bool) {
			for _, h := range w.changes {
				for _, e := range h.Changeset.Edits {
					if e.Add != nil && e.Add.ID == id {
						return *e.Add, true
					}
				}
			}
			i := slices.IndexFunc(w.aligned, func(a mapping.Alignment) bool { return a.ID == id })
			if i < 0 {
				return mapping.Alignment{}, false
			}
			return w.aligned[i], true
		},
		Rule:   func(set mapping.ScopedRule) (mapping.Rule, bool) { return sets(w.changes[:at], set) },
		Stands: func(set mapping.ScopedRule) bool { _, later := sets(w.changes[at+1:], set); return !later },
	})
	back.Edits = slices.DeleteFunc(back.Edits, func(e mapping.Edit) bool {
		gone := e.Remove != "" && !slices.ContainsFunc(active, func(a mapping.Alignment) bool { return a.ID == e.Remove })
		return gone || e.Add != nil && slices.ContainsFunc(active, e.Add.Twin)
	})
	return was, back, err
}

func cmpErr(first, otherwise error) error {
	if first != nil {
		return first
	}
	return otherwise
}
