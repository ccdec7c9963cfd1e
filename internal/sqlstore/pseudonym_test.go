package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"cairn/internal/learner"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/lti"
	"cairn/mapping"
	"cairn/xapi"
)

// told is a launch of a platform that tells everything.
func told(e *web.Entry) {
	e.Claims.Name, e.Claims.Username, e.Session.Name = "Zuzana Quillfeather", "zuzana", "Zuzana Quillfeather"
	e.Session.Actor = xapi.AccountAgent(issuer, e.Claims.Subject)
}

// Issue 5, item 7: names that were kept go, those that are told again are not kept, and records still match.
func TestPseudonymousRegistrationKeepsNoNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		s, ctx, id := g.s, context.Background(), g.registration.ID
		session := enter(t, s, visit(g.registration, "7", d.Clock.Now(), told, withEmail("zuzana@quillfeather.example")))
		list := lti.CachedRoster{Registration: id, Context: "2", ReadAt: d.Clock.Now(), Roster: lti.Roster{Members: []lti.Member{{UserID: "7", Name: "Zuzana Quillfeather", Email: "zuzana@quillfeather.example"}}}}
		if err := s.SaveRoster(ctx, list); err != nil {
			t.Fatal(err)
		}
		g.does("7", "quiz")
		words := []string{"Quillfeather", "quillfeather", "zuzana"}
		if len(mentions(t, d, words[0])) < 3 {
			t.Fatalf("she is only in %v", mentions(t, d, words[0]))
		}
		if err := s.SetPseudonymous(ctx, id, true, "https://cairn.example", "operator", "asked for"); err != nil {
			t.Fatal(err)
		}
		list.ReadAt = d.Clock.Now()
		if err := s.SaveRoster(ctx, list); err != nil {
			t.Fatal(err)
		}
		again := enter(t, s, visit(g.registration, "7", d.Clock.Now(), told, withEmail("zuzana@quillfeather.example")))
		for _, word := range words {
			if where := mentions(t, d, word); len(where) > 0 {
				t.Errorf("%s is in %v", word, where)
			}
		}
		if again.Account != session.Account || again.Name != "" || again.Actor.Account == nil || again.Actor.Account.HomePage != "https://cairn.example" || len(again.Actor.Account.Name) != 32 {
			t.Errorf("the session is %+v", again)
		}
		open, err := s.Session(ctx, session.Hash, d.Clock.Now())
		if err != nil || open.Name != "" || open.Actor.Key() != again.Actor.Key() {
			t.Errorf("an open page says %q, %s, %v", open.Name, open.Actor.Key(), err)
		}
		// Records under the platform's id and under the pseudonym are hers.
		g.goOn(g.p)
		g.does("7", "page")
		g.want(session.Learner, "cap-1 evidenced", "cap-2 evidenced")
		if due := claim(t, s, d, 10); len(due) == 0 || due[len(due)-1].Subject == "" {
			t.Errorf("scores owed: %+v", due)
		}
		var after []string
		if err := d.Raw(t).Select(&after, `SELECT body FROM statement WHERE own <> 0 ORDER BY pos`); err != nil {
			t.Fatal(err)
		}
		last := after[len(after)-1]
		if !strings.Contains(last, again.Actor.Account.Name) || !strings.Contains(last, `"homePage":"https://cairn.example"`) || strings.Contains(last, `"name":"7"`) {
			t.Errorf("it was emitted: %s", last)
		}
	})
}

// What Cairn says under the pseudonym is evidence for the person, also when the mode was switched off since.
func TestPseudonymsGoOnMatching(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		s, ctx, id := g.s, context.Background(), g.registration.ID
		if err := s.SetPseudonymous(ctx, id, true, "https://cairn.example", "operator", "asked for"); err != nil {
			t.Fatal(err)
		}
		session := enter(t, s, visit(g.registration, "7", d.Clock.Now(), told))
		if err := s.SetPseudonymous(ctx, id, false, "", "operator", ""); err != nil {
			t.Fatal(err)
		}
		g.send(fmt.Sprintf(`{"id":%q,"actor":{"account":{"homePage":"https://cairn.example","name":%q}},"verb":{"id":%q},"object":{"id":%q}}`,
			storetest.ID(70), session.Actor.Account.Name, mapping.VerbCompleted, issuer+"/quiz"))
		g.goOn(g.p)
		g.want(session.Learner, "cap-1 evidenced")
		var said []string
		if err := d.Raw(t).Select(&said, `SELECT body FROM event WHERE kind = 'names' ORDER BY pos`); err != nil || len(said) != 2 ||
			!strings.Contains(said[0], `"author":"operator"`) || !strings.Contains(said[0], `"reason":"asked for"`) || !strings.Contains(said[1], `"pseudonymous":false`) {
			t.Errorf("the log says %q, %v", said, err)
		}
	})
}

