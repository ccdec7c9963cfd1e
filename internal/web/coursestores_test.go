package web_test

import (
	"context"
	"slices"
	"time"

	"cairn/internal/web"
	"cairn/mapping"
)

// What is in the courses of the world, and how it is tagged.

func (w *world) Activities(_ context.Context, c web.Course) ([]web.CourseActivity, error) {
	out := slices.Clone(w.seen[c.ID])
	for _, a := range w.aligned {
		if a.Selector.Kind == mapping.SelectPrefix && !w.ended[a.ID] && a.Scope.Same(c.Scope()) {
			out = append(out, web.CourseActivity{IRI: a.Selector.IRI, Prefix: true, ByHand: true})
		}
		known := slices.ContainsFunc(out, func(s web.CourseActivity) bool { return s.IRI == a.Selector.IRI })
		if a.Placed && !known && !w.ended[a.ID] && a.Scope.Same(c.Scope()) {
			out = append(out, web.CourseActivity{IRI: a.Selector.IRI, ByHand: true})
		}
	}
	return out, w.broken
}

func (w *world) Names(_ context.Context, c web.Course) (map[string]string, error) {
	return w.called[c.ID], w.broken
}

func (w *world) Rename(_ context.Context, c web.Course, iri, name, author string, at time.Time) error {
	if w.called == nil {
		w.called = map[string]map[string]string{}
	}
	if w.called[c.ID] == nil {
		w.called[c.ID] = map[string]string{}
	}
	w.called[c.ID][iri] = name
	if name == "" {
		delete(w.called[c.ID], iri)
	}
	return w.broken
}

func (w *world) LearnersOf(_ context.Context, _ web.Course, iri string) (out []string, err error) {
	for learner, all := range w.evidence {
		if slices.ContainsFunc(all, func(e mapping.Evidence) bool { return e.Record.Activity == iri }) {
			out = append(out, learner)
		}
	}
	return out, w.broken
}

func (w *world) Learners(_ context.Context, c web.Course, iris []string) (map[string]web.Count, error) {
	people := map[string]map[string]bool{}
	for learner, all := range w.evidence {
		for _, e := range all {
			if people[e.Record.Activity] == nil {
				people[e.Record.Activity] = map[string]bool{}
			}
			people[e.Record.Activity][learner] = true
		}
	}
	out := map[string]web.Count{}
	for _, iri := range iris {
		out[iri] = web.Count{N: len(people[iri]), More: len(people[iri]) > 20}
	}
	return out, w.broken
}

func (w *world) Under(_ context.Context, c web.Course, prefix string) (int, error) {
	n := 0
	for _, a := range w.seen[c.ID] {
		if (mapping.Selector{Kind: mapping.SelectPrefix, IRI: prefix}).Matches(mapping.Record{Activity: a.IRI}) {
			n++
		}
	}
	return n, w.broken
}

func (w *world) Title(_ context.Context, _, id string) (string, error) {
	for _, c := range []web.Course{course, course9} {
		if c.ID == id {
			return c.Title, w.broken
		}
	}
	return "", web.ErrNotFound
}

func (w *world) Alignments(_ context.Context, c web.Course) ([]mapping.Alignment, error) {
	var out []mapping.Alignment
	for _, a := range w.aligned {
		if !w.ended[a.ID] && a.Scope.Contains(c.Scope()) {
			out = append(out, a)
		}
	}
	return out, w.broken
}

func (w *world) Member(_ context.Context, c web.Course, issuer, subject string) (web.Member, error) {
	m, ok := w.members[subject]
	if !ok || c.ID != "2" || issuer != lms {
		return m, web.ErrNotFound
	}
	return m, w.broken
}

func (w *world) Changesets(_ context.Context, c web.Course, limit int) ([]web.HistoryEntry, error) {
	var out []web.HistoryEntry
	for _, h := range slices.Backward(w.changes) {
		if h.Changeset.Scope.Same(c.Scope()) && len(out) < limit {
			out = append(out, h)
		}
	}
	return out, w.broken
}

func (w *world) RuleChanges(_ context.Context, c web.Course, framework string, capabilities []string, since time.Time) ([]web.RuleChange, error) {
	var all []web.RuleChange
	for _, h := range w.changes {
		for _, e := range h.Changeset.Edits {
			if e.Rule == nil || !e.Rule.Scope.Contains(c.Scope()) || e.Rule.Framework != framework && !slices.Contains(capabilities, e.Rule.Capability) {
				continue
			}
			one := web.RuleChange{ScopedRule: *e.Rule, Pos: h.Pos, At: h.Changeset.At}
			for _, before := range all {
				if e.Rule.Replaces(before.ScopedRule) {
					one.Was = before.Rule
				}
			}
			all = append(all, one)
		}
	}
	slices.Reverse(all)
	return slices.DeleteFunc(all, func(r web.RuleChange) bool { return !r.At.After(since) }), w.broken
}

func (w *world) Apply(_ context.Context, cs mapping.Changeset) (int64, error) {
	if w.refuses != nil {
		return 0, w.refuses
	}
	if w.broken != nil {
		return 0, w.broken
	}
	for _, h := range w.changes {
		if h.Changeset.ID == cs.ID {
			return h.Pos, nil // applied already
		}
	}
	if meanwhile := w.meanwhile; meanwhile != nil {
		w.meanwhile = nil
		meanwhile()
	}
	if n := len(w.changes); cs.After != nil && n > 0 && w.changes[n-1].Pos > *cs.After {
		return 0, &mapping.EditError{Edit: -1, Rule: mapping.ErrMoved}
	}
	err := cs.Validate(mapping.Known{
		Capability: func(id string) bool { _, ok := w.cat.Capability(id); return ok },
		Alignment: func(id string) (mapping.Alignment, bool) {
			i := slices.IndexFunc(w.aligned, func(a mapping.Alignment) bool { return a.ID == id && !w.ended[id] })
			if i < 0 {
				return mapping.Alignment{}, false
			}
			return w.aligned[i], true
		},
		Own: w.cat.Minted,
	})
	if err != nil {
		return 0, err
	}
	pos := int64(1000 + len(w.changes))
	w.changes = append(w.changes, web.HistoryEntry{Pos: pos, Changeset: cs, Author: "Tove Teacher"})
	for _, e := range cs.Edits {
		switch {
		case e.Add != nil:
			w.aligned = append(w.aligned, *e.Add)
		case e.Remove != "":
			w.ended[e.Remove] = true
		}
	}
	return pos, nil
}
