package sqlstore_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/storetest"
	"cairn/mapping"
)

// beforeTime is the version of the schema before rules had a history and evidence an end.
const beforeTime = 99

// TestRulesAndProgressAreCarriedOver: a database that has data is brought up to date with what it has.
func TestRulesAndProgressAreCarriedOver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		ctx := context.Background()
		s := d.Open(t)
		if err := s.MigrateDown(ctx, beforeTime); err != nil {
			t.Fatal(err)
		}
		raw := d.Raw(t)
		for _, query := range []string{
			`INSERT INTO rule (capability, scope_kind, registration, context, course, kind, n) VALUES ('a', 'course', 'r', '2', 'https://lms.example/course/2', 'n_of', 2)`,
			`INSERT INTO rule (capability, scope_kind, registration, context, course, kind, n) VALUES ('b', 'instance', '', '', '', 'all', 0)`,
			`INSERT INTO rule (capability, scope_kind, registration, context, course, kind, n) VALUES ('c', 'instance', '', '', '', '', 0)`,
			`INSERT INTO progress (learner, capability, state, have, need, percent, since, pos, ordinal, cycle, was_evidenced)
				VALUES ('l1', 'a', 'evidenced', 1, 1, 100, 1000000, 7, 1, 1, CAST(1 AS BOOLEAN))`,
		} {
			if _, err := raw.Exec(query); err != nil {
				t.Fatal(err)
			}
		}
		s = d.Open(t)
		rules, err := s.Projection().Rules(ctx)
		want := []mapping.ScopedRule{
			{Capability: "a", Scope: courseScope, Rule: mapping.Rule{Kind: mapping.RuleN, N: 2}},
			{Capability: "b", Scope: mapping.Scope{Kind: mapping.ScopeInstance}, Rule: mapping.Rule{Kind: mapping.RuleAll}},
			{Capability: "c", Scope: mapping.Scope{Kind: mapping.ScopeInstance}},
		}
		if diff := cmp.Diff(want, rules); diff != "" || err != nil {
			t.Errorf("rules: %v\n%s", err, diff)
		}
		p, err := s.Projection().Progress(ctx, pipeline.Pair{Learner: "l1", Capability: "a"})
		if err != nil || p.State != mapping.Evidenced || !p.Expires.IsZero() || !p.WasEvidenced {
			t.Errorf("progress: %+v, %v", p, err)
		}
		if next, err := s.Projection().NextDue(ctx, p.Expires); err != nil || !next.IsZero() {
			t.Errorf("something ends at %s, %v", next, err)
		}
	})
}
