package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"cairn/internal/pipeline"
	"cairn/internal/sqlstore"
	"cairn/internal/storetest"
	"cairn/internal/web"
	"cairn/mapping"
	"cairn/xapi/profile"
)

// together is a life with two accounts, "4" and "5", of which each has done one thing for cap-1: the first has the quiz, the other one the
// page, and both are tagged.
type together struct {
	*life
	p        *pipeline.Projector
	old, new web.Session
}

func newTogether(t *testing.T, d storetest.Database) *together {
	g := &together{life: newLife(t, d, 1)}
	g.p = g.projector("live", 7)
	g.old = enter(t, g.s, visit(g.registration, "4", d.Clock.Now()))
	d.Clock.Move(time.Minute)
	g.new = enter(t, g.s, visit(g.registration, "5", d.Clock.Now()))
	for i, tag := range []struct{ capability, activity string }{{"cap-1", "quiz"}, {"cap-2", "page"}} {
		scope := mapping.Scope{Kind: mapping.ScopeInstance}
		cs := mapping.Changeset{ID: uuid.NewString(), Author: "operator", At: d.Clock.Now(), Scope: scope, Edits: []mapping.Edit{{Add: &mapping.Alignment{
			ID: fmt.Sprint("a", i), Capability: tag.capability, Scope: scope, Selector: mapping.Selector{Kind: mapping.SelectExact, IRI: issuer + "/" + tag.activity}}}}}
		if _, err := g.s.Courses(g.frameworks).Apply(context.Background(), cs); err != nil {
			t.Fatal(err)
		}
	}
	g.does("4", "quiz")
	g.does("5", "page")
	return g
}

func (g *together) does(who, activity string) {
	g.Helper()
	g.send(fmt.Sprintf(`{"id":%q,"timestamp":"2026-03-01T10:00:00Z","actor":{"account":{"homePage":%q,"name":%q}},"verb":{"id":%q},"object":{"id":%q}}`,
		uuid.NewString(), issuer, who, mapping.VerbCompleted, issuer+"/"+activity))
	g.drain(g.p)
}

func (g *together) join() sqlstore.Moved {
	g.Helper()
	g.d.Clock.Move(time.Hour)
	done, err := g.s.Join(context.Background(), g.new.Learner, g.old.Learner, "operator", "the same person")
	if err != nil {
		g.Fatal(err)
	}
	g.drain(g.p)
	return done
}

func (g *together) part(account string) {
	g.Helper()
	g.d.Clock.Move(time.Hour)
	if _, err := g.s.Part(context.Background(), account, "operator", "two people"); err != nil {
		g.Fatal(err)
	}
	g.drain(g.p)
}

// states is "capability state" of a learner.
func (g *together) states(learner string) (out []string) {
	g.Helper()
	all, err := g.s.Records().Progress(context.Background(), learner)
	if err != nil {
		g.Fatal(err)
	}
	for _, p := range all {
		out = append(out, p.Capability+" "+string(p.State))
	}
	return out
}

func (g *together) want(learner string, states ...string) {
	g.Helper()
	if got := g.states(learner); !slices.Equal(got, states) {
		g.Errorf("states are %q, want %q", got, states)
	}
}

// Settled questions 1 and 9: the evidence of both accounts is one person's, with its event times, and goes back with its account.
func TestJoiningBringsTheEvidenceOfBothAndPartingTakesItBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		if done := g.join(); done.Into != g.old.Learner || done.From != g.new.Learner || !slices.Equal(done.Accounts, []string{g.new.Account}) {
			t.Errorf("it says %+v; who came first stays", done)
		}
		g.want(g.old.Learner, "cap-1 evidenced", "cap-2 evidenced")
		g.want(g.new.Learner, "cap-2 withdrawn")
		history, err := g.s.Records().Transitions(context.Background(), g.old.Learner, "cap-2")
		if err != nil || len(history) != 1 || history[0].Cause != mapping.CauseJoined || history[0].CauseID != g.new.Account {
			t.Errorf("the history says %+v, %v", history, err)
		}
		c, err := g.s.Records().Case(context.Background(), g.old.Learner, "cap-2")
		if err != nil || len(c.Evidence) != 1 || !c.Evidence[0].Record.Time.Equal(time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)) {
			t.Errorf("the evidence is %+v, %v", c.Evidence, err)
		}
		if session, err := g.s.Session(context.Background(), g.new.Hash, d.Clock.Now().Add(-2*time.Hour)); err != nil || session.Learner != g.old.Learner {
			t.Errorf("an open page is of learner %s, %v", session.Learner, err)
		}
		g.part(g.new.Account)
		g.want(g.old.Learner, "cap-1 evidenced", "cap-2 withdrawn")
		g.want(g.new.Learner, "cap-2 evidenced")
		history, err = g.s.Records().Transitions(context.Background(), g.old.Learner, "cap-2")
		if err != nil || history[len(history)-1].Cause != mapping.CauseParted || history[len(history)-1].CauseID != g.new.Account {
			t.Errorf("the history says %+v, %v", history, err)
		}
	})
}

