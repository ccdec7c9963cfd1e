package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"cairn/mapping"
)

// check holds the rules of a changeset against what is known as of the end of the log.
func (c Courses) check(ctx context.Context, tx *Tx, cs mapping.Changeset) error {
	if err := tx.checkMoved(ctx, cs); err != nil {
		return err
	}
	if err := tx.refuseProgressLinks(ctx, cs); err != nil {
		return err
	}
	ids, iris, links := spokenOf(cs)
	removed, err := tx.heads(ctx, "id", ids)
	if err != nil {
		return err
	}
	active, err := tx.heads(ctx, "iri", iris)
	if err != nil {
		return err
	}
	byID, byIRI := map[string]mapping.Alignment{}, map[string][]mapping.Alignment{}
	for _, a := range removed {
		byID[a.ID] = a
	}
	for _, a := range active {
		byIRI[a.Selector.IRI] = append(byIRI[a.Selector.IRI], a)
	}
	placed, err := linksTo(ctx, tx, tx.db.d, cs.Scope.Registration, links)
	if err != nil {
		return err
	}
	rules, err := c.instanceRules(ctx, tx, cs)
	if err != nil {
		return err
	}
	known := mapping.Known{Capability: c.frameworks.isCapability, Own: c.frameworks.isMinted}
	known.Retired = func(id string) bool { return !c.frameworks.Offers(id) }
	known.Framework = func(id string) bool { _, ok := c.frameworks.Framework(id); return ok }
	known.Alignment = func(id string) (mapping.Alignment, bool) { a, ok := byID[id]; return a, ok }
	known.Link = func(iri string) bool { return placed[iri] }
	known.Active = func(iri string) []mapping.Alignment { return byIRI[iri] }
	known.Locked = func(r mapping.ScopedRule) bool {
		return mapping.Locked(rules, r.Capability, cmp.Or(r.Framework, c.frameworks.frameworkOf(r.Capability)))
	}
	return cs.Validate(known)
}

// spokenOf answers the ids that a changeset removes, the IRIs that it aligns, and of these those of resource links.
func spokenOf(cs mapping.Changeset) (ids, iris, links []string) {
	for _, e := range cs.Edits {
		if e.Remove != "" {
			ids = append(ids, e.Remove)
		}
		if e.Add == nil {
			continue
		}
		iris = append(iris, e.Add.Selector.IRI)
		if e.Add.Selector.Kind == mapping.SelectLink {
			links = append(links, e.Add.Selector.IRI)
		}
	}
	return ids, iris, links
}

// instanceRules is the rules of the instance that are in force, when the changeset sets one of a narrower scope.
func (c Courses) instanceRules(ctx context.Context, tx *Tx, cs mapping.Changeset) ([]mapping.ScopedRule, error) {
	sets := slices.ContainsFunc(cs.Edits, func(e mapping.Edit) bool { return e.Rule != nil })
	if !sets || cs.Scope.Kind == mapping.ScopeInstance {
		return nil, nil
	}
	return selectRules(ctx, tx, `WHERE ended = 0 AND scope_kind = ?`, string(mapping.ScopeInstance))
}

// linksTo answers those activities that resource links lead to which Cairn placed in a registration: those of a copied course keep the
// activity of the first.
func linksTo(ctx context.Context, db reader, d *dialect, registration string, iris []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(iris) == 0 {
		return out, nil
	}
	var found []string
	if err := db.Select(ctx, &found, `SELECT DISTINCT records FROM placed_activity WHERE registration = ? AND `+d.in("records"), registration, d.list(iris)); err != nil {
		return nil, fmt.Errorf("sqlstore: read what links lead to: %w", err)
	}
	for _, iri := range found {
		out[iri] = true
	}
	return out, nil
}

// checkMoved refuses a changeset whose author has not seen the last one of the scope, when it says what was seen.
func (t *Tx) checkMoved(ctx context.Context, cs mapping.Changeset) error {
	if cs.After == nil {
		return nil
	}
	last, err := lastChangeset(ctx, t, cs.Scope, cs.ID)
	if err != nil {
		return err
	}
	if last != *cs.After {
		return &mapping.EditError{Edit: -1, Rule: mapping.ErrMoved}
	}
	return nil
}

// lastChangeset answers the position of the last changeset of a scope, but for one; 0 for none.
func lastChangeset(ctx context.Context, db reader, scope mapping.Scope, but string) (last int64, err error) {
	if err := db.Get(ctx, &last, `SELECT COALESCE(MAX(pos), 0) FROM changeset WHERE registration = ? AND context = ? AND id <> ?`,
		scope.Registration, scope.Context, but); err != nil {
		return 0, fmt.Errorf("sqlstore: read the last changeset of a scope: %w", err)
	}
	return last, nil
}

// heads reads the alignments that stand as of the end of the log, by id or by the IRI of their selector.
func (t *Tx) heads(ctx context.Context, column string, values []string) ([]mapping.Alignment, error) {
	if len(values) == 0 {
		return nil, nil
	}
	var bodies []string
	if err := t.Select(ctx, &bodies, `SELECT body FROM alignment_head WHERE NOT ended AND `+t.db.d.in(column), t.db.d.list(values)); err != nil {
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
