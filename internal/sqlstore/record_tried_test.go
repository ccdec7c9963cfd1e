package sqlstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"cairn/internal/learner"
	"cairn/internal/storetest"
	"cairn/mapping"
)

// TestATestPersonIsToldWhatTheyTried and nothing of it counts, for nobody.
func TestATestPersonIsToldWhatTheyTried(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		const quiz = issuer + "/mod/quiz/view.php?id=3"
		l, ctx, everywhere := newLife(t, d, 9), context.Background(), mapping.Scope{Kind: mapping.ScopeInstance}
		other := mapping.Scope{Kind: mapping.ScopeRegistration, Registration: "another"}
		for id, scope := range map[string]mapping.Scope{"here": everywhere, "there": other} {
			d.Clock.Move(time.Second)
			if _, err := l.s.Courses(l.frameworks).Apply(ctx, mapping.Changeset{ID: "cs-" + id, Author: "operator", At: d.Clock.Now(), Scope: scope, Edits: []mapping.Edit{
				{Add: &mapping.Alignment{ID: id, Capability: "cap-1", Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: quiz}}}}}); err != nil {
				t.Fatal(err)
			}
		}
		for _, verb := range []string{mapping.VerbCompleted, "http://adlnet.gov/expapi/verbs/experienced"} {
			l.send(fmt.Sprintf(`{"actor":{"account":{"homePage":%q,"name":"test-1"}},"verb":{"id":%q},"object":{"id":%q}}`, issuer, verb, quiz))
		}
		l.drain(l.projector("p", 50))
		who := learner.Agents(learner.IdentityRule{}, learner.Claims{Issuer: issuer, Subject: "test-1"})
		c, err := l.s.Records().Tried(ctx, l.registration.ID, who, "cap-1")
		r := mapping.Evaluate(c)
		if err != nil || r.State != mapping.NotStarted || len(r.Items) != 1 || r.Items[0].Reason != mapping.ReasonTestUser || r.Items[0].Evidence.Alignment != "here" {
			t.Errorf("%s %+v, %v", r.State, r.Items, err)
		}
		if c, err = l.s.Records().Tried(ctx, l.registration.ID, who, "cap-2"); err != nil || len(c.Evidence) != 0 {
			t.Errorf("of what is not tagged: %+v, %v", c, err)
		}
		if n := count(t, d, "evidence"); n != 0 {
			t.Errorf("%d rows of evidence are kept", n)
		}
	})
}