// Who parts the account that came first has the others go, so that each learner keeps the account it acts by.
func TestPartingTheFirstAccountLeavesItWhereItBegan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		third := enter(t, g.s, visit(g.registration, "6", d.Clock.Now().Add(time.Minute)))
		g.join()
		if _, err := g.s.Join(context.Background(), g.old.Learner, third.Learner, "operator", "she too"); err != nil {
			t.Fatal(err)
		}
		g.part(g.old.Account)
		for account, want := range map[string]string{g.old.Account: g.old.Learner, g.new.Account: g.new.Learner, third.Account: g.new.Learner} {
			var got string
			if err := d.Raw(t).Get(&got, d.Raw(t).Rebind(`SELECT learner FROM account WHERE id = ?`), account); err != nil || got != want {
				t.Errorf("account %s is of %s, want %s, %v", account, got, want, err)
			}
		}
		g.want(g.old.Learner, "cap-1 evidenced", "cap-2 withdrawn")
	})
}

// What is emitted of a person names the account that they began with, whatever is joined; an id is never used twice, and nothing counts
// for two actors.
func TestJoinedPersonActsByTheFirstAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		g.join()
		g.part(g.new.Account)
		g.join()
		var bodies []string
		if err := d.Raw(t).Select(&bodies, `SELECT body FROM statement WHERE own <> 0 ORDER BY pos`); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, b := range bodies {
			for _, verb := range []string{profile.VerbAchieved, profile.VerbForfeited} {
				if strings.Contains(b, verb) {
					who := strings.Split(strings.Split(b, `"name":"`)[1], `"`)[0]
					got = append(got, who+verb[strings.LastIndex(verb, "/"):])
				}
			}
		}
		want := []string{"4/achieved", "5/achieved", "5/forfeited", "4/achieved", "4/forfeited", "5/achieved", "5/forfeited", "4/achieved"}
		slices.Sort(got[2:4])
		slices.Sort(got[4:6])
		slices.Sort(got[6:8])
		for _, two := range [][]string{want[2:4], want[4:6], want[6:8]} {
			slices.Sort(two)
		}
		if !slices.Equal(got, want) {
			t.Errorf("emitted %q, want %q", got, want)
		}
	})
}

// The scores of each account stay its own; each is sent anew, as what is behind it changed.
func TestJoiningOwesEachAccountItsScore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		sent := claim(t, g.s, d, 10)
		for _, one := range sent {
			if err := g.s.Deliveries().Done(context.Background(), one, new(int), 1, d.Clock.Now()); err != nil {
				t.Fatal(err)
			}
		}
		g.join()
		var subjects []string
		for _, one := range claim(t, g.s, d, 10) {
			subjects = append(subjects, one.Subject)
			if one.Learner != g.old.Learner {
				t.Errorf("account %s is of %s", one.Subject, one.Learner)
			}
		}
		if slices.Sort(subjects); len(sent) != 2 || !slices.Equal(subjects, []string{"4", "5"}) {
			t.Errorf("%d were owed before, then %q", len(sent), subjects)
		}
	})
}

