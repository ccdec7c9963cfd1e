package sqlstore

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"

	"cairn/internal/pipeline"
	"cairn/mapping"
)

// ruleRow is a row of table rule.
type ruleRow struct {
	Capability, Framework, Registration, Context, Course, Body string
	ScopeKind                                                  string `db:"scope_kind"`
	Began, Ended                                               int64
}

func (r ruleRow) rule() (mapping.ScopedRule, error) {
	out := mapping.ScopedRule{Capability: r.Capability, Framework: r.Framework,
		Scope: mapping.Scope{Kind: mapping.ScopeKind(r.ScopeKind), Registration: r.Registration, Context: r.Context, Course: r.Course}}
	if err := json.Unmarshal([]byte(r.Body), &out.Rule); err != nil {
		return out, fmt.Errorf("sqlstore: read a rule of %s%s: %w", r.Capability, r.Framework, err)
	}
	return out, nil
}

// ruleRows reads rules that a condition takes, also those that another took the place of.
func ruleRows(ctx context.Context, db reader, where string, args ...any) ([]ruleRow, error) {
	var rows []ruleRow
	if err := db.Select(ctx, &rows, `SELECT capability, framework, scope_kind, registration, context, course, body, began, ended FROM rule `+where+
		` ORDER BY capability, framework, scope_kind, registration, context, began`, args...); err != nil {
		return nil, fmt.Errorf("sqlstore: read rules: %w", err)
	}
	return rows, nil
}

// selectRules reads rules that a condition takes.
func selectRules(ctx context.Context, db reader, where string, args ...any) ([]mapping.ScopedRule, error) {
	rows, err := ruleRows(ctx, db, where, args...)
	if err != nil {
		return nil, err
	}
	out := make([]mapping.ScopedRule, len(rows))
	for i, r := range rows {
		if out[i], err = r.rule(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// ownAndDefault leaves out the defaults of other frameworks than that of the capability.
func (s *Store) ownAndDefault(ctx context.Context, rules []mapping.ScopedRule, capability string) ([]mapping.ScopedRule, error) {
	if !slices.ContainsFunc(rules, func(r mapping.ScopedRule) bool { return r.Capability == "" }) {
		return rules, nil
	}
	framework, err := s.frameworkOf(ctx, capability)
	return slices.DeleteFunc(rules, func(r mapping.ScopedRule) bool { return r.Capability == "" && r.Framework != framework }), err
}

// Rules is pipeline.Projection.
func (p Projection) Rules(ctx context.Context) ([]mapping.ScopedRule, error) {
	return selectRules(ctx, p.s.DB, `WHERE ended = 0`)
}

// commitRules ends the rule whose place each takes, and begins it.
func (t *Tx) commitRules(ctx context.Context, b pipeline.Batch) error {
	for _, r := range b.Rules {
		body, err := json.Marshal(r.Rule, json.Deterministic(true))
		if err != nil {
			return fmt.Errorf("sqlstore: write a rule: %w", err)
		}
		place := []any{r.Capability, r.Framework, string(r.Scope.Kind), r.Scope.Registration, r.Scope.Context}
		if _, err := t.Exec(ctx, `UPDATE rule SET ended = ? WHERE capability = ? AND framework = ? AND scope_kind = ? AND registration = ? AND context = ?
			AND ended = 0`, append([]any{r.Began}, place...)...); err != nil {
			return fmt.Errorf("sqlstore: end a rule: %w", err)
		}
		if _, err := t.Exec(ctx, `INSERT INTO rule (capability, framework, scope_kind, registration, context, course, body, began, ended)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (capability, framework, scope_kind, registration, context, began)
			DO UPDATE SET course = excluded.course, body = excluded.body, ended = 0`, append(place, r.Scope.Course, string(body), r.Began)...); err != nil {
			return fmt.Errorf("sqlstore: begin a rule: %w", err)
		}
	}
	return nil
}
