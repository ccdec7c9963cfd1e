package sqlstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"cairn/internal/pipeline"
	"cairn/internal/storetest"
	"cairn/mapping"
)

// TestWhatCountsForAnOlderVersionIsToldWithWhatReplacedIt now and on a date; once the tag is carried over it counts, and a replay says
// the same.
func TestWhatCountsForAnOlderVersionIsToldWithWhatReplacedIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		const older, newer, quiz = "0f5b1f0e-1111-4111-8111-00000000000a", "0f5b1f0e-1111-4111-8111-00000000000b", issuer + "/mod/quiz/view.php?id=3"
		l, ctx := newLife(t, d, 9), context.Background()
		p, everywhere := l.projector("p", 50), mapping.Scope{Kind: mapping.ScopeInstance}
		publish := func(version, capability string, relations ...mapping.Relation) {
			f := framework(version, "cap-1", "cap-2", capability)
			f.Relations = relations
			if _, err := l.s.PublishFramework(ctx, f, "https://cairn.example"); err != nil {
				t.Fatal(err)
			}
			if err := l.frameworks.Look(); err != nil {
				t.Fatal(err)
			}
		}
		tag := func(id, capability string) {
			d.Clock.Move(time.Second)
			if _, err := l.s.Courses(l.frameworks).Apply(ctx, mapping.Changeset{ID: "cs-" + id, Author: "operator", At: d.Clock.Now(), Scope: everywhere, Edits: []mapping.Edit{
				{Add: &mapping.Alignment{ID: id, Capability: capability, Scope: everywhere, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: quiz}}}}}); err != nil {
				t.Fatal(err)
			}
			l.drain(p)
		}
		publish("2", older)
		tag("tag-old", older)
		who := enter(t, l.s, visit(l.registration, "4", d.Clock.Now())).Learner
		l.send(fmt.Sprintf(`{"actor":{"account":{"homePage":%q,"name":"4"}},"verb":{"id":%q},"object":{"id":%q}}`, issuer, mapping.VerbCompleted, quiz))
		d.Clock.Move(time.Hour)
		publish("3", newer, mapping.Relation{From: "urn:uuid:" + older, Type: mapping.RelationReplacedBy, To: newer})
		l.drain(p)
		cases := func() map[string]mapping.Case {
			now, err := l.s.Records().Case(ctx, who, newer)
			out := map[string]mapping.Case{"now": now}
			for name, clock := range map[string]pipeline.Clock{"known": pipeline.ClockRecorded, "had happened": pipeline.ClockEvent} {
				if err == nil {
					out[name], err = l.s.Records().AsOf(ctx, who, newer, pipeline.AsOf{At: d.Clock.Now(), Clock: clock})
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		check := func(want mapping.State, reason mapping.Reason) {
			t.Helper()
			for name, c := range cases() {
				r := mapping.Evaluate(c)
				x := mapping.Explain(c, r, nil)
				if told := append(x.Counted, x.NotCounted...); r.State != want || len(told) != 1 || told[0].Reason != reason {
					t.Errorf("%s: %s %+v", name, r.State, told)
				}
			}
		}
		check(mapping.NotStarted, mapping.ReasonWrongVersion)
		if before, err := l.s.Records().AsOf(ctx, who, newer, pipeline.AsOf{At: d.Clock.Now().AddDate(-1, 0, 0)}); err != nil || len(mapping.Evaluate(before).Items) != 0 {
			t.Errorf("before all of it: %+v, %v", before, err)
		}
		tag("tag-new", newer)
		check(mapping.Evidenced, mapping.ReasonNone)
		live := l.projected()
		l.replayed(live)
		check(mapping.Evidenced, mapping.ReasonNone)
	})
}
