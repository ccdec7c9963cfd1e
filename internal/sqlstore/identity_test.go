package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
)

// pages.md 3.4, D2: what each rule finds in the records that there are, masked.
func TestIdentityCountsWhatEachRuleMatches(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l := newLife(t, d, 1)
		s, r, ctx := l.s, l.registration, context.Background()
		named := func(e *web.Entry) { e.Claims.Username = "user" + e.Claims.Subject }
		enter(t, s, visit(r, "4", d.Clock.Now(), named, withEmail("amara@example.org")))
		enter(t, s, visit(r, "5", d.Clock.Now(), named))
		for n, actor := range []string{"4", "4", "9", "user5"} {
			l.send(fmt.Sprintf(`{"id":%q,"actor":{"account":{"homePage":%q,"name":%q}},"verb":{"id":%q},"object":{"id":"https://lms.example/quiz"}}`,
				storetest.ID(100+n), issuer, actor, mapping.VerbCompleted))
		}
		l.send(fmt.Sprintf(`{"id":%q,"actor":{"mbox":"mailto:amara@example.org"},"verb":{"id":%q},"object":{"id":"https://lms.example/quiz"}}`, storetest.ID(110), mapping.VerbCompleted))
		got, err := s.Identity(ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		want := []web.IdentityMode{
			{Rule: learner.IdentityRule{Mode: learner.ByUserID}, Matched: 1, Unmatched: 2, Examples: []string{"•••"}, Others: []string{"•••", "u•••"}},
			{Rule: learner.IdentityRule{Mode: learner.ByUsername}, Matched: 1, Unmatched: 2, Examples: []string{"u•••"}, Others: []string{"•••", "•••"}},
			{Rule: learner.IdentityRule{Mode: learner.BySourced}, Unmatched: 3, Others: []string{"•••", "•••", "u•••"}},
			{Rule: learner.IdentityRule{Mode: learner.ByMailbox}, Matched: 1, Examples: []string{"a•••@e•••"}},
		}
		if diff := cmp.Diff(want, got.Modes); diff != "" || got.Name != "Campus" || got.Joined != 0 {
			t.Errorf("%s %d (-want +got):\n%s", got.Name, got.Joined, diff)
		}
		if n, err := s.CountRecords(ctx, []string{"account|" + issuer + "|4", "account|" + issuer + "|user5", "account|" + issuer + "|none"}); n != 3 || err != nil {
			t.Errorf("%d records, %v", n, err)
		}
		if _, err := s.Identity(ctx, "none"); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("an unknown registration: %v", err)
		}
	})
}

// A change of the rule is an event with author and reason, and is refused when it would do other than what was shown.
func TestChangeOfIdentityIsToldInTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		l := newLife(t, d, 1)
		s, ctx := l.s, context.Background()
		enter(t, s, visit(l.registration, "4", d.Clock.Now(), withEmail("a@example.org")))
		before := events(t, s)
		rule := learner.IdentityRule{Mode: learner.ByMailbox}
		if err := s.ChangeIdentity(ctx, l.registration.ID, rule, sqlstore.Relinked{Ended: 7, Began: 1}, "operator", "x"); !errors.Is(err, mapping.ErrMoved) {
			t.Errorf("other than shown: %v", err)
		}
		if !slices.Equal(events(t, s), before) {
			t.Error("what was refused was done")
		}
		if err := s.ChangeIdentity(ctx, l.registration.ID, rule, sqlstore.Relinked{Ended: 1, Began: 1}, "operator", "the plugin sends addresses"); err != nil {
			t.Fatal(err)
		}
		var body string
		if err := d.Raw(t).Get(&body, `SELECT body FROM event WHERE kind = 'identity'`); err != nil || !strings.Contains(body, `"author":"operator"`) || !strings.Contains(body, "the plugin sends addresses") {
			t.Errorf("the log says %s, %v", body, err)
		}
		l.drain(l.projector("live", 7))
		if got := events(t, s); len(got) != len(before)+2 {
			t.Errorf("links: %q", got)
		}
	})
}