// Somebody known through several registrations of a platform has the strictest of them, whichever comes first: no name, and the pseudonym
// in what is emitted.
func TestStrictestRegistrationOfAPersonHolds(t *testing.T) {
	for name, order := range map[string][]string{"named first": {"launch", "other", "switch"}, "pseudonymous first": {"switch", "launch", "other"}, "switched last": {"other", "launch", "switch"}, "other between": {"other", "switch", "launch"}} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, d storetest.Database) {
				g := newTogether(t, d)
				s, ctx := g.s, context.Background()
				other := register(t, s, "c2")
				list := lti.CachedRoster{Registration: other.ID, Context: "2", Roster: lti.Roster{Members: []lti.Member{{UserID: "7", Name: "Zuzana Quillfeather"}, {UserID: "8", Name: "Ann Other"}}}}
				tellRoster := func() {
					list.ReadAt = d.Clock.Now()
					if err := s.SaveRoster(ctx, list); err != nil {
						t.Fatal(err)
					}
				}
				tellRoster()
				var last web.Session
				for _, step := range append(order, "other") {
					switch step {
					case "launch":
						last = enter(t, s, visit(g.registration, "7", d.Clock.Now(), told, withEmail("zuzana@quillfeather.example")))
					case "other":
						last = enter(t, s, visit(other, "7", d.Clock.Now(), told, withEmail("zuzana@quillfeather.example")))
					case "switch":
						if err := s.SetPseudonymous(ctx, g.registration.ID, true, "https://cairn.example", "operator", "asked for"); err != nil {
							t.Fatal(err)
						}
					}
				}
				tellRoster()
				for _, word := range []string{"Quillfeather", "quillfeather", "zuzana"} {
					if where := mentions(t, d, word); len(where) > 0 {
						t.Errorf("%s is in %v", word, where)
					}
				}
				if len(mentions(t, d, "Ann Other")) == 0 {
					t.Error("who is known through the other registration alone lost their name")
				}
				if last.Name != "" || last.Actor.Account == nil || last.Actor.Account.HomePage != "https://cairn.example" {
					t.Errorf("the session is %+v", last)
				}
				var before int
				if err := d.Raw(t).Get(&before, `SELECT COUNT(*) FROM statement WHERE own <> 0`); err != nil {
					t.Fatal(err)
				}
				g.goOn(g.p)
				g.does("7", "quiz")
				g.want(last.Learner, "cap-1 evidenced")
				var own []string
				if err := d.Raw(t).Select(&own, `SELECT body FROM statement WHERE own <> 0 ORDER BY pos`); err != nil || len(own) <= before {
					t.Fatalf("%v, %v", own, err)
				}
				for _, body := range own[before:] {
					if strings.Contains(body, `"name":"7"`) || !strings.Contains(body, last.Actor.Account.Name) {
						t.Errorf("it was emitted: %s", body)
					}
				}
			})
		})
	}
}

// A rule of another registration that goes by mailboxes goes on matching: what it goes by is kept there, and nowhere else.
func TestOtherRegistrationsKeepWhatTheyMatchBy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		s, ctx := g.s, context.Background()
		mail := register(t, s, "c2", byMailbox)
		enter(t, s, visit(mail, "7", d.Clock.Now(), told, withEmail("zuzana@quillfeather.example")))
		enter(t, s, visit(g.registration, "7", d.Clock.Now(), told, withEmail("zuzana@quillfeather.example")))
		before := events(t, s)
		if err := s.SetPseudonymous(ctx, g.registration.ID, true, "https://cairn.example", "operator", "asked for"); err != nil {
			t.Fatal(err)
		}
		enter(t, s, visit(mail, "7", d.Clock.Now(), told, withEmail("zuzana@quillfeather.example")))
		for _, e := range events(t, s)[len(before):] {
			if strings.HasPrefix(e, "-") {
				t.Errorf("a link ended: %s", e)
			}
		}
		if where := mentions(t, d, "Zuzana Quillfeather"); len(where) > 0 {
			t.Errorf("the name is in %v", where)
		}
		var kept int
		if err := d.Raw(t).Get(&kept, `SELECT COUNT(*) FROM account_claim WHERE email <> ''`); err != nil || kept != 1 {
			t.Errorf("%d addresses are kept, %v", kept, err)
		}
	})
}

func TestPseudonymousRegistrationRefusesMailboxes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		s, ctx := d.Open(t), context.Background()
		r, mail := register(t, s, "c1"), register(t, s, "c2", byMailbox)
		if err := s.SetPseudonymous(ctx, mail.ID, true, "https://cairn.example", "operator", "asked for"); !errors.Is(err, sqlstore.ErrPseudonymMailbox) {
			t.Errorf("by mailbox: %v", err)
		}
		if err := s.SetPseudonymous(ctx, r.ID, true, "", "operator", ""); !errors.Is(err, sqlstore.ErrPseudonymHome) {
			t.Errorf("without a home: %v", err)
		}
		if err := s.SetPseudonymous(ctx, "none", true, "https://cairn.example", "operator", "asked for"); !errors.Is(err, lti.ErrUnknownRegistration) {
			t.Errorf("of nobody: %v", err)
		}
		if err := s.SetPseudonymous(ctx, r.ID, true, "https://cairn.example", "operator", "asked for"); err != nil {
			t.Fatal(err)
		}
		if err := s.SetIdentityRule(ctx, r.ID, learner.IdentityRule{Mode: learner.ByMailbox}); !errors.Is(err, sqlstore.ErrPseudonymMailbox) {
			t.Errorf("a rule by mailbox: %v", err)
		}
	})
}
