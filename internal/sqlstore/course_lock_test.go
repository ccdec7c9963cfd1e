package sqlstore_test

import (
	"context"
	"errors"
	"testing"

	"cairn/internal/pipeline"
	"cairn/internal/storetest"
	"cairn/mapping"
)

func TestApplyRefusesARuleUnderALockOfTheInstance(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		c := courses(t, s)
		set := func(kind mapping.RuleKind) mapping.Edit {
			return mapping.Edit{Rule: &mapping.ScopedRule{Capability: "a", Scope: course.Scope(), Rule: mapping.Rule{Kind: kind}}}
		}
		pos, err := c.Apply(ctx, changeset("before", set(mapping.RuleAll)))
		if err != nil {
			t.Fatal(err)
		}
		lock := pipeline.Ruled{ScopedRule: mapping.ScopedRule{Capability: "a", Scope: mapping.Scope{Kind: mapping.ScopeInstance},
			Rule: mapping.Rule{Kind: mapping.RuleAny, Locked: true}}, Began: 1}
		project(t, s, d, batch(0, pos, func(b *pipeline.Batch) { b.Rules = append(b.Rules, lock) }))
		if _, err := c.Apply(ctx, changeset("under", set(mapping.RuleAny))); !errors.Is(err, mapping.ErrUnderLock) {
			t.Errorf("set under a lock: %v", err)
		}
		if _, err := c.Apply(ctx, changeset("away", set(""))); err != nil {
			t.Errorf("taken away under a lock: %v", err)
		}
	})
}