// Ratings and endorsements go with the account that they were made by, or are about, and come back with it.
func TestRatingsAndEndorsementsGoWithTheirAccount(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		tracks, ctx := g.s.Tracks(), context.Background()
		said := func(s web.Session, word mapping.RatingWord) {
			t.Helper()
			d.Clock.Move(time.Second)
			if _, err := tracks.Rate(ctx, mapping.Rating{Learner: s.Learner, Account: s.Account, Capability: "cap-1", Now: word, Shared: true}); err != nil {
				t.Fatal(err)
			}
			g.drain(g.p)
		}
		said(g.new, mapping.RatingWithHelp)
		said(g.old, mapping.RatingOnOwn)
		if _, err := tracks.Endorse(ctx, mapping.Endorsement{ID: "e1", Learner: g.new.Learner, Capability: "cap-1", By: "operator"}); err != nil {
			t.Fatal(err)
		}
		g.join()
		last := func(learner string) (word mapping.RatingWord, ratings, endorsements int) {
			t.Helper()
			now, err := tracks.Ratings(ctx, learner)
			all, err2 := tracks.RatingHistory(ctx, learner, "cap-1")
			given, err3 := tracks.Endorsements(ctx, learner)
			if err := errors.Join(err, err2, err3); err != nil {
				t.Fatal(err)
			}
			for _, r := range now {
				word = r.Now
			}
			return word, len(all), len(given)
		}
		if word, n, e := last(g.old.Learner); word != mapping.RatingOnOwn || n != 2 || e != 1 {
			t.Errorf("joined: %s, %d ratings, %d endorsements: the latest rating of either account holds", word, n, e)
		}
		said(web.Session{Learner: g.old.Learner, Account: g.new.Account}, mapping.RatingHelpOthers)
		if _, err := tracks.WithdrawEndorsement(ctx, "e1", "operator", "a slip"); err != nil {
			t.Fatal(err)
		}
		g.part(g.new.Account)
		if word, n, e := last(g.old.Learner); word != mapping.RatingOnOwn || n != 1 || e != 0 {
			t.Errorf("parted: the first has %s, %d ratings, %d endorsements", word, n, e)
		}
		if word, n, e := last(g.new.Learner); word != mapping.RatingHelpOthers || n != 2 || e != 1 {
			t.Errorf("parted: the other one has %s, %d ratings, %d endorsements", word, n, e)
		}
	})
}

// The theme, last visit and roles are those of who stays; where they chose nothing, the other's.
func TestWhoStaysKeepsTheirChoices(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		prefer, ctx := g.s.Preferences(), context.Background()
		for learner, theme := range map[string]string{g.old.Learner: "dark", g.new.Learner: "light"} {
			if err := prefer.SaveTheme(ctx, learner, theme, time.Time{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := prefer.SaveRoleChoice(ctx, g.new.Learner, "fw", []string{"user"}); err != nil {
			t.Fatal(err)
		}
		g.join()
		p, err := prefer.Preference(ctx, g.old.Learner)
		roles, err2 := prefer.RoleChoice(ctx, g.old.Learner, "fw")
		if err != nil || err2 != nil || p.Theme != "dark" || !slices.Equal(roles, []string{"user"}) {
			t.Errorf("%+v, %q, %v, %v", p, roles, err, err2)
		}
	})
}

func TestJoiningRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g, ctx := newTogether(t, d), context.Background()
		if _, err := g.s.Part(ctx, g.old.Account, "operator", "x"); !errors.Is(err, web.ErrAlone) {
			t.Errorf("parting an account alone: %v", err)
		}
		if _, err := g.s.Join(ctx, g.old.Learner, "nobody", "operator", "x"); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("joining with nobody: %v", err)
		}
		if _, err := g.s.Join(ctx, g.old.Learner, g.old.Learner, "operator", "x"); !errors.Is(err, web.ErrSamePerson) {
			t.Errorf("joining with oneself: %v", err)
		}
		if _, err := g.s.Tracks().Endorse(ctx, mapping.Endorsement{Learner: g.new.Learner, Capability: "cap-1", By: g.old.Account}); err != nil {
			t.Fatal(err)
		}
		g.drain(g.p)
		if _, err := g.s.Join(ctx, g.old.Learner, g.new.Learner, "operator", "x"); !errors.Is(err, web.ErrEndorsedSelf) {
			t.Errorf("joining with who endorsed them: %v", err)
		}
	})
}

