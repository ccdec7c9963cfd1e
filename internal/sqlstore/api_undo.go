package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"cairn/internal/api"
	"cairn/internal/web"
	"cairn/mapping"
)

// Undo is api.Alignments. What stands is read as of the end of the log; a rule as it was before the changeset, which the projection must
// have come to. Changeset.After of the answer is that end: what comes in between refuses it.
func (a API) Undo(ctx context.Context, of api.Applied, undo mapping.Changeset) (back mapping.Changeset, err error) {
	known, ended, err := a.headsOf(ctx, of.Changeset)
	if err != nil {
		return back, err
	}
	rules, err := ruleRows(ctx, a.s.DB, `WHERE registration = ? AND context = ? AND began < ?`, of.Scope.Registration, of.Scope.Context, of.Pos)
	if err != nil {
		return back, err
	}
	later, err := a.since(ctx, of)
	if err != nil {
		return back, err
	}
	undo.After = &of.Pos
	if len(later) > 0 {
		undo.After = &later[len(later)-1].Pos
	}
	var wrong error
	back, err = of.Changeset.Undo(undo, mapping.Before{
		Alignment: func(id string) (mapping.Alignment, bool) { one, ok := known[id]; return one, ok },
		Rule: func(set mapping.ScopedRule) (mapping.Rule, bool) {
			for _, row := range slices.Backward(rules) { // those of one place stand together, the last one last
				was, err := row.rule()
				if err != nil {
					wrong = err
				} else if set.Replaces(was) {
					return was.Rule, true
				}
			}
			return mapping.Rule{}, false
		},
		Stands: func(set mapping.ScopedRule) bool {
			return !slices.ContainsFunc(later, func(l api.Applied) bool { return l.Sets(set) })
		},
	})
	if wrong != nil {
		err = wrong
	}
	if err != nil {
		return back, err
	}
	return a.standing(ctx, back, ended)
}

// Undo is web.Courses: the one changeset is looked up, however long ago it was applied.
func (c Courses) Undo(ctx context.Context, course web.Course, id string, undo mapping.Changeset) (was, back mapping.Changeset, err error) {
	a := API{s: c.s, courses: c}
	of, err := a.Changeset(ctx, id)
	if errors.Is(err, api.ErrNotFound) || err == nil && !of.Scope.Same(course.Scope()) {
		return was, back, web.ErrNotFound
	}
	if err != nil {
		return was, back, err
	}
	later, err := a.since(ctx, of)
	if err != nil || slices.ContainsFunc(later, func(l api.Applied) bool { return l.Undoes == id }) {
		return of.Changeset, back, err
	}
	back, err = a.Undo(ctx, of, undo)
	return of.Changeset, back, err
}

// since reads the changesets of the same scope after one, oldest first.
func (a API) since(ctx context.Context, of api.Applied) ([]api.Applied, error) {
	var rows []changesetRow
	if err := a.s.Select(ctx, &rows, `SELECT pos, body FROM changeset WHERE registration = ? AND context = ? AND pos > ? ORDER BY pos`,
		of.Scope.Registration, of.Scope.Context, of.Pos); err != nil {
		return nil, fmt.Errorf("sqlstore: read the changesets since one: %w", err)
	}
	out := make([]api.Applied, len(rows))
	for i, row := range rows {
		var err error
		if out[i], err = row.applied(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// headsOf reads the alignments that a changeset speaks of, and which of them have ended.
func (a API) headsOf(ctx context.Context, cs mapping.Changeset) (known map[string]mapping.Alignment, ended map[string]bool, err error) {
	var ids []string
	for _, e := range cs.Edits {
		if id := headOf(e); id != "" {
			ids = append(ids, id)
		}
	}
	var rows []struct {
		ID, Body string
		Ended    bool
	}
	if err := a.s.Select(ctx, &rows, `SELECT id, body, ended FROM alignment_head WHERE `+a.s.d.in("id"), a.s.d.list(orEmpty(ids))); err != nil {
		return nil, nil, fmt.Errorf("sqlstore: read alignments: %w", err)
	}
	known, ended = map[string]mapping.Alignment{}, map[string]bool{}
	for _, row := range rows {
		var one mapping.Alignment
		if err := json.Unmarshal([]byte(row.Body), &one); err != nil {
			return nil, nil, fmt.Errorf("sqlstore: read an alignment: %w", err)
		}
		known[row.ID], ended[row.ID] = one, row.Ended
	}
	return known, ended, nil
}

// standing leaves out the edits that would change nothing: what is removed is gone, or what is added is there again.
func (a API) standing(ctx context.Context, back mapping.Changeset, ended map[string]bool) (mapping.Changeset, error) {
	var iris []string
	for _, e := range back.Edits {
		if e.Add != nil {
			iris = append(iris, e.Add.Selector.IRI)
		}
	}
	active, err := a.active(ctx, iris)
	back.Edits = slices.DeleteFunc(back.Edits, func(e mapping.Edit) bool {
		return e.Remove != "" && ended[e.Remove] || e.Add != nil && slices.ContainsFunc(active, e.Add.Twin)
	})
	return back, err
}

// active reads the alignments of some activities that stand as of the end of the log.
func (a API) active(ctx context.Context, iris []string) ([]mapping.Alignment, error) {
	var bodies []string
	if err := a.s.Select(ctx, &bodies, `SELECT body FROM alignment_head WHERE NOT ended AND `+a.s.d.in("iri"), a.s.d.list(orEmpty(iris))); err != nil {
		return nil, fmt.Errorf("sqlstore: read alignments: %w", err)
	}
	out := make([]mapping.Alignment, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal([]byte(body), &out[i]); err != nil {
			return nil, fmt.Errorf("sqlstore: read an alignment: %w", err)
		}
	}
	return out, nil
}
