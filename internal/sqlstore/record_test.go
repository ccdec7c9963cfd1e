package sqlstore_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/pipeline"
	"cairn/internal/storetest"
	"cairn/mapping"
)

// A case holds what the projector judged by: active alignments, ended ones that have evidence, the rules, the active links' rows.
func TestCaseIsWhatTheProjectorJudges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		rule := mapping.ScopedRule{Capability: "a", Scope: courseScope, Rule: mapping.Rule{Kind: mapping.RuleAll}}
		foreign := aligned("t4", "http://d", 4)
		foreign.Capability = "b"
		project(t, s, d, batch(0, 9, evidenced("l1", "a", d.Clock.Now()), func(b *pipeline.Batch) {
			b.Linked = []pipeline.ActiveLink{linked(1, "l1"), linked(2, "l1"), linked(3, "l1")}
			b.Unlinked = []pipeline.Unlinked{{LinkPos: 3, Pos: 9}}
			b.Began = []pipeline.Aligned{aligned("t1", "http://a", 4), aligned("t2", "http://b", 4), aligned("t3", "http://c", 4), foreign}
			b.Ended = []pipeline.Ended{{Alignment: "t2", Pos: 8}, {Alignment: "t3", Pos: 8}}
			b.Rules = []pipeline.Ruled{{ScopedRule: rule, Began: 1}, {ScopedRule: mapping.ScopedRule{Capability: "b", Scope: courseScope}, Began: 1}}
			b.Evidence = []pipeline.LedgerRow{
				row("l1", "t1", "s1", 1, 5), row("l1", "t1", "s1", 2, 5), // two links of one person: it stands once
				row("l1", "t2", "s2", 1, 6), row("l1", "t1", "s3", 3, 7), row("l2", "t1", "s1", 1, 5),
			}
		}))
		got, err := s.Records().Case(ctx, "l1", "a")
		want := mapping.Case{
			Capability: "a", Alignments: []mapping.Alignment{aligned("t1", "http://a", 4).Alignment, aligned("t2", "http://b", 4).Alignment},
			Ended: map[string]bool{"t2": true}, Rules: []mapping.ScopedRule{rule}, WasEvidenced: true, At: d.Clock.Now(), Pos: 9,
			Evidence: []mapping.Evidence{row("l1", "t1", "s1", 1, 5).Evidence, row("l1", "t2", "s2", 1, 6).Evidence},
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("Case: %v (-want +got):\n%s", err, diff)
		}
		empty, err := s.Records().Case(ctx, "nobody", "a")
		if err != nil || empty.WasEvidenced || len(empty.Evidence) != 0 || len(empty.Alignments) != 1 {
			t.Errorf("the case of nobody: %+v, %v", empty, err)
		}
		progress, err := s.Records().Progress(ctx, "l1")
		if err != nil || len(progress) != 1 || progress[0].State != mapping.Evidenced {
			t.Errorf("Progress: %+v, %v", progress, err)
		}
	})
}