// A code shown in one account and typed in the other joins them, once and in time; wrong ones are counted.
func TestJoinCodeHoldsOnceAndForATime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g, ctx := newTogether(t, d), context.Background()
		a := g.s.Accounts()
		keep := func(hash string) {
			t.Helper()
			if err := a.KeepJoinCode(ctx, hash, g.new.Account, d.Clock.Now().Add(10*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		keep("h1")
		keep("h2")
		for hash, want := range map[string]error{"h1": web.ErrNotFound, "h9": web.ErrNotFound} {
			if _, err := a.TryJoinCode(ctx, hash, g.old.Account); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", hash, err, want)
			}
		}
		if _, err := a.TryJoinCode(ctx, "h2", g.new.Account); !errors.Is(err, web.ErrOwnCode) {
			t.Errorf("the own code: %v", err)
		}
		if other, err := a.TryJoinCode(ctx, "h2", g.old.Account); err != nil || other.ID != g.new.Account || other.Site != "Campus" {
			t.Errorf("%+v, %v", other, err)
		}
		d.Clock.Move(11 * time.Minute)
		if _, err := a.JoinByCode(ctx, "h2", g.old.Account); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("after its time: %v", err)
		}
		keep("h3")
		if pos, err := a.JoinByCode(ctx, "h3", g.old.Account); err != nil || pos == 0 {
			t.Fatalf("%d, %v", pos, err)
		}
		g.drain(g.p)
		mine, err := a.Accounts(ctx, g.old.Learner)
		if err != nil || len(mine) != 2 || mine[0].ID != g.old.Account || !mine[0].Since.IsZero() || mine[1].ID != g.new.Account || mine[1].Since.IsZero() {
			t.Errorf("%+v, %v", mine, err)
		}
		if _, err := a.PartAccount(ctx, g.new.Learner, g.new.Account, g.new.Account); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("parting another's: %v", err)
		}
		if _, err := a.PartAccount(ctx, g.old.Learner, g.new.Account, g.old.Account); err != nil {
			t.Fatal(err)
		}
		if _, err := a.JoinByCode(ctx, "h3", g.old.Account); !errors.Is(err, web.ErrNotFound) {
			t.Errorf("a second time: %v", err)
		}
		for range 10 {
			_, _ = a.TryJoinCode(ctx, "guess", g.old.Account)
		}
		keep("h4")
		if _, err := a.TryJoinCode(ctx, "h4", g.old.Account); !errors.Is(err, web.ErrManyTries) {
			t.Errorf("after many tries: %v", err)
		}
		d.Clock.Move(11 * time.Minute)
		keep("h5")
		if _, err := a.TryJoinCode(ctx, "h5", g.old.Account); err != nil {
			t.Errorf("later: %v", err)
		}
	})
}

// Settled question 15: a joined person is exported and erased with all accounts; one who was parted before stays whole.
func TestErasureOfJoinedAndParted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, d storetest.Database) {
		g := newTogether(t, d)
		g.join()
		p := find(t, g.s, "5")
		if len(p.Accounts) != 2 || !slices.Equal(p.Learners, []string{g.old.Learner, g.new.Learner}) {
			t.Fatalf("the person is %+v", p)
		}
		kinds := map[string]int{}
		if err := g.s.ExportPerson(context.Background(), p, func(l sqlstore.PersonLine) error { kinds[l.Kind]++; return nil }); err != nil {
			t.Fatal(err)
		}
		if kinds["account"] != 2 || kinds["learner"] != 2 || kinds["belonging"] != 2 || kinds["statement"] < 2 {
			t.Errorf("the export has %v", kinds)
		}
		g.part(g.new.Account)
		before := g.states(g.new.Learner)
		erase(t, g.life, find(t, g.s, "4"))
		g.goOn(g.p)
		g.want(g.new.Learner, before...)
		for _, text := range []string{g.old.Learner, g.old.Account} {
			if where := mentions(t, d, text); len(where) > 0 {
				t.Errorf("%s is still in %v", text, where)
			}
		}
		g.replayed(g.projected())
		erase(t, g.life, find(t, g.s, "5"))
		for _, text := range []string{g.new.Learner, g.new.Account} {
			if where := mentions(t, d, text); len(where) > 0 {
				t.Errorf("%s is still in %v", text, where)
			}
		}
	})
}
