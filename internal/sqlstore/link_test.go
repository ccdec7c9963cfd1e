package sqlstore_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/lti"
)

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

func byMailbox(r *sqlstore.Registration) { r.Identity = learner.IdentityRule{Mode: learner.ByMailbox} }

// Settled question 2: an address binds only while exactly one account of the registration has it.
func TestMailboxBindsOneAccount(t *testing.T) {
	const sam = "mbox|mailto:sam@lms.example of "
	type step struct {
		subject, email string
		want           []string // events it adds
	}
	tests := map[string][]step{
		"told once":                   {{"1", "sam@LMS.example", []string{"+" + sam + "1"}}, {"1", "sam@lms.example", nil}},
		"told with capitals":          {{"1", "Sam@lms.example", []string{"+" + sam + "1", "+mbox|mailto:Sam@lms.example of 1"}}, {"2", "SAM@lms.example", []string{"-" + sam + "1", "-mbox|mailto:Sam@lms.example of 1"}}},
		"not told again":              {{"1", "sam@lms.example", []string{"+" + sam + "1"}}, {"1", "", nil}},
		"second account ends it":      {{"1", "sam@lms.example", []string{"+" + sam + "1"}}, {"2", "sam@lms.example", []string{"-" + sam + "1"}}},
		"third account changes none":  {{"1", "sam@lms.example", []string{"+" + sam + "1"}}, {"2", "sam@lms.example", []string{"-" + sam + "1"}}, {"3", "sam@lms.example", nil}},
		"the other's address changed": {{"1", "sam@lms.example", []string{"+" + sam + "1"}}, {"2", "sam@lms.example", []string{"-" + sam + "1"}}, {"2", "kim@lms.example", []string{"+" + sam + "1", "+mbox|mailto:kim@lms.example of 2"}}},
		"its own address changed":     {{"1", "sam@lms.example", []string{"+" + sam + "1"}}, {"1", "kim@lms.example", []string{"-" + sam + "1", "+mbox|mailto:kim@lms.example of 1"}}},
		"no address":                  {{"1", "", nil}, {"2", "nobody", nil}},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				s := d.Open(t)
				r := register(t, s, "c1", byMailbox)
				seen := 0
				for i, step := range steps {
					enter(t, s, visit(r, step.subject, d.Clock.Now(), withEmail(step.email)))
					all := events(t, s)
					if diff := cmp.Diff(step.want, slices.Clone(all[seen:]), cmp.Transformer("sort", sorted)); diff != "" {
						t.Errorf("step %d (-want +got):\n%s", i+1, diff)
					}
					seen = len(all)
				}
			})
		})
	}
}

// Settled question 2: the address binds inside one registration only; another's accounts do not count.
func TestMailboxOfAnotherRegistration(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s := d.Open(t)
		one := register(t, s, "c1", byMailbox)
		two := register(t, s, "c2", byMailbox, func(r *sqlstore.Registration) { r.Issuer = "https://other.example" })
		enter(t, s, visit(one, "1", d.Clock.Now(), withEmail("sam@x.example")))
		enter(t, s, visit(two, "2", d.Clock.Now(), withEmail("sam@x.example")))
		want := []string{"+mbox|mailto:sam@x.example of 1", "+mbox|mailto:sam@x.example of 2"}
		if diff := cmp.Diff(want, events(t, s)); diff != "" {
			t.Errorf("links (-want +got):\n%s", diff)
		}
	})
}

func TestSetIdentityRuleDerivesAllLinksAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r := register(t, s, "c1")
		other := register(t, s, "c2")
		told := func(username, email string) func(*web.Entry) {
			return func(e *web.Entry) { e.Claims.Username, e.Claims.Email = username, email }
		}
		enter(t, s, visit(r, "1", d.Clock.Now(), told("sam", "both@lms.example")))
		enter(t, s, visit(r, "2", d.Clock.Now(), told("kim", "both@lms.example")))
		enter(t, s, visit(r, "3", d.Clock.Now(), told("", "ada@lms.example")))
		enter(t, s, visit(other, "1", d.Clock.Now(), told("sam", "")))
		seen := len(events(t, s))
		steps := []struct {
			rule learner.IdentityRule
			want []string
		}{
			{learner.IdentityRule{}, nil},
			{learner.IdentityRule{Mode: learner.ByUsername}, []string{
				"-account|https://lms.example|1 of 1", "-account|https://lms.example|2 of 2", "-account|https://lms.example|3 of 3",
				"+account|https://lms.example|sam of 1", "+account|https://lms.example|kim of 2"}},
			{learner.IdentityRule{Mode: learner.ByUsername}, nil},
			{learner.IdentityRule{Mode: learner.ByUsername, HomePage: "https://h.example"}, []string{
				"-account|https://lms.example|sam of 1", "-account|https://lms.example|kim of 2",
				"+account|https://h.example|sam of 1", "+account|https://h.example|kim of 2"}},
			{learner.IdentityRule{Mode: learner.ByMailbox}, []string{
				"-account|https://h.example|sam of 1", "-account|https://h.example|kim of 2", "+mbox|mailto:ada@lms.example of 3"}},
		}
		for i, step := range steps {
			if err := s.SetIdentityRule(ctx, r.ID, step.rule); err != nil {
				t.Fatal(err)
			}
			all := events(t, s)
			if diff := cmp.Diff(step.want, slices.Clone(all[seen:]), cmp.Transformer("sort", sorted)); diff != "" {
				t.Errorf("step %d (-want +got):\n%s", i+1, diff)
			}
			seen = len(all)
		}
		r.Identity = learner.IdentityRule{Mode: learner.ByUsername}
		changed, err := s.SetRegistration(ctx, r)
		if diff := cmp.Diff(sqlstore.Relinked{Ended: 1, Began: 2}, changed); diff != "" || err != nil {
			t.Errorf("by username again: %v (-want +got):\n%s", err, diff)
		}
		if changed, err = s.SetRegistration(ctx, r); changed != (sqlstore.Relinked{}) || err != nil {
			t.Errorf("the same rule again: %+v, %v", changed, err)
		}
		if err := s.SetIdentityRule(ctx, r.ID, learner.IdentityRule{Mode: learner.ByMailbox}); err != nil {
			t.Fatal(err)
		}
		full, err := s.FullRegistration(ctx, r.ID)
		if err != nil || full.Identity.Mode != learner.ByMailbox {
			t.Errorf("the rule is %+v, %v", full.Identity, err)
		}
		if err := s.SetIdentityRule(ctx, r.ID, learner.IdentityRule{Mode: "x"}); !errors.Is(err, learner.ErrIdentityMode) {
			t.Errorf("an unknown mode: %v", err)
		}
		if err := s.SetIdentityRule(ctx, "x", learner.IdentityRule{}); !errors.Is(err, lti.ErrUnknownRegistration) {
			t.Errorf("an unknown registration: %v", err)
		}
	})
}
